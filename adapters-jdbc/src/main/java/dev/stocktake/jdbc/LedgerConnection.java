package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of our own, with a transaction on it. Closing gives it back as it was found.
 *
 * <p>Never switches auto-commit on while something may be left undone: that would commit it. Never ends a transaction that
 * it found on the connection.
 */
final class LedgerConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JdbcLedger.class);

    private final Connection connection;
    private final boolean autoCommit;
    private Dialect.Undo undo = () -> {};
    private boolean ours;
    private boolean settled;

    LedgerConnection(Connection connection) throws SQLException {
        this.connection = connection;
        this.autoCommit = connection.getAutoCommit();
        this.ours = autoCommit;
    }

    Connection jdbc() {
        return connection;
    }

    void begin(Dialect dialect, Duration timeout) throws SQLException {
        if (autoCommit) {
            connection.setAutoCommit(false);
        } else {
            dialect.refuseForeignTransaction(connection);
        }
        Dialect.Undo silence = NetworkTimeout.atMost(connection, timeout);
        undo = silence;
        Dialect.Undo begun = dialect.ledger().begin(connection, timeout);
        undo = () -> {
            begun.run();
            silence.run();
        };
        ours = true;
    }

    void commit() throws SQLException {
        connection.commit();
        settled = true;
    }

    @Override
    public void close() {
        try (connection) {
            if (!ours) {
                undo.run();
                return;
            }
            if (settled || rolledBack()) {
                giveBack();
            } else {
                connection.abort(Runnable::run);
            }
        } catch (SQLException e) {
            log.debug("A connection of the ledger could not be given back as it was found", e);
        }
    }

    private boolean rolledBack() {
        try {
            connection.rollback();
            return true;
        } catch (SQLException e) {
            log.debug("A ledger transaction could not be rolled back, so its connection is given up", e);
            return false;
        }
    }

    private void giveBack() throws SQLException {
        undo.run();
        if (autoCommit) {
            connection.setAutoCommit(true);
        }
    }
}
