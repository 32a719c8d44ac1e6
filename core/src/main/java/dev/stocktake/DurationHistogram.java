package dev.stocktake;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts durations in buckets that grow with them, sixteen for each doubling: five kilobytes, whatever is counted, and a
 * quantile that is at most one sixteenth too long. Lock-free; who reads while others count may miss their last ones.
 */
final class DurationHistogram {

    private static final int PARTS = 16;
    private static final int PART_BITS = 4;

    /** In microseconds about a hundred days. */
    private static final int LARGEST_POWER = 42;

    private static final long LARGEST = (1L << (LARGEST_POWER + 1)) - 1;
    private static final int BUCKETS = (LARGEST_POWER - PART_BITS + 2) * PARTS;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
    private final AtomicLong longest = new AtomicLong();

    /** Less than nothing counts as nothing. */
    void count(Duration time) {
        long micros = time.isNegative() ? 0 : Math.min(LARGEST, TimeUnit.MICROSECONDS.convert(time));
        counts.incrementAndGet(bucket(micros));
        longest.accumulateAndGet(micros, Math::max);
    }

    /** Counts what another one has counted. */
    void add(DurationHistogram other) {
        for (int i = 0; i < BUCKETS; i++) {
            long more = other.counts.get(i);
            if (more > 0) {
                counts.addAndGet(i, more);
            }
        }
        longest.accumulateAndGet(other.longest.get(), Math::max);
    }

    Freshness freshness() {
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) {
            total += counts.get(i);
        }
        return total == 0
                ? Freshness.NONE
                : new Freshness(total, quantile(total, 50), quantile(total, 99), micros(longest.get()));
    }

    private Duration quantile(long total, int percent) {
        long rank = (total * percent + 99) / 100;
        for (int i = 0; i < BUCKETS; i++) {
            rank -= counts.get(i);
            if (rank <= 0) {
                return micros(Math.min(end(i), longest.get()));
            }
        }
        return micros(longest.get());
    }

    private static Duration micros(long micros) {
        return Duration.of(micros, java.time.temporal.ChronoUnit.MICROS);
    }

    /** Below sixteen each number has its own bucket. */
    static int bucket(long micros) {
        if (micros < PARTS) {
            return (int) micros;
        }
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros);
        int part = (int) (micros >>> (power - PART_BITS)) & (PARTS - 1);
        return (power - PART_BITS + 1) * PARTS + part;
    }

    /** The longest that a bucket counts. */
    static long end(int bucket) {
        if (bucket < PARTS) {
            return bucket;
        }
        int shift = bucket / PARTS - 1;
        return ((PARTS + bucket % PARTS + 1L) << shift) - 1;
    }
}
