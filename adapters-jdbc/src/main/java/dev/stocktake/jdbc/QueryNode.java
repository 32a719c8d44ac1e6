package dev.stocktake.jdbc;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One query of a document's tree: the root, or rows below it.
 *
 * @param query the query
 * @param roles what its columns are for
 * @param shape what the rows of one parent become
 * @param branches the rows nested in these
 */
record QueryNode(ProductQuery query, Roles roles, Shape shape, List<Branch> branches) {

    /** Rows as a field of their parent. A class, so that it can be looked up by identity. */
    static final class Branch {

        private final String field;
        private final QueryNode node;

        private Branch(String field, QueryNode node) {
            this.field = field;
            this.node = node;
        }

        String field() {
            return field;
        }

        QueryNode node() {
            return node;
        }
    }

    String path() {
        return query.path();
    }

    boolean isRoot() {
        return path().equals("root");
    }

    static QueryNode root(String sql, Roles roles, List<Rows.Nested> nested, Problems problems) {
        ProductQuery query = ProductQuery.parse("root", sql, problems);
        return new QueryNode(query, roles, Shape.LIST, branches("", nested, problems));
    }

    private static List<Branch> branches(String parent, List<Rows.Nested> nested, Problems problems) {
        List<Branch> branches = new ArrayList<>();
        Set<String> fields = new LinkedHashSet<>();
        for (Rows.Nested one : nested) {
            String path = parent + "children[" + branches.size() + "] '" + one.field() + "'";
            if (one.field().isBlank()) {
                problems.add(path, "a field must have a name");
            }
            if (!fields.add(one.field())) {
                problems.add(path, "another child has this name already");
            }
            branches.add(new Branch(one.field(), child(path, one, problems)));
        }
        return List.copyOf(branches);
    }

    private static QueryNode child(String path, Rows.Nested nested, Problems problems) {
        Rows rows = nested.rows();
        ProductQuery query = ProductQuery.parse(path, rows.sql(), problems);
        Roles roles = new Roles(rows.parentColumn(), rows.key(), nested.nameColumn(), Set.of(), rows.hidden(), "");
        return new QueryNode(query, roles, nested.shape(), branches(path + ".", rows.nested(), problems));
    }
}
