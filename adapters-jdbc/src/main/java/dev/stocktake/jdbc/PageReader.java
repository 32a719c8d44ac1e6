package dev.stocktake.jdbc;

import dev.stocktake.ProductKey;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;

/** Reads the rows of many products: few queries per page, one snapshot per page, and no bad row spoils its neighbours. */
final class PageReader {

    /** Beyond this many products the planner of a large database turns from indexes to whole tables. */
    private static final int PAGE = 500;

    private final Database database;
    private final QueryNode root;
    private final KeyWalk walk;
    private final KnownColumns known = new KnownColumns();

    PageReader(Database database, QueryNode root, KeyWalk walk) {
        this.database = database;
        this.root = root;
        this.walk = walk;
    }

    /** What becomes of a page, or of a product whose rows make a query fail. */
    interface Outcome {

        void read(List<ProductKey> keys, Assembler.Page page);

        void unreadable(ProductKey key, String problem);
    }

    /**
     * Reads products.
     *
     * @param whole whether the rows below the root are read as well
     * @param answered called when the last query was answered, unless one fails there
     */
    void read(Collection<ProductKey> keys, boolean whole, Runnable answered, Outcome outcome) {
        List<ProductKey> all = List.copyOf(keys);
        for (int from = 0; from < all.size(); from += PAGE) {
            int to = Math.min(from + PAGE, all.size());
            readPage(all.subList(from, to), whole, to == all.size() ? answered : () -> {}, outcome);
        }
    }

    private void readPage(List<ProductKey> keys, boolean whole, Runnable answered, Outcome outcome) {
        Assembler.Page page;
        try {
            page = rows(keys, whole, answered);
        } catch (BadDataException e) {
            split(keys, whole, outcome, e);
            return;
        }
        outcome.read(keys, page);
    }

    /** Bisects until the product whose data makes the query fail is alone. */
    private void split(List<ProductKey> keys, boolean whole, Outcome outcome, BadDataException cause) {
        if (keys.size() == 1) {
            outcome.unreadable(keys.get(0), cause.problem());
            return;
        }
        int middle = keys.size() / 2;
        readPage(keys.subList(0, middle), whole, () -> {}, outcome);
        readPage(keys.subList(middle, keys.size()), whole, () -> {}, outcome);
    }

    private Assembler.Page rows(List<ProductKey> keys, boolean whole, Runnable answered) {
        KeyType type = walk.type();
        List<Object> ids = keys.stream()
                .map(key -> type.value(key.value()))
                .filter(Objects::nonNull)
                .toList();
        if (ids.isEmpty()) {
            return new Assembler.Page(Map.of(), Map.of());
        }
        Selection selection = new Selection.Ids(type, ids);
        Map<QueryNode.Branch, List<Row>> below = new IdentityHashMap<>();
        List<Row> rows = database.read(Database.View.ONE_SNAPSHOT, "Reading products", session -> {
            boolean oneByOne = keys.size() == 1 || !session.dialect().holdsSeveralAnswers();
            try (RowReader reader = new RowReader(session, selection, known, oneByOne)) {
                boolean any = reader.ask(root);
                if (any && whole) {
                    askBelow(reader, root);
                }
                boolean asksAgain = any && whole && !session.dialect().writesAlike(type);
                if (!asksAgain) {
                    answered.run();
                }
                List<Row> found = reader.rows(root);
                readBelow(reader, root, below::put);
                if (asksAgain) {
                    writeAlike(session, found, below);
                    answered.run();
                }
                return found;
            }
        });
        Map<QueryNode.Branch, Map<String, List<Row>>> groups = new IdentityHashMap<>();
        below.forEach((branch, list) -> groups.put(branch, Assembler.group(branch.node(), list)));
        return new Assembler.Page(Assembler.group(root, rows), groups);
    }

    /** A row that names its product in other letters than the product's own row, and is its for the database, is its here too. */
    private void writeAlike(Database.Session session, List<Row> products, Map<QueryNode.Branch, List<Row>> below)
            throws SQLException {
        Set<String> odd = new LinkedHashSet<>();
        root.branches().forEach(branch -> odd.addAll(links(below.getOrDefault(branch, List.of()))));
        odd.removeAll(links(products));
        Map<String, String> alike = odd.isEmpty() ? Map.of() : walk.asWalked(session, odd);
        if (!alike.isEmpty()) {
            root.branches()
                    .forEach(branch -> below.computeIfPresent(
                            branch,
                            (same, rows) -> rows.stream()
                                    .map(row -> row.ofParent(alike))
                                    .toList()));
        }
    }

    private static Set<String> links(List<Row> rows) {
        Set<String> links = new LinkedHashSet<>();
        for (Row row : rows) {
            if (row.link() != null) {
                links.add(row.link());
            }
        }
        return links;
    }

    private static void askBelow(RowReader reader, QueryNode node) {
        for (QueryNode.Branch branch : node.branches()) {
            if (reader.ask(branch.node())) {
                askBelow(reader, branch.node());
            }
        }
    }

    private static void readBelow(RowReader reader, QueryNode node, BiConsumer<QueryNode.Branch, List<Row>> found) {
        for (QueryNode.Branch branch : node.branches()) {
            List<Row> rows = reader.rows(branch.node());
            found.accept(branch, rows);
            readBelow(reader, branch.node(), found);
        }
    }

    /** Every query of the tree. */
    List<QueryNode> queries() {
        List<QueryNode> all = new ArrayList<>();
        collect(root, all);
        return all;
    }

    private static void collect(QueryNode node, List<QueryNode> all) {
        all.add(node);
        node.branches().forEach(branch -> collect(branch.node(), all));
    }
}
