package dev.stocktake.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * The column that moves when a row changes.
 *
 * <p>Its values are handled as {@link Instant}s in the column's own terms: moments where the type has a time zone; where it
 * has none, the local time as if it were UTC. They never pass through the time zone of the JVM.
 *
 * @param name as declared, for messages
 * @param zoned whether the type has a time zone
 * @param offset whether values are read and bound with an offset
 * @param zone whose local time the writers put there, if the type has none; null if not known
 */
record Stamp(
        String name,
        Catalog.Column column,
        boolean zoned,
        boolean offset,
        @Nullable ZoneId zone) {

    private static final ZoneOffset LATEST_LOCAL_TIME = ZoneOffset.ofHours(14);
    private static final ZoneOffset EARLIEST_LOCAL_TIME = ZoneOffset.ofHours(-12);
    private static final Duration DAY = Duration.ofDays(1);

    /** The stamp of a column, null if its type tells no time of day. */
    static @Nullable Stamp of(Dialect dialect, String name, Catalog.Column column, @Nullable ZoneId zone) {
        boolean zoned = dialect.isMoment(column.jdbcType(), column.typeName());
        return zoned || column.jdbcType() == Types.TIMESTAMP
                ? new Stamp(name, column, zoned, zoned && dialect.hasOffsets(), zoned ? null : zone)
                : null;
    }

    /** The smallest step from one value to the next. */
    Duration step() {
        long nanos = 1;
        for (int digits = Math.max(0, column.scale()); digits < 9; digits++) {
            nanos *= 10;
        }
        return Duration.ofNanos(nanos);
    }

    /**
     * The earliest value that a writer may put here at this moment. In the night when clocks go back an hour is written
     * twice, so for a day around it the lower offset counts.
     */
    Instant earliest(Instant moment) {
        if (zoned) {
            return moment;
        }
        if (zone == null) {
            return asLocal(moment, EARLIEST_LOCAL_TIME);
        }
        return asLocal(moment, aroundChanges(moment, zone, true));
    }

    /** A value that no writer with a sound clock reaches at this moment. */
    Instant latest(Instant moment) {
        if (zoned) {
            return moment;
        }
        return asLocal(moment, zone == null ? LATEST_LOCAL_TIME : aroundChanges(moment, zone, false));
    }

    private static ZoneOffset aroundChanges(Instant moment, ZoneId zone, boolean lower) {
        ZoneOffset before = zone.getRules().getOffset(moment.minus(DAY));
        ZoneOffset after = zone.getRules().getOffset(moment.plus(DAY));
        return before.getTotalSeconds() < after.getTotalSeconds() == lower ? before : after;
    }

    private static Instant asLocal(Instant moment, ZoneOffset offset) {
        return moment.plusSeconds(offset.getTotalSeconds());
    }

    /** The value in a row; {@link Instant#MAX} for the database's infinity. */
    Instant read(ResultSet row, int index) throws SQLException {
        if (offset) {
            OffsetDateTime time = row.getObject(index, OffsetDateTime.class);
            return time.equals(OffsetDateTime.MAX) ? Instant.MAX : time.toInstant();
        }
        LocalDateTime time = row.getObject(index, LocalDateTime.class);
        return time.equals(LocalDateTime.MAX) ? Instant.MAX : time.toInstant(ZoneOffset.UTC);
    }

    /** The moment that a row's value stands for; null if it has none, or if no moment follows from it. */
    @Nullable
    Instant moment(ResultSet row, int index) throws SQLException {
        return row.getObject(index) == null ? null : moment(read(row, index));
    }

    /** The moment that a value stands for; null if none follows from it. */
    @Nullable
    Instant moment(Instant read) {
        ZoneId writers = zoned ? ZoneOffset.UTC : zone;
        return writers == null || read.equals(Instant.MAX)
                ? null
                : LocalDateTime.ofInstant(read, ZoneOffset.UTC).atZone(writers).toInstant();
    }

    /** Sets a parameter to compare the column with. */
    void bind(PreparedStatement statement, int index, Instant value) throws SQLException {
        if (offset) {
            statement.setObject(index, value.equals(Instant.MAX) ? OffsetDateTime.MAX : value.atOffset(ZoneOffset.UTC));
        } else {
            statement.setObject(
                    index,
                    value.equals(Instant.MAX) ? LocalDateTime.MAX : LocalDateTime.ofInstant(value, ZoneOffset.UTC));
        }
    }
}
