package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** A dialect whose clock is a row of a table, so that a test can set the database's time. */
record SetClock(LedgerDialect real) implements LedgerDialect {

    static void create(DataSource database) {
        Sql.run(database, "create table test_clock (micros bigint not null)");
        Sql.run(database, "insert into test_clock (micros) values (1800000000000000)");
    }

    static void advance(DataSource database, Duration time) {
        Sql.run(database, "update test_clock set micros = micros + ?", time.toNanos() / 1000);
    }

    @Override
    public String now() {
        return "(select micros from test_clock)";
    }

    @Override
    public String scripts() {
        return real.scripts();
    }

    @Override
    public Dialect.Undo begin(Connection connection, Duration timeout) throws SQLException {
        return real.begin(connection, timeout);
    }

    @Override
    public void lockMigration(LedgerSql sql) {
        real.lockMigration(sql);
    }

    @Override
    public void verify(LedgerSql sql) {
        real.verify(sql);
    }

    @Override
    public String cast(String value, String type) {
        return real.cast(value, type);
    }

    @Override
    public int bindRows(PreparedStatement statement, int index, List<LedgerSql.Values> columns) throws SQLException {
        return real.bindRows(statement, index, columns);
    }

    @Override
    public String next(String sequence) {
        return real.next(sequence);
    }

    @Override
    public String rows(String alias, List<Column> columns) {
        return real.rows(alias, columns);
    }

    @Override
    public Optional<String> noneOf(String column) {
        return real.noneOf(column);
    }

    @Override
    public String mark(String alias, String row, boolean optional) {
        return real.mark(alias, row, optional);
    }

    @Override
    public String upsertMarks(String columns, String values, String set, String source) {
        return real.upsertMarks(columns, values, set, source);
    }

    @Override
    public Optional<String> lockMarks(String source) {
        return real.lockMarks(source);
    }

    @Override
    public Optional<String> lockMarksWhere(String condition) {
        return real.lockMarksWhere(condition);
    }

    @Override
    public String updateMarks(String set, String source, String condition) {
        return real.updateMarks(set, source, condition);
    }

    @Override
    public String deleteMarks(String source, String condition) {
        return real.deleteMarks(source, condition);
    }
}
