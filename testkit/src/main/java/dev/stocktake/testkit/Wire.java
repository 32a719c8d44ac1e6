package dev.stocktake.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The way of a request to the index, and what shall happen there. Guarded by the index's lock. */
final class Wire {

    /** What happens to a request. */
    enum Fate {
        ACCEPTED,
        REJECTED,
        REPLY_LOST,
        DROPPED,
        LATE,
        TWICE,
        FAILED,
        /** Arrives once and is executed twice, as after a crash between what was done and the note that it was done. */
        DONE_TWICE;

        boolean staysOnTheWire() {
            return this == LATE || this == TWICE;
        }

        boolean arrives() {
            return this != LATE && this != DROPPED;
        }
    }

    private final Deque<Fate> plan = new ArrayDeque<>();
    private final Deque<Runnable> late = new ArrayDeque<>();

    void plan(Fate fate, int times) {
        for (int i = 0; i < times; i++) {
            plan.add(fate);
        }
    }

    /** What happens to the next request; uses up one plan. */
    Fate next() {
        Fate planned = plan.poll();
        return planned == null ? Fate.ACCEPTED : planned;
    }

    void keep(Runnable arrival) {
        late.add(arrival);
    }

    @Nullable
    Runnable arriving() {
        return late.poll();
    }

    int size() {
        return late.size();
    }
}
