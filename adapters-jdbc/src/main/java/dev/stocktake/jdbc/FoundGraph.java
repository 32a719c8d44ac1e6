package dev.stocktake.jdbc;

import dev.stocktake.jdbc.ProductTables.Timestamp;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A {@link Graph} whose tables and columns were found in the database. */
final class FoundGraph {

    private static final String USUAL_TIMESTAMP = "updated_at";

    private final Dialect dialect;
    private final Map<String, Table> tables = new LinkedHashMap<>();

    private FoundGraph(Dialect dialect) {
        this.dialect = dialect;
    }

    /**
     * A table.
     *
     * @param name as declared
     * @param id the root's id column, null in other tables
     * @param stamp null if nothing moves when a row changes
     * @param ways upward
     */
    record Table(
            String name,
            Catalog.Table found,
            @Nullable Id id,
            @Nullable Stamp stamp,
            List<Way> ways) {}

    /**
     * A column and the type of its values.
     *
     * @param sql its quoted name
     */
    record Id(String sql, KeyType type) {}

    /**
     * A way upward.
     *
     * @param target the name of the table nearer to the root
     * @param column what the key equals there
     */
    record Way(Id key, String target, Id column) {}

    /** All tables, the root first. */
    List<Table> tables() {
        return List.copyOf(tables.values());
    }

    Table root() {
        return tables.values().iterator().next();
    }

    /** The type of the products' ids. */
    KeyType idType() {
        Id id = root().id();
        return id == null ? new KeyType(KeyType.Kind.TEXT, "text") : id.type();
    }

    /** Whether rows name their product as its own row does, letter by letter. */
    boolean writesIdsAlike() {
        return dialect.writesAlike(idType());
    }

    Table table(String name) {
        Table table = tables.get(name);
        if (table == null) {
            throw new IllegalArgumentException(name);
        }
        return table;
    }

    /**
     * Finds the tables and columns of a graph.
     *
     * @param problems gets everything that is not there; if there is any, the answer must not be used
     */
    static FoundGraph find(Database.Session session, Graph graph, Problems problems) throws SQLException {
        FoundGraph found = new FoundGraph(session.dialect());
        Catalog catalog = new Catalog(session);
        Map<String, Catalog.Table> catalogued = new LinkedHashMap<>();
        for (Graph.Table table : graph.tables()) {
            Optional<Catalog.Table> inCatalog = catalog.table(table.name());
            if (inCatalog.isPresent()) {
                catalogued.put(table.name(), inCatalog.get());
            } else {
                String meant = Suggestion.didYouMean(table.name(), catalog.names());
                problems.add(table.path() + ".table", "there is no table '" + table.name() + "'" + meant);
            }
        }
        Finder finder = new Finder(session.dialect(), catalogued, problems);
        for (Graph.Table table : graph.tables()) {
            Catalog.Table inCatalog = catalogued.get(table.name());
            if (inCatalog != null) {
                found.tables.put(table.name(), finder.table(table, inCatalog));
            }
        }
        return found;
    }

    /** Finds columns. */
    private record Finder(Dialect dialect, Map<String, Catalog.Table> catalogued, Problems problems) {

        Table table(Graph.Table declared, Catalog.Table found) {
            Id id = declared.id().isEmpty()
                    ? null
                    : id(declared.path() + ".key", found, declared.name(), declared.id());
            List<Way> ways = new ArrayList<>();
            for (Graph.Way way : declared.ways()) {
                Id key = id(way.path() + ".key", found, declared.name(), way.key());
                Catalog.Table target = catalogued.get(way.target());
                Id column = target == null ? null : id(way.path() + ".leadsTo", target, way.target(), way.column());
                if (key != null && column != null) {
                    ways.add(new Way(key, way.target(), column));
                }
            }
            return new Table(declared.name(), found, id, stamp(declared, found), List.copyOf(ways));
        }

        private @Nullable Id id(String path, Catalog.Table table, String tableName, String name) {
            Catalog.Column column = column(path, table, tableName, name);
            if (column == null) {
                return null;
            }
            KeyType type = KeyType.of(column.jdbcType(), column.typeName());
            if (type == null) {
                problems.add(
                        path,
                        "'" + tableName + "." + name + "' is of type " + column.typeName()
                                + ", by which rows cannot be followed; use whole numbers, text or UUIDs");
                return null;
            }
            return new Id(dialect.quote(column.name()), type);
        }

        private Catalog.@Nullable Column column(String path, Catalog.Table table, String tableName, String name) {
            Optional<Catalog.Column> column = table.column(name);
            if (column.isEmpty()) {
                problems.add(
                        path,
                        "the table '" + tableName + "' has no column '" + name + "'"
                                + Suggestion.didYouMean(name, table.columnNames(dialect)));
            }
            return column.orElse(null);
        }

        private @Nullable Stamp stamp(Graph.Table declared, Catalog.Table found) {
            Timestamp timestamp = declared.timestamp();
            if (timestamp == null) {
                return found.column(USUAL_TIMESTAMP)
                        .map(column -> Stamp.of(dialect, USUAL_TIMESTAMP, column, null))
                        .orElse(null);
            }
            if (timestamp.column().isEmpty()) {
                return null;
            }
            String path = declared.path() + ".timestamp";
            Catalog.Column column = column(path, found, declared.name(), timestamp.column());
            if (column == null) {
                return null;
            }
            Stamp stamp = Stamp.of(dialect, timestamp.column(), column, timestamp.zone());
            if (stamp == null) {
                problems.add(
                        path,
                        "'" + declared.name() + "." + column.name() + "' is of type " + column.typeName()
                                + "; it must be a timestamp, with or without time zone");
            }
            return stamp;
        }
    }
}
