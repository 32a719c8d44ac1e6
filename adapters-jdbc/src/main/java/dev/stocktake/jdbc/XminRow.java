package dev.stocktake.jdbc;

import dev.stocktake.jdbc.XminCursor.Place;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version of a row that a pass met.
 *
 * @param xid all 64 bits of the number of the transaction that wrote it; of a row that is old, but came to the table with
 *     its partition, the lower 32 bits, negative
 * @param keys what leads upward, per way; null where the column is null
 * @param at when it was committed; null where the database does not remember
 */
record XminRow(
        Place place,
        long xid,
        List<@Nullable String> keys,
        @Nullable Instant at) {

    /** Whether it was written from the horizon on. */
    boolean dated() {
        return xid >= 0;
    }

    /** Where a row lies and who wrote it: no other committed version is ever both. */
    long hash() {
        long hash = mix(place.partition());
        hash = mix(hash ^ place.block());
        hash = mix(hash ^ place.line());
        return mix(hash ^ xid);
    }

    /** Every bit of the answer depends on every bit of the question, so that sums do not cancel out. */
    private static long mix(long value) {
        long mixed = value + 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
