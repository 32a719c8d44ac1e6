package dev.stocktake.testkit.sim;

/** Many durations, kept with an error of at most two per cent. Not thread-safe. */
final class Durations {

    private static final double STEP = 1.02;
    private static final int SIZE = 1_200;

    private final long[] counts = new long[SIZE];
    private long count;
    private long longest;

    void add(long millis) {
        counts[bucket(millis)]++;
        count++;
        longest = Math.max(longest, millis);
    }

    void add(Durations other) {
        for (int i = 0; i < SIZE; i++) {
            counts[i] += other.counts[i];
        }
        count += other.count;
        longest = Math.max(longest, other.longest);
    }

    private static int bucket(long millis) {
        return millis <= 0 ? 0 : Math.min(SIZE - 1, 1 + (int) Math.round(Math.log(millis) / Math.log(STEP)));
    }

    long count() {
        return count;
    }

    long longest() {
        return longest;
    }

    /** In milliseconds; 0 if there is none. */
    long quantile(double part) {
        long before = 0;
        for (int i = 0; i < SIZE; i++) {
            before += counts[i];
            if (before > 0 && before >= part * count) {
                return i == 0 ? 0 : Math.min(longest, Math.round(Math.pow(STEP, i - 1)));
            }
        }
        return longest;
    }
}
