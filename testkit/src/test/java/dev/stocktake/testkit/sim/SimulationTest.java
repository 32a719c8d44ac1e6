package dev.stocktake.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The engine stands every scenario. {@code -Dstocktake.soak=true} plays 10,000 schedules of each; one schedule again, with its
 * history: {@code -Dtest=SimulationTest -Dstocktake.replay=<scenario>:<seed>}.
 */
class SimulationTest {

    private static final long SEEDS = Boolean.getBoolean("stocktake.soak") ? 10_000 : 110;
    private static final int WORKERS = Math.max(2, Runtime.getRuntime().availableProcessors());

    static List<Scenario> scenarios() {
        return Scenario.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void keepsTheIndexTrueWhateverHappens(Scenario scenario) {
        Tally tally = Simulation.play(scenario, 1, SEEDS, WORKERS);

        assertThat(tally.bad()).as(() -> Stories.of(scenario, tally)).isEmpty();
        assertThat(tally.seeds()).isEqualTo(SEEDS);
        assertThat(tally.checks()).isGreaterThan(SEEDS * 100);
    }

    @Test
    void playsTheSameScheduleForTheSameSeed() {
        Scenario scenario = Scenario.stormy(3);

        assertThat(Simulation.replay(scenario, 7).digest())
                .isEqualTo(Simulation.play(scenario, 7, 1, 1).digest())
                .isNotEqualTo(Simulation.replay(scenario, 8).digest());
    }
}
