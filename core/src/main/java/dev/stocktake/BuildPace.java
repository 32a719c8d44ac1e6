package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** How fast a build is filled, and how fast it may be. Confined to the lane. */
final class BuildPace {

    private static final int SAMPLES = 20;
    private static final Duration BETWEEN = Duration.ofSeconds(1);
    private static final double MILLIS = 1_000;

    private record Sample(Instant at, long documents) {}

    private final Deque<Sample> samples = new ArrayDeque<>();
    private long documents;
    private Instant nextPage = Instant.MIN;

    /** @param documents how many were looked at before, by another process perhaps */
    BuildPace(long documents) {
        this.documents = documents;
    }

    long documents() {
        return documents;
    }

    /** The walk begins anew. */
    void restart() {
        documents = 0;
        samples.clear();
    }

    /** Products of the walk were looked at and are in the build. */
    void built(long products, Instant now) {
        documents += products;
        Sample newest = samples.peekLast();
        if (newest == null || !now.isBefore(newest.at().plus(BETWEEN))) {
            samples.add(new Sample(now, documents));
            if (samples.size() > SAMPLES) {
                samples.remove();
            }
        }
    }

    /** Per second, lately; 0 if nobody knows yet. */
    double perSecond() {
        Sample oldest = samples.peekFirst();
        Sample newest = samples.peekLast();
        if (oldest == null || newest == null || !oldest.at().isBefore(newest.at())) {
            return 0;
        }
        double time = Duration.between(oldest.at(), newest.at()).toMillis() / MILLIS;
        return (newest.documents() - oldest.documents()) / time;
    }

    /** How many keys to take at once: at a low rate few, so that a second's work does not come in one piece. */
    static int page(int most, double rate) {
        return rate <= 0 ? most : (int) Math.max(1, Math.min(most, Math.ceil(rate)));
    }

    /** How long until the next page may be taken. */
    Duration untilNextPage(Instant now) {
        return nextPage.isAfter(now) ? Duration.between(now, nextPage) : Duration.ZERO;
    }

    /** A page was taken; at this many products per second the next one has its time. */
    void taken(int products, double rate, Instant now) {
        if (rate > 0) {
            Instant from = nextPage.isAfter(now) ? nextPage : now;
            nextPage = from.plusNanos((long) (products / rate * 1e9));
        } else {
            nextPage = Instant.MIN;
        }
    }
}
