package dev.stocktake;

import java.time.Duration;

/** The audit that goes on all the time, within a bound. */
record RollingPolicy(Duration within) implements SyncPolicy {

    private static final Duration LEAST = Duration.ofMillis(100);
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LOOKOUT = Duration.ofMinutes(1);
    private static final Duration MOST = Duration.ofSeconds(10);

    /** What only the engine's own marker can do. */
    interface Rolling extends Marker {

        /** Lets the run compare what is due, if every product is to be compared within this time. */
        void compareWithin(Duration time);
    }

    @Override
    public String name() {
        return AuditPolicy.NAME;
    }

    @Override
    public void mark(Marker marker) {
        ((Rolling) marker).compareWithin(within);
    }

    /** How often to look whether something is due, where it is not known when. */
    Duration pace() {
        Duration part = within.dividedBy(1_000);
        Duration bounded = part.compareTo(MOST) > 0 ? MOST : part;
        return bounded.compareTo(LEAST) < 0 ? LEAST : bounded;
    }

    /** How long to leave it alone, if the next page is due then. */
    Duration rest(Duration untilDue) {
        Duration longest = within.dividedBy(20);
        Duration rest = untilDue.compareTo(longest) > 0 ? longest : untilDue;
        return rest.compareTo(SHORTEST) < 0 ? SHORTEST : rest;
    }

    /** How often to look whether the lane of another instance has become free. */
    Duration lookout() {
        Duration part = within.dividedBy(50);
        Duration bounded = part.compareTo(LOOKOUT) > 0 ? LOOKOUT : part;
        return bounded.compareTo(LEAST) < 0 ? LEAST : bounded;
    }

    @Override
    public String toString() {
        return "audit within " + within;
    }
}
