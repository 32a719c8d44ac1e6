package dev.stocktake.bench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How one contestant did against another in the same rounds. It has no value if the rounds do not agree on it: on a noisy
 * machine a ratio is the only thing to trust, and not even that if it wanders.
 *
 * @param name what is divided by what
 * @param rounds of the ratio itself, taken round by round
 * @param target what it should reach, in words; empty if nothing is promised
 * @param refusal why there is no value; null if there is one
 */
record Ratio(
        String name, Spread rounds, String target, @Nullable String refusal) {

    /** Rounds that differ by more than this share of their median prove nothing. */
    static final double WIDEST = 1.0 / 3;

    /**
     * Divides round by round.
     *
     * @param above one value per round
     * @param below one value per round, in the same order
     */
    static Ratio of(String name, List<Double> above, List<Double> below, String target) {
        if (above.size() != below.size() || above.isEmpty()) {
            throw new IllegalArgumentException("A ratio needs pairs, not " + above.size() + " and " + below.size());
        }
        double[] ratios = new double[above.size()];
        for (int round = 0; round < ratios.length; round++) {
            if (below.get(round) == 0) {
                return new Ratio(name, Spread.of(0), target, "nothing was measured to divide by");
            }
            ratios[round] = above.get(round) / below.get(round);
        }
        Spread spread = Spread.of(ratios);
        return new Ratio(name, spread, target, objection(spread));
    }

    private static @Nullable String objection(Spread spread) {
        if (spread.rounds() < 2) {
            return "one round has no spread";
        }
        if (spread.relative() > WIDEST) {
            return String.format(
                    Locale.ROOT,
                    "the rounds spread over %.0f %% of their median, more than a third",
                    spread.relative() * 100);
        }
        return null;
    }

    /** The median, if the rounds agree on it. */
    Optional<Double> value() {
        return refusal == null ? Optional.of(rounds.median()) : Optional.empty();
    }
}
