package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** Plain statements for tests, each committed at once. */
final class Sql {

    private Sql() {}

    /** A pool of connections to a new, empty H2 database in memory. */
    static JdbcConnectionPool h2() {
        return JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
    }

    /** A pool of connections to a new, empty PostgreSQL database. */
    static JdbcConnectionPool postgres(String options) {
        return TestPostgres.pool(TestPostgres.createDatabase(options), "postgres");
    }

    static JdbcConnectionPool postgres() {
        return postgres("");
    }

    /** A table of the numbers 0, 1, 2 ... in a column {@code n}. */
    static String numbers(DataSource dataSource, int count) {
        int last = count - 1;
        return switch (product(dataSource)) {
            case "H2" -> "system_range(0, " + last + ") as numbers(n)";
            case "MariaDB" -> "(select seq as n from seq_0_to_" + last + ") as numbers";
            default -> "generate_series(0, " + last + ") as numbers(n)";
        };
    }

    static boolean isMariaDb(DataSource dataSource) {
        return product(dataSource).equals("MariaDB");
    }

    private static String product(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection()) {
            return connection.getMetaData().getDatabaseProductName();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    static int run(DataSource dataSource, String sql, Object... parameters) {
        try (Connection connection = dataSource.getConnection()) {
            return run(connection, sql, parameters);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    static int run(Connection connection, String sql, Object... parameters) {
        try (PreparedStatement statement = prepare(connection, sql, parameters)) {
            return statement.execute() ? 0 : statement.getUpdateCount();
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    /** The first column of all rows. */
    static List<String> texts(DataSource dataSource, String sql, Object... parameters) {
        try (Connection connection = dataSource.getConnection()) {
            return texts(connection, sql, parameters);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    static List<String> texts(Connection connection, String sql, Object... parameters) {
        try (PreparedStatement statement = prepare(connection, sql, parameters);
                ResultSet rows = statement.executeQuery()) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    /** All columns of all rows, with a bar around each. */
    static List<String> rows(DataSource dataSource, String sql, Object... parameters) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = prepare(connection, sql, parameters);
                ResultSet rows = statement.executeQuery()) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                StringBuilder text = new StringBuilder("|");
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    text.append(rows.getString(i)).append('|');
                }
                texts.add(text.toString());
            }
            return texts;
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }
}
