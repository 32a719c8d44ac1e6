package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** How long a connection waits for an answer: a server that vanished without a word answers no time-out of its own. */
final class NetworkTimeout {

    private static final Duration GRACE = Duration.ofSeconds(5);

    private NetworkTimeout() {}

    /** Lets the connection wait no longer than a little more than a statement may take. */
    static Dialect.Undo atMost(Connection connection, Duration statement) throws SQLException {
        int millis = (int) Math.min(Integer.MAX_VALUE, statement.plus(GRACE).toMillis());
        int found = connection.getNetworkTimeout();
        if (found > 0 && found <= millis) {
            return () -> {};
        }
        connection.setNetworkTimeout(Runnable::run, millis);
        return () -> connection.setNetworkTimeout(Runnable::run, found);
    }
}
