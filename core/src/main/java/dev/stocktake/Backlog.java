package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How much of the live generation is not yet true, in numbers.
 *
 * <p>Nobody counts for ever: from {@link #MOST_COUNTED} on a count says that there are so many or more. Times are exact.
 *
 * @param marked products with a mark, quarantined ones not counted
 * @param due those of them that may be claimed now
 * @param suspect those of them whose write had an unknown outcome
 * @param quarantined products that are quarantined
 * @param inFlight products of open batches
 * @param openBatches batches not yet confirmed, failed or suspect
 * @param oldest when the oldest mark was made; null if there is none
 * @param oldestChange when the oldest change was made that is not applied, by the clock of the shop's database; null if there
 *     is none whose time is known. Quarantined products do not count
 * @param nextDue when the next mark that was put off may be claimed; null if none was
 * @param dueRechecks products whose time to be looked at again has come and that are not marked yet
 * @param nextRecheck when the time of the next one comes, or came; null if there is none
 * @param now the ledger's time
 */
public record Backlog(
        long marked,
        long due,
        long suspect,
        long quarantined,
        long inFlight,
        long openBatches,
        @Nullable Instant oldest,
        @Nullable Instant oldestChange,
        @Nullable Instant nextDue,
        long dueRechecks,
        @Nullable Instant nextRecheck,
        Instant now) {

    /** Where a count ends: whoever waits for the answer could do nothing else with a larger number. */
    public static final int MOST_COUNTED = 10_000;

    /** A count in words. */
    static String words(long count) {
        return count < MOST_COUNTED ? Long.toString(count) : MOST_COUNTED + " or more";
    }

    /** How old the oldest mark is; zero if the ledger's clock was set back behind it. */
    public Optional<Duration> oldestAge() {
        return Optional.ofNullable(oldest)
                .map(since -> now.isBefore(since) ? Duration.ZERO : Duration.between(since, now));
    }

    /** How old the oldest change is; zero if the shop's clock is ahead. */
    public Optional<Duration> oldestChangeAge() {
        return Optional.ofNullable(oldestChange)
                .map(changed -> changed.isAfter(now) ? Duration.ZERO : Duration.between(changed, now));
    }

    /** How long until the next mark that was put off is due. */
    public Optional<Duration> untilDue() {
        return Optional.ofNullable(nextDue).map(due -> Duration.between(now, due));
    }
}
