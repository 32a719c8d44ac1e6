package dev.stocktake.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Which products a query is about: the condition on them, and its parameters. */
sealed interface Selection {

    /** The condition on an expression that holds the products' ids. */
    String condition(String expression, Dialect dialect);

    /** Sets the parameters of one condition; returns the index behind them. */
    int bind(PreparedStatement statement, int index, Dialect dialect) throws SQLException;

    /** No product at all: tells whether the query is valid, and what its columns are. */
    record None() implements Selection {

        @Override
        public String condition(String expression, Dialect dialect) {
            return "(" + expression + " is null and 1 = 0)";
        }

        @Override
        public int bind(PreparedStatement statement, int index, Dialect dialect) {
            return index;
        }
    }

    /** These products. */
    record Ids(KeyType type, List<Object> ids) implements Selection {

        @Override
        public String condition(String expression, Dialect dialect) {
            return dialect.isOneOf(expression, ids.size());
        }

        @Override
        public int bind(PreparedStatement statement, int index, Dialect dialect) throws SQLException {
            return dialect.bindIds(statement, index, type, ids);
        }
    }

    /** All products that have an id. */
    record All() implements Selection {

        @Override
        public String condition(String expression, Dialect dialect) {
            return "(" + expression + " is not null)";
        }

        @Override
        public int bind(PreparedStatement statement, int index, Dialect dialect) {
            return index;
        }
    }

    /** Rows without an id. */
    record Nulls() implements Selection {

        @Override
        public String condition(String expression, Dialect dialect) {
            return "(" + expression + " is null)";
        }

        @Override
        public int bind(PreparedStatement statement, int index, Dialect dialect) {
            return index;
        }
    }

    /** The products whose ids follow this one. */
    record After(KeyType type, Object id) implements Selection {

        @Override
        public String condition(String expression, Dialect dialect) {
            return "(" + expression + " > ?)";
        }

        @Override
        public int bind(PreparedStatement statement, int index, Dialect dialect) throws SQLException {
            dialect.bindId(statement, index, type, id);
            return index + 1;
        }
    }
}
