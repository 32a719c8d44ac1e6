package dev.stocktake.jdbc;

import dev.stocktake.Document;
import dev.stocktake.ProductKey;
import dev.stocktake.Projection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts the rows of a page together: one projection per product.
 *
 * @param root the tree of queries
 * @param when whether a root row makes a document
 * @param mapper makes the document of the fields
 */
record Assembler(
        QueryNode root,
        Predicate<Map<String, @Nullable Object>> when,
        Function<Map<String, @Nullable Object>, Document> mapper) {

    /** Makes a document of the fields as they are. */
    static final Function<Map<String, @Nullable Object>, Document> PLAIN = Document::of;

    /** The rows of a page by the product or parent they belong to. */
    record Page(Map<String, List<Row>> root, Map<QueryNode.Branch, Map<String, List<Row>>> below) {}

    private static final Comparator<Row> BY_CONTENT =
            Comparator.comparing(row -> row.key() + "|" + row.name() + "|" + row.fields());

    /** Groups rows by what they belong to. Rows of a query without an order of its own get one. */
    static Map<String, List<Row>> group(QueryNode node, List<Row> rows) {
        Map<String, List<Row>> groups = new HashMap<>(2 * rows.size());
        String last = null;
        List<Row> group = new ArrayList<>(0);
        for (Row row : rows) {
            String link = row.link();
            if (link != null) {
                // Most queries say by what their rows belong together, so that it is the same as that of the row
                // before.
                if (!link.equals(last)) {
                    last = link;
                    group = groups.computeIfAbsent(link, first -> new ArrayList<>(4));
                }
                group.add(row);
            }
        }
        if (!node.isRoot() && !node.query().ordered()) {
            groups.values().forEach(all -> all.sort(BY_CONTENT));
        }
        return groups;
    }

    /** What each of the keys is. */
    Map<ProductKey, Projection> assemble(Collection<ProductKey> keys, Page page) {
        Map<ProductKey, Projection> projections = new LinkedHashMap<>();
        keys.forEach(key -> projections.put(key, projection(key, page)));
        return projections;
    }

    private Projection projection(ProductKey key, Page page) {
        try {
            Row row = row(key, page);
            if (row == null) {
                return Projection.absent();
            }
            return hasDocument(row)
                    ? Projection.until(row.recheckAt(), document(row, page))
                    : Projection.absentUntil(row.recheckAt());
        } catch (BadDataException e) {
            return Projection.unreadable("product '" + key + "': " + e.problem());
        }
    }

    /** Whether a product has a document; one that cannot be told counts as present. */
    boolean present(ProductKey key, Page page) {
        try {
            Row row = row(key, page);
            return row != null && hasDocument(row);
        } catch (BadDataException e) {
            return true;
        }
    }

    private @Nullable Row row(ProductKey key, Page page) {
        List<Row> rows = page.root().getOrDefault(key.value(), List.of());
        if (rows.isEmpty()) {
            return null;
        }
        if (rows.size() > 1) {
            throw new BadDataException("the query 'root' returns " + rows.size()
                    + " rows with this id; make it return one row per product, and read what is many by children");
        }
        return sound(rows.get(0));
    }

    private boolean hasDocument(Row row) {
        return ask("when", () -> when.test(row.fields()));
    }

    private Document document(Row row, Page page) {
        for (String hidden : root.roles().hidden()) {
            row.fields().keySet().removeIf(hidden::equalsIgnoreCase);
        }
        attach(row, root, page);
        return ask("mapper", () -> mapper == PLAIN ? Document.of(row.fields()) : mapper.apply(ofItsOwn(row.fields())));
    }

    private static Map<String, @Nullable Object> ofItsOwn(Map<String, @Nullable Object> fields) {
        return fields instanceof RowFields ? new LinkedHashMap<>(fields) : fields;
    }

    /** The host's code must not fail the neighbours. */
    private static <T> T ask(String setting, Supplier<T> code) {
        try {
            return code.get();
        } catch (BadDataException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new BadDataException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            throw new BadDataException("the setting '" + setting + "' failed with " + e, e);
        }
    }

    private static Row sound(Row row) {
        if (row.problem() != null) {
            throw new BadDataException(row.problem());
        }
        return row;
    }

    private static void attach(Row row, QueryNode node, Page page) {
        for (QueryNode.Branch branch : node.branches()) {
            List<Row> rows = row.key() == null
                    ? List.of()
                    : page.below().getOrDefault(branch, Map.of()).getOrDefault(row.key(), List.of());
            rows.forEach(child -> attach(sound(child), branch.node(), page));
            row.fields().put(branch.field(), value(branch.node(), rows));
        }
    }

    private static @Nullable Object value(QueryNode node, List<Row> rows) {
        return switch (node.shape()) {
            case LIST -> list(node, rows, Assembler::object);
            case VALUES -> list(node, rows, Assembler::only);
            case ONE -> one(node, rows);
            case MAP -> map(node, rows);
        };
    }

    /** What becomes of a row. */
    @FunctionalInterface
    private interface Value {
        @Nullable
        Object of(QueryNode node, Row row);
    }

    private static List<@Nullable Object> list(QueryNode node, List<Row> rows, Value value) {
        List<@Nullable Object> list = new ArrayList<>(rows.size());
        for (Row row : rows) {
            list.add(value.of(node, row));
        }
        return Collections.unmodifiableList(list);
    }

    /** Unchangeable, as a row may have several parents, even in several products; a document takes it as it is. */
    private static Object object(QueryNode node, Row row) {
        try {
            return Document.of(row.fields()).fields();
        } catch (IllegalArgumentException e) {
            throw new BadDataException(node.path() + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable Object only(QueryNode node, Row row) {
        return row.fields().size() == 1 ? row.fields().values().iterator().next() : object(node, row);
    }

    private static @Nullable Object one(QueryNode node, List<Row> rows) {
        if (rows.size() > 1) {
            throw new BadDataException(
                    node.path() + ": there are " + rows.size() + " rows where at most one is expected");
        }
        return rows.isEmpty() ? null : object(node, rows.get(0));
    }

    private static Object map(QueryNode node, List<Row> rows) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (Row row : rows) {
            if (row.name() == null) {
                throw new BadDataException(
                        node.path() + ": column '" + node.roles().name() + "' is null");
            }
            if (map.containsKey(row.name())) {
                throw new BadDataException(node.path() + ": there are two rows for '" + row.name() + "'");
            }
            map.put(row.name(), only(node, row));
        }
        return map;
    }
}
