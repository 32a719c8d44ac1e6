package dev.stocktake.jdbc;

import dev.stocktake.Backlog;
import dev.stocktake.jdbc.LedgerSql.Values;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of one generation, each from a range of an index, at a cost that does not grow with the backlog: counts end
 * at a bound, and the earliest of something is the first entry of its range.
 *
 * <p>Every range is asked for in the order of its index, column by column, which keeps a database from any other plan when
 * its statistics are stale.
 */
final class LedgerNumbers {

    private static final String DUE_IN_FLIGHT = """
            select count(*) from (select cast(? as bigint) as generation, r.product_key
                from {rows r product_key text}) i {mark m of i}
            where m.stage = 0 or m.stage = 1 and m.not_before <= ?""";

    private static final String OF_STAGE = "where stage = %d and generation = ?";
    private static final String IN_ORDER = OF_STAGE + " order by stage, generation, reason, since";
    private static final String FIRST_OF_REASON =
            OF_STAGE + " and reason = %d order by stage, generation, reason, since";
    private static final String PUT_OFF = "where stage = 1 and generation = ? order by stage, generation, not_before";
    private static final String BY_TIME =
            "where stage = 1 and generation = ? and not_before %s ? order by stage, generation, not_before";
    private static final String DOUBTFUL = "where suspect = %b and generation = ? and stage = %d";
    private static final String BY_CHANGE =
            DOUBTFUL + " and changed_at > 0 order by suspect, generation, stage, changed_at";
    private static final String SUSPECTS = DOUBTFUL + " order by suspect, generation, stage, changed_at";

    private final LedgerSql sql;
    private final long generation;

    LedgerNumbers(LedgerSql sql, long generation) {
        this.sql = sql;
        this.generation = generation;
    }

    /** Several questions that are asked by one statement, and their parameters. */
    private final class Questions {

        private final List<String> columns = new ArrayList<>();
        private final List<Object> parameters = new ArrayList<>();

        private void count(long most, String range, Object... bounds) {
            columns.add(counted("stocktake_mark", range, most));
            bind(bounds);
        }

        private void first(String column, String range, Object... bounds) {
            columns.add("(" + head(column, "stocktake_mark", range, 1) + ")");
            bind(bounds);
        }

        /** The least of the firsts of several ranges. */
        private void firstOf(String column, List<String> ranges) {
            List<String> firsts = ranges.stream()
                    .map(range -> "(" + head(column, "stocktake_mark", range, 1) + ")")
                    .toList();
            columns.add("(select min(u." + column + ") from (" + String.join(" union all ", firsts) + ") u)");
            ranges.forEach(range -> bind());
        }

        private void rechecks(Instant now) {
            columns.add(counted(
                    "stocktake_recheck",
                    "where generation = ? and recheck_at <= ? order by generation, recheck_at",
                    Backlog.MOST_COUNTED));
            bind(Micros.of(now));
            columns.add("("
                    + head("recheck_at", "stocktake_recheck", "where generation = ? order by generation, recheck_at", 1)
                    + ")");
            bind();
        }

        private void bind(Object... bounds) {
            parameters.add(generation);
            parameters.addAll(List.of(bounds));
        }

        private <T> T ask(LedgerSql.Row<T> row) {
            return sql.list("select " + String.join(", ", columns), row, parameters.toArray())
                    .get(0);
        }
    }

    private static String counted(String table, String range, long most) {
        return "(select count(*) from (" + head("generation", table, range, most) + ") c)";
    }

    private static String head(String column, String table, String range, long most) {
        return "select " + column + " from " + table + " " + range + " limit " + most;
    }

    /** Products with a mark, quarantined ones not counted. */
    long marked(long most) {
        Questions questions = new Questions();
        questions.count(most, IN_ORDER.formatted(LedgerMarks.DUE));
        questions.count(most, PUT_OFF);
        return Math.min(most, questions.ask(row -> row.getLong(1) + row.getLong(2)));
    }

    /**
     * All of them. The time comes first: what is put off behind it is due to nobody yet, whenever the rest is counted.
     *
     * @param inFlight products of open batches
     */
    Backlog backlog(Set<String> inFlight, int batches) {
        Instant now = Micros.instant(sql.number("select {now}"));
        long micros = Micros.of(now);
        long dueInFlight = inFlight.isEmpty()
                ? 0
                : sql.number(DUE_IN_FLIGHT, generation, Values.texts(List.copyOf(inFlight)), micros);
        long most = Backlog.MOST_COUNTED;
        Questions questions = new Questions();
        questions.count(most + inFlight.size(), IN_ORDER.formatted(LedgerMarks.DUE));
        questions.count(most, PUT_OFF);
        questions.count(most, BY_TIME.formatted("<="), micros);
        questions.count(most, SUSPECTS.formatted(true, LedgerMarks.DUE));
        questions.count(most, SUSPECTS.formatted(true, LedgerMarks.PUT_OFF));
        questions.count(most, IN_ORDER.formatted(LedgerMarks.QUARANTINED));
        questions.firstOf("since", oldest());
        questions.firstOf("changed_at", oldestChange());
        questions.first("not_before", BY_TIME.formatted(">"), micros);
        questions.rechecks(now);
        return questions.ask(row -> backlog(row, dueInFlight, inFlight.size(), batches, now));
    }

    private static List<String> oldest() {
        return LedgerReasons.numbers().stream()
                .flatMap(reason -> List.of(
                        FIRST_OF_REASON.formatted(LedgerMarks.DUE, reason),
                        FIRST_OF_REASON.formatted(LedgerMarks.PUT_OFF, reason))
                        .stream())
                .toList();
    }

    private static List<String> oldestChange() {
        return List.of(
                BY_CHANGE.formatted(true, LedgerMarks.DUE),
                BY_CHANGE.formatted(true, LedgerMarks.PUT_OFF),
                BY_CHANGE.formatted(false, LedgerMarks.DUE),
                BY_CHANGE.formatted(false, LedgerMarks.PUT_OFF));
    }

    private static Backlog backlog(ResultSet row, long dueInFlight, int inFlight, int batches, Instant now)
            throws SQLException {
        return new Backlog(
                counted(row.getLong(1) + row.getLong(2)),
                counted(row.getLong(1) + row.getLong(3) - dueInFlight),
                counted(row.getLong(4) + row.getLong(5)),
                row.getLong(6),
                inFlight,
                batches,
                moment(row, 7),
                moment(row, 8),
                moment(row, 9),
                row.getLong(10),
                moment(row, 11),
                now);
    }

    private static long counted(long count) {
        return Math.min(count, Backlog.MOST_COUNTED);
    }

    private static @Nullable Instant moment(ResultSet row, int column) throws SQLException {
        return Micros.orNull(row.getLong(column));
    }
}
