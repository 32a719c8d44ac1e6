package dev.stocktake.spring;

import javax.sql.DataSource;
import org.springframework.boot.jdbc.EmbeddedDatabaseConnection;
import org.springframework.util.ClassUtils;

/** Whether tables of ours are made at start. */
final class Embedded {

    private static final String KNOWS_EMBEDDED = "org.springframework.boot.jdbc.EmbeddedDatabaseConnection";
    private static final String JDBC_TEMPLATE = "org.springframework.jdbc.core.JdbcTemplate";

    private Embedded() {}

    static boolean shallMake(StocktakeProperties.Initialize when, DataSource dataSource) {
        return switch (when) {
            case ALWAYS -> true;
            case NEVER -> false;
            case EMBEDDED -> isPresent(KNOWS_EMBEDDED) && isPresent(JDBC_TEMPLATE) && Asked.isEmbedded(dataSource);
        };
    }

    private static boolean isPresent(String name) {
        return ClassUtils.isPresent(name, Embedded.class.getClassLoader());
    }

    /** Loaded only where its class is there. */
    private static final class Asked {
        static boolean isEmbedded(DataSource dataSource) {
            return EmbeddedDatabaseConnection.isEmbedded(dataSource);
        }
    }
}
