package dev.stocktake.jdbc;

import dev.stocktake.MisconfiguredException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * MariaDB and MySQL. Arrays travel as JSON, one row after the other. Keys are compared as bytes, trailing spaces included,
 * in tables and in parameters alike.
 *
 * <p>These databases assign from left to right and let an assignment see the ones before it, so none may read a column that
 * was assigned already.
 */
final class MySqlLedgerDialect implements LedgerDialect {

    /** A transaction that waited in vain is repeated; the shares add up to the time that a statement may take. */
    private static final int SHARES = LedgerTransactions.ATTEMPTS;

    private final MySqlVariant variant;

    MySqlLedgerDialect(MySqlVariant variant) {
        this.variant = variant;
    }

    @Override
    public String scripts() {
        return variant.scripts();
    }

    /**
     * The first statement is refused in a transaction that has begun: it would be the caller's, and we would end it. The
     * limits are those of the session and are taken back. The last one ends a session that falls silent: a client that
     * vanishes, or stands still, would keep its locks.
     */
    @Override
    public Dialect.Undo begin(Connection connection, Duration timeout) throws SQLException {
        MySqlDialect.execute(connection, "set transaction isolation level read committed");
        MySqlDialect.execute(connection, "start transaction read write");
        String share = Long.toString(Math.max(1, timeout.toSeconds() / SHARES));
        return MySqlSession.set(
                connection,
                List.of(
                        new MySqlSession.Setting("innodb_lock_wait_timeout", share),
                        new MySqlSession.Setting("lock_wait_timeout", share),
                        new MySqlSession.Setting(variant.statementLimit(), variant.limit(timeout)),
                        new MySqlSession.Setting(
                                variant.silenceLimit(), Long.toString(Math.max(1, timeout.toSeconds())))));
    }

    /** Every DDL statement commits and would end any lock, hence the scripts can be repeated. */
    @Override
    public void lockMigration(LedgerSql sql) {}

    @Override
    public void verify(LedgerSql sql) {
        String charset = sql.one("select @@session.character_set_client", row -> row.getString(1))
                .orElse("");
        if (!charset.equals("utf8mb4")) {
            throw new MisconfiguredException("The ledger's connections write '" + charset
                    + "', in which not every product id can be told; let the driver use utf8mb4");
        }
        if (sql.update("update stocktake_schema_version set version = version where version > 0") == 0) {
            throw new MisconfiguredException("The ledger's connections do not count rows that an update leaves as they"
                    + " were; take useAffectedRows=true out of the driver's settings");
        }
    }

    /** Of the statement. Not by {@code unix_timestamp}, which in an hour that comes twice knows only one. */
    @Override
    public String now() {
        return "timestampdiff(microsecond, timestamp'1970-01-01 00:00:00', utc_timestamp(6))";
    }

    /** MySQL has no sequences; this number is another each time, also after a restart and on every server of a group. */
    @Override
    public String next(String sequence) {
        return "(uuid_short() & 9223372036854775807)";
    }

    @Override
    public String cast(String value, String type) {
        String named = type.startsWith("varchar") ? type.substring("var".length()) : "signed";
        return "cast(" + value + " as " + named + ")";
    }

    @Override
    public String rows(String alias, List<Column> columns) {
        return columns.stream()
                .map(column -> column.name() + " " + type(column) + " path '$[" + columns.indexOf(column) + "]'")
                .collect(Collectors.joining(", ", "json_table(?, '$[*]' columns (", ")) " + alias));
    }

    private String type(Column column) {
        return switch (column.type()) {
            case "text" -> text(400);
            case "prose" -> text(2000);
            case "boolean" -> "integer";
            default -> column.type();
        };
    }

    private String text(int length) {
        return "varchar(" + length + ") character set utf8mb4 collate " + variant.exactCollation();
    }

    @Override
    public int bindRows(PreparedStatement statement, int index, List<LedgerSql.Values> columns) throws SQLException {
        statement.setString(index, LedgerJson.rows(columns));
        return index + 1;
    }

    /** A subquery is looked through for each row. */
    @Override
    public Optional<String> noneOf(String column) {
        return Optional.empty();
    }

    /** One look-up for each row, whatever statistics say: they were made when the table was empty. */
    @Override
    public String mark(String alias, String row, boolean optional) {
        return (optional ? "left join" : "straight_join") + " stocktake_mark " + alias + " force index (primary) on "
                + alias + ".generation = " + row + ".generation and " + alias + ".product_key = " + row
                + ".product_key";
    }

    /** Sorted by key, so that two transactions that mark the same products wait for each other instead of deadlocking. */
    @Override
    public String upsertMarks(String columns, String values, String set, String source) {
        String assigned = set.replaceAll("\\{new}\\.(\\w+)", "values($1)").replaceAll("\\bm\\.", "stocktake_mark.");
        return "insert into stocktake_mark (" + columns + ") select " + values + " from " + source
                + " order by generation, product_key on duplicate key update " + assigned;
    }

    @Override
    public Optional<String> lockMarks(String source) {
        return Optional.of("select count(*) from " + source + " " + mark("m", "i", false) + " for update");
    }

    @Override
    public Optional<String> lockMarksWhere(String condition) {
        return Optional.of(
                "select count(*) from stocktake_mark force index (primary) where " + condition + " for update");
    }

    @Override
    public String updateMarks(String set, String source, String condition) {
        return "update " + source + " " + mark("m", "i", false) + " set " + set + " where " + condition;
    }

    @Override
    public String deleteMarks(String source, String condition) {
        return "delete m from " + source + " " + mark("m", "i", false) + " where " + condition;
    }
}
