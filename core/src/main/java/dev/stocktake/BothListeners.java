package dev.stocktake;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** Tells two listeners, each whatever the other does. */
record BothListeners(SyncListener first, SyncListener second) implements SyncListener {

    @Override
    public void started(String index, String policy) {
        tell(listener -> listener.started(index, policy));
    }

    @Override
    public void progressed(SyncProgress progress) {
        tell(listener -> listener.progressed(progress));
    }

    @Override
    public void applied(String index, Map<ProductKey, Duration> freshness) {
        tell(listener -> listener.applied(index, freshness));
    }

    @Override
    public void quarantined(String index, ProductKey product, Refusal refusal) {
        tell(listener -> listener.quarantined(index, product, refusal));
    }

    @Override
    public void drifted(String index, Drift drift) {
        tell(listener -> listener.drifted(index, drift));
    }

    @Override
    public void finished(SyncReport report) {
        tell(listener -> listener.finished(report));
    }

    private void tell(Consumer<SyncListener> event) {
        try {
            event.accept(first);
        } catch (RuntimeException e) {
            tellSecond(event, e);
            throw e;
        }
        event.accept(second);
    }

    private void tellSecond(Consumer<SyncListener> event, RuntimeException earlier) {
        try {
            event.accept(second);
        } catch (RuntimeException e) {
            earlier.addSuppressed(e);
        }
    }
}
