package dev.stocktake.testkit;

import dev.stocktake.LoggedIndex;
import dev.stocktake.Outcome;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A write or a swap that was accepted. Guarded by the index's lock. */
final class IndexTask {

    /** What a task is, for the log of writes. */
    enum Kind {
        WRITE,
        /** Not written by Stocktake. */
        ALIEN_WRITE,
        SWAP
    }

    private final long position;
    private final Kind kind;
    private final String batchId;
    private @Nullable Supplier<Outcome> work;
    private Outcome outcome = Outcome.pending();

    /** @param work done when the task's turn has come */
    IndexTask(long position, Kind kind, String batchId, Supplier<Outcome> work) {
        this.position = position;
        this.kind = kind;
        this.batchId = batchId;
        this.work = work;
    }

    long position() {
        return position;
    }

    boolean isWrite() {
        return kind != Kind.SWAP;
    }

    boolean isFinal() {
        return outcome.kind() != Outcome.Kind.PENDING;
    }

    Outcome outcome() {
        return outcome;
    }

    /** Does what is to be done, once. */
    void execute() {
        Supplier<Outcome> todo = work;
        if (todo == null) {
            throw new IllegalStateException("Task " + position + " was done before");
        }
        work = null;
        outcome = todo.get();
    }

    LoggedIndex.Entry entry() {
        return new LoggedIndex.Entry(
                position, kind == Kind.ALIEN_WRITE ? null : batchId, outcome.kind() == Outcome.Kind.APPLIED);
    }
}
