package dev.stocktake.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * A pool of connections as a host would have it, whose statements are counted. Pools of different names are different
 * processes or threads of the server, so that their processor time can be told apart.
 */
final class Database implements AutoCloseable {

    /** Hibernate Search's mass indexer takes seven as it comes. */
    private static final int CONNECTIONS = 8;

    private final String threads;
    private final HikariDataSource pool;
    private final CountingDataSource counting;

    private Database(String threads, HikariDataSource pool) {
        this.threads = threads;
        this.pool = pool;
        this.counting = new CountingDataSource(pool);
    }

    /**
     * Of a PostgreSQL server.
     *
     * @param name tells its processes apart from those of other pools
     */
    static Database open(String url, String name) {
        HikariConfig config = config(url, name);
        config.addDataSourceProperty("ApplicationName", "bench-" + name);
        return new Database(
                "select pid, pid from pg_stat_activity where application_name = 'bench-" + name + "'",
                new HikariDataSource(config));
    }

    /** Of a MariaDB server, the only pool of its user: there a connection has a thread, not a process. */
    static Database openMariaDb(String url, String user, long server) {
        HikariConfig config = config(url, user);
        config.setUsername(user);
        return new Database(
                "select " + server + ", tid from information_schema.processlist where user = '" + user + "'",
                new HikariDataSource(config));
    }

    private static HikariConfig config(String url, String name) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setPoolName(name);
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(CONNECTIONS);
        config.setMaxLifetime(0);
        config.setIdleTimeout(0);
        config.setKeepaliveTime(0);
        return config;
    }

    /** The pool, counting. */
    DataSource source() {
        return counting.dataSource();
    }

    long statements() {
        return counting.statements();
    }

    long commits() {
        return counting.commits();
    }

    /** The processor time of its connections in the server. */
    long cpuNanos() throws SQLException {
        return threads().stream().mapToLong(ProcessTimes::ofThread).sum();
    }

    private List<ProcessTimes.ThreadId> threads() throws SQLException {
        List<ProcessTimes.ThreadId> found = new ArrayList<>();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(threads)) {
            while (rows.next()) {
                found.add(new ProcessTimes.ThreadId(rows.getLong(1), rows.getLong(2)));
            }
        }
        return found;
    }

    @Override
    public void close() {
        pool.close();
    }
}
