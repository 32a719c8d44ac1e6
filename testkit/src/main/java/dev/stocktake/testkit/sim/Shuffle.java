package dev.stocktake.testkit.sim;

/** Draws the knobs of a scenario, so that combinations are played of which nobody has thought. */
final class Shuffle {

    private final Dice dice;
    private Scenario scenario;

    private Shuffle(Scenario scenario, Dice dice) {
        this.scenario = scenario;
        this.dice = dice;
    }

    static Scenario of(Scenario scenario, Dice dice) {
        Shuffle shuffle = new Shuffle(scenario, dice);
        shuffle.trade();
        shuffle.nodes();
        shuffle.way();
        shuffle.index();
        if (!scenario.on(Knob.LOGGED)) {
            shuffle.boundRequestLife();
        }
        return shuffle.scenario;
    }

    private void trade() {
        scale(Knob.PRODUCTS, 1, 24);
        scale(Knob.CHANGE_EVERY, 1_500, 20_000);
        perhaps(Knob.LONG, 0.2);
        perhaps(Knob.DELETES, 0.4);
        perhaps(Knob.DRAFTS, 0.2);
        perhaps(Knob.TIMED, 0.5);
        perhaps(Knob.POISON, 0.06);
        perhaps(Knob.UNREADABLE, 0.04);
        perhaps(Knob.OVERSIZED, 0.03);
        rarely(Knob.GAP_EVERY, 60_000, 1_000_000);
    }

    private void nodes() {
        scale(Knob.NODES, 1, 5);
        set(Knob.SCHEDULED, dice.below(2));
        set(Knob.CALLERS, dice.below(3));
        scale(Knob.CALL_EVERY, 3_000, 120_000);
        scale(Knob.POLL, 1_000, 30_000);
        perhaps(Knob.FULLS, 0.1);
        perhaps(Knob.SYNCS, 0.5);
        scale(Knob.BATCH, 1, 12);
        scale(Knob.IN_FLIGHT, 1, 5);
        scale(Knob.KILL_EVERY, 60_000, 3_000_000);
        perhaps(Knob.PAUSES, 0.01);
        perhaps(Knob.ABANDONED, 0.6);
        rarely(Knob.CLOCK_SKEW, 1_000, 600_000);
        if (!scenario.on(Knob.SCHEDULED)) {
            scale(Knob.CLOSE_EVERY, 60_000, 3_000_000);
            perhaps(Knob.INTERRUPTS, 0.02);
        }
    }

    private void way() {
        perhaps(Knob.REPLY_LOST, 0.06);
        perhaps(Knob.DROPPED, 0.04);
        perhaps(Knob.LATE, 0.1);
        perhaps(Knob.TWICE, 0.03);
        perhaps(Knob.FLAKY, 0.03);
        perhaps(Knob.COMMIT_UNKNOWN, 0.02);
        perhaps(Knob.DEADLOCK, 0.02);
        scale(Knob.OUTAGE_EVERY, 120_000, 3_000_000);
    }

    private void index() {
        scale(Knob.HISTORY, 150, 10_000);
        scale(Knob.SLOWEST_TASK, 200, 15_000);
        scale(Knob.SUSPECTS_KEPT, 30_000, 3_000_000);
        perhaps(Knob.TASK_FAILS, 0.08);
        perhaps(Knob.CRASHES, 0.1);
        if (scenario.on(Knob.LOGGED)) {
            rarely(Knob.EDIT_EVERY, 20_000, 1_000_000);
            rarely(Knob.DROP_EVERY, 60_000, 1_000_000);
            rarely(Knob.RESTORE_EVERY, 60_000, 1_000_000);
            set(Knob.LEDGER_APART, dice.below(2));
            scale(Knob.RESTORED_BY, 5_000, 1_200_000);
        }
    }

    /** Without a log only a true bound on late requests protects. */
    private void boundRequestLife() {
        Scenario bounded = Scenario.unlogged();
        for (Knob knob : new Knob[] {Knob.LONGEST_PAUSE, Knob.PAUSE_REST, Knob.LATEST, Knob.TWICE, Knob.REQUEST_LIFE}) {
            set(knob, bounded.of(knob));
        }
        set(Knob.HISTORY, Knob.HISTORY.usual());
        set(Knob.SLOWEST_TASK, Knob.SLOWEST_TASK.usual());
        if (dice.chance(0.3)) {
            set(Knob.READABLE, 0);
            set(Knob.GAP_EVERY, 0);
        }
    }

    private void set(Knob knob, double value) {
        scenario = scenario.with(knob, value);
    }

    private void scale(Knob knob, long least, long most) {
        set(knob, dice.anyScale(least, most));
    }

    /** Half of the time not at all. */
    private void perhaps(Knob knob, double most) {
        set(knob, dice.chance(0.5) ? dice.between(0, 1_000) / 1_000.0 * most : 0);
    }

    private void rarely(Knob knob, long least, long most) {
        set(knob, dice.chance(0.25) ? dice.anyScale(least, most) : 0);
    }
}
