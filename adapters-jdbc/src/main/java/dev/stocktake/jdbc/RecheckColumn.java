package dev.stocktake.jdbc;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** The column that says when a product must be read again: a moment, or a number of seconds since 1970. */
record RecheckColumn(int index, boolean seconds, boolean offset) {

    private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);

    /** Further away than anybody plans, and near enough for every arithmetic. */
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    /** @throws IllegalArgumentException if no moment follows from values of this type */
    static RecheckColumn of(Dialect dialect, int index, int jdbcType, String typeName) {
        if (dialect.isMoment(jdbcType, typeName)) {
            return new RecheckColumn(index, false, dialect.hasOffsets());
        }
        return switch (jdbcType) {
            case Types.INTEGER, Types.BIGINT, Types.NUMERIC, Types.DECIMAL -> new RecheckColumn(index, true, false);
            default ->
                throw new IllegalArgumentException("is of type " + typeName
                        + ", from which no moment follows; make it a timestamp with a time zone (as in \"sale_begins at"
                        + " time zone 'Europe/Berlin'\"), or a number of seconds since 1970");
        };
    }

    @Nullable
    Instant read(ResultSet row) throws SQLException {
        if (seconds) {
            BigDecimal value = row.getBigDecimal(index);
            return value == null ? null : moment(value);
        }
        if (!offset) {
            LocalDateTime utc = row.getObject(index, LocalDateTime.class);
            return utc == null ? null : utc.toInstant(ZoneOffset.UTC);
        }
        OffsetDateTime value = row.getObject(index, OffsetDateTime.class);
        return value == null || value.toInstant().isAfter(LATEST) ? null : value.toInstant();
    }

    private static @Nullable Instant moment(BigDecimal seconds) {
        if (seconds.compareTo(BigDecimal.valueOf(LATEST.getEpochSecond())) > 0) {
            return null;
        }
        BigDecimal floor = seconds.setScale(0, RoundingMode.FLOOR);
        return Instant.ofEpochSecond(
                floor.max(BigDecimal.ZERO).longValue(),
                floor.signum() < 0 ? 0 : seconds.subtract(floor).multiply(NANOS).longValue());
    }
}
