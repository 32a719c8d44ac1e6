package dev.stocktake.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Plays one schedule again and tells its history: {@code -Dstocktake.replay=<scenario or mutant>:<seed>}. */
@EnabledIfSystemProperty(named = "stocktake.replay", matches = ".+:\\d+")
class ReplayTest {

    @Test
    void playsOneScheduleAgain() {
        String[] wanted = System.getProperty("stocktake.replay", "").split(":");
        Scenario scenario = Stream.concat(
                        Scenario.all().stream(), Mutant.all().stream().map(Mutant::scenario))
                .filter(known -> known.name().equals(wanted[0]))
                .findFirst()
                .orElseThrow();

        Verdict verdict = Simulation.replay(scenario, Long.parseLong(wanted[1]));

        assertThat(verdict.faults()).as(String.join("\n", verdict.history())).isEmpty();
    }
}
