package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** H2 2.x in its regular mode. */
final class H2Dialect implements Dialect {

    private static final Set<Integer> LARGE = Set.of(Types.BLOB, Types.CLOB, Types.NCLOB, Types.JAVA_OBJECT);

    @Override
    public String name() {
        return "H2";
    }

    @Override
    public String fold(String identifier) {
        return identifier.toUpperCase(Locale.ROOT);
    }

    /** A label in capitals throughout was most likely written without quotes, in small letters. */
    @Override
    public String label(String label) {
        return label.equals(label.toUpperCase(Locale.ROOT)) ? label.toLowerCase(Locale.ROOT) : label;
    }

    /** Uncommitted changes are somebody's; without any, nothing is lost by beginning anew. */
    @Override
    public void refuseForeignTransaction(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("select contains_uncommitted from information_schema.sessions"
                        + " where session_id = session_id()")) {
            if (answer.next() && answer.getBoolean(1)) {
                throw Database.foreignTransaction();
            }
        }
        connection.rollback();
    }

    @Override
    public Undo beginReading(Connection connection, Database.View view, Duration statementTimeout) throws SQLException {
        int isolation = connection.getTransactionIsolation();
        connection.setTransactionIsolation(
                view == Database.View.ONE_SNAPSHOT
                        ? Connection.TRANSACTION_REPEATABLE_READ
                        : Connection.TRANSACTION_READ_COMMITTED);
        int timeout;
        try (Statement statement = connection.createStatement()) {
            timeout = statement.getQueryTimeout();
            statement.setQueryTimeout((int) Math.max(1, statementTimeout.toSeconds()));
        }
        return () -> {
            connection.setTransactionIsolation(isolation);
            try (Statement statement = connection.createStatement()) {
                statement.setQueryTimeout(timeout);
            }
        };
    }

    /** Without a collation of its own, a database orders text as Java does. */
    @Override
    public @Nullable Comparator<String> localOrder(Connection connection, KeyType type, String ids)
            throws SQLException {
        if (!type.sqlType().equals("text")) {
            return null;
        }
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(
                        "select 1 from information_schema.settings where setting_name = 'COLLATION'")) {
            return answer.next() ? null : Comparator.naturalOrder();
        }
    }

    @Override
    public String idParameter(KeyType type) {
        return switch (type.kind()) {
            case UUID -> "cast(? as uuid)";
            case TEXT -> type.sqlType().equals("text") ? "cast(? as varchar)" : "cast(? as " + type.sqlType() + ")";
            default -> "cast(? as varchar)";
        };
    }

    @Override
    public ChangeLogDialect changeLog() {
        return new H2ChangeLog();
    }

    @Override
    public LedgerDialect ledger() {
        return new H2LedgerDialect();
    }

    /** When a transaction began H2 does not tell; that there are changes not yet committed it does. */
    @Override
    public Horizon horizon(Connection connection) throws SQLException {
        String sql = "select current_timestamp, exists (select 1 from information_schema.sessions"
                + " where contains_uncommitted and session_id <> session_id()), session_id()";
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            answer.next();
            return Horizon.of(
                    answer.getObject(1, OffsetDateTime.class), null, answer.getBoolean(2), answer.getString(3));
        }
    }

    @Override
    public Optional<String> hiddenTransactions(Connection connection) {
        return Optional.of("a transaction that has not written yet cannot be seen; one that stays open longer than the"
                + " overlap may pass unseen");
    }

    /** H2 keeps no version of a row, so its content stands for it. */
    @Override
    public String rowVersion(Catalog.Table table, String alias) {
        String columns = table.columns().stream()
                .filter(column -> !LARGE.contains(column.jdbcType()))
                .map(column -> alias + "." + quote(column.name()))
                .collect(Collectors.joining(", "));
        return table.plain() ? "rawtohex(hash('MD5', cast(row(" + columns + ") as varchar)))" : "''";
    }
}
