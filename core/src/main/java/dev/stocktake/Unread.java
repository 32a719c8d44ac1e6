package dev.stocktake;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What lies before a feed and was not taken yet.
 *
 * @param entries how many; a good estimate where counting would take long
 * @param oldest how long the oldest of them has been lying there, by the clock of the shop's database; null if there is none
 */
public record Unread(long entries, @Nullable Duration oldest) {

    /** How long the oldest entry has been lying there. */
    public Optional<Duration> oldestAge() {
        return Optional.ofNullable(oldest);
    }
}
