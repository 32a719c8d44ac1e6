package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Goes on with another clock but never back: when somebody sets that one back, this one stands still for that moment. So a
 * duration is never negative, and nobody waits for an hour to come again. Only differences of its instants mean something.
 *
 * <p>Thread-safe.
 */
final class SteadyClock implements InstantSource {

    private final InstantSource clock;
    private final AtomicReference<Reading> last;

    /** What the other clock said when this one said something. */
    private record Reading(Instant seen, Instant steady) {

        Reading next(Instant now) {
            Duration step = Duration.between(seen, now);
            return new Reading(now, step.isNegative() ? steady : steady.plus(step));
        }
    }

    SteadyClock(InstantSource clock) {
        this.clock = clock;
        Instant now = clock.instant();
        this.last = new AtomicReference<>(new Reading(now, now));
    }

    @Override
    public Instant instant() {
        return last.updateAndGet(reading -> reading.next(clock.instant())).steady();
    }
}
