package dev.stocktake.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the next rows of several tables, in the order of their timestamps, in one query. */
final class TimestampScan {

    private static final String ROW = "r.";

    private final Dialect dialect;
    private final int keys;
    private final int order;

    TimestampScan(Dialect dialect, List<Watched> watched) {
        this.dialect = dialect;
        this.keys =
                watched.stream().mapToInt(table -> table.keys().size()).max().orElse(0);
        this.order =
                watched.stream().mapToInt(table -> table.order().size()).max().orElse(0);
    }

    /**
     * Which rows of a table to read.
     *
     * @param from the least timestamp
     * @param behind the row behind which to begin; null to begin with {@code from}
     * @param upTo the last row; null if there is no such limit
     */
    record Range(
            Watched table, Instant from, FeedCursor.@Nullable Position behind, FeedCursor.@Nullable Position upTo) {

        /** Where an index on the timestamp alone has to begin. */
        private Instant least() {
            return behind == null ? from : behind.at();
        }
    }

    /**
     * The rows of each table by its id, in ascending order, at most {@code limit} per table. Each part of the union is
     * ordered and cut by itself, and parts come whole, one behind the other.
     */
    Map<String, List<ChangedRow>> read(Database.Session session, List<Range> ranges, int limit) throws SQLException {
        List<String> selects = new ArrayList<>();
        ranges.forEach(range -> selects.add("(" + select(range, limit) + ")"));
        try (PreparedStatement statement = session.connection().prepareStatement(String.join(" union all ", selects))) {
            statement.setFetchSize(limit);
            int index = 1;
            for (Range range : ranges) {
                index = bind(statement, range, index);
            }
            try (ResultSet result = statement.executeQuery()) {
                return rows(result, ranges);
            }
        }
    }

    private Map<String, List<ChangedRow>> rows(ResultSet result, List<Range> ranges) throws SQLException {
        Map<String, Watched> tables = new HashMap<>();
        ranges.forEach(range -> tables.put(range.table().id(), range.table()));
        Map<String, List<ChangedRow>> rows = new HashMap<>();
        while (result.next()) {
            String id = result.getString(1);
            Watched table = tables.get(id);
            if (table != null) {
                rows.computeIfAbsent(id, n -> new ArrayList<>()).add(row(result, table));
            }
        }
        return rows;
    }

    private String select(Range range, int limit) {
        Watched table = range.table();
        String at = ROW + table.at(dialect);
        boolean offset = table.stamp().offset();
        StringBuilder sql = new StringBuilder("select '").append(table.id()).append("' as n");
        sql.append(", ").append(offset ? at : dialect.noTimestamp(true)).append(" as z");
        sql.append(", ").append(offset ? dialect.noTimestamp(false) : at).append(" as l");
        sql.append(", ").append(dialect.rowVersion(table.table().found(), "r")).append(" as v");
        texts(sql, table.keys(), keys, "k");
        texts(sql, table.order(), order, "o");
        sql.append(" from ")
                .append(table.table().found().sql())
                .append(" r where ")
                .append(at)
                .append(" >= ?");
        String place = "(" + at + ", " + String.join(", ", expressions(table)) + ")";
        String parameters = "(?" + ", ?".repeat(table.order().size()) + ")";
        sql.append(range.behind() == null ? "" : " and " + place + " > " + parameters);
        sql.append(range.upTo() == null ? "" : " and " + place + " <= " + parameters);
        return sql.append(" order by ")
                .append(place, 1, place.length() - 1)
                .append(" limit ")
                .append(limit)
                .toString();
    }

    private void texts(StringBuilder sql, List<FoundGraph.Id> columns, int count, String name) {
        for (int i = 0; i < count; i++) {
            String column = i < columns.size() ? qualified(columns.get(i)) : "null";
            sql.append(", ")
                    .append(dialect.asText(column))
                    .append(" as ")
                    .append(name)
                    .append(i);
        }
    }

    private static List<String> expressions(Watched table) {
        return table.order().stream().map(TimestampScan::qualified).toList();
    }

    /** Expressions that are more than a name are made of this table's columns only and need no qualifier. */
    private static String qualified(FoundGraph.Id column) {
        return column.sql().contains("(") ? column.sql() : ROW + column.sql();
    }

    private int bind(PreparedStatement statement, Range range, int first) throws SQLException {
        int index = first;
        range.table().stamp().bind(statement, index++, range.least());
        for (FeedCursor.Position position : positions(range)) {
            range.table().stamp().bind(statement, index++, position.at());
            for (int i = 0; i < range.table().order().size(); i++) {
                KeyType type = range.table().order().get(i).type();
                dialect.bindId(
                        statement, index++, type, type.asRead(position.keys().get(i)));
            }
        }
        return index;
    }

    private static List<FeedCursor.Position> positions(Range range) {
        List<FeedCursor.Position> positions = new ArrayList<>();
        if (range.behind() != null) {
            positions.add(range.behind());
        }
        if (range.upTo() != null) {
            positions.add(range.upTo());
        }
        return positions;
    }

    private ChangedRow row(ResultSet result, Watched table) throws SQLException {
        Instant at = table.stamp().read(result, table.stamp().offset() ? 2 : 3);
        List<@Nullable String> keyTexts = new ArrayList<>();
        for (int i = 0; i < table.keys().size(); i++) {
            keyTexts.add(table.keys().get(i).type().key(result.getString(5 + i)));
        }
        List<String> orderTexts = new ArrayList<>();
        for (int i = 0; i < table.order().size(); i++) {
            orderTexts.add(result.getString(5 + keys + i));
        }
        return new ChangedRow(at, keyTexts, orderTexts, String.valueOf(result.getString(4)));
    }
}
