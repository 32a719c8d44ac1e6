package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The foreign keys by which InnoDB itself removes and changes rows. It fires no trigger for them, so the row from which such
 * a cascade starts logs the keys of all rows that will follow, however many tables further down.
 */
final class MySqlCascades {

    private final Connection connection;
    private final Map<String, List<MySqlForeignKey>> known = new HashMap<>();

    MySqlCascades(Connection connection) {
        this.connection = connection;
    }

    /** A way down: from a row that is deleted or changed to those of a table that is logged. */
    record Path(List<MySqlForeignKey> keys, Map<String, List<MySqlForeignKey>> toThemselves) {

        /** The table from which the cascade starts. */
        String from() {
            return keys.get(0).parent();
        }

        /** The same for the same way. */
        String text() {
            return keys.stream()
                    .map(key -> key.child() + key.columns() + key.parent() + key.referenced())
                    .collect(Collectors.joining(" "));
        }

        String names() {
            return keys.stream().map(key -> "'" + key.name() + "'").collect(Collectors.joining(", "));
        }

        boolean followsDelete() {
            return last().changesWhenParentIsDeleted()
                    && keys.subList(0, keys.size() - 1).stream().allMatch(MySqlForeignKey::isDeletedWithParent);
        }

        boolean followsUpdate() {
            return keys.stream().allMatch(MySqlForeignKey::changesWithParent)
                    && IntStream.range(1, keys.size())
                            .allMatch(i -> keys.get(i).referenced().stream()
                                    .anyMatch(keys.get(i - 1).columns()::contains));
        }

        private MySqlForeignKey last() {
            return keys.get(keys.size() - 1);
        }

        /** The column of the first table whose new value the last one's column gets; null if it gets none. */
        @Nullable
        String origin(String column) {
            String at = column;
            for (int i = keys.size() - 1; i >= 0; i--) {
                int position = keys.get(i).columns().indexOf(at);
                if (position < 0 || !keys.get(i).copiesParent()) {
                    return null;
                }
                at = keys.get(i).referenced().get(position);
            }
            return at;
        }

        /**
         * Defines the rows that follow {@code OLD}, table by table, the last one's as {@link #name}.
         *
         * @param column the one that is wanted of the last table
         * @param condition on which any follow
         */
        String definition(String column, boolean deleted, String condition) {
            List<String> steps = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                steps.add("g" + i + " as (" + step(i, column, deleted, condition) + ")");
            }
            return "with recursive " + String.join(", ", steps);
        }

        String name() {
            return "g" + (keys.size() - 1);
        }

        private String step(int i, String column, boolean deleted, String condition) {
            MySqlForeignKey key = keys.get(i);
            List<MySqlForeignKey> again = deleted ? toThemselves.getOrDefault(key.child(), List.of()) : List.of();
            Set<String> needed = new LinkedHashSet<>();
            again.forEach(self -> needed.addAll(self.referenced()));
            needed.addAll(i + 1 < keys.size() ? keys.get(i + 1).referenced() : List.of(column));
            String select = "select " + needed.stream().map(one -> "t." + one).collect(Collectors.joining(", "))
                    + " from " + key.child() + " t";
            String first = i == 0
                    ? select + " where " + joined(key, "OLD") + condition
                    : select + " join g" + (i - 1) + " p on " + joined(key, "p");
            return again.stream()
                    .map(self -> " union " + select + " join g" + i + " p on " + joined(self, "p"))
                    .collect(Collectors.joining("", first, ""));
        }

        private static String joined(MySqlForeignKey key, String parent) {
            return IntStream.range(0, key.columns().size())
                    .mapToObj(i -> "t." + key.columns().get(i) + " = " + parent + "."
                            + key.referenced().get(i))
                    .collect(Collectors.joining(" and "));
        }
    }

    /** Every way by which rows of this table are removed or changed without a trigger. */
    List<Path> pathsTo(String table) throws SQLException {
        List<Path> paths = new ArrayList<>();
        follow(table, List.of(), List.of(table), paths);
        return paths;
    }

    private void follow(String table, List<MySqlForeignKey> below, List<String> passed, List<Path> paths)
            throws SQLException {
        for (MySqlForeignKey key : keysOf(table)) {
            List<MySqlForeignKey> way = new ArrayList<>(List.of(key));
            way.addAll(below);
            if (key.toItself() || !passed.contains(key.parent())) {
                paths.add(new Path(List.copyOf(way), toThemselves(way)));
            }
            if (!passed.contains(key.parent())) {
                List<String> further = new ArrayList<>(passed);
                further.add(key.parent());
                follow(key.parent(), way, further, paths);
            }
        }
    }

    private Map<String, List<MySqlForeignKey>> toThemselves(List<MySqlForeignKey> way) throws SQLException {
        Map<String, List<MySqlForeignKey>> keys = new HashMap<>();
        for (MySqlForeignKey step : way) {
            keys.put(
                    step.child(),
                    keysOf(step.child()).stream()
                            .filter(key -> key.toItself() && key.isDeletedWithParent())
                            .toList());
        }
        return keys;
    }

    private List<MySqlForeignKey> keysOf(String table) throws SQLException {
        List<MySqlForeignKey> keys = known.get(table);
        if (keys == null) {
            keys = MySqlForeignKey.of(connection, table);
            known.put(table, keys);
        }
        return keys;
    }
}
