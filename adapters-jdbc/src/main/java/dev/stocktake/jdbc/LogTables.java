package dev.stocktake.jdbc;

import dev.stocktake.MisconfiguredException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the change log's tables are.
 *
 * @param schema quoted
 */
record LogTables(String schema) {

    /** What the triggers write: one row for each upward key of a statement. */
    String entries() {
        return schema + ".stocktake_change";
    }

    /** What one consumer has taken and others have not; and how far a wide entry was followed. */
    String copies() {
        return schema + ".stocktake_change_copy";
    }

    /** Who consumes. */
    String consumers() {
        return schema + ".stocktake_change_consumer";
    }

    /**
     * The tables in this schema.
     *
     * @param name as written by the host; null for the schema in which the connection makes tables
     */
    static LogTables in(Database.Session session, @Nullable String name) throws SQLException {
        Dialect dialect = session.dialect();
        if (name == null) {
            String current = session.connection().getSchema();
            return new LogTables(dialect.quote(
                    current == null
                            ? dialect.visibleSchemas(session.connection()).get(0)
                            : current));
        }
        List<String> schemas = schemas(session);
        for (String spelling : List.of(name, dialect.fold(name))) {
            if (schemas.contains(spelling)) {
                return new LogTables(dialect.quote(spelling));
            }
        }
        throw new MisconfiguredException(
                "schema: there is no schema '" + name + "'" + Suggestion.didYouMean(name, schemas));
    }

    private static List<String> schemas(Database.Session session) throws SQLException {
        List<String> schemas = new ArrayList<>();
        try (ResultSet found = session.connection().getMetaData().getSchemas()) {
            while (found.next()) {
                schemas.add(found.getString("TABLE_SCHEM"));
            }
        }
        return schemas.isEmpty() ? catalogs(session) : schemas;
    }

    /** What drivers call schemas where the database knows only one of the two. */
    private static List<String> catalogs(Database.Session session) throws SQLException {
        List<String> catalogs = new ArrayList<>();
        try (ResultSet found = session.connection().getMetaData().getCatalogs()) {
            while (found.next()) {
                catalogs.add(found.getString("TABLE_CAT"));
            }
        }
        return catalogs;
    }
}
