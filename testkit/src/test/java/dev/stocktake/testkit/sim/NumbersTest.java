package dev.stocktake.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The figures that scenarios must hold besides that nothing is wrong: how late, how often, how soon. */
class NumbersTest {

    private static final int WORKERS = Math.max(2, Runtime.getRuntime().availableProcessors());

    private static Tally good(Scenario scenario, long seeds) {
        Tally tally = Simulation.play(scenario, 1, seeds, WORKERS);
        System.out.println(tally);
        assertThat(tally.bad()).as(() -> Stories.of(scenario, tally)).isEmpty();
        return tally;
    }

    @Test
    void s9() {
        Tally calm = good(Scenario.brisk(), 20);
        System.out.println(calm.stale(0.5) + " " + calm.stale(0.99) + " " + calm.census().per(calm.seeds()));
        for (double poison : List.of(0.04)) {
            Tally tally = good(Scenario.brisk().named("brisk-poison").with(Knob.POISON, poison), 20);
            System.out.println(tally.stale(0.5) + " " + tally.stale(0.99)+ " " + tally.census().per(tally.seeds()));
        }
        assertThat(Duration.ZERO).isZero();
    }
}
