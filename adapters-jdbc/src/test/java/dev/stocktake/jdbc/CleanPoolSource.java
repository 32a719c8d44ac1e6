package dev.stocktake.jdbc;

import java.io.PrintWriter;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Logger;
import javax.sql.ConnectionEvent;
import javax.sql.ConnectionEventListener;
import javax.sql.ConnectionPoolDataSource;
import javax.sql.DataSource;
import javax.sql.PooledConnection;
import javax.sql.StatementEventListener;

/** Connections for a pool, of which each comes back without a transaction, as from every real pool. */
record CleanPoolSource(DataSource dataSource) implements ConnectionPoolDataSource {

    @Override
    public PooledConnection getPooledConnection() throws SQLException {
        return new Pooled(dataSource.getConnection());
    }

    @Override
    public PooledConnection getPooledConnection(String user, String password) throws SQLException {
        return getPooledConnection();
    }

    private static final class Pooled implements PooledConnection {

        private final Connection real;
        private final List<ConnectionEventListener> listeners = new CopyOnWriteArrayList<>();

        Pooled(Connection real) {
            this.real = real;
        }

        @Override
        public Connection getConnection() {
            boolean[] closed = {false};
            return (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (self, method, arguments) -> {
                        if (method.getName().equals("close")) {
                            giveBack(closed[0]);
                            closed[0] = true;
                            return null;
                        }
                        if (method.getName().equals("isClosed") && closed[0]) {
                            return true;
                        }
                        if (closed[0]) {
                            throw new SQLException("The connection is closed", "08003");
                        }
                        try {
                            return method.invoke(real, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }

        private void giveBack(boolean already) throws SQLException {
            if (already) {
                return;
            }
            if (!real.isClosed() && !real.getAutoCommit()) {
                real.rollback();
                real.setAutoCommit(true);
            }
            ConnectionEvent event = new ConnectionEvent(this);
            if (real.isClosed()) {
                listeners.forEach(listener -> listener.connectionErrorOccurred(event));
            } else {
                listeners.forEach(listener -> listener.connectionClosed(event));
            }
        }

        @Override
        public void close() throws SQLException {
            real.close();
        }

        @Override
        public void addConnectionEventListener(ConnectionEventListener listener) {
            listeners.add(listener);
        }

        @Override
        public void removeConnectionEventListener(ConnectionEventListener listener) {
            listeners.remove(listener);
        }

        @Override
        public void addStatementEventListener(StatementEventListener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void removeStatementEventListener(StatementEventListener listener) {
            throw new UnsupportedOperationException();
        }
    }

    @Override
    public PrintWriter getLogWriter() {
        return new PrintWriter(Writer.nullWriter());
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setLoginTimeout(int seconds) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() {
        throw new UnsupportedOperationException();
    }
}
