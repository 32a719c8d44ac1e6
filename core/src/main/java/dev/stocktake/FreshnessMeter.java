package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The freshness of one instance since it was made, and in the last hour: that hour in slices of five minutes, so that it is up
 * to five minutes longer. Lock-free and of bounded size.
 */
final class FreshnessMeter {

    private static final long SLICE_SECONDS = 300;
    private static final int SLICES_PER_HOUR = 12;

    private record Slice(long number, DurationHistogram times) {}

    private final DurationHistogram sinceStart = new DurationHistogram();
    private final AtomicReferenceArray<@Nullable Slice> slices = new AtomicReferenceArray<>(SLICES_PER_HOUR + 1);

    void count(Duration time, Instant now) {
        sinceStart.count(time);
        slice(number(now)).times().count(time);
    }

    Freshness sinceStart() {
        return sinceStart.freshness();
    }

    Freshness lastHour(Instant now) {
        long newest = number(now);
        DurationHistogram sum = new DurationHistogram();
        for (int i = 0; i < slices.length(); i++) {
            Slice slice = slices.get(i);
            if (slice != null && slice.number() <= newest && slice.number() >= newest - SLICES_PER_HOUR) {
                sum.add(slice.times());
            }
        }
        return sum.freshness();
    }

    private static long number(Instant time) {
        return Math.floorDiv(time.getEpochSecond(), SLICE_SECONDS);
    }

    private Slice slice(long number) {
        int place = (int) Math.floorMod(number, (long) slices.length());
        while (true) {
            Slice found = slices.get(place);
            if (found != null && found.number() == number) {
                return found;
            }
            slices.compareAndSet(place, found, new Slice(number, new DurationHistogram()));
        }
    }
}
