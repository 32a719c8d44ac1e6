package dev.stocktake.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.postgresql.ds.PGConnectionPoolDataSource;

/** One real PostgreSQL per JVM, started when first asked for; tests get databases of their own in it. */
final class TestPostgres {

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private TestPostgres() {}

    private static final class Server {

        static final EmbeddedPostgres INSTANCE = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "off")
                        .setServerConfig("deadlock_timeout", "100ms")
                        .setServerConfig("max_connections", "300")
                        .setServerConfig("max_prepared_transactions", "20")
                        .setServerConfig("track_commit_timestamp", "on")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The name of a new, empty database. */
    static String createDatabase() {
        return createDatabase("");
    }

    /** The name of a new, empty database with more said about it: its collation, say. */
    static String createDatabase(String options) {
        String name = "test_" + DATABASES.incrementAndGet();
        execute(dataSource("postgres", "postgres"), "create database " + name + " template template0 " + options);
        return name;
    }

    /** A pool of connections to a new, empty database. */
    static JdbcConnectionPool freshDatabase() {
        return pool(createDatabase(), "postgres");
    }

    /** A pool of connections that the test disposes of, or the end of the JVM. */
    static JdbcConnectionPool pool(String database, String user) {
        PGConnectionPoolDataSource source = new PGConnectionPoolDataSource();
        source.setServerNames(new String[] {"localhost"});
        source.setPortNumbers(new int[] {Server.INSTANCE.getPort()});
        source.setDatabaseName(database);
        source.setUser(user);
        JdbcConnectionPool pool = JdbcConnectionPool.create(source);
        pool.setMaxConnections(40);
        return pool;
    }

    /** Connections without a pool. */
    static DataSource dataSource(String database, String user) {
        return Server.INSTANCE.getDatabase(user, database);
    }

    static void execute(DataSource dataSource, String... statements) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
