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

    /** The rows of a page by the product or parent they belong to. */
    record Page(Map<String, List<Row>> root, Map<QueryNode.Branch, Map<String, List<Row>>> below) {}

    private static final Comparator<Row> BY_CONTENT =
            Comparator.comparing(row -> row.key() + "|" + row.name() + "|" + row.fields());

    /** Groups rows by what they belong to. Rows of a query without an order of its own get one. */
    static Map<String, List<Row>> group(QueryNode node, List<Row> rows) {
        Map<String, List<Row>> groups = new HashMap<>();
        for (Row row : rows) {
            if (row.link() != null) {
                groups.computeIfAbsent(row.link(), link -> new ArrayList<>(4)).add(row);
            }
        }
        if (!node.isRoot() && !node.query().ordered()) {
            groups.values().forEach(group -> group.sort(BY_CONTENT));
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
        return ask("mapper", () -> mapper.apply(row.fields()));
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
            case LIST -> rows.stream().map(Assembler::object).toList();
            case VALUES -> rows.stream().map(Assembler::only).toList();
            case ONE -> one(node, rows);
            case MAP -> map(node, rows);
        };
    }

    /** A row may have several parents, even in several products. */
    private static Object object(Row row) {
        return Collections.unmodifiableMap(row.fields());
    }

    private static @Nullable Object only(Row row) {
        return row.fields().size() == 1 ? row.fields().values().iterator().next() : object(row);
    }

    private static @Nullable Object one(QueryNode node, List<Row> rows) {
        if (rows.size() > 1) {
            throw new BadDataException(
                    node.path() + ": there are " + rows.size() + " rows where at most one is expected");
        }
        return rows.isEmpty() ? null : object(rows.get(0));
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
            map.put(row.name(), only(row));
        }
        return map;
    }
}
