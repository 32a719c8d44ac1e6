package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * What the ledger's SQL needs that databases spell differently. Everything else in it is plain SQL.
 *
 * <p>Parameters may stand only in the sources of {@link #upsert}, {@link #update} and {@link #delete}, because the databases
 * put the other parts into another order.
 *
 * <p>Stateless and thread-safe.
 */
interface LedgerDialect {

    /**
     * A column of values that are handed over as one array parameter.
     *
     * @param type {@code text}, {@code bigint}, {@code integer} or {@code boolean}
     */
    record Column(String name, String type) {}

    /** The folder of the schema scripts. */
    String scripts();

    /**
     * Begins a transaction at READ COMMITTED on a connection without auto-commit.
     *
     * @param timeout for each statement, where the database can limit it for one transaction
     */
    Dialect.Undo begin(Connection connection, Duration timeout) throws SQLException;

    /** Lets one migration at a time in, until the transaction ends; where that cannot be, the scripts may be repeated. */
    void lockMigration(LedgerSql sql);

    /** Checks settings of the database that would bend keys. */
    default void verify(LedgerSql sql) {}

    /** This database's clock in microseconds: the time of the statement, not of the transaction. */
    String now();

    /** The next value of a sequence. */
    String next(String sequence);

    /** A table of array parameters, one parameter for each column. */
    String rows(String alias, List<Column> columns);

    /** Ends a query in a subselect: locks the rows of an alias, in the order of the query. Empty where that is not possible. */
    String lock(String alias);

    /**
     * Inserts what the source {@code s} yields; where the key is taken, updates the row {@code m}.
     *
     * @param set may name the new values as {@code {new}.column}
     */
    String upsert(String table, String key, String columns, String values, String set, String source);

    /** Updates the rows that match a row of the source. */
    String update(String target, String set, String source, String on);

    /** Deletes the rows that match a row of the source. */
    String delete(String target, String source, String on);
}
