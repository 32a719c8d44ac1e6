package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds tables and columns by the names a host writes. A name that is stored exactly so is meant; else the name as the
 * database folds it, as in SQL without quotes.
 */
final class Catalog {

    private final Connection connection;
    private final Dialect dialect;

    Catalog(Database.Session session) {
        this.connection = session.connection();
        this.dialect = session.dialect();
    }

    /**
     * A table or view.
     *
     * @param sql its qualified and quoted name
     * @param plain whether it is an ordinary table, whose rows are versioned in place
     * @param key the columns of its primary key, in order; may be empty
     * @param indexed the columns with which an index of all rows begins
     */
    record Table(String sql, boolean plain, List<Column> columns, List<Column> key, Set<String> indexed) {

        /** The column of this name, as written or in another case. */
        Optional<Column> column(String name) {
            Optional<Column> exact =
                    columns.stream().filter(c -> c.name().equals(name)).findFirst();
            return exact.isPresent()
                    ? exact
                    : columns.stream()
                            .filter(c -> c.name().equalsIgnoreCase(name))
                            .findFirst();
        }

        List<String> columnNames(Dialect dialect) {
            return columns.stream().map(column -> dialect.label(column.name())).toList();
        }
    }

    /**
     * A column.
     *
     * @param name as stored
     * @param scale digits behind the point: of a timestamp, those of its seconds
     */
    record Column(String name, int jdbcType, String typeName, int scale, boolean nullable) {}

    /** The table of this name, schema-qualified or not. */
    Optional<Table> table(String name) throws SQLException {
        int dot = name.lastIndexOf('.');
        String table = name.substring(dot + 1);
        for (String schema : dot < 0 ? dialect.visibleSchemas(connection) : spellings(name.substring(0, dot))) {
            for (String spelling : spellings(table)) {
                List<Column> columns = columns(schema, spelling);
                if (!columns.isEmpty()) {
                    return Optional.of(describe(schema, spelling, columns));
                }
            }
        }
        return Optional.empty();
    }

    /** The names of all tables and views that can be seen, for suggestions. */
    List<String> names() throws SQLException {
        List<String> names = new ArrayList<>();
        for (String schema : dialect.visibleSchemas(connection)) {
            try (ResultSet tables = metaData().getTables(catalog(schema), exactly(schema), "%", null)) {
                while (tables.next()) {
                    names.add(dialect.label(tables.getString("TABLE_NAME")));
                }
            }
        }
        return names;
    }

    private Set<String> spellings(String name) {
        Set<String> spellings = new LinkedHashSet<>();
        spellings.add(name);
        spellings.add(dialect.fold(name));
        return spellings;
    }

    private List<Column> columns(String schema, String table) throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (ResultSet found = metaData().getColumns(catalog(schema), exactly(schema), exactly(table), "%")) {
            while (found.next()) {
                if (!found.getString("TABLE_NAME").equals(table)) {
                    continue;
                }
                columns.add(new Column(
                        found.getString("COLUMN_NAME"),
                        found.getInt("DATA_TYPE"),
                        found.getString("TYPE_NAME"),
                        found.getInt("DECIMAL_DIGITS"),
                        found.getInt("NULLABLE") != DatabaseMetaData.columnNoNulls));
            }
        }
        return columns;
    }

    private Table describe(String schema, String name, List<Column> columns) throws SQLException {
        Map<Integer, Column> key = new TreeMap<>();
        try (ResultSet found = metaData().getPrimaryKeys(catalog(schema), schema, name)) {
            while (found.next()) {
                String column = found.getString("COLUMN_NAME");
                int position = found.getInt("KEY_SEQ");
                columns.stream().filter(c -> c.name().equals(column)).forEach(c -> key.put(position, c));
            }
        }
        String sql = dialect.quote(schema) + "." + dialect.quote(name);
        return new Table(sql, isPlain(schema, name), columns, List.copyOf(key.values()), indexed(schema, name));
    }

    private Set<String> indexed(String schema, String name) throws SQLException {
        Set<String> indexed = new LinkedHashSet<>();
        Set<String> unusable = dialect.unusableIndexes(connection, schema, name);
        try (ResultSet found = metaData().getIndexInfo(catalog(schema), schema, name, false, true)) {
            while (found.next()) {
                String column = found.getString("COLUMN_NAME");
                boolean everyRow = found.getString("FILTER_CONDITION") == null;
                boolean first = found.getInt("ORDINAL_POSITION") == 1;
                if (column != null && first && everyRow && !unusable.contains(found.getString("INDEX_NAME"))) {
                    indexed.add(column);
                }
            }
        }
        return indexed;
    }

    private boolean isPlain(String schema, String name) throws SQLException {
        try (ResultSet found = metaData().getTables(catalog(schema), exactly(schema), exactly(name), null)) {
            return found.next() && Set.of("TABLE", "BASE TABLE").contains(found.getString("TABLE_TYPE"));
        }
    }

    private @Nullable String catalog(String schema) throws SQLException {
        return dialect.catalog(connection, schema);
    }

    private DatabaseMetaData metaData() throws SQLException {
        return connection.getMetaData();
    }

    /** The metadata methods take patterns, in which the underscore of a name matches any letter. */
    private String exactly(String name) throws SQLException {
        String escape = metaData().getSearchStringEscape();
        return name.replace(escape, escape + escape).replace("_", escape + "_").replace("%", escape + "%");
    }
}
