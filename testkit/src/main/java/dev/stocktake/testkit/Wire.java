package dev.stocktake.testkit;

import dev.stocktake.WriteBatch;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The way of a write to the index, and what shall happen there. Guarded by the index's lock. */
final class Wire {

    /** What happens to a write. */
    enum Fate {
        ACCEPTED,
        REJECTED,
        REPLY_LOST,
        DROPPED,
        LATE,
        TWICE,
        FAILED;

        boolean staysOnTheWire() {
            return this == LATE || this == TWICE;
        }

        boolean arrives() {
            return this != LATE && this != DROPPED;
        }
    }

    private final Deque<Fate> plan = new ArrayDeque<>();
    private final Deque<WriteBatch> late = new ArrayDeque<>();

    void plan(Fate fate, int times) {
        for (int i = 0; i < times; i++) {
            plan.add(fate);
        }
    }

    /** What happens to the next write; uses up one plan. */
    Fate next() {
        Fate planned = plan.poll();
        return planned == null ? Fate.ACCEPTED : planned;
    }

    void keep(WriteBatch batch) {
        late.add(batch);
    }

    @Nullable
    WriteBatch arriving() {
        return late.poll();
    }

    int size() {
        return late.size();
    }
}
