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

    /**
     * A column whose text says where a row belongs.
     *
     * @param place of the field whose value is the same text, so that it need not be read twice; -1 if there is none
     */
    private record Id(int index, KeyType type, int place) {

        @Nullable
        String of(ResultSet row, Map<String, @Nullable Object> fields) throws SQLException {
            boolean read = place >= 0 && fields instanceof RowFields;
            String text = read ? (String) ((RowFields) fields).value(place) : row.getString(index);
            return text == null ? null : type.text(text);
        }
    }

    private final QueryNode node;
    private final Dialect dialect;
    private final List<String> labels;
    private final List<Field> fields = new ArrayList<>();

    /** Those of the fields and of what is nested behind them; null if they are known only when a row was read. */
    private final String @Nullable [] names;

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
        Id belongs = id(metaData, roles.link(), node.isRoot() ? "id" : "by", problems);
        Id owns = node.branches().isEmpty() ? null : id(metaData, roles.key(), "key", problems);
        Id entry = roles.name().isEmpty() ? null : id(metaData, roles.name(), "map", problems);
        this.recheck = roles.recheck().isEmpty() ? null : recheck(metaData, roles.recheck(), problems);
        addFields(metaData, problems);
        this.names = names(node, fields);
        this.link = placed(belongs);
        this.key = placed(owns);
        this.name = placed(entry);
        check(problems);
    }

    private static String @Nullable [] names(QueryNode node, List<Field> fields) {
        boolean removed = node.isRoot() && !node.roles().hidden().isEmpty();
        if (removed || fields.stream().anyMatch(Field::spread)) {
            return null;
        }
        List<String> names = new ArrayList<>();
        fields.forEach(field -> names.add(field.label()));
        node.branches().forEach(branch -> names.add(branch.field()));
        return names.toArray(String[]::new);
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
        return new Id(index, type != null ? type : new KeyType(KeyType.Kind.TEXT, "text"), -1);
    }

    private @Nullable Id placed(@Nullable Id id) {
        for (int i = 0; id != null && i < fields.size(); i++) {
            if (fields.get(i).index() == id.index() && fields.get(i).value() == ColumnValues.TEXT) {
                return new Id(id.index(), id.type(), i);
            }
        }
        return id;
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

    /** The labels of the columns that become one field each. */
    List<String> fields() {
        return fields.stream()
                .filter(field -> !field.spread())
                .map(Field::label)
                .toList();
    }

    /** The result's current row. A value that no document can hold spoils its row, and no other. */
    Row row(ResultSet result) throws SQLException {
        RowFields array = names == null ? null : new RowFields(names);
        Map<String, @Nullable Object> values = array == null ? new LinkedHashMap<>() : array;
        String problem = null;
        for (int i = 0; i < fields.size(); i++) {
            Field field = fields.get(i);
            Object value = null;
            try {
                value = field.value().in(result, field.index());
                if (field.spread()) {
                    spread(values, value);
                }
            } catch (IllegalArgumentException e) {
                problem = node.path() + ": column '" + field.label() + "' " + e.getMessage();
            } catch (SQLException e) {
                problem = unreadable(field.label(), e);
            }
            if (array != null) {
                array.add(value);
            } else if (!field.spread()) {
                values.put(field.label(), value);
            }
        }
        Instant recheckAt = null;
        try {
            recheckAt = recheck == null ? null : recheck.read(result);
        } catch (SQLException e) {
            problem = unreadable(node.roles().recheck(), e);
        }
        try {
            return new Row(
                    text(link, result, values),
                    text(key, result, values),
                    text(name, result, values),
                    values,
                    recheckAt,
                    problem);
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

    private static @Nullable String text(@Nullable Id id, ResultSet result, Map<String, @Nullable Object> values)
            throws SQLException {
        return id == null ? null : id.of(result, values);
    }

    private static void spread(Map<String, @Nullable Object> values, @Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("is no JSON object, but the document is to be made of it");
        }
        map.forEach((name, inner) -> values.put(String.valueOf(name), inner));
    }
}
