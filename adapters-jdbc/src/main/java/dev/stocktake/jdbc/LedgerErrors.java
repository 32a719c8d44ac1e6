package dev.stocktake.jdbc;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.StocktakeException;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an error of the database means for a transaction of the ledger. */
final class LedgerErrors {

    /** Missing tables, sequences and schemas. */
    private static final Set<String> MISSING = Set.of("42P01", "3F000", "42S02", "42S04", "90079", "90036");

    /** Missing columns: tables of another version. */
    private static final Set<String> OTHER = Set.of("42703", "42S22");

    /** From {@link LedgerDialect#begin}. */
    private static final String IN_A_TRANSACTION = "25001";

    private static final Set<String> NO_RIGHT = Set.of("42501", "90096", "90040");

    /** Beside class 40: two transactions inserted the same key. The last two are H2's: it waits for locks but briefly. */
    private static final Set<String> CONFLICT = Set.of("23505", "HYT00", "90131");

    /** Of class 40, the one that says that nobody knows. */
    private static final String COMPLETION_UNKNOWN = "40003";

    private LedgerErrors() {}

    /** Whether the transaction lost against another and may just be repeated. It was rolled back, also if it was committing. */
    static boolean isConflict(@Nullable SQLException error) {
        String state = error == null ? null : error.getSQLState();
        return error != null
                && state != null
                && (madeAtOnce(error)
                        || MySqlErrors.isConflict(error)
                        || state.startsWith("40") && !state.equals(COMPLETION_UNKNOWN)
                        || CONFLICT.contains(state));
    }

    /** H2 says so when another process has made the same index in between. */
    private static boolean madeAtOnce(SQLException error) {
        String message = error.getMessage();
        return message != null && message.contains("object already exists");
    }

    /** The error of the database behind an exception, if there is one. */
    static @Nullable SQLException behind(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof SQLException error) {
                return error;
            }
        }
        return null;
    }

    static StocktakeException translate(String what, SQLException error) {
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        if (MISSING.contains(state) || MySqlErrors.isMissingDatabase(error)) {
            return new MisconfiguredException(
                    what
                            + " has no tables: call JdbcLedger.initialize() once, as a user who may create tables, or run the"
                            + " script that JdbcLedger.script() prints, and check the settings 'schema' and"
                            + " 'tablePrefix'; the database says: " + SqlErrors.describe(error),
                    SqlErrors.harmless(error));
        }
        if (OTHER.contains(state)) {
            return new MisconfiguredException(
                    what + " has tables of another version: " + SqlErrors.describe(error)
                            + "; run every instance with the same version of Stocktake, then JdbcLedger.initialize()",
                    SqlErrors.harmless(error));
        }
        if (state.equals(IN_A_TRANSACTION)) {
            return new MisconfiguredException(
                    "dataSource: hands out a connection that is inside a transaction; give the ledger one that always"
                            + " opens or borrows one of its own",
                    SqlErrors.harmless(error));
        }
        if (NO_RIGHT.contains(state) || MySqlErrors.isMissingRight(error)) {
            return new MisconfiguredException(
                    what + " may not be used by this database user: " + SqlErrors.describe(error)
                            + "; grant select, insert, update and delete on its tables and usage of its sequence if it has one, and for"
                            + " JdbcLedger.initialize() the right to create tables",
                    SqlErrors.harmless(error));
        }
        return SqlErrors.translate(what, error);
    }
}
