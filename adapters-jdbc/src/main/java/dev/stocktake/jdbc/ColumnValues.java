package dev.stocktake.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the values of a column become values of a document, by the column's type. Dates and times go through
 * {@code java.time} only: what passes through {@code java.sql.Timestamp} depends on the time zone of the JVM.
 */
final class ColumnValues {

    /** Not loaded before a column holds JSON: no application shall wait for that while it starts. */
    private static final class Json {
        static final ObjectReader READER = JsonMapper.builder()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build()
                .readerFor(Object.class);
    }

    /** The text itself. */
    static final ColumnValue TEXT = ResultSet::getString;

    private ColumnValues() {}

    /**
     * The reader for a column's type.
     *
     * @throws IllegalArgumentException if values of this type cannot be put into a document; the message says what to do
     */
    static ColumnValue of(Dialect dialect, int jdbcType, String typeName) {
        ColumnValue own = dialect.value(jdbcType, typeName);
        String name = typeName.toLowerCase(Locale.ROOT);
        ColumnValue special = own != null ? own : byName(name);
        return special != null ? special : byType(jdbcType, name);
    }

    /** The reader for a column that holds JSON, whatever its type. */
    static ColumnValue json() {
        return ColumnValues::json;
    }

    private static @Nullable ColumnValue byName(String name) {
        return switch (name) {
            case "json", "jsonb" -> ColumnValues::json;
            case "uuid", "bit", "varbit" -> TEXT;
            case "timestamptz", "timestamp with time zone" -> ColumnValues::instant;
            case "timetz", "time with time zone" -> ColumnValues::offsetTime;
            case "money" ->
                throw new IllegalArgumentException("is of type money, whose text depends on the server's locale;"
                        + " cast it to numeric in the query");
            default -> null;
        };
    }

    private static ColumnValue byType(int jdbcType, String name) {
        return switch (jdbcType) {
            case Types.BIT, Types.BOOLEAN -> (row, column) -> orNull(row, row.getBoolean(column));
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT ->
                (row, column) -> orNull(row, row.getLong(column));
            case Types.REAL -> (row, column) -> real(row, Float.toString(row.getFloat(column)));
            case Types.FLOAT, Types.DOUBLE -> (row, column) -> real(row, Double.toString(row.getDouble(column)));
            case Types.NUMERIC, Types.DECIMAL -> ResultSet::getBigDecimal;
            case Types.DATE -> ColumnValues::date;
            case Types.TIME -> ColumnValues::time;
            case Types.TIMESTAMP -> ColumnValues::dateTime;
            case Types.TIMESTAMP_WITH_TIMEZONE -> ColumnValues::instant;
            case Types.TIME_WITH_TIMEZONE -> ColumnValues::offsetTime;
            case Types.ARRAY -> array(name);
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB ->
                throw new IllegalArgumentException("is binary (" + name
                        + "), which no document can hold; leave it out, or turn it into text in the query");
            case Types.STRUCT, Types.REF, Types.DATALINK, Types.JAVA_OBJECT, Types.REF_CURSOR ->
                throw new IllegalArgumentException(
                        "is of type " + name + ", which no document can hold; turn it into text or JSON in the query");
            default -> TEXT;
        };
    }

    private static @Nullable Object orNull(ResultSet row, Object value) throws SQLException {
        return row.wasNull() ? null : value;
    }

    private static @Nullable Object real(ResultSet row, String value) throws SQLException {
        if (row.wasNull()) {
            return null;
        }
        try {
            return new BigDecimal(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is " + value + ", which no document can hold", e);
        }
    }

    private static @Nullable Object date(ResultSet row, int column) throws SQLException {
        LocalDate date = row.getObject(column, LocalDate.class);
        return date == null ? null : endless(date.equals(LocalDate.MAX), date.equals(LocalDate.MIN), date.toString());
    }

    private static @Nullable Object time(ResultSet row, int column) throws SQLException {
        LocalTime time = row.getObject(column, LocalTime.class);
        return time == null ? null : DateTimeFormatter.ISO_LOCAL_TIME.format(time);
    }

    private static @Nullable Object offsetTime(ResultSet row, int column) throws SQLException {
        OffsetTime time = row.getObject(column, OffsetTime.class);
        return time == null ? null : DateTimeFormatter.ISO_OFFSET_TIME.format(time);
    }

    private static @Nullable Object dateTime(ResultSet row, int column) throws SQLException {
        LocalDateTime time = row.getObject(column, LocalDateTime.class);
        return time == null
                ? null
                : endless(
                        time.equals(LocalDateTime.MAX),
                        time.equals(LocalDateTime.MIN),
                        DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time));
    }

    private static @Nullable Object instant(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null
                ? null
                : endless(
                        time.equals(OffsetDateTime.MAX),
                        time.equals(OffsetDateTime.MIN),
                        time.toInstant().toString());
    }

    private static String endless(boolean max, boolean min, String value) {
        return max ? "infinity" : min ? "-infinity" : value;
    }

    private static @Nullable Object json(ResultSet row, int column) throws SQLException {
        String text = row.getString(column);
        try {
            return text == null ? null : Json.READER.readValue(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("holds JSON that cannot be read: " + e.getOriginalMessage(), e);
        }
    }

    private static ColumnValue array(String name) {
        if (name.contains("time") || name.contains("date") || name.contains("bytea") || name.contains("binary")) {
            throw new IllegalArgumentException("is an array of " + name.replaceFirst("^_", "")
                    + ", which no document can hold; turn it into text[] or JSON in the query");
        }
        boolean json = name.contains("json");
        return (row, column) -> {
            Array array = row.getArray(column);
            return array == null ? null : elements((Object[]) array.getArray(), json);
        };
    }

    private static Object elements(@Nullable Object[] array, boolean json) {
        return Arrays.stream(array)
                .map(value -> value instanceof Object[] inner ? elements(inner, json) : element(value, json))
                .toList();
    }

    private static @Nullable Object element(@Nullable Object value, boolean json) {
        if (value == null || value instanceof Number || value instanceof Boolean || value instanceof String && !json) {
            return value;
        }
        try {
            return json ? Json.READER.readValue(value.toString()) : value.toString();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("holds JSON that cannot be read: " + e.getOriginalMessage(), e);
        }
    }
}
