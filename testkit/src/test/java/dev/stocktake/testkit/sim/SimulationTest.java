package dev.stocktake.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.EngineMutants;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The engine stands every scenario: 2,000 schedules in all, and with {@code -Psoak} 10,000 of each. */
class SimulationTest {

    private static final boolean SOAK = Boolean.getBoolean("stocktake.soak");
    private static final long SEEDS = SOAK ? 10_000 : 2_000 / Scenario.all().size() + 1;
    private static final int WORKERS = Math.max(2, Runtime.getRuntime().availableProcessors());

    static List<Scenario> scenarios() {
        return Scenario.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void keepsTheIndexTrueWhateverHappens(Scenario scenario) {
        Tally tally = Simulation.play(scenario, 1, SEEDS, WORKERS);

        if (SOAK) {
            System.out.println(tally);
        }
        assertThat(tally.bad()).as(() -> Stories.of(scenario, tally)).isEmpty();
        assertThat(tally.seeds()).isEqualTo(SEEDS);
        assertThat(tally.checks()).isGreaterThan(SEEDS * 100);
    }

    @Test
    void makesEverythingGoWrongThatItCan() {
        Census census = new Census();
        Scenario.all()
                .forEach(scenario -> census.add(
                        Simulation.play(scenario, 1, SEEDS / 10 + 1, WORKERS).census()));

        assertThat(Happening.values())
                .allSatisfy(what -> assertThat(census.of(what)).isPositive());
    }

    @Test
    void tellsAShortHistoryOfAScheduleThatGoesWrong() {
        Scenario hasty = Scenario.hard().withEngine(EngineMutants.without("AWAIT"));
        Tally tally = new Workers(hasty, 1, 100, 1).play(WORKERS);

        String story = Stories.of(hasty, tally);

        assertThat(story.lines().count()).isBetween(10L, 80L);
        assertThat(story).contains("WRONG: ", "again: ./mvnw", "-Dstocktake.replay=hard:");
    }

    @Test
    void playsTheSameScheduleForTheSameSeed() {
        Scenario scenario = Scenario.stormy(3);

        assertThat(Simulation.replay(scenario, 7).digest())
                .isEqualTo(Simulation.play(scenario, 7, 1, 1).digest())
                .isNotEqualTo(Simulation.replay(scenario, 8).digest());
    }
}
