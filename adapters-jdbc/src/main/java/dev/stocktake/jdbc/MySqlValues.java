package dev.stocktake.jdbc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Values of types that only MariaDB and MySQL have, or have otherwise. A date of zeros stands for none; one that does not exist
 * cannot be read.
 */
final class MySqlValues {

    private MySqlValues() {}

    /** The reader for a type, null if there is nothing special about it. */
    static @Nullable ColumnValue of(String typeName) {
        return switch (typeName.toUpperCase(Locale.ROOT)) {
            case "TIMESTAMP" -> MySqlValues::moment;
            case "TIME" -> MySqlValues::time;
            case "YEAR" -> MySqlValues::year;
            case "BIGINT UNSIGNED" -> (row, column) -> number(row.getString(column));
            case "BIT" -> MySqlValues::bits;
            default -> null;
        };
    }

    /** While we read, the session's time zone is UTC. */
    private static @Nullable Object moment(ResultSet row, int column) throws SQLException {
        LocalDateTime time = row.getObject(column, LocalDateTime.class);
        return time == null ? null : time.toInstant(ZoneOffset.UTC).toString();
    }

    /** A time of day; what is longer than a day, or negative, is a span of time and stays as the server writes it. */
    private static @Nullable Object time(ResultSet row, int column) throws SQLException {
        String text = row.getString(column);
        try {
            return text == null ? null : DateTimeFormatter.ISO_LOCAL_TIME.format(LocalTime.parse(text));
        } catch (DateTimeException e) {
            return text;
        }
    }

    /** As text some drivers make a date of it. */
    private static @Nullable Object year(ResultSet row, int column) throws SQLException {
        long year = row.getInt(column);
        return row.wasNull() ? null : (Object) year;
    }

    private static @Nullable Object number(@Nullable String text) {
        if (text == null) {
            return null;
        }
        BigDecimal number = new BigDecimal(text);
        return number.toBigInteger().bitLength() < Long.SIZE ? (Object) number.longValueExact() : number;
    }

    /** A single bit is yes or no, more are a number. */
    private static @Nullable Object bits(ResultSet row, int column) throws SQLException {
        Object value = row.getObject(column);
        return value instanceof byte[] bytes
                ? number(new BigInteger(1, bytes).toString())
                : value == null || value instanceof Boolean ? value : number(value.toString());
    }
}
