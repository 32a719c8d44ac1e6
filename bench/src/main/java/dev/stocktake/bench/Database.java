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
 * processes of the server, so that their processor time can be told apart.
 */
final class Database implements AutoCloseable {

    private static final int CONNECTIONS = 4;

    private final String name;
    private final HikariDataSource pool;
    private final CountingDataSource counting;

    private Database(String name, HikariDataSource pool) {
        this.name = name;
        this.pool = pool;
        this.counting = new CountingDataSource(pool);
    }

    /** @param name tells its processes apart from those of other pools */
    static Database open(String url, String name) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setPoolName(name);
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(CONNECTIONS);
        config.setMaxLifetime(0);
        config.setIdleTimeout(0);
        config.setKeepaliveTime(0);
        config.addDataSourceProperty("ApplicationName", "bench-" + name);
        return new Database(name, new HikariDataSource(config));
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

    /** The processor time of its processes in the server. */
    long cpuNanos() throws SQLException {
        long sum = 0;
        for (long pid : processes()) {
            sum += ProcessTimes.of(pid).own();
        }
        return sum;
    }

    private List<Long> processes() throws SQLException {
        List<Long> pids = new ArrayList<>();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select pid from pg_stat_activity where application_name = 'bench-" + name + "'")) {
            while (rows.next()) {
                pids.add(rows.getLong(1));
            }
        }
        return pids;
    }

    @Override
    public void close() {
        pool.close();
    }
}
