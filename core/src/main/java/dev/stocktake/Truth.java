package dev.stocktake;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How true an index is, as far as anybody can know now.
 *
 * @param index whose lane
 * @param known whether the index was ever looked at; if not, nothing is known to be true
 * @param walking whether a walk over all products has begun and not ended
 * @param orphansUnknown whether documents without a product have not been looked for yet
 * @param marked products not yet true, quarantined ones not counted
 * @param inFlight products handed to the index and not yet confirmed
 * @param suspect products whose last write has an unknown outcome
 * @param quarantined products that are quarantined
 * @param oldestMark the age of the oldest mark; null if there is none
 * @param heldBack deletions that wait for somebody's leave; null if there are none
 * @param audit how well the index is audited; null if it never was
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
        @Nullable Duration oldestMark,
        @Nullable HeldBack heldBack,
        @Nullable AuditStatus audit,
        @Nullable SyncReport lastRun) {

    /** Whether nothing is known that is not true. Quarantined products are not true. */
    public boolean clean() {
        return known && !walking && !orphansUnknown && marked == 0 && inFlight == 0 && quarantined == 0;
    }

    /** The age of the oldest mark, if there is one. */
    public Optional<Duration> oldestMarkAge() {
        return Optional.ofNullable(oldestMark);
    }
}
