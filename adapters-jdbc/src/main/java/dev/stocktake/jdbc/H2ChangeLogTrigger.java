package dev.stocktake.jdbc;

import dev.stocktake.MisconfiguredException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.h2.api.Trigger;
import org.jspecify.annotations.Nullable;

/**
 * The trigger of the change log in H2, which calls it by name. Nobody else has to.
 *
 * <p>It works as the user who changes the row, who therefore needs the right to insert into {@code stocktake_change}.
 * What it does for a table stands in its comment.
 */
public final class H2ChangeLogTrigger implements Trigger {

    private volatile @Nullable Work work;
    private String schema = "";
    private String name = "";
    private String table = "";

    /** Called by H2. */
    public H2ChangeLogTrigger() {}

    /**
     * What to do.
     *
     * @param columns those to log
     */
    private record Work(String insert, List<Logged> columns) {}

    /**
     * A column to log.
     *
     * @param index in a row
     * @param source under which its keys are logged
     */
    private record Logged(int index, int source) {}

    /** An upward key. */
    private record Entry(int source, String key) {}

    @Override
    public void init(
            Connection connection, String schemaName, String triggerName, String tableName, boolean before, int type) {
        schema = schemaName;
        name = triggerName;
        table = tableName;
    }

    @Override
    public void fire(Connection connection, Object @Nullable [] before, Object @Nullable [] after) {
        if (before != null && after != null && Arrays.deepEquals(before, after)) {
            return;
        }
        try {
            log(connection, before, after);
        } catch (SQLException e) {
            throw SqlErrors.translate("Logging a change of '" + table + "' for Stocktake", e);
        }
    }

    private void log(Connection connection, Object @Nullable [] before, Object @Nullable [] after) throws SQLException {
        Work todo = work(connection);
        Set<Entry> entries = new LinkedHashSet<>();
        add(todo, before, entries);
        add(todo, after, entries);
        try (PreparedStatement statement = connection.prepareStatement(todo.insert())) {
            for (Entry entry : entries) {
                statement.setInt(1, entry.source());
                statement.setString(2, entry.key());
                statement.executeUpdate();
            }
        }
    }

    private static void add(Work todo, Object @Nullable [] row, Set<Entry> entries) {
        if (row == null) {
            return;
        }
        for (Logged column : todo.columns()) {
            Object value = row[column.index()];
            if (value != null) {
                entries.add(new Entry(
                        column.source(),
                        value instanceof BigDecimal number ? number.toPlainString() : value.toString()));
            }
        }
    }

    private Work work(Connection connection) throws SQLException {
        Work known = work;
        if (known == null) {
            known = read(connection);
            work = known;
        }
        return known;
    }

    private Work read(Connection connection) throws SQLException {
        TriggerNote note = note(connection);
        List<String> all = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "select column_name from information_schema.columns where table_schema = ? and table_name = ?"
                        + " order by ordinal_position")) {
            statement.setString(1, schema);
            statement.setString(2, table);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    all.add('"' + found.getString(1).replace("\"", "\"\"") + '"');
                }
            }
        }
        List<Logged> logged = new ArrayList<>();
        for (String column : note.columns()) {
            int index = all.indexOf(column);
            if (index < 0) {
                throw new MisconfiguredException(
                        "Stocktake's trigger '" + name + "' logs the column " + column + " of '" + table
                                + "', which is not there any more: run ChangeLog.install() again, or uninstall()");
            }
            logged.add(new Logged(index, LoggedTable.source(note.table(), column)));
        }
        String insert = "insert into " + new LogTables(note.schema()).entries() + " (source_id, row_key) values (?, ?)";
        return new Work(insert, logged);
    }

    private TriggerNote note(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select remarks from information_schema.triggers where trigger_schema = ? and trigger_name = ?")) {
            statement.setString(1, schema);
            statement.setString(2, name);
            try (ResultSet found = statement.executeQuery()) {
                String remarks = found.next() ? found.getString(1) : null;
                return TriggerNote.parse(remarks)
                        .orElseThrow(() -> new MisconfiguredException(
                                "Stocktake's trigger '" + name + "' has lost its comment, which"
                                        + " says what to do: run ChangeLog.install() again, or drop the trigger"));
            }
        }
    }
}
