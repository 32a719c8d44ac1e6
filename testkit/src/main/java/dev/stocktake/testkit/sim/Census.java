package dev.stocktake.testkit.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How often each thing happened. Not thread-safe. */
final class Census {

    private final long[] counts = new long[Happening.values().length];

    void count(Happening what) {
        counts[what.ordinal()]++;
    }

    void add(Census other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
    }

    long of(Happening what) {
        return counts[what.ordinal()];
    }

    /** On average, where it happened at all. */
    String per(long schedules) {
        List<String> words = new ArrayList<>();
        for (Happening what : Happening.values()) {
            if (of(what) > 0) {
                words.add(String.format(Locale.ROOT, "%s %.2f", what, (double) of(what) / schedules));
            }
        }
        return String.join(", ", words);
    }
}
