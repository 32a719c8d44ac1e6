package dev.stocktake.jdbc;

import java.util.concurrent.atomic.AtomicInteger;
import org.h2.jdbcx.JdbcConnectionPool;

/** H2 databases in memory. */
final class TestH2 {

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private TestH2() {}

    /** A pool of connections to a new, empty database that lives as long as the JVM. */
    static JdbcConnectionPool freshDatabase(String... settings) {
        String url = "jdbc:h2:mem:test_" + DATABASES.incrementAndGet() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000";
        JdbcConnectionPool pool = JdbcConnectionPool.create(
                settings.length == 0 ? url : url + ";" + String.join(";", settings), "sa", "");
        pool.setMaxConnections(40);
        return pool;
    }
}
