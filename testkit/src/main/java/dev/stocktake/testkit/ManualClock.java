package dev.stocktake.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that moves only when it is told to. Thread-safe. */
public final class ManualClock implements InstantSource {

    private final AtomicReference<Instant> now;

    /** Stands at noon of an arbitrary day. */
    public ManualClock() {
        this(Instant.parse("2030-06-01T12:00:00Z"));
    }

    /** Stands at this time. */
    public ManualClock(Instant start) {
        this.now = new AtomicReference<>(start);
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    /**
     * Moves on.
     *
     * @return the new time
     */
    public Instant advance(Duration time) {
        return now.updateAndGet(instant -> instant.plus(time));
    }

    /** Moves to a time, also backwards. */
    public void set(Instant time) {
        now.set(time);
    }
}
