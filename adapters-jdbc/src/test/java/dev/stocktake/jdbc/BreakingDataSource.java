package dev.stocktake.jdbc;

import java.io.PrintWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Connections that break, really, at the nth thing they are asked to do; everything is counted and listed. */
final class BreakingDataSource implements DataSource {

    /** What happens at the chosen call. */
    enum Fault {
        /** The connection is gone; the call did not reach the database. */
        BREAK("08006"),
        /** The database did what was asked, but the connection was gone before it could answer. */
        LOSE_REPLY("08006"),
        /** The database chose the transaction as a deadlock's victim. */
        DEADLOCK("40001");

        private final String state;

        Fault(String state) {
            this.state = state;
        }

        private SQLException exception() {
            return new SQLException("Injected: " + this, state);
        }
    }

    private final DataSource real;
    private final AtomicInteger open = new AtomicInteger();
    private final List<String> calls = new ArrayList<>();
    private int countdown;
    private String victim = "";
    private @Nullable Fault fault;

    BreakingDataSource(DataSource real) {
        this.real = real;
    }

    /** The nth of the calls to come, 1 being the next, has this fault. */
    void arm(int nth, Fault what) {
        calls.clear();
        countdown = nth;
        fault = what;
    }

    /** Whether the fault has happened. */
    boolean fired() {
        return fault == null;
    }

    void disarm() {
        fault = null;
    }

    /** The last thing that was asked of a connection. */
    String lastCall() {
        return calls.isEmpty() ? "" : calls.get(calls.size() - 1);
    }

    /** The call that had the last fault. */
    String victim() {
        return victim;
    }

    /** What was asked of connections since: statements, commits, roll-backs. */
    List<String> calls() {
        return calls;
    }

    /** Connections that were not given back. */
    int open() {
        return open.get();
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = real.getConnection();
        open.incrementAndGet();
        return proxy(Connection.class, (self, method, arguments) -> switch (method.getName()) {
            case "close" -> {
                open.decrementAndGet();
                yield call(method, connection, arguments);
            }
            case "commit" -> counted("commit", connection, () -> call(method, connection, arguments));
            case "prepareStatement" ->
                statement(connection, call(method, connection, arguments), (String) arguments[0]);
            case "createStatement" -> statement(connection, call(method, connection, arguments), "");
            default -> call(method, connection, arguments);
        });
    }

    private Object statement(Connection connection, Object statement, String prepared) {
        Class<? extends Statement> type =
                statement instanceof PreparedStatement ? PreparedStatement.class : Statement.class;
        return proxy(type, (self, method, arguments) -> {
            if (!method.getName().startsWith("execute")) {
                return call(method, statement, arguments);
            }
            String sql = arguments == null ? prepared : (String) arguments[0];
            return counted(sql, connection, () -> call(method, statement, arguments));
        });
    }

    private interface Call {
        @Nullable
        Object run() throws Throwable;
    }

    private @Nullable Object counted(String what, Connection connection, Call call) throws Throwable {
        calls.add(what);
        Fault due = fault;
        if (due == null || --countdown > 0) {
            return call.run();
        }
        fault = null;
        victim = what;
        if (due == Fault.LOSE_REPLY) {
            call.run();
        }
        if (due != Fault.DEADLOCK) {
            connection.close();
        }
        throw due.exception();
    }

    private static @Nullable Object call(Method method, Object target, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Override
    public Connection getConnection(String username, String password) {
        throw new UnsupportedOperationException();
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
    public <T> T unwrap(Class<T> type) throws SQLException {
        return real.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return real.isWrapperFor(type);
    }
}
