package dev.stocktake.jdbc;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the change log: a row with this upward key changed.
 *
 * @param id as text
 * @param copy whether it is kept for this consumer alone
 * @param source the number of the column
 * @param key as the database writes it
 * @param at when the row changed, by the database's clock
 * @param climbedTo the product up to which a wide entry was followed, as read; empty at its start, null if it is not wide
 */
record LogEntry(
        String id,
        boolean copy,
        int source,
        String key,
        Instant at,
        @Nullable String climbedTo) {}
