package dev.stocktake.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Plays what is asked for: {@code -Dstocktake.play=<scenarios>:<from>:<count>}, or one schedule with its history, {@code
 * -Dstocktake.replay=<scenario>:<seed>}. How scenarios are named: {@link Catalogue}.
 */
class PlayTest {

    @Test
    @EnabledIfSystemProperty(named = "stocktake.play", matches = ".+:\\d+:\\d+")
    void playsManySchedules() {
        String[] wanted = System.getProperty("stocktake.play", "").split(":");
        for (Scenario scenario : Catalogue.all(wanted[0])) {
            Tally tally = Simulation.play(scenario, Long.parseLong(wanted[1]), Long.parseLong(wanted[2]), 2);
            System.out.println(tally);
            assertThat(tally.bad()).as(() -> Stories.of(scenario, tally)).isEmpty();
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "stocktake.replay", matches = ".+:\\d+")
    void playsOneScheduleAgain() {
        String[] wanted = System.getProperty("stocktake.replay", "").split(":");

        Verdict verdict = Simulation.replay(Catalogue.one(wanted[0]), Long.parseLong(wanted[1]));

        System.out.println(String.join("\n", verdict.history()));
        assertThat(verdict.faults()).as(verdict.toString()).isEmpty();
    }
}
