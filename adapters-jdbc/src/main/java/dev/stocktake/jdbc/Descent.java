package dev.stocktake.jdbc;

import dev.stocktake.Contribution;
import dev.stocktake.Coverage;
import dev.stocktake.ProductKey;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Goes down from a product to the rows of every table that lead to it now: the way of {@link Climb}, backwards. */
final class Descent {

    private static final int TOLD = 20;
    private static final int COUNTED = 1_000;

    private final Database.Session session;
    private final FoundGraph graph;
    private final ProductKey product;

    Descent(Database.Session session, FoundGraph graph, ProductKey product) {
        this.session = session;
        this.graph = graph;
        this.product = product;
    }

    /**
     * The rows of all tables.
     *
     * @param by how a feed sees changes of a table
     */
    List<Contribution> contributions(Function<FoundGraph.Table, Coverage.By> by) throws SQLException {
        List<Contribution> contributions = new ArrayList<>();
        for (FoundGraph.Table table : graph.tables()) {
            List<Contribution.Row> rows = rows(table);
            List<Contribution.Row> told = rows.subList(0, Math.min(TOLD, rows.size()));
            contributions.add(new Contribution(table.name(), by.apply(table), told, rows.size() - told.size()));
        }
        return contributions;
    }

    /** A select of the rows along one path, and the product's id to set there. */
    private record Part(String sql, KeyType type, Object id) {}

    private List<Contribution.Row> rows(FoundGraph.Table table) throws SQLException {
        List<Part> parts = new ArrayList<>();
        FoundGraph.Id id = table.id();
        if (id != null) {
            add(parts, table, "", "r." + id.sql(), id.type());
        }
        new Climb(graph, table).paths().forEach(path -> add(parts, table, path));
        if (parts.isEmpty()) {
            return List.of();
        }
        String sql = parts.stream().map(Part::sql).collect(Collectors.joining(" union "));
        try (PreparedStatement statement =
                session.connection().prepareStatement("select * from (" + sql + ") d order by k limit " + COUNTED)) {
            for (int i = 0; i < parts.size(); i++) {
                session.dialect()
                        .bindId(
                                statement,
                                i + 1,
                                parts.get(i).type(),
                                parts.get(i).id());
            }
            return rows(statement, table);
        }
    }

    private void add(List<Part> parts, FoundGraph.Table table, List<FoundGraph.Way> path) {
        FoundGraph.Way last = path.get(path.size() - 1);
        boolean idBelowRoot = last.column().equals(graph.root().id());
        int joined = idBelowRoot ? path.size() - 1 : path.size();
        StringBuilder joins = new StringBuilder();
        for (int i = 0; i < joined; i++) {
            FoundGraph.Way way = path.get(i);
            String above = "t" + i;
            joins.append(" join ")
                    .append(graph.table(way.target()).found().sql())
                    .append(" ")
                    .append(above)
                    .append(" on ")
                    .append(above)
                    .append(".")
                    .append(way.column().sql())
                    .append(" = ")
                    .append(alias(i - 1))
                    .append(".")
                    .append(way.key().sql());
        }
        FoundGraph.Id root = graph.root().id();
        FoundGraph.Id product = idBelowRoot || root == null ? last.key() : root;
        add(parts, table, joins.toString(), alias(joined - 1) + "." + product.sql(), product.type());
    }

    private static String alias(int number) {
        return number < 0 ? "r" : "t" + number;
    }

    private void add(List<Part> parts, FoundGraph.Table table, String joins, String expression, KeyType type) {
        Object id = type.value(product.value());
        if (id != null) {
            String sql = "select distinct " + columns(table) + " from "
                    + table.found().sql() + " r" + joins + " where " + expression + " = ?";
            parts.add(new Part(sql, type, id));
        }
    }

    private String columns(FoundGraph.Table table) {
        Dialect dialect = session.dialect();
        Stamp stamp = table.stamp();
        String at = stamp == null ? "" : "r." + dialect.quote(stamp.column().name());
        List<String> key = key(table);
        return IntStream.range(0, key.size())
                        .mapToObj(i -> dialect.asText(key.get(i)) + " as k" + (i == 0 ? "" : i))
                        .collect(Collectors.joining(", "))
                + ", " + (stamp != null && stamp.offset() ? at : dialect.noTimestamp(true)) + " as z"
                + ", " + (stamp != null && !stamp.offset() ? at : dialect.noTimestamp(false)) + " as l"
                + ", " + dialect.rowVersion(table.found(), "r") + " as v";
    }

    private List<String> key(FoundGraph.Table table) {
        if (!table.found().key().isEmpty()) {
            return table.found().key().stream()
                    .map(column -> "r." + session.dialect().quote(column.name()))
                    .toList();
        }
        FoundGraph.Id id = table.id();
        return id != null
                ? List.of("r." + id.sql())
                : table.ways().stream().map(way -> "r." + way.key().sql()).toList();
    }

    private List<Contribution.Row> rows(PreparedStatement statement, FoundGraph.Table table) throws SQLException {
        int keys = key(table).size();
        List<Contribution.Row> rows = new ArrayList<>();
        try (ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                List<String> key = new ArrayList<>();
                for (int i = 1; i <= keys; i++) {
                    key.add(String.valueOf(result.getString(i)));
                }
                String version = String.valueOf(result.getString(keys + 3));
                rows.add(new Contribution.Row(
                        String.join(", ", key), stamp(result, table, keys), version.isEmpty() ? null : version));
            }
        }
        return rows;
    }

    private static @Nullable Instant stamp(ResultSet row, FoundGraph.Table table, int keys) throws SQLException {
        Stamp stamp = table.stamp();
        return stamp == null ? null : stamp.moment(row, stamp.offset() ? keys + 1 : keys + 2);
    }
}
