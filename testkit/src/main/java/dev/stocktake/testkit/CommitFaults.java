package dev.stocktake.testkit;

import dev.stocktake.StocktakeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What shall happen around the transactions to come. Guarded by the ledger's lock. */
final class CommitFaults {

    private final Deque<StocktakeException> unreachable = new ArrayDeque<>();
    private final List<Planned> before = new ArrayList<>();
    private final List<Planned> after = new ArrayList<>();
    private int repeats;

    private static final class Planned {
        private int commitsToGo;
        private final Runnable fault;

        private Planned(int commitsToGo, Runnable fault) {
            this.commitsToGo = commitsToGo;
            this.fault = fault;
        }
    }

    void unreachable(int times, StocktakeException failure) {
        for (int i = 0; i < times; i++) {
            unreachable.add(failure);
        }
    }

    void beforeCommit(int nth, Runnable fault) {
        before.add(new Planned(nth, fault));
    }

    void afterCommit(int nth, Runnable fault) {
        after.add(new Planned(nth, fault));
    }

    void repeat() {
        repeats++;
    }

    void onBegin() {
        StocktakeException failure = unreachable.poll();
        if (failure != null) {
            throw failure;
        }
    }

    boolean takeRepeat() {
        return repeats > 0 && repeats-- > 0;
    }

    void onBeforeCommit() {
        due(before).forEach(Runnable::run);
    }

    void onAfterCommit() {
        due(after).forEach(Runnable::run);
    }

    private static List<Runnable> due(List<Planned> plan) {
        if (plan.isEmpty()) {
            return List.of();
        }
        List<Runnable> due = new ArrayList<>();
        for (Planned planned : plan) {
            if (--planned.commitsToGo == 0) {
                due.add(planned.fault);
            }
        }
        plan.removeIf(planned -> planned.commitsToGo == 0);
        return due;
    }
}
