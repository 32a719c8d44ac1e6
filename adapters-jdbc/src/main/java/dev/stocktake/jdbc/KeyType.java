package dev.stocktake.jdbc;

import dev.stocktake.ProductKey;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Types;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The type of a column that holds ids: how its values are written as text, and which texts can be values of it.
 *
 * @param sqlType the database's name of it
 */
record KeyType(Kind kind, String sqlType) {

    /** What kind of values the column holds. */
    enum Kind {
        INTEGER,
        DECIMAL,
        UUID,
        /** Blank-padded: {@code char(n)}. */
        PADDED,
        TEXT
    }

    private static final Pattern WHOLE_NUMBER = Pattern.compile("0|-?[1-9][0-9]*");

    /** The type of a column, null if its values cannot be ids. */
    static @Nullable KeyType of(int jdbcType, String typeName) {
        String name = typeName.toLowerCase(Locale.ROOT);
        if (name.equals("uuid")) {
            return new KeyType(Kind.UUID, "uuid");
        }
        return switch (jdbcType) {
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT ->
                name.equals("bigint unsigned")
                        ? new KeyType(Kind.DECIMAL, "numeric")
                        : new KeyType(Kind.INTEGER, "int8");
            case Types.NUMERIC, Types.DECIMAL -> new KeyType(Kind.DECIMAL, "numeric");
            case Types.CHAR, Types.NCHAR -> new KeyType(Kind.PADDED, "bpchar");
            case Types.VARCHAR, Types.NVARCHAR, Types.LONGVARCHAR, Types.LONGNVARCHAR ->
                new KeyType(Kind.TEXT, isOrdinaryText(name) ? "text" : typeName);
            case Types.OTHER -> name.equals("citext") ? new KeyType(Kind.TEXT, typeName) : null;
            default -> null;
        };
    }

    private static boolean isOrdinaryText(String name) {
        return name.equals("text") || name.equals("varchar") || name.startsWith("character");
    }

    /** Whether ids of this type are numbers and are ordered as numbers. */
    boolean numeric() {
        return kind == Kind.INTEGER || kind == Kind.DECIMAL;
    }

    /** The value to look for in the database; null if no row can have this id. */
    @Nullable
    Object value(String key) {
        return switch (kind) {
            case INTEGER -> bounded(wholeNumber(key));
            case DECIMAL -> decimal(wholeNumber(key));
            case UUID -> uuid(key);
            case PADDED -> key.endsWith(" ") || !storable(key) ? null : key;
            case TEXT -> storable(key) ? key : null;
        };
    }

    /**
     * The id as our text: whole numbers in plain digits, padding removed.
     *
     * @param read what the driver returned for the value as text
     * @throws IllegalArgumentException if it cannot be an id; the message says why
     */
    String text(String read) {
        return switch (kind) {
            case INTEGER, UUID, TEXT -> read;
            case PADDED -> withoutPadding(read);
            case DECIMAL -> plain(read);
        };
    }

    /** Like {@link #text}, for what may lead nowhere: null if it is null, or cannot be an id. */
    @Nullable
    String key(@Nullable String read) {
        try {
            return read == null ? null : text(read);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** A value that was read as text, to go on from, usable as an id or not. */
    Object asRead(String read) {
        return switch (kind) {
            case INTEGER -> Long.valueOf(read);
            case DECIMAL -> new BigDecimal(read);
            case UUID -> java.util.UUID.fromString(read);
            case PADDED, TEXT -> read;
        };
    }

    /** Compares two numeric ids; what is no number comes after all numbers. */
    static int compareNumbers(String left, String right) {
        BigInteger l = wholeNumber(left);
        BigInteger r = wholeNumber(right);
        if (l != null && r != null) {
            return l.compareTo(r);
        }
        return l != null ? -1 : r != null ? 1 : left.compareTo(right);
    }

    private static @Nullable BigInteger wholeNumber(String key) {
        return key.length() <= ProductKey.MAX_LENGTH
                        && WHOLE_NUMBER.matcher(key).matches()
                ? new BigInteger(key)
                : null;
    }

    private static @Nullable Long bounded(@Nullable BigInteger number) {
        return number == null || number.bitLength() > 63 ? null : number.longValue();
    }

    private static @Nullable BigDecimal decimal(@Nullable BigInteger number) {
        return number == null ? null : new BigDecimal(number);
    }

    private static @Nullable UUID uuid(String key) {
        try {
            UUID uuid = java.util.UUID.fromString(key);
            return uuid.toString().equals(key) ? uuid : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** NUL and half surrogate pairs cannot be sent to a database, so no row can hold them. */
    private static boolean storable(String key) {
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c == 0) {
                return false;
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == key.length()
                        || !Character.isLowSurrogate(key.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    private static String withoutPadding(String read) {
        int end = read.length();
        while (end > 0 && read.charAt(end - 1) == ' ') {
            end--;
        }
        return read.substring(0, end);
    }

    private static String plain(String read) {
        try {
            return new BigDecimal(read).toBigIntegerExact().toString();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("the id " + read + " is not a whole number", e);
        }
    }
}
