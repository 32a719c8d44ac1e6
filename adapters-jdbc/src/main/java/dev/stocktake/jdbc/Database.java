package dev.stocktake.jdbc;

import dev.stocktake.MisconfiguredException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs short read-only transactions, each on a connection of its own that goes back to its pool as it came.
 *
 * <p>Thread-safe.
 */
final class Database {

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    private final DataSource dataSource;
    private final Duration statementTimeout;

    Database(DataSource dataSource, Duration statementTimeout) {
        this.dataSource = dataSource;
        this.statementTimeout = statementTimeout;
    }

    /** What the statements of one transaction see. */
    enum View {
        /** All of them one snapshot, so that parents and children fit together. */
        ONE_SNAPSHOT,
        /** Each what was committed when it began. */
        LATEST
    }

    /** A connection inside a read-only transaction, and what it speaks. */
    record Session(Connection connection, Dialect dialect) {}

    /** Work inside a transaction. */
    @FunctionalInterface
    interface Work<T> {
        T in(Session session) throws SQLException;
    }

    /**
     * Reads inside a transaction of its own.
     *
     * @param what for messages: "Reading the keys of 'product'"
     */
    <T> T read(View view, String what, Work<T> work) {
        try (Connection connection = connect()) {
            return transaction(
                    connection,
                    (there, dialect) -> dialect.beginReading(there, view, statementTimeout),
                    End.ROLL_BACK,
                    work);
        } catch (SQLException e) {
            throw SqlErrors.translate(what, e);
        }
    }

    /**
     * Changes something inside a transaction of its own, at READ COMMITTED; it is committed if the work returns.
     *
     * @param what for messages
     */
    <T> T write(String what, Work<T> work) {
        try (Connection connection = connect()) {
            return transaction(
                    connection, (there, dialect) -> dialect.ledger().begin(there, statementTimeout), End.COMMIT, work);
        } catch (SQLException e) {
            throw SqlErrors.translate(what, e);
        }
    }

    private Connection connect() throws SQLException {
        try {
            return dataSource.getConnection();
        } catch (RuntimeException e) {
            throw SqlErrors.noConnection(e);
        }
    }

    /** To go on would mean to read in its snapshot, and to end it. */
    static MisconfiguredException foreignTransaction() {
        return new MisconfiguredException(
                "dataSource: hands out a connection that is inside a transaction; give Stocktake"
                        + " a DataSource that always opens, or borrows from a pool, a connection of its own");
    }

    /** Begins a transaction on a connection. */
    @FunctionalInterface
    private interface Begin {
        Dialect.Undo on(Connection connection, Dialect dialect) throws SQLException;
    }

    /** How a transaction ends whose work returned. */
    private enum End {
        COMMIT,
        ROLL_BACK
    }

    private <T> T transaction(Connection connection, Begin begin, End end, Work<T> work) throws SQLException {
        Dialect dialect = Dialect.of(connection);
        boolean autoCommit = connection.getAutoCommit();
        if (!autoCommit) {
            dialect.refuseForeignTransaction(connection);
        }
        connection.setAutoCommit(false);
        Dialect.Undo undo = () -> {};
        try {
            Dialect.Undo silence = NetworkTimeout.atMost(connection, statementTimeout);
            undo = silence;
            Dialect.Undo begun = begin.on(connection, dialect);
            undo = () -> {
                begun.run();
                silence.run();
            };
            T result = work.in(new Session(connection, dialect));
            if (end == End.COMMIT) {
                connection.commit();
            }
            return result;
        } finally {
            giveBack(connection, undo, autoCommit);
        }
    }

    /** A connection that cannot be restored is broken, which its pool notices; what was read is good. */
    private static void giveBack(Connection connection, Dialect.Undo undo, boolean autoCommit) {
        try {
            connection.rollback();
            undo.run();
            connection.setAutoCommit(autoCommit);
        } catch (SQLException e) {
            LOG.debug("Could not restore a connection after reading: {}", SqlErrors.describe(e));
        }
    }
}
