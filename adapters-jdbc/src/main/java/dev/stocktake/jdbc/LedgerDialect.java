package dev.stocktake.jdbc;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
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
     * @param type {@code text} (at most 400 characters), {@code prose} (at most 2,000), {@code bigint}, {@code integer} or
     *     {@code boolean}
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

    /** A parameter or column as a value of a type: {@code bigint}, {@code integer}, {@code boolean} or {@code varchar(n)}. */
    default String cast(String value, String type) {
        return "cast(" + value + " as " + type + ")";
    }

    /** The next value of a sequence: one that it has not had before. */
    String next(String sequence);

    /** A table of values that are handed over by {@link #bindRows}. */
    String rows(String alias, List<Column> columns);

    /** Sets the parameters of {@link #rows}; returns the index behind them. */
    default int bindRows(PreparedStatement statement, int index, List<LedgerSql.Values> columns) throws SQLException {
        for (int i = 0; i < columns.size(); i++) {
            LedgerSql.Values column = columns.get(i);
            Array array = statement
                    .getConnection()
                    .createArrayOf(column.type(), column.values().toArray());
            statement.setArray(index + i, array);
        }
        return index + columns.size();
    }

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
     * @param set may name the new values as {@code {new}.column}; no assignment reads a column that one before it assigns
     */
    String upsertMarks(String columns, String values, String set, String source);

    /**
     * Locks the marks of the products that the source {@code i} yields, in its order: by key, as everybody does who marks. So
     * statements that touch them one after the other, in whatever order, do not meet others half-way. Empty where such a lock
     * cannot be had; there a transaction that lost is repeated.
     */
    Optional<String> lockMarks(String source);

    /** Locks the marks of the generations that the condition on {@code stocktake_mark} names, likewise. */
    Optional<String> lockMarksWhere(String condition);

    /**
     * Updates the marks {@code m} of the products that the source {@code i} yields, by its {@code generation} and {@code
     * product_key}; locks them in its order where that is possible.
     *
     * @param set assigns columns whose names the source does not have; for the order see {@link #upsertMarks}
     * @param condition may name columns of both
     */
    String updateMarks(String set, String source, String condition);

    /** Deletes the marks {@code m} of the products that the source {@code i} yields, likewise. */
    String deleteMarks(String source, String condition);
}
