package dev.stocktake.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Reads a column of one type as the value that a document holds. */
@FunctionalInterface
interface ColumnValue {

    /**
     * The value in the result's current row.
     *
     * @throws IllegalArgumentException if no document can hold it
     */
    @Nullable
    Object in(ResultSet row, int column) throws SQLException;
}
