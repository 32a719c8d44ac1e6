package dev.stocktake.bench;

import java.util.List;

/**
 * How large and how thorough.
 *
 * @param mode its name
 * @param small products of the catalogue that the largest is compared with
 * @param audited products of the catalogue that is audited
 * @param catalogues products of those that are synced in full, ascending
 * @param warmUps unmeasured rounds before each case
 * @param rounds measured rounds
 * @param changes how many products change between two smart syncs
 * @param seconds for which a steady load is kept up in each round
 */
record Plan(
        String mode,
        int small,
        int audited,
        List<Integer> catalogues,
        int warmUps,
        int rounds,
        List<Integer> changes,
        int seconds) {

    static final String QUICK = "quick";

    /** For every day: less than a minute. Ratios and counters are worth something, absolute figures are not. */
    static Plan quick() {
        return new Plan(QUICK, 2_000, 5_000, List.of(16_000), 1, 3, List.of(1, 100), 1);
    }

    /** For the question how much memory a sync needs: up to five million products. */
    static Plan heap() {
        return new Plan("heap", 10_000, 10_000, List.of(100_000, 1_000_000, 5_000_000), 0, 1, List.of(1), 1);
    }

    /** For the documentation: an hour, most of it with a million products. */
    static Plan full() {
        return new Plan("full", 10_000, 100_000, List.of(100_000, 1_000_000), 1, 5, List.of(1, 100, 10_000), 10);
    }

    int largest() {
        return catalogues.get(catalogues.size() - 1);
    }

    /** With one catalogue of this size for all that is not small. */
    Plan withLargest(int products) {
        return new Plan(
                mode, Math.min(small, products), products, List.of(products), warmUps, rounds, changes, seconds);
    }

    Plan withRounds(int other) {
        return new Plan(mode, small, audited, catalogues, warmUps, other, changes, seconds);
    }
}
