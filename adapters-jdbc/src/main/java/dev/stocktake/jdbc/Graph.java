package dev.stocktake.jdbc;

import dev.stocktake.jdbc.ProductTables.Declared;
import dev.stocktake.jdbc.ProductTables.Timestamp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tables and the ways between them, checked as far as they can be without a database: every way ends at the root.
 *
 * @param tables the root first, then as declared
 */
record Graph(List<Table> tables) {

    /**
     * A table.
     *
     * @param path the setting, for messages
     * @param id the root's id column; empty for other tables
     * @param ways upward; none from the root
     * @param timestamp as declared; null: a column of the usual name, if there is one
     */
    record Table(
            String path,
            String name,
            String id,
            List<Way> ways,
            @Nullable Timestamp timestamp) {}

    /**
     * One way upward.
     *
     * @param key the column of this table
     * @param target the table nearer to the root
     * @param column the target's column that the key equals
     */
    record Way(String path, String key, String target, String column) {}

    Table root() {
        return tables.get(0);
    }

    Table table(String name) {
        return tables.stream()
                .filter(table -> table.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    static Graph of(List<Declared> declared) {
        Problems problems = new Problems("ProductTables");
        Map<String, Table> tables = new LinkedHashMap<>();
        for (int i = 0; i < declared.size(); i++) {
            add(declared.get(i), i == 0 ? "root" : "tables[" + (i - 1) + "]", declared, tables, problems);
        }
        Graph graph = new Graph(List.copyOf(tables.values()));
        if (problems.none()) {
            graph.tables().forEach(table -> graph.refuseCircle(table, List.of(), problems));
        }
        problems.throwIfAny();
        return graph;
    }

    private static void add(
            Declared one, String path, List<Declared> declared, Map<String, Table> tables, Problems problems) {
        notBlank(path + ".table", one.table(), problems);
        notBlank(path + ".key", one.key(), problems);
        boolean root = path.equals("root");
        List<Way> ways = new ArrayList<>();
        Table before = tables.get(one.table());
        if (before != null) {
            ways.addAll(before.ways());
            if (!before.id().isEmpty()) {
                problems.add(
                        path + ".table", "'" + one.table() + "' is the root; products lead nowhere but to themselves");
            }
        }
        if (!root) {
            ways.add(way(one, path, declared, problems));
        }
        Timestamp timestamp = before != null && one.timestamp() == null ? before.timestamp() : one.timestamp();
        if (before != null && before.timestamp() != null && !before.timestamp().equals(timestamp)) {
            problems.add(path + ".timestamp", "'" + one.table() + "' has another timestamp already");
        }
        String first = before == null ? path : before.path();
        tables.put(one.table(), new Table(first, one.table(), root ? one.key() : "", List.copyOf(ways), timestamp));
    }

    private static Way way(Declared one, String path, List<Declared> declared, Problems problems) {
        int dot = one.target().lastIndexOf('.');
        if (dot <= 0 || dot == one.target().length() - 1) {
            problems.add(path + ".leadsTo", "'" + one.target() + "' must be a table and a column, as in 'product.id'");
            return new Way(path, one.key(), "", "");
        }
        String written = one.target().substring(0, dot);
        List<String> names = declared.stream().map(Declared::table).distinct().toList();
        String target = names.contains(written) ? written : unqualified(written, names);
        if (target.isEmpty()) {
            problems.add(
                    path + ".leadsTo",
                    "no table '" + written + "' in the graph" + Suggestion.didYouMean(written, names));
        }
        return new Way(path, one.key(), target, one.target().substring(dot + 1));
    }

    /** The one table of this name in whatever schema; empty if there is none, or more than one. */
    private static String unqualified(String written, List<String> names) {
        List<String> found =
                names.stream().filter(name -> name.endsWith("." + written)).toList();
        return found.size() == 1 ? found.get(0) : "";
    }

    private void refuseCircle(Table table, List<String> below, Problems problems) {
        List<String> trail = new ArrayList<>(below);
        trail.add(table.name());
        if (below.contains(table.name())) {
            problems.add(table.path(), "leads in a circle, never to the root: " + String.join(" -> ", trail));
            return;
        }
        table.ways().forEach(way -> refuseCircle(table(way.target()), trail, problems));
    }

    private static void notBlank(String path, String value, Problems problems) {
        if (value.isBlank()) {
            problems.add(path, "must be named");
        }
        if (value.contains("\"") || value.contains("`")) {
            problems.add(path, "must be written without quotes: " + value);
        }
    }
}
