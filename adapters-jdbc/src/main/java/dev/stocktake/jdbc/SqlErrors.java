package dev.stocktake.jdbc;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.StocktakeException;
import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a driver throws into what the reader can do about it. Sorted by SQLSTATE, which is the part that drivers agree
 * on; vendor codes are used where it says nothing, see {@link MySqlErrors}.
 */
final class SqlErrors {

    /** What an error means for us. */
    enum Kind {
        /** Connection, time-out, lock, shutdown, lack of resources: the same may succeed later. */
        UNAVAILABLE,
        /** Unknown table or column, syntax, missing right: somebody has to correct something. */
        MISCONFIGURED,
        /** The data of some row: a failed cast, a division by zero, a subquery that found two rows. */
        DATA
    }

    /** SQLSTATEs whose class alone would mislead; the last two lines are H2's own. */
    private static final Set<String> MISCONFIGURED = Set.of(
            "25006", // a write in a read-only transaction
            "25001", // the transaction had begun already
            "26000", // unknown prepared statement: a pooler that swaps connections within a session
            "90013", "90146", "90022", "90040", "90079", "90096");

    private static final Set<String> DATA = Set.of("21000", "P0001", "45000", "90053");

    private static final Pattern SECRET =
            Pattern.compile("(?i)((?:password|passwd|pwd|secret|token)=)[^&;\\s]*|(//[^/\\s:@]*:)[^/\\s@]+(?=@)");

    private SqlErrors() {}

    /** What this error means. */
    static Kind kind(SQLException error) {
        if (error instanceof SQLTransientException
                || error instanceof SQLRecoverableException
                || error instanceof SQLNonTransientConnectionException) {
            return Kind.UNAVAILABLE;
        }
        String state = error.getSQLState();
        if (state == null || state.length() != 5 || isOutdatedPlan(error)) {
            return Kind.UNAVAILABLE;
        }
        Kind byNumber = MySqlErrors.kind(error);
        if (byNumber != null) {
            return byNumber;
        }
        if (MISCONFIGURED.contains(state)) {
            return Kind.MISCONFIGURED;
        }
        if (DATA.contains(state)) {
            return Kind.DATA;
        }
        return switch (state.substring(0, 2)) {
            case "22" -> Kind.DATA;
            case "0A", "07", "28", "2F", "39", "3D", "3F", "42", "44" -> Kind.MISCONFIGURED;
            default -> Kind.UNAVAILABLE;
        };
    }

    /** PostgreSQL, once on each connection, after the host has changed a table; the statement is then prepared anew. */
    private static boolean isOutdatedPlan(SQLException error) {
        return "0A000".equals(error.getSQLState())
                && String.valueOf(error.getMessage()).contains("cached plan must not change");
    }

    /**
     * The exception that leaves the adapter.
     *
     * @param what was being done, to which query or table: "Reading the query 'children[0] variants'"
     */
    static StocktakeException translate(String what, SQLException error) {
        if (interrupted(error)) {
            Thread.currentThread().interrupt();
            return new StoppedException(what + " was interrupted; nothing is lost, run again", harmless(error));
        }
        String message = what + " failed: " + describe(error) + nextStep(error);
        return switch (kind(error)) {
            case UNAVAILABLE -> new UnavailableException(message, harmless(error));
            case MISCONFIGURED -> new MisconfiguredException(message, harmless(error));
            case DATA -> new MisconfiguredException(message + "; correct the row or the query", harmless(error));
        };
    }

    private static String nextStep(SQLException error) {
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        return switch (state) {
            case "57014" -> "; look at its plan, or raise 'statementTimeout' (the ledger's 'timeout')";
            case "25P03" ->
                "; this process said nothing for longer than the ledger's 'timeout' inside a transaction: look why it stood"
                        + " still, or raise it";
            case "42501", "90096" -> "; grant that right to the DataSource's user";
            case "42P01", "42703", "3F000", "42S02", "42S03", "42S04", "42S22", "90079" ->
                "; correct the name in the query or in the tables that were declared";
            default -> nextStep(state);
        };
    }

    private static String nextStep(String state) {
        if (state.startsWith("08")) {
            return "; check the address in the DataSource, and whether the database is up";
        }
        if (state.startsWith("28")) {
            return "; check the DataSource's user and password";
        }
        return state.startsWith("3D") ? "; check the name of the database in the DataSource" : "";
    }

    /** A pool or proxy that fails without an {@link SQLException}: closed, say, or not yet started. */
    static StocktakeException noConnection(RuntimeException error) {
        SQLException told = new SQLException(String.valueOf(error), "08001", error);
        return new UnavailableException(
                "The DataSource has no connection to give: " + oneLine(error.toString()), harmless(told));
    }

    /** The driver's words and the SQLSTATE, without secrets. */
    static String describe(SQLException error) {
        String state = error.getSQLState();
        return oneLine(error.getMessage()) + (state == null ? "" : " (SQLSTATE " + state + ")");
    }

    private static String oneLine(@Nullable String message) {
        return message == null
                ? "no message"
                : withoutSecrets(message).replaceAll("\\s*\\R\\s*", "; ").strip();
    }

    private static String withoutSecrets(String text) {
        return SECRET.matcher(text)
                .replaceAll(match -> (match.group(1) != null ? match.group(1) : match.group(2)) + "***");
    }

    /** A driver that repeats the whole URL puts the password into every stack trace; such a cause is replaced. */
    static SQLException harmless(SQLException error) {
        for (Throwable t = error; t != null; t = t.getCause()) {
            String message = t.getMessage();
            if (message != null && !withoutSecrets(message).equals(message)) {
                SQLException copy = new SQLException(oneLine(message), error.getSQLState(), error.getErrorCode());
                copy.setStackTrace(error.getStackTrace());
                return copy;
            }
        }
        return error;
    }

    /** Whether it was this JVM that had no room for the answer; drivers wrap that. */
    static boolean isOutOfMemory(SQLException error) {
        return isBehind(error, OutOfMemoryError.class);
    }

    private static boolean interrupted(SQLException error) {
        return isBehind(error, InterruptedException.class);
    }

    private static boolean isBehind(SQLException error, Class<? extends Throwable> cause) {
        for (Throwable t = error; t != null; t = t.getCause()) {
            if (cause.isInstance(t)) {
                return true;
            }
        }
        return false;
    }
}
