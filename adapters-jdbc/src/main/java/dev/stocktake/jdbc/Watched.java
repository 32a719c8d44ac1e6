package dev.stocktake.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A table of the graph whose timestamp is watched.
 *
 * @param id short, and the same after a restart; letters and digits
 * @param climb from its rows to products
 * @param keys what leads upward, one per way; the id itself in the root
 * @param order what orders rows of one timestamp
 */
record Watched(String id, FoundGraph.Table table, Climb climb, List<FoundGraph.Id> keys, List<FoundGraph.Id> order) {

    static Watched of(String id, FoundGraph.Table table, Climb climb, Dialect dialect) {
        List<FoundGraph.Id> keys = new ArrayList<>();
        if (table.id() != null) {
            keys.add(table.id());
        }
        table.ways().forEach(way -> keys.add(way.key()));
        return new Watched(id, table, climb, keys, order(table, keys, dialect));
    }

    /**
     * The primary key. Without one the keys do as well: rows that share timestamp and keys lead to the same products. They
     * may be null, which no comparison survives.
     */
    private static List<FoundGraph.Id> order(FoundGraph.Table table, List<FoundGraph.Id> keys, Dialect dialect) {
        KeyType text = new KeyType(KeyType.Kind.TEXT, "text");
        if (table.found().key().isEmpty()) {
            return keys.stream()
                    .map(key -> new FoundGraph.Id("coalesce(" + dialect.asText(key.sql()) + ", '')", text))
                    .distinct()
                    .toList();
        }
        List<FoundGraph.Id> order = new ArrayList<>();
        for (Catalog.Column column : table.found().key()) {
            KeyType type = KeyType.of(column.jdbcType(), column.typeName());
            String sql = dialect.quote(column.name());
            order.add(type != null ? new FoundGraph.Id(sql, type) : new FoundGraph.Id(dialect.asText(sql), text));
        }
        return order;
    }

    Stamp stamp() {
        return Objects.requireNonNull(table.stamp());
    }

    /** The quoted name of the timestamp. */
    String at(Dialect dialect) {
        return dialect.quote(stamp().column().name());
    }
}
