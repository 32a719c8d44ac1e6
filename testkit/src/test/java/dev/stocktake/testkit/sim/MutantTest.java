package dev.stocktake.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulation is not blind: where a rule is missing that matters, it finds a schedule in which that shows. With {@code
 * -Psoak} it plays all schedules and prints how many are bad.
 */
class MutantTest {

    private static final boolean SOAK = Boolean.getBoolean("stocktake.soak");
    private static final long MOST_SEEDS = 2_000;
    private static final int WORKERS = Math.max(2, Runtime.getRuntime().availableProcessors());

    static List<Mutant> mutants() {
        return Mutant.all().stream().filter(mutant -> SOAK || mutant.found()).toList();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void findsTheMissingRule(Mutant mutant) {
        Tally tally = new Workers(mutant.scenario(), 1, MOST_SEEDS, SOAK ? MOST_SEEDS : 1).play(WORKERS);

        if (SOAK) {
            System.out.println(tally);
        }
        assertThat(tally.bad().isEmpty()).as(tally.toString()).isNotEqualTo(mutant.found());
    }
}
