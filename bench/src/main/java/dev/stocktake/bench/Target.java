package dev.stocktake.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a figure should reach: at least, or at most, a number. */
record Target(boolean atLeast, double bound) {

    private static final Pattern WORDS = Pattern.compile("(<=|>=) (\\d+(?:\\.\\d+)?)");

    /**
     * Reads {@code ">= 0.9"}.
     *
     * @param words empty if nothing is promised
     * @throws IllegalArgumentException if they are anything else
     */
    static Optional<Target> of(String words) {
        if (words.isEmpty()) {
            return Optional.empty();
        }
        Matcher matcher = WORDS.matcher(words);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + words + "' is no target such as '>= 0.9'");
        }
        return Optional.of(new Target(matcher.group(1).equals(">="), Double.parseDouble(matcher.group(2))));
    }

    /** Whether a line of the results says so: not of a ratio that was refused. */
    static boolean isMissed(JsonNode line) {
        return !line.has("refused")
                && of(line.path("target").asText())
                        .filter(target ->
                                !target.holds(line.path("rounds").path("median").asDouble()))
                        .isPresent();
    }

    boolean holds(double value) {
        return atLeast ? value >= bound : value <= bound;
    }
}
