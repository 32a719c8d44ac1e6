package dev.stocktake.jdbc;

import dev.stocktake.MisconfiguredException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** H2 2.x, in any of its modes. */
final class H2LedgerDialect implements LedgerDialect {

    private static final String COLLATION =
            "select setting_value from information_schema.settings where setting_name = 'COLLATION'";

    @Override
    public String scripts() {
        return "h2";
    }

    /** H2 limits time per session only, which is the host's to set (LOCK_TIMEOUT, QUERY_TIMEOUT). */
    @Override
    public Dialect.Undo begin(Connection connection, Duration timeout) throws SQLException {
        int found = connection.getTransactionIsolation();
        if (found == Connection.TRANSACTION_READ_COMMITTED) {
            return () -> {};
        }
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        return () -> connection.setTransactionIsolation(found);
    }

    /** H2 commits at every DDL statement and would lose any lock, hence its scripts can be repeated. */
    @Override
    public void lockMigration(LedgerSql sql) {}

    @Override
    public void verify(LedgerSql sql) {
        sql.one(COLLATION, row -> row.getString(1))
                .filter(name -> !name.equals("OFF"))
                .ifPresent(name -> {
                    throw new MisconfiguredException(
                            "The ledger's database compares text by the collation '" + name
                                    + "', in which different product ids can be equal; use an H2 database without SET COLLATION");
                });
    }

    /** Not {@code current_timestamp}: in some of H2's modes that is when the transaction began. */
    @Override
    public String now() {
        return "(select datediff(microsecond, timestamp with time zone '1970-01-01 00:00:00+00',"
                + " executing_statement_start) from information_schema.sessions where session_id = session_id())";
    }

    @Override
    public String next(String sequence) {
        return "next value for " + sequence;
    }

    @Override
    public String rows(String alias, List<Column> columns) {
        String names = columns.stream().map(Column::name).collect(Collectors.joining(", "));
        String arrays = columns.stream()
                .map(column -> "cast(? as "
                        + (Set.of("text", "prose").contains(column.type()) ? "varchar" : column.type()) + " array)")
                .collect(Collectors.joining(", "));
        return "unnest(" + arrays + ") as " + alias + "(" + names + ")";
    }

    /** H2 runs through the whole array for each row. */
    @Override
    public Optional<String> noneOf(String column) {
        return Optional.empty();
    }

    @Override
    public String mark(String alias, String row, boolean optional) {
        return (optional ? "left join" : "join") + " stocktake_mark " + alias + " on " + alias + ".generation = " + row
                + ".generation and " + alias + ".product_key = " + row + ".product_key";
    }

    @Override
    public String upsertMarks(String columns, String values, String set, String source) {
        return "merge into stocktake_mark m using " + source
                + " on (m.generation = s.generation and m.product_key = s.product_key) when matched then update set "
                + set.replace("{new}.token", "{token}").replace("{new}.", "s.") + " when not matched then insert ("
                + columns + ") values (" + values + ")";
    }

    /** H2 locks no rows of a join. */
    @Override
    public Optional<String> lockMarks(String source) {
        return Optional.empty();
    }

    @Override
    public Optional<String> lockMarksWhere(String condition) {
        return Optional.of(
                "select 1 from stocktake_mark where " + condition + " order by generation, product_key for update");
    }

    @Override
    public String updateMarks(String set, String source, String condition) {
        return merge(source, condition) + "update set " + set;
    }

    @Override
    public String deleteMarks(String source, String condition) {
        return merge(source, condition) + "delete";
    }

    private static String merge(String source, String condition) {
        return "merge into stocktake_mark m using " + source
                + " on (m.generation = i.generation and m.product_key = i.product_key and " + condition
                + ") when matched then ";
    }
}
