package dev.stocktake.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The triggers of one table: four for each column that leads upward, as a row trigger that is a single statement can log one
 * key; and those on the tables from which cascades come.
 *
 * <p>Keys are told apart by their bytes, as whoever writes them may write them in other letters.
 */
record MySqlLogTriggers(MySqlVariant variant, LogTables log, LoggedTable table) {

    static final String PREFIX = "stocktake_change_";

    /** With what the names of all these triggers begin: of this table, for this log. */
    String prefix() {
        return PREFIX + number(LoggedTable.crc(log.schema() + " " + table.sql())) + "_";
    }

    private static String number(long number) {
        return Long.toString(number, 36);
    }

    private String ofColumn(String column) {
        return prefix() + number(table.source(column)) + "_";
    }

    /** What logs the changes that are made to the rows themselves. */
    List<MySqlTrigger> own(String column) {
        String name = ofColumn(column);
        String before = "OLD." + column;
        String after = "NEW." + column;
        return List.of(
                trigger(name + "i", "insert", row(column, after)),
                trigger(name + "u", "update", row(column, before)),
                trigger(name + "n", "update", changedRow(column, before, after)),
                trigger(name + "d", "delete", row(column, before)));
    }

    private MySqlTrigger trigger(String name, String event, String statement) {
        return new MySqlTrigger(name, table.sql(), "after " + event, statement, "for " + event);
    }

    /** A row that leads nowhere is logged with a key that nothing has: a condition would cost more than the entry. */
    private String row(String column, String value) {
        return insert() + "values (" + table.source(column) + ", coalesce(" + text(value) + ", ''))";
    }

    private String changedRow(String column, String before, String after) {
        return insert() + "select " + table.source(column) + ", " + text(after) + " from dual where " + after
                + " is not null and not " + same(before, after);
    }

    private String insert() {
        return "insert into " + log.entries() + " (source_id, row_key) ";
    }

    private static String text(String value) {
        return "convert(" + value + " using utf8mb4)";
    }

    private String same(String one, String other) {
        return "(" + exact(one) + " <=> " + exact(other) + ")";
    }

    private String exact(String value) {
        return text(value) + " collate " + variant.exactCollation();
    }

    /** What logs the rows that follow others by foreign keys. */
    List<MySqlTrigger> following(String column, List<MySqlCascades.Path> paths) {
        List<MySqlTrigger> triggers = new ArrayList<>();
        for (MySqlCascades.Path path : paths) {
            String name = ofColumn(column) + number(LoggedTable.crc(path.text())) + "_";
            if (path.followsDelete()) {
                triggers.add(follower(name + "d", path, "before delete", rows(column, path, true, "")));
            }
            if (path.followsUpdate()) {
                triggers.add(follower(name + "u", path, "before update", rows(column, path, false, changed(path))));
                String origin = path.origin(column);
                if (origin != null) {
                    String statement = changedRow(column, "OLD." + origin, "NEW." + origin);
                    triggers.add(follower(name + "n", path, "after update", statement));
                }
            }
        }
        return triggers;
    }

    private static MySqlTrigger follower(String name, MySqlCascades.Path path, String moment, String statement) {
        String purpose = "on " + path.from() + " for rows that follow it by the foreign key " + path.names();
        return new MySqlTrigger(name, path.from(), moment, statement, purpose);
    }

    private String rows(String column, MySqlCascades.Path path, boolean deleted, String condition) {
        return insert() + path.definition(column, deleted, condition) + " select distinct " + table.source(column)
                + ", " + text("g." + column) + " from " + path.name() + " g where g." + column + " is not null";
    }

    /** A parent that keeps its key takes nothing with it. */
    private String changed(MySqlCascades.Path path) {
        return path.keys().get(0).referenced().stream()
                .map(column -> "not " + same("OLD." + column, "NEW." + column))
                .collect(Collectors.joining(" or ", " and (", ")"));
    }
}
