package dev.stocktake.jdbc;

import dev.stocktake.Sleeper;
import dev.stocktake.StocktakeException;
import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the ledger's transactions: each on a connection of its own, repeated when it lost against another, and with an
 * honest answer when the connection breaks.
 *
 * <p>Thread-safe.
 */
final class LedgerTransactions {

    private static final Logger log = LoggerFactory.getLogger(JdbcLedger.class);
    static final int ATTEMPTS = 8;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);

    /**
     * How long to wait for what.
     *
     * @param timeout for each statement
     * @param jitter from 0 to 1, so that those who collided do not collide again
     */
    record Waiting(Duration timeout, Sleeper sleeper, DoubleSupplier jitter) {}

    /** The transaction lost against another, and nothing of it was kept. */
    private static final class Conflict extends Exception {

        private static final long serialVersionUID = 1L;

        private final RuntimeException meaning;

        Conflict(RuntimeException meaning) {
            super(meaning);
            this.meaning = meaning;
        }
    }

    private final DataSource dataSource;
    private final LedgerTables tables;
    private final UnaryOperator<LedgerDialect> change;
    private final Waiting waiting;
    private volatile @Nullable Dialect dialect;

    LedgerTransactions(
            DataSource dataSource, LedgerTables tables, UnaryOperator<LedgerDialect> change, Waiting waiting) {
        this.dataSource = dataSource;
        this.tables = tables;
        this.change = change;
        this.waiting = waiting;
    }

    /** The work's result, once it is durable. */
    <T extends @Nullable Object> T run(String index, Function<LedgerSql, T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return once(index, work);
            } catch (Conflict conflict) {
                if (attempt == ATTEMPTS) {
                    throw conflict.meaning;
                }
                log.debug("A ledger transaction of index '{}' lost against another and is repeated", index, conflict);
                pause(attempt);
            }
        }
    }

    private void pause(int attempt) {
        double share = 0.5 + waiting.jitter().getAsDouble() / 2;
        long nanos = (long) (share * (FIRST_PAUSE.toNanos() << (attempt - 1)));
        try {
            waiting.sleeper().sleep(Duration.ofNanos(nanos));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException("Interrupted while waiting for the ledger; nothing was changed", e);
        }
    }

    private <T extends @Nullable Object> T once(String index, Function<LedgerSql, T> work) throws Conflict {
        try (LedgerConnection connection = begin()) {
            LedgerSql sql = new LedgerSql(
                    connection.jdbc(), change.apply(dialect(connection.jdbc()).ledger()), tables, index);
            T result = perform(sql, work);
            commit(connection, sql);
            return result;
        } catch (SQLException e) {
            StocktakeException meaning = LedgerErrors.translate("The ledger (tables " + tables + ")", e);
            if (LedgerErrors.isConflict(e)) {
                throw new Conflict(meaning);
            }
            throw meaning;
        }
    }

    private Connection connect() throws SQLException {
        try {
            return dataSource.getConnection();
        } catch (RuntimeException e) {
            throw SqlErrors.noConnection(e);
        }
    }

    private LedgerConnection begin() throws SQLException {
        Connection jdbc = connect();
        LedgerConnection connection;
        try {
            connection = new LedgerConnection(jdbc);
        } catch (SQLException | RuntimeException e) {
            jdbc.close();
            throw e;
        }
        try {
            connection.begin(dialect(jdbc), waiting.timeout());
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private Dialect dialect(Connection connection) throws SQLException {
        Dialect known = dialect;
        if (known == null) {
            known = Dialect.of(connection);
            dialect = known;
        }
        return known;
    }

    /** An error of the database ends the transaction, even if the work caught it and went on. */
    private static <T extends @Nullable Object> T perform(LedgerSql sql, Function<LedgerSql, T> work) throws Conflict {
        try {
            T result = work.apply(sql);
            SQLException swallowed = sql.failure();
            if (swallowed != null) {
                throw sql.translate(swallowed);
            }
            return result;
        } catch (RuntimeException e) {
            SQLException failure = sql.failure() == null ? LedgerErrors.behind(e) : sql.failure();
            if (LedgerErrors.isConflict(failure)) {
                throw new Conflict(e);
            }
            throw e;
        } finally {
            sql.end();
        }
    }

    /** Whatever breaks here may break before or after the database has committed, unless it says so itself. */
    private static void commit(LedgerConnection connection, LedgerSql sql) throws Conflict {
        try {
            connection.commit();
        } catch (SQLException e) {
            String what = "The connection to the ledger of index '" + sql.index() + "' was lost";
            if (LedgerErrors.isConflict(e)) {
                throw new Conflict(sql.translate(e));
            }
            if (!sql.changed()) {
                throw new UnavailableException(
                        what + "; nothing was changed: " + SqlErrors.describe(e), SqlErrors.harmless(e));
            }
            throw new UnknownOutcomeException(
                    what + " while committing, and nobody knows whether it did: " + SqlErrors.describe(e),
                    SqlErrors.harmless(e));
        }
    }
}
