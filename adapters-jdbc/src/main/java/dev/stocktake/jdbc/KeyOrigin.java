package dev.stocktake.jdbc;

import dev.stocktake.MisconfiguredException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the keys of all products come from: a table, or the root query itself. */
interface KeyOrigin {

    /** What is walked, for messages. */
    String name();

    /** The origin with its names found in the database. */
    Resolved resolve(Database.Session session) throws SQLException;

    /**
     * An origin that is known to the database.
     *
     * @param type of the ids
     * @param mayBeNull whether rows without an id must be looked for
     * @param unique whether no two rows have ids that are equal to the database
     * @param places how often the condition stands in the query
     */
    record Resolved(KeyType type, boolean mayBeNull, boolean unique, int places, IdsQuery ids) {}

    /** Selects ids as {@code k}. */
    @FunctionalInterface
    interface IdsQuery {
        String sql(Selection selection);
    }

    /** The id column of a table. */
    record OfTable(String table, String column) implements KeyOrigin {

        @Override
        public String name() {
            return table;
        }

        @Override
        public Resolved resolve(Database.Session session) throws SQLException {
            Catalog catalog = new Catalog(session);
            Catalog.Table found = catalog.table(table).orElse(null);
            if (found == null) {
                throw new MisconfiguredException(
                        "keys: there is no table '" + table + "'" + Suggestion.didYouMean(table, catalog.names()));
            }
            Catalog.Column id = found.column(column)
                    .orElseThrow(() -> new MisconfiguredException("keys: the table '" + table + "' has no column '"
                            + column + "'" + Suggestion.didYouMean(column, found.columnNames(session.dialect()))));
            String quoted = session.dialect().quote(id.name());
            return new Resolved(
                    usable(KeyType.of(id.jdbcType(), id.typeName()), table + "." + column, id.typeName()),
                    id.nullable(),
                    found.key().equals(List.of(id)),
                    1,
                    selection -> "select " + quoted + " as k from " + found.sql() + " where "
                            + selection.condition(quoted, session.dialect()));
        }
    }

    /** The rows of the root query. */
    record OfRoot(QueryNode root) implements KeyOrigin {

        @Override
        public String name() {
            return "root";
        }

        @Override
        public Resolved resolve(Database.Session session) throws SQLException {
            Dialect dialect = session.dialect();
            Selection none = new Selection.None();
            String sql = root.query().sql(expression -> none.condition(expression, dialect));
            try (PreparedStatement statement = session.connection().prepareStatement(sql);
                    ResultSet result = statement.executeQuery()) {
                ResultSetMetaData columns = result.getMetaData();
                int id = id(columns, dialect);
                String label = dialect.quote(columns.getColumnLabel(id));
                KeyType type = KeyType.of(columns.getColumnType(id), columns.getColumnTypeName(id));
                return new Resolved(
                        usable(type, "root." + root.roles().link(), columns.getColumnTypeName(id)),
                        false,
                        false,
                        root.query().expressions().size(),
                        selection -> "select " + label + " as k from (\n"
                                + root.query().sql(expression -> selection.condition(expression, dialect))
                                + "\n) walked");
            }
        }

        private int id(ResultSetMetaData columns, Dialect dialect) throws SQLException {
            String id = root.roles().link();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                if (dialect.label(columns.getColumnLabel(i)).equalsIgnoreCase(id)) {
                    return i;
                }
            }
            throw new MisconfiguredException("root: has no column '" + id + "' (setting 'id')");
        }
    }

    private static KeyType usable(@Nullable KeyType type, String column, String typeName) {
        if (type == null) {
            throw new MisconfiguredException("keys: '" + column + "' is of type " + typeName
                    + ", whose values cannot be product ids; use a column of whole numbers, text or UUIDs");
        }
        return type;
    }
}
