package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** PostgreSQL. Keys are compared as bytes, in tables and in parameters alike. */
final class PostgresLedgerDialect implements LedgerDialect {

    @Override
    public String scripts() {
        return "postgresql";
    }

    /**
     * One round trip, and what it sets ends with the transaction. The first statement is refused in a transaction that has
     * begun: it would be the caller's, and we would end it. Prepared, and one {@code select} instead of five {@code set}: so
     * both sides spend a third of what they otherwise would, in the most frequent thing of all that are done here.
     *
     * <p>A table of marks is empty one moment and holds a million rows the next, and a plan made for the empty one compares
     * each with each. So plans are not left to statistics.
     *
     * <p>A client that vanishes without a word, or stands still, inside a transaction would keep its locks, that of the lane
     * among them, until TCP gives up after hours. So the server ends a session that falls silent.
     */
    @Override
    public Dialect.Undo begin(Connection connection, Duration timeout) throws SQLException {
        long millis = timeout.toMillis();
        PostgresDialect.execute(
                connection,
                "set transaction isolation level repeatable read;"
                        + " set transaction isolation level read committed, read write; select "
                        + String.join(
                                ", ",
                                PostgresDialect.locally("jit", "off"),
                                PostgresDialect.locally("enable_seqscan", "off"),
                                PostgresDialect.locally("enable_bitmapscan", "off"),
                                PostgresDialect.locally("statement_timeout", millis),
                                PostgresDialect.locally("lock_timeout", millis / 2),
                                PostgresDialect.locally("idle_in_transaction_session_timeout", millis)));
        return () -> {};
    }

    @Override
    public void lockMigration(LedgerSql sql) {
        sql.list("select pg_advisory_xact_lock(hashtext(?))", row -> 0, "dev.stocktake.jdbc:" + sql.tables());
    }

    /** A subselect, so that it is computed once and can be looked for in an index. */
    @Override
    public String now() {
        return "(select cast(extract(epoch from clock_timestamp()) * 1000000 as bigint))";
    }

    @Override
    public String next(String sequence) {
        return "nextval('" + sequence + "')";
    }

    @Override
    public String rows(String alias, List<Column> columns) {
        String names = columns.stream().map(Column::name).collect(Collectors.joining(", "));
        String arrays = columns.stream()
                .map(column -> "cast(? as " + (isText(column) ? "text" : column.type()) + "[])")
                .collect(Collectors.joining(", "));
        String selected = columns.stream()
                .map(column -> isText(column)
                        ? "u." + column.name() + " collate \"C\" as " + column.name()
                        : "u." + column.name())
                .collect(Collectors.joining(", "));
        return "(select " + selected + " from unnest(" + arrays + ") as u(" + names + ")) as " + alias;
    }

    private static boolean isText(Column column) {
        return column.type().equals("text") || column.type().equals("prose");
    }

    /** Hashed, once for the statement. */
    @Override
    public Optional<String> noneOf(String column) {
        return Optional.of(column + " not in (select u.v from unnest(cast(? as text[])) as u(v))");
    }

    /** The offset forbids the planner any other plan than one look-up for each row, see {@link #begin}. */
    @Override
    public String mark(String alias, String row, boolean optional) {
        String found = "lateral (select k.* from stocktake_mark k where k.generation = " + row
                + ".generation and k.product_key = " + row + ".product_key offset 0) as " + alias;
        return optional ? "left join " + found + " on true" : "cross join " + found;
    }

    /** Sorted by key, so that two transactions that mark the same products wait for each other instead of deadlocking. */
    @Override
    public String upsertMarks(String columns, String values, String set, String source) {
        return "insert into stocktake_mark as m (" + columns + ") select " + values + " from " + source
                + " order by generation, product_key on conflict (generation, product_key) do update set "
                + set.replace("{new}.", "excluded.");
    }

    @Override
    public Optional<String> lockMarks(String source) {
        return Optional.of("select count(*) from " + locked(source, "true"));
    }

    @Override
    public Optional<String> lockMarksWhere(String condition) {
        return Optional.of("select count(*) from (select 1 from stocktake_mark where " + condition
                + " order by generation, product_key for update) i");
    }

    @Override
    public String updateMarks(String set, String source, String condition) {
        return "update stocktake_mark m set " + set + " from " + locked(source, condition)
                + " where m.ctid = i.mark_row";
    }

    @Override
    public String deleteMarks(String source, String condition) {
        return "delete from stocktake_mark m using " + locked(source, condition) + " where m.ctid = i.mark_row";
    }

    private static String locked(String source, String condition) {
        return "(select i.*, l.mark_row from " + source + " cross join lateral (select m.ctid as mark_row"
                + " from stocktake_mark m where m.generation = i.generation and m.product_key = i.product_key and "
                + condition + " for update) l) i";
    }
}
