package dev.stocktake.examples.medusa;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.stocktake.UnavailableException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Pools, small questions, and what an answer of PostgreSQL means for whoever runs the sidecar. */
final class Databases {

    private static final int MOST_CONNECTIONS = 8;
    private static final long PATIENCE_MILLIS = 15_000;

    private Databases() {}

    static HikariDataSource pool(DatabaseUrl url, String name) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(url.jdbc());
        if (!url.user().isEmpty()) {
            config.setUsername(url.user());
        }
        if (!url.password().isEmpty()) {
            config.setPassword(url.password());
        }
        config.setMaximumPoolSize(MOST_CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(PATIENCE_MILLIS);
        // Whether the database can be reached is asked by us, with a sentence.
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    /** Without the pool, which keeps trying for as long as it is patient before it says what the server said. */
    static void probe(DatabaseUrl url) throws SQLException {
        Properties login = new Properties();
        if (!url.user().isEmpty()) {
            login.setProperty("user", url.user());
        }
        if (!url.password().isEmpty()) {
            login.setProperty("password", url.password());
        }
        DriverManager.getConnection(url.jdbc(), login).close();
    }

    /** Reads a row. */
    @FunctionalInterface
    interface Reading<T> {
        T of(ResultSet row) throws SQLException;
    }

    static <T> List<T> list(DataSource database, String sql, Reading<T> reading, Object... parameters)
            throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<T> all = new ArrayList<>();
                while (rows.next()) {
                    all.add(reading.of(rows));
                }
                return all;
            }
        }
    }

    /** Whether the query finds any row. */
    static boolean exists(DataSource database, String sql, Object... parameters) throws SQLException {
        return !list(database, sql, row -> Boolean.TRUE, parameters).isEmpty();
    }

    /** Who asks, by the database's own word: an address need not name anybody. */
    static String user(DataSource database) throws SQLException {
        return list(database, "select current_user", row -> row.getString(1)).get(0);
    }

    static void execute(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    /** What the database meant when it refused to be asked. */
    static Finding meaning(String setting, DatabaseUrl url, SQLException failure) {
        SQLException told = deepest(failure);
        String state = told.getSQLState() == null ? "" : told.getSQLState();
        String said = oneLine(told);
        if (state.startsWith("28")) {
            return new Finding(
                    Finding.Level.WRONG,
                    "database",
                    "The database at " + url + " does not let this user in (" + said
                            + "). Correct user and password in " + setting
                            + ", or let this machine in in the server's pg_hba.conf.");
        }
        if (state.equals("3D000")) {
            return new Finding(
                    Finding.Level.WRONG,
                    "database",
                    "There is no such database: " + url + " (" + said + "). Correct the name at the end of " + setting
                            + ".");
        }
        if (state.equals("42501")) {
            return new Finding(
                    Finding.Level.WRONG,
                    "database",
                    "The database user lacks a right at " + url + " (" + said + "). Grant it, see docs/medusa.md.");
        }
        return new Finding(
                Finding.Level.UNREACHABLE,
                "database",
                "The database at " + url + " cannot be reached (" + said
                        + "). Look whether it runs and whether host and"
                        + " port in " + setting + " are right as seen from here; inside a container localhost is the"
                        + " container.");
    }

    /** The same, to throw. */
    static RuntimeException failure(String setting, DatabaseUrl url, SQLException failure) {
        Finding finding = meaning(setting, url, failure);
        return finding.level() == Finding.Level.WRONG
                ? new WrongSettings(finding.text())
                : new UnavailableException(finding.text(), failure);
    }

    /** A pool wraps what the server said in its own patience. */
    private static SQLException deepest(SQLException failure) {
        SQLException told = failure;
        @Nullable Throwable cause = failure.getCause();
        while (cause != null) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                told = sql;
            }
            cause = cause.getCause();
        }
        return told;
    }

    static String oneLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).replaceAll("\\s+", " ").strip();
    }
}
