package dev.stocktake.jdbc;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The columns of one query's result: which become fields, and which say where a row belongs. */
final class Columns {

    /** A column that becomes a field, or fields. */
    private record Field(int index, String label, boolean spread, ColumnValue value) {}

    /** A column whose text says where a row belongs. */
    private record Id(int index, KeyType type) {

        @Nullable
        String of(ResultSet row) throws SQLException {
            String text = row.getString(index);
            return text == null ? null : type.text(text);
        }
    }

    private final QueryNode node;
    private final Dialect dialect;
    private final List<String> labels;
    private final List<Field> fields = new ArrayList<>();
    private final @Nullable Id link;
    private final @Nullable Id key;
    private final @Nullable Id name;
    private final @Nullable RecheckColumn recheck;

    private Columns(ResultSetMetaData metaData, Dialect dialect, QueryNode node, Problems problems)
            throws SQLException {
        this.node = node;
        this.dialect = dialect;
        this.labels = labels(metaData, dialect);
        Roles roles = node.roles();
        this.link = id(metaData, roles.link(), node.isRoot() ? "id" : "by", problems);
        this.key = node.branches().isEmpty() ? null : id(metaData, roles.key(), "key", problems);
        this.name = roles.name().isEmpty() ? null : id(metaData, roles.name(), "map", problems);
        this.recheck = roles.recheck().isEmpty() ? null : recheck(metaData, roles.recheck(), problems);
        addFields(metaData, problems);
        check(problems);
    }

    /** The columns; what is wrong with them is added to the problems, and if there is any they must not be used. */
    static Columns of(ResultSetMetaData metaData, Dialect dialect, QueryNode node, Problems problems)
            throws SQLException {
        return new Columns(metaData, dialect, node, problems);
    }

    private static List<String> labels(ResultSetMetaData metaData, Dialect dialect) throws SQLException {
        List<String> labels = new ArrayList<>();
        for (int i = 1; i <= metaData.getColumnCount(); i++) {
            labels.add(dialect.label(metaData.getColumnLabel(i)));
        }
        return labels;
    }

    private @Nullable Id id(ResultSetMetaData metaData, String label, String setting, Problems problems)
            throws SQLException {
        int index = find(label) + 1;
        if (index == 0) {
            problems.add(
                    node.path(),
                    "has no column '" + label + "' (setting '" + setting + "'); it returns "
                            + String.join(", ", labels));
            return null;
        }
        KeyType type = KeyType.of(metaData.getColumnType(index), metaData.getColumnTypeName(index));
        return new Id(index, type != null ? type : new KeyType(KeyType.Kind.TEXT, "text"));
    }

    private @Nullable RecheckColumn recheck(ResultSetMetaData metaData, String label, Problems problems)
            throws SQLException {
        int index = known(label, "recheckAt", problems) + 1;
        if (index == 0) {
            return null;
        }
        try {
            return RecheckColumn.of(dialect, index, metaData.getColumnType(index), metaData.getColumnTypeName(index));
        } catch (IllegalArgumentException e) {
            problems.add(node.path(), "column '" + label + "' (setting 'recheckAt') " + e.getMessage());
            return null;
        }
    }

    /** A label that was written in other case than the database gives it back is meant all the same. */
    private int find(String label) {
        int exact = labels.indexOf(label);
        for (int i = 0; exact < 0 && i < labels.size(); i++) {
            if (labels.get(i).equalsIgnoreCase(label)) {
                exact = i;
            }
        }
        return exact;
    }

    private void addFields(ResultSetMetaData metaData, Problems problems) throws SQLException {
        Set<Integer> without = new LinkedHashSet<>();
        if (!node.isRoot()) {
            without.add(find(node.roles().link()));
        }
        without.add(node.roles().name().isEmpty() ? -1 : find(node.roles().name()));
        without.add(node.roles().recheck().isEmpty() ? -1 : find(node.roles().recheck()));
        for (String label : node.roles().hidden()) {
            int hidden = known(label, "hide", problems);
            if (!node.isRoot()) {
                without.add(hidden);
            }
        }
        Set<Integer> spread = new LinkedHashSet<>();
        node.roles().spread().forEach(label -> spread.add(known(label, "document", problems)));
        for (int i = 0; i < labels.size(); i++) {
            if (!without.contains(i)) {
                add(metaData, i, spread.contains(i), problems);
            }
        }
    }

    private int known(String label, String setting, Problems problems) {
        int index = find(label);
        if (index < 0) {
            problems.add(node.path(), "has no column '" + label + "' (setting '" + setting + "')");
        }
        return index;
    }

    private void add(ResultSetMetaData metaData, int at, boolean spread, Problems problems) throws SQLException {
        String label = labels.get(at);
        try {
            ColumnValue value = spread
                    ? ColumnValues.json()
                    : ColumnValues.of(dialect, metaData.getColumnType(at + 1), metaData.getColumnTypeName(at + 1));
            fields.add(new Field(at + 1, label, spread, value));
        } catch (IllegalArgumentException e) {
            problems.add(node.path(), "column '" + label + "' " + e.getMessage());
        }
    }

    private void check(Problems problems) {
        Set<String> seen = new LinkedHashSet<>();
        for (Field field : fields) {
            if (!seen.add(field.label())) {
                problems.add(
                        node.path(), "returns two columns named '" + field.label() + "'; name them apart with 'as'");
            }
        }
        for (QueryNode.Branch branch : node.branches()) {
            if (seen.contains(branch.field())) {
                problems.add(branch.node().path(), "'" + node.path() + "' has a column of this name already");
            }
        }
        if (node.shape() == Shape.VALUES && fields.size() + node.branches().size() != 1) {
            problems.add(
                    node.path(),
                    "must return exactly one column besides '" + node.roles().link()
                            + "', as it becomes a list of values");
        }
    }

    /** The result's current row. A value that no document can hold spoils its row, and no other. */
    Row row(ResultSet result) throws SQLException {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        String problem = null;
        for (Field field : fields) {
            try {
                put(values, field, field.value().in(result, field.index()));
            } catch (IllegalArgumentException e) {
                problem = node.path() + ": column '" + field.label() + "' " + e.getMessage();
            } catch (SQLException e) {
                problem = unreadable(field.label(), e);
            }
        }
        Instant recheckAt = null;
        try {
            recheckAt = recheck == null ? null : recheck.read(result);
        } catch (SQLException e) {
            problem = unreadable(node.roles().recheck(), e);
        }
        try {
            return new Row(text(link, result), text(key, result), text(name, result), values, recheckAt, problem);
        } catch (IllegalArgumentException e) {
            return new Row(null, null, null, values, null, node.path() + ": " + e.getMessage());
        }
    }

    private String unreadable(String label, SQLException error) throws SQLException {
        String state = error.getSQLState();
        if (state != null && state.startsWith("08")) {
            throw error;
        }
        return node.path() + ": column '" + label + "' cannot be read: " + SqlErrors.describe(error);
    }

    private static @Nullable String text(@Nullable Id id, ResultSet result) throws SQLException {
        return id == null ? null : id.of(result);
    }

    private static void put(Map<String, @Nullable Object> values, Field field, @Nullable Object value) {
        if (!field.spread()) {
            values.put(field.label(), value);
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((name, inner) -> values.put(String.valueOf(name), inner));
        } else {
            throw new IllegalArgumentException("is no JSON object, but the document is to be made of it");
        }
    }
}
