package dev.stocktake.spring;

import dev.stocktake.jdbc.ProductTables;
import dev.stocktake.jdbc.ProductTables.Timestamp;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code stocktake.tables}. */
final class GraphText {

    private static final Pattern ENTRY =
            Pattern.compile("(?<table>[^\\s>]+)\\.(?<column>[^.\\s>]+)(?:\\s*->\\s*(?<target>\\S+\\.[^.\\s]+))?"
                    + "(?:\\s+by\\s+(?<stamp>\\S+)(?:\\s+in\\s+(?<zone>\\S+))?)?");
    private static final String NOTHING = "nothing";

    private GraphText() {}

    /** An entry in parts. */
    private record Entry(
            String table,
            String column,
            @Nullable String target,
            @Nullable Timestamp timestamp) {}

    /** @throws SetUpException if an entry is not as it must be, with what it must be */
    static ProductTables parse(String property, List<String> entries) {
        return checked(property, () -> parse(entries));
    }

    /**
     * The root's table and id, separated by a dot.
     *
     * @throws SetUpException if the first entry is not as it must be
     */
    static String root(String property, List<String> entries) {
        Entry root = checked(property, () -> rootOf(entries));
        return root.table() + "." + root.column();
    }

    private static <T> T checked(String property, Supplier<T> parsing) {
        try {
            return parsing.get();
        } catch (IllegalArgumentException e) {
            throw new SetUpException("'" + property + "': " + e.getMessage() + ".", "Correct '" + property + "'.", e);
        }
    }

    private static Entry rootOf(List<String> entries) {
        Entry root = entry(entries.get(0));
        if (root.target() != null) {
            throw new IllegalArgumentException(
                    "the first entry must be the table with one row per product and its id, like"
                            + " 'product.id', and lead nowhere; it is '" + entries.get(0) + "'");
        }
        return root;
    }

    private static ProductTables parse(List<String> entries) {
        Entry root = rootOf(entries);
        Timestamp rootStamp = root.timestamp();
        ProductTables tables = rootStamp == null
                ? ProductTables.root(root.table(), root.column())
                : ProductTables.root(root.table(), root.column(), rootStamp);
        for (String text : entries.subList(1, entries.size())) {
            tables = with(tables, entry(text), text);
        }
        return tables;
    }

    private static ProductTables with(ProductTables tables, Entry entry, String text) {
        String target = entry.target();
        if (target == null) {
            throw new IllegalArgumentException(
                    "'" + text
                            + "' must say where it leads, like 'stock.variant_id -> variant.id'; only the first entry does not");
        }
        ProductTables.Key key = ProductTables.key(entry.column());
        Timestamp timestamp = entry.timestamp();
        return timestamp == null
                ? tables.table(entry.table(), key, ProductTables.leadsTo(target))
                : tables.table(entry.table(), key, ProductTables.leadsTo(target), timestamp);
    }

    private static Entry entry(String text) {
        Matcher matcher = ENTRY.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text
                    + "' must be 'table.column' or 'table.column -> table.column', and may end with 'by column' or"
                    + " 'by column in Zone/Name' for its timestamp, or with 'by nothing'");
        }
        return new Entry(
                matcher.group("table"),
                matcher.group("column"),
                matcher.group("target"),
                timestamp(matcher.group("stamp"), matcher.group("zone")));
    }

    private static @Nullable Timestamp timestamp(@Nullable String column, @Nullable String zone) {
        if (column == null) {
            return null;
        }
        if (column.equals(NOTHING)) {
            return ProductTables.noTimestamp();
        }
        try {
            return zone == null ? ProductTables.timestamp(column) : ProductTables.timestamp(column, ZoneId.of(zone));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("'" + zone + "' is no time zone, like 'Europe/Berlin'", e);
        }
    }
}
