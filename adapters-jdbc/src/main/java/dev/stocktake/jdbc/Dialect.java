package dev.stocktake.jdbc;

import dev.stocktake.MisconfiguredException;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * What differs from one database product to the next. Everything else in this package is plain SQL and plain JDBC.
 *
 * <p>Stateless and thread-safe.
 */
interface Dialect {

    /** The dialect that the connected database speaks. */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product) {
            case "PostgreSQL" -> new PostgresDialect();
            case "H2" -> new H2Dialect();
            default ->
                throw new MisconfiguredException("dataSource: leads to a '" + product
                        + "' database, which is not supported yet; supported are PostgreSQL and H2");
        };
    }

    /** The product's name, for messages. */
    String name();

    /** The identifier exactly as stored, quoted. */
    default String quote(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    /** What the database makes of an identifier that is written without quotes. */
    String fold(String identifier);
}
