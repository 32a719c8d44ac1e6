package dev.stocktake.jdbc;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A DataSource that counts, and that may hand out one connection again and again, as frameworks do in a transaction. */
final class StatementCounter implements DataSource {

    private final @Nullable DataSource dataSource;
    private final @Nullable Connection one;
    private final AtomicInteger prepared = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();

    StatementCounter(DataSource dataSource) {
        this.dataSource = dataSource;
        this.one = null;
    }

    /** Always this connection, which closing does not close. */
    StatementCounter(Connection one) {
        this.dataSource = null;
        this.one = one;
    }

    /** Beside what sets a transaction up. */
    int prepared() {
        return prepared.get();
    }

    int connections() {
        return connections.get();
    }

    /** Connections that were not given back. */
    int open() {
        return open.get();
    }

    void reset() {
        prepared.set(0);
        connections.set(0);
    }

    @Override
    public Connection getConnection() throws SQLException {
        connections.incrementAndGet();
        open.incrementAndGet();
        Connection real = dataSource != null ? dataSource.getConnection() : one;
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement") && !beginsTransaction(arguments)) {
                        prepared.incrementAndGet();
                    }
                    if (method.getName().equals("close")) {
                        open.decrementAndGet();
                    }
                    if (method.getName().equals("close") && dataSource == null) {
                        return null;
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return getConnection();
    }

    @Override
    public PrintWriter getLogWriter() {
        throw new UnsupportedOperationException();
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

    @Override
    public <T> T unwrap(Class<T> type) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }

    private static boolean beginsTransaction(Object... arguments) {
        return ((String) arguments[0]).startsWith("set transaction ");
    }
}
