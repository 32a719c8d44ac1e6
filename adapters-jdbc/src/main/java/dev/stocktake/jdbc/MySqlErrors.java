package dev.stocktake.jdbc;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What MariaDB's and MySQL's own numbers say where their SQLSTATE misleads or, as {@code HY000}, says nothing. No other
 * supported database uses these numbers.
 */
final class MySqlErrors {

    /** Too many connections of this user. */
    private static final Set<Integer> UNAVAILABLE = Set.of(1203, 1226);

    private static final Set<Integer> MISCONFIGURED = Set.of(
            1052, // a column that is meant twice
            1222, 1241, // selects of different width
            1267, 1270, 1271, 1273, // collations that do not go together, or are not there
            1111, 1210, 4078, // a function used in a wrong way
            1356, 1449, // a view whose tables or owner are gone
            1290, 1836, // a server that takes no writes
            1419, // a trigger where the binary log is on: SUPER, or log_bin_trust_function_creators
            1193, 1298, // a variable or time zone that is not there
            1665, 1709); // READ COMMITTED with a log of statements; an index that is too wide

    /** Values that are none, and JSON that is none. */
    private static final Set<Integer> DATA = Set.of(1366, 1411, 1525, 4037, 4038, 4039, 4040, 4041, 4042);

    /** A lock that was waited for in vain, a row that was changed since, two transactions that inserted the same key. */
    private static final Set<Integer> CONFLICT = Set.of(1205, 1020, 1062);

    private static final Set<Integer> NO_RIGHT = Set.of(1044, 1142, 1143, 1370);

    private static final int NO_DATABASE = 1049;

    private MySqlErrors() {}

    /** What the number means; null if the SQLSTATE tells. */
    static SqlErrors.@Nullable Kind kind(SQLException error) {
        int code = error.getErrorCode();
        if (UNAVAILABLE.contains(code)) {
            return SqlErrors.Kind.UNAVAILABLE;
        }
        if (MISCONFIGURED.contains(code)) {
            return SqlErrors.Kind.MISCONFIGURED;
        }
        return DATA.contains(code) ? SqlErrors.Kind.DATA : null;
    }

    /** Whether the transaction lost against another. */
    static boolean isConflict(SQLException error) {
        return CONFLICT.contains(error.getErrorCode());
    }

    static boolean isMissingRight(SQLException error) {
        return NO_RIGHT.contains(error.getErrorCode());
    }

    static boolean isMissingDatabase(SQLException error) {
        return error.getErrorCode() == NO_DATABASE;
    }
}
