package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A neighbour that is down: how long to leave it alone, and what to tell the operator. However long it lasts, one WARN when it
 * begins and one INFO when it is over.
 */
final class Trouble {

    private static final Logger log = LoggerFactory.getLogger(Stocktake.class);

    private final String index;
    private final Retries retries;
    private final InstantSource clock;
    private Retries.@Nullable Row row;
    private int failures;
    private boolean exhausted;
    private @Nullable Instant since;
    private Instant until;
    private String last = "";

    Trouble(String index, Retries retries, InstantSource clock) {
        this.index = index;
        this.retries = retries;
        this.clock = clock;
        this.until = Instant.MIN;
    }

    /** Something failed that may succeed later. */
    void note(Throwable failure) {
        failures++;
        last = String.valueOf(failure.getMessage());
        Instant now = clock.instant();
        Retries.Row current = row == null ? retries.row() : row;
        row = current;
        Duration delay = current.afterFailure(failure).orElseGet(() -> {
            exhausted = true;
            return retries.delay(failures);
        });
        until = now.plus(delay);
        if (since == null) {
            since = now;
            log.warn("Index '{}' cannot be synced now; nothing is lost, trying again. Cause: {}", index, last);
        } else {
            log.debug("Index '{}' still cannot be synced, attempt {}", index, failures, failure);
        }
    }

    /** Something succeeded that the trouble would have prevented. */
    void over() {
        if (since != null) {
            log.info(
                    "Index '{}' can be synced again after {} failures in {}",
                    index,
                    failures,
                    Duration.between(since, clock.instant()));
        }
        since = null;
        giveAnotherChance();
    }

    /** Somebody asks and waits: try at once, and as often as the first time. */
    void giveAnotherChance() {
        until = Instant.MIN;
        row = null;
        failures = 0;
        exhausted = false;
    }

    boolean pausing() {
        return clock.instant().isBefore(until);
    }

    /** How long to wait before the next attempt. */
    Duration pause() {
        Duration rest = Duration.between(clock.instant(), until);
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    /** Whether it has failed as often in a row as a run shall bear. */
    boolean exhausted() {
        return exhausted;
    }

    boolean present() {
        return since != null;
    }

    String cause() {
        return last;
    }
}
