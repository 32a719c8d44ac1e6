package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import javax.sql.DataSource;

/** What the ledger's tables hold, row by row. */
final class LedgerTableContents {

    static final List<String> TABLES = List.of(
            "stocktake_lane",
            "stocktake_generation",
            "stocktake_build",
            "stocktake_mark",
            "stocktake_batch",
            "stocktake_recheck",
            "stocktake_cursor");

    private LedgerTableContents() {}

    static Map<String, TreeSet<String>> of(DataSource dataSource) {
        Map<String, TreeSet<String>> contents = new LinkedHashMap<>();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String table : TABLES) {
                contents.put(table, rows(statement, table));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return contents;
    }

    private static TreeSet<String> rows(Statement statement, String table) throws SQLException {
        TreeSet<String> rows = new TreeSet<>();
        try (ResultSet row = statement.executeQuery("select * from " + table)) {
            while (row.next()) {
                StringBuilder text = new StringBuilder();
                for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
                    text.append(row.getString(column)).append('|');
                }
                rows.add(text.toString());
            }
        }
        return rows;
    }

    /** Empties the tables. */
    static void clear(DataSource dataSource) {
        for (String table : TABLES) {
            Sql.run(dataSource, "delete from " + table);
        }
    }

    static Map<String, Integer> sizes(DataSource dataSource) {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        of(dataSource).forEach((table, rows) -> sizes.put(table, rows.size()));
        return sizes;
    }
}
