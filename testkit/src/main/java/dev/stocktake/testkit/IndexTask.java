package dev.stocktake.testkit;

import dev.stocktake.LoggedIndex;
import dev.stocktake.Outcome;
import dev.stocktake.WriteBatch;
import org.jspecify.annotations.Nullable;

/** A write that was accepted. Guarded by the index's lock. */
final class IndexTask {

    private final long position;
    private final boolean alien;
    private final boolean doomed;
    private final String batchId;
    private @Nullable WriteBatch payload;
    private Outcome outcome = Outcome.pending();

    /**
     * @param alien not written by Stocktake
     * @param doomed the index will fail it for a reason of its own
     */
    IndexTask(long position, WriteBatch payload, boolean alien, boolean doomed) {
        this.position = position;
        this.payload = payload;
        this.batchId = payload.id();
        this.alien = alien;
        this.doomed = doomed;
    }

    long position() {
        return position;
    }

    boolean doomed() {
        return doomed;
    }

    boolean isFinal() {
        return outcome.kind() != Outcome.Kind.PENDING;
    }

    Outcome outcome() {
        return outcome;
    }

    /** What to do; asked once. */
    WriteBatch take() {
        WriteBatch batch = payload;
        if (batch == null) {
            throw new IllegalStateException("Task " + position + " was done before");
        }
        payload = null;
        return batch;
    }

    void end(Outcome end) {
        outcome = end;
    }

    LoggedIndex.Entry entry() {
        return new LoggedIndex.Entry(position, alien ? null : batchId, outcome.kind() == Outcome.Kind.APPLIED);
    }
}
