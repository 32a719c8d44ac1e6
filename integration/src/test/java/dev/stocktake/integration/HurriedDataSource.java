package dev.stocktake.integration;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import javax.sql.ConnectionEvent;
import javax.sql.ConnectionEventListener;
import javax.sql.PooledConnection;
import org.postgresql.ds.PGConnectionPoolDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A pool as a shop would set it up that does not want to wait: every wait for the network has an end, and soon. It does not
 * try a connection before it lends it, so what broke while nobody used it is found by whoever uses it next.
 */
final class HurriedDataSource extends PGSimpleDataSource implements AutoCloseable {

    private static final long serialVersionUID = 1L;

    private final int millis;
    private final transient PGConnectionPoolDataSource maker = new PGConnectionPoolDataSource();
    private final transient Deque<PooledConnection> idle = new ConcurrentLinkedDeque<>();

    /**
     * @param port the database's, or that of a proxy before it
     * @param millis how long to wait for an answer; for the connection itself a second
     */
    HurriedDataSource(int port, String name, int millis) {
        this.millis = millis;
        maker.setServerNames(new String[] {"127.0.0.1"});
        maker.setPortNumbers(new int[] {port});
        maker.setDatabaseName(name);
        maker.setUser("postgres");
        maker.setConnectTimeout(1);
        maker.setSocketTimeout(1);
        maker.setLoginTimeout(1);
        maker.setCancelSignalTimeout(1);
    }

    @Override
    public Connection getConnection() throws SQLException {
        PooledConnection pooled = idle.pollFirst();
        if (pooled == null) {
            pooled = maker.getPooledConnection();
            pooled.addConnectionEventListener(new Lender());
        }
        Connection connection = pooled.getConnection();
        connection.setNetworkTimeout(Runnable::run, millis);
        return connection;
    }

    @Override
    public void close() {
        for (PooledConnection pooled = idle.pollFirst(); pooled != null; pooled = idle.pollFirst()) {
            end(pooled);
        }
    }

    private static void end(PooledConnection pooled) {
        try {
            pooled.close();
        } catch (SQLException e) {
            // It was broken, and now it is gone.
        }
    }

    private final class Lender implements ConnectionEventListener {

        @Override
        public void connectionClosed(ConnectionEvent event) {
            idle.addFirst((PooledConnection) event.getSource());
        }

        @Override
        public void connectionErrorOccurred(ConnectionEvent event) {
            PooledConnection pooled = (PooledConnection) event.getSource();
            pooled.removeConnectionEventListener(this);
            end(pooled);
        }
    }
}
