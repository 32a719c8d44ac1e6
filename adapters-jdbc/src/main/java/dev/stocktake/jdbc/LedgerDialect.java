package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the ledger's SQL needs that databases spell differently. Everything else in it is plain SQL.
 *
 * <p>Of marks that are inserted, updated or deleted, parameters may stand only in the source, because the databases put the
 * other parts into another order.
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

    /** A condition that a column holds none of the values of an array parameter; empty where that is slow. */
    Optional<String> noneOf(String column);

    /**
     * Joins the mark of the product of a row, by {@code generation} and {@code product_key}.
     *
     * @param optional keeps the row also if there is no mark
     */
    String mark(String alias, String row, boolean optional);

    /**
     * Inserts the marks that the source {@code s} yields; where there is one, updates it as {@code m}.
     *
     * @param set may name the new values as {@code {new}.column}
     */
    String upsertMarks(String columns, String values, String set, String source);

    /**
     * Updates the marks {@code m} of the products that the source {@code i} yields, by its {@code generation} and {@code
     * product_key}; locks them in its order where that is possible.
     *
     * @param condition may name columns of both
     */
    String updateMarks(String set, String source, String condition);

    /** Deletes the marks {@code m} of the products that the source {@code i} yields, likewise. */
    String deleteMarks(String source, String condition);
}
