package dev.stocktake.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What scenarios must hold besides that nothing is wrong: how soon, how late, how much. */
class NumbersTest {

    private static final boolean SOAK = Boolean.getBoolean("stocktake.soak");
    private static final long SEEDS = SOAK ? 1_000 : 20;
    private static final int WORKERS = Math.max(2, Runtime.getRuntime().availableProcessors());

    /** What a task takes at most: 0.9 s, and 0.3 s until it is written down. */
    private static final Duration TASK = Duration.ofMillis(1_200);

    /** From a claim to its confirmation: the task, what it waits for one before it, and looking for its end. */
    private static final Duration CYCLE = Duration.ofSeconds(2);

    private static final Duration POLL = Duration.ofSeconds(1);

    private static Tally good(Scenario scenario) {
        Tally tally = Simulation.play(scenario, 1, SEEDS, WORKERS);
        if (SOAK) {
            System.out.println(tally + ", restore noticed after at most " + tally.noticed());
        }
        assertThat(tally.bad()).as(() -> Stories.of(scenario, tally)).isEmpty();
        return tally;
    }

    @Test
    void anEditByAScanThatMissesItIsFoundWithinTheBoundOfTheAudit() {
        good(Scenario.patrolled().with(Knob.CALM, Scenario.patrolled().of(Knob.AUDIT_WITHIN) * 2));
    }

    @Test
    void anEditThatBypassesEveryTriggerIsFoundWithinTheBoundOfTheAudit() {
        good(Scenario.rolling().with(Knob.CALM, Scenario.rolling().of(Knob.AUDIT_WITHIN) * 2));
    }

    @Test
    void aTakeoverFindsNoMoreOpenBatchesThanMayBeInFlight() {
        Tally tally = good(Scenario.paused());

        assertThat(tally.census().of(Happening.PAUSED)).isGreaterThan(SEEDS);
        assertThat(tally.census().of(Happening.FAINTED)).isGreaterThan(SEEDS);
    }

    @Test
    void onABusyDayAnEditIsInTheIndexWithinOnePollAndOneTask() {
        Tally tally = good(Scenario.brisk());

        assertThat(tally.stale(0.5)).isLessThan(POLL.plus(TASK));
        assertThat(tally.stale(0.99)).isLessThan(POLL.plus(CYCLE.multipliedBy(3)));
    }

    @Test
    void neighboursOfUnacceptableDocumentsWaitLessThanTwiceAsLong() {
        Tally healthy = good(Scenario.calm());
        Tally poisoned = good(Scenario.calm().with(Knob.POISON, 0.04));

        assertThat(poisoned.census().of(Happening.QUARANTINED)).isGreaterThan(SEEDS);
        assertThat(poisoned.stale(0.99)).isLessThan(healthy.stale(0.99).multipliedBy(2));
    }

    @Test
    void aRestoredDatabaseIsNoticedInTheNextRun() {
        Scenario scenario = Scenario.restored(Scenario.calm());
        Tally tally = good(scenario);

        assertThat(tally.census().of(Happening.RESTORE_NOTICED)).isPositive();
        Duration longestPoll = Duration.ofMillis(3 * scenario.whole(Knob.POLL) / 2);
        assertThat(tally.noticed()).isLessThan(longestPoll.plus(CYCLE));
    }
}
