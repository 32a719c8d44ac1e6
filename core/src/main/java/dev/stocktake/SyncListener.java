package dev.stocktake;

/**
 * Is told what runs do.
 *
 * <p>Called in the thread that runs the lane, so it must be quick; thread-safe if several threads run. What it throws is
 * logged and otherwise ignored. Each event is told at most once; a crash may swallow it.
 */
public interface SyncListener {

    /** Does nothing. */
    SyncListener NONE = new SyncListener() {};

    /** A run began; nothing is marked yet. */
    default void started(String index, String policy) {}

    /** A run went on: after every batch that was handed over or confirmed, and when the phase changes. */
    default void progressed(SyncProgress progress) {}

    /** A product was set aside; the rest goes on. The ledger already remembers it. */
    default void quarantined(String index, ProductKey product, Refusal refusal) {}

    /** A run ended, well or not; the report is final. */
    default void finished(SyncReport report) {}

    /** Both, this one first. */
    default SyncListener andThen(SyncListener next) {
        SyncListener first = this;
        return new SyncListener() {
            @Override
            public void started(String index, String policy) {
                first.started(index, policy);
                next.started(index, policy);
            }

            @Override
            public void progressed(SyncProgress progress) {
                first.progressed(progress);
                next.progressed(progress);
            }

            @Override
            public void quarantined(String index, ProductKey product, Refusal refusal) {
                first.quarantined(index, product, refusal);
                next.quarantined(index, product, refusal);
            }

            @Override
            public void finished(SyncReport report) {
                first.finished(report);
                next.finished(report);
            }
        };
    }
}
