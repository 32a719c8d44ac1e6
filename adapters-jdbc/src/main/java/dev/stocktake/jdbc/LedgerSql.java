package dev.stocktake.jdbc;

import dev.stocktake.StocktakeException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of one ledger transaction: spells it, binds it, runs it and remembers whether the transaction is still usable.
 *
 * <p>Confined to the transaction's thread.
 */
final class LedgerSql {

    /** A column of values. */
    record Values(String type, List<? extends @Nullable Object> values) {

        static Values texts(List<? extends @Nullable Object> values) {
            return new Values("text", values);
        }

        static Values numbers(List<Long> values) {
            return new Values("bigint", values);
        }
    }

    /** Reads the current row. */
    @FunctionalInterface
    interface Row<T extends @Nullable Object> {
        T read(ResultSet row) throws SQLException;
    }

    @FunctionalInterface
    private interface Work<T extends @Nullable Object> {
        T apply(PreparedStatement statement) throws SQLException;
    }

    private final Connection connection;
    private final LedgerDialect dialect;
    private final LedgerTables tables;
    private final String index;
    private @Nullable SQLException failure;
    private boolean changed;
    private boolean over;

    LedgerSql(Connection connection, LedgerDialect dialect, LedgerTables tables, String index) {
        this.connection = connection;
        this.dialect = dialect;
        this.tables = tables;
        this.index = index;
    }

    /** Whose books these are. */
    String index() {
        return index;
    }

    LedgerTables tables() {
        return tables;
    }

    LedgerDialect dialect() {
        return dialect;
    }

    /** For feeds that work in this transaction; what they do is taken for a change. */
    Connection connection() {
        changed = true;
        return connection;
    }

    /** The first error of the transaction, after which nothing of it may be committed, whoever caught it. */
    @Nullable
    SQLException failure() {
        return failure;
    }

    /** Whether something may have been written, so that a lost commit leaves something unknown. */
    boolean changed() {
        return changed;
    }

    /** Runs a change and answers how many rows it met. */
    int update(String template, @Nullable Object... arguments) {
        changed = true;
        return run(template, arguments, PreparedStatement::executeUpdate);
    }

    /** Runs the same change for each row of arguments; for none, nothing. */
    void each(String template, List<List<Object>> rows) {
        if (rows.isEmpty()) {
            return;
        }
        changed = true;
        run(template, new Object[0], statement -> {
            for (List<Object> row : rows) {
                for (int i = 0; i < row.size(); i++) {
                    statement.setObject(i + 1, row.get(i));
                }
                statement.addBatch();
            }
            return statement.executeBatch();
        });
    }

    <T extends @Nullable Object> List<T> list(String template, Row<T> row, @Nullable Object... arguments) {
        return run(template, arguments, statement -> {
            try (ResultSet results = statement.executeQuery()) {
                List<T> list = new ArrayList<>();
                while (results.next()) {
                    list.add(row.read(results));
                }
                return list;
            }
        });
    }

    <T> Optional<T> one(String template, Row<T> row, @Nullable Object... arguments) {
        return list(template, row, arguments).stream().findFirst();
    }

    /** The single number that the query yields. */
    long number(String template, @Nullable Object... arguments) {
        return list(template, row -> row.getLong(1), arguments).get(0);
    }

    /** The transaction is at its end; nobody may use it any more. */
    void end() {
        over = true;
    }

    private <T extends @Nullable Object> T run(String template, @Nullable Object[] arguments, Work<T> work) {
        if (over) {
            throw new IllegalStateException("A ledger transaction was used after its end");
        }
        String sql = tables.sql(template, dialect);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, arguments);
            return work.apply(statement);
        } catch (SQLException e) {
            if (failure == null) {
                failure = e;
            }
            throw translate(e);
        }
    }

    /** Columns that stand side by side are those of one table. */
    private void bind(PreparedStatement statement, @Nullable Object[] arguments) throws SQLException {
        int position = 1;
        List<Values> columns = new ArrayList<>();
        for (Object argument : arguments) {
            if (argument instanceof Values values) {
                columns.add(values);
                continue;
            }
            position = bindRows(statement, position, columns);
            statement.setObject(position++, argument);
        }
        bindRows(statement, position, columns);
    }

    private int bindRows(PreparedStatement statement, int position, List<Values> columns) throws SQLException {
        int next = columns.isEmpty() ? position : dialect.bindRows(statement, position, columns);
        columns.clear();
        return next;
    }

    StocktakeException translate(SQLException error) {
        return LedgerErrors.translate("The ledger of index '" + index + "' (tables " + tables + ")", error);
    }
}
