package dev.stocktake.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * How far back something may still be committed.
 *
 * @param now by the database's clock
 * @param oldest when the oldest open transaction began, if that is before now and known; else now
 * @param blocked whether there are transactions of unknown age that may commit: nothing must be taken for settled
 * @param session whom the database answered; with the time, unique
 */
record Horizon(Instant now, Instant oldest, boolean blocked, String session) {

    static Horizon of(OffsetDateTime now, @Nullable OffsetDateTime oldest, boolean blocked, String session) {
        Instant moment = now.toInstant();
        return new Horizon(
                moment,
                oldest == null || oldest.toInstant().isAfter(moment) ? moment : oldest.toInstant(),
                blocked,
                session);
    }

    /** Before this nothing can appear any more, in the terms of a column, if clocks are not farther apart than the overlap. */
    Instant settled(Stamp stamp, Duration overlap) {
        return stamp.earliest(oldest).minus(overlap);
    }
}
