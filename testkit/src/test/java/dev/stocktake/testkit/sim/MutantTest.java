package dev.stocktake.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulation is not blind: where a rule is missing that matters, it finds a schedule in which that shows. */
class MutantTest {

    private static final long MOST_SEEDS = 2_000;
    private static final int WORKERS = Math.max(2, Runtime.getRuntime().availableProcessors());

    static List<Mutant> mutants() {
        return Mutant.all().stream().filter(Mutant::found).toList();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void findsTheMissingRule(Mutant mutant) {
        Tally tally = new Workers(mutant.scenario(), 1, MOST_SEEDS, 1).play(WORKERS);

        assertThat(tally.bad()).as(tally.toString()).isNotEmpty();
    }
}
