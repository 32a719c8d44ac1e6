package dev.stocktake;

import java.time.Duration;

/**
 * How long changes took from the database to the index: from the change, by the clock of the shop's database, to the moment
 * at which the ledger confirmed that the index had applied it, by the ledger's clock.
 *
 * <p>Only changes count whose time a feed knew, and each once: when it is applied for the first time. Several changes of one
 * product that are applied together count as one, the earliest. Where the two clocks differ, all durations are off by that
 * much; what would be negative counts as zero. A product that changed again while it was written counts twice, the second
 * time from when its first write was begun, if that is later than the change.
 *
 * <p>The percentiles are never too short, and at most one sixteenth too long; the longest is exact to the microsecond.
 * Durations over 100 days count as such.
 *
 * @param changes how many were counted
 * @param p50 half of them took no longer; zero if there were none
 * @param p99 99 of 100 took no longer; zero if there were none
 * @param max the longest; zero if there were none
 */
public record Freshness(long changes, Duration p50, Duration p99, Duration max) {

    /** Of no change at all. */
    public static final Freshness NONE = new Freshness(0, Duration.ZERO, Duration.ZERO, Duration.ZERO);
}
