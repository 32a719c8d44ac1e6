package dev.stocktake.bench;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Counts the statements that are executed through a data source; a batch counts as one. And its commits. */
final class CountingDataSource {

    private final DataSource real;
    private final LongAdder statements = new LongAdder();
    private final LongAdder commits = new LongAdder();

    CountingDataSource(DataSource real) {
        this.real = real;
    }

    long statements() {
        return statements.sum();
    }

    long commits() {
        return commits.sum();
    }

    DataSource dataSource() {
        return wrapped(DataSource.class, real, this::connected);
    }

    private @Nullable Object connected(Method method, @Nullable Object result) {
        return result instanceof Connection connection ? wrapped(Connection.class, connection, this::prepared) : result;
    }

    private @Nullable Object prepared(Method method, @Nullable Object result) {
        if (method.getName().equals("commit")) {
            commits.increment();
        }
        if (result instanceof PreparedStatement statement) {
            return wrapped(PreparedStatement.class, statement, this::executed);
        }
        return result instanceof Statement statement ? wrapped(Statement.class, statement, this::executed) : result;
    }

    private @Nullable Object executed(Method method, @Nullable Object result) {
        if (method.getName().startsWith("execute")) {
            statements.increment();
        }
        return result;
    }

    private static <T> T wrapped(Class<T> type, T real, After after) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            try {
                return after.apply(method, method.invoke(real, arguments));
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return type.cast(
                Proxy.newProxyInstance(CountingDataSource.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @FunctionalInterface
    private interface After {
        @Nullable
        Object apply(Method method, @Nullable Object result);
    }
}
