package dev.stocktake;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How true an index is, as far as anybody can know now.
 *
 * <p>Products in the books are counted up to {@link Backlog#MOST_COUNTED}, which then means so many or more: whoever asks
 * every second must not make the ledger count a million each time. {@code inFlight} is always exact.
 *
 * @param index whose lane
 * @param known whether the index was ever looked at; if not, nothing is known to be true
 * @param walking whether a walk over all products has begun and not ended
 * @param orphansUnknown whether documents without a product have not been looked for yet
 * @param marked products not yet true, quarantined ones not counted
 * @param inFlight products handed to the index and not yet confirmed
 * @param suspect products whose last write has an unknown outcome
 * @param quarantined products that are quarantined
 * @param dueRechecks products whose time has come ({@link Projection#recheckAt}) and that are not marked yet: the next run
 *     marks them
 * @param oldestMark the age of the oldest mark; null if there is none
 * @param oldestChange the age of the oldest change in the database that is not yet applied, quarantined products not counted;
 *     null if there is none whose time a feed knew. With the mark's age it says how long the feed took
 * @param freshness how long changes took that this instance applied in the last hour
 * @param freshnessSinceStart the same since this instance was made
 * @param heldBack deletions that wait for somebody's leave; null if there are none
 * @param audit how well the index is audited; null if it never was
 * @param rebuild where its rebuild stands, or how the last one ended; null if there never was one
 * @param lastRun the last run of this instance; null before the first
 */
public record Truth(
        String index,
        boolean known,
        boolean walking,
        boolean orphansUnknown,
        long marked,
        long inFlight,
        long suspect,
        long quarantined,
        long dueRechecks,
        @Nullable Duration oldestMark,
        @Nullable Duration oldestChange,
        Freshness freshness,
        Freshness freshnessSinceStart,
        @Nullable HeldBack heldBack,
        @Nullable AuditStatus audit,
        @Nullable RebuildStatus rebuild,
        @Nullable SyncReport lastRun) {

    /** Whether nothing is known that is not true. Quarantined products are not true. */
    public boolean clean() {
        return known
                && !walking
                && !orphansUnknown
                && marked == 0
                && inFlight == 0
                && quarantined == 0
                && dueRechecks == 0;
    }

    /** The age of the oldest mark, if there is one. */
    public Optional<Duration> oldestMarkAge() {
        return Optional.ofNullable(oldestMark);
    }

    /** The age of the oldest change that is not applied, if there is one whose time is known. */
    public Optional<Duration> oldestChangeAge() {
        return Optional.ofNullable(oldestChange);
    }
}
