package dev.stocktake;

import java.time.Duration;
import java.util.Map;

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

    /**
     * Changes have been applied: told once for each batch that was confirmed, if it held any whose time a feed knew.
     *
     * @param freshness for each product the time from its change in the database to now, when the index was confirmed to have
     *     applied it; never negative, see {@link Freshness}
     */
    default void applied(String index, Map<ProductKey, Duration> freshness) {}

    /** A product was quarantined; the rest goes on. The ledger already remembers it. */
    default void quarantined(String index, ProductKey product, Refusal refusal) {}

    /**
     * A comparison found a difference that nobody knew of; it is marked, unless it was a dry run. At most
     * {@value AuditReport#MOST_EXAMPLES} of a run are told one by one, all are in its {@linkplain SyncReport#audit report}.
     */
    default void drifted(String index, Drift drift) {}

    /** A run ended, well or not; the report is final. */
    default void finished(SyncReport report) {}

    /**
     * Both, this one first. What one throws keeps neither the other from being told nor its exception from being logged: it
     * is thrown when both were told.
     */
    default SyncListener andThen(SyncListener next) {
        return new BothListeners(this, next);
    }
}
