package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
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
    public String next(String sequence) {
        return real.next(sequence);
    }

    @Override
    public String rows(String alias, List<Column> columns) {
        return real.rows(alias, columns);
    }

    @Override
    public String lock(String alias) {
        return real.lock(alias);
    }

    @Override
    public String upsert(String table, String key, String columns, String values, String set, String source) {
        return real.upsert(table, key, columns, values, set, source);
    }

    @Override
    public String update(String target, String set, String source, String on) {
        return real.update(target, set, source, on);
    }

    @Override
    public String delete(String target, String source, String on) {
        return real.delete(target, source, on);
    }
}
