package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Lets claims for the live index wait for a moment, so that it and the build are drained at the same time; and, where that was
 * in vain, lets them go on for longer than they have waited, and wait longer the next time.
 *
 * <p>Where marks come all the time, only what waits in both is left after a batch or two, and that may wait.
 */
final class ClaimPause {

    private static final Duration FIRST = Duration.ofSeconds(2);
    private static final int MOST_DOUBLINGS = 4;
    private static final Duration SHORTEST_BETWEEN = Duration.ofSeconds(5);

    /** After claims have waited in vain, they go on for so many times as long. */
    private static final int OPEN_PER_CLOSED = 3;

    private final InstantSource clock;
    private Instant since = Instant.MIN;
    private Instant until = Instant.MIN;
    private Instant again = Instant.MIN;
    private boolean on;
    private int times;

    ClaimPause(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether claims wait now. */
    boolean isOn() {
        if (on && !clock.instant().isBefore(until)) {
            end();
        }
        return on;
    }

    /** Claims wait from now on, unless they did so a moment ago. */
    void begin() {
        Instant now = clock.instant();
        if (!isOn() && !now.isBefore(again)) {
            on = true;
            since = now;
            until = now.plus(FIRST.multipliedBy(1L << Math.min(times, MOST_DOUBLINGS)));
            times++;
        }
    }

    void end() {
        if (on) {
            Instant now = clock.instant();
            Duration rest = Duration.between(since, now).multipliedBy(OPEN_PER_CLOSED);
            on = false;
            again = now.plus(rest.compareTo(SHORTEST_BETWEEN) > 0 ? rest : SHORTEST_BETWEEN);
        }
    }

    /** It was not in vain, or is for another build: the next one is short again. */
    void forgetTries() {
        times = 0;
    }

    /** Another lane. */
    void reset() {
        on = false;
        times = 0;
    }
}
