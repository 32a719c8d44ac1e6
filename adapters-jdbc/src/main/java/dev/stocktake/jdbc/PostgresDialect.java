package dev.stocktake.jdbc;

import dev.stocktake.UnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** PostgreSQL 12 and later. */
final class PostgresDialect implements Dialect {

    private static final String ACTIVE_TRANSACTION = "25001";
    private static final Set<String> BYTEWISE = Set.of("C", "POSIX", "c:C", "c:POSIX", "b:C");

    @Override
    public String name() {
        return "PostgreSQL";
    }

    @Override
    public String fold(String identifier) {
        return identifier.toLowerCase(Locale.ROOT);
    }

    /** The driver knows whether a transaction has begun, and in one refuses what would change nothing otherwise. */
    @Override
    public void refuseForeignTransaction(Connection connection) throws SQLException {
        try {
            connection.setReadOnly(connection.isReadOnly());
        } catch (SQLException e) {
            if (ACTIVE_TRANSACTION.equals(e.getSQLState())) {
                throw Database.foreignTransaction();
            }
            throw e;
        }
    }

    /**
     * One round trip, and all of it ends with the transaction, so that a pool gets its connection back as it was. JIT
     * compilation costs more than it saves in queries of this size.
     *
     * <p>Where a pool knows several servers, any connection may lead to another one than the last. What a standby does not
     * know yet would be written to the index as if it were the truth, so each transaction looks. That may pass, as while a
     * proxy follows a failover.
     */
    @Override
    public Undo beginReading(Connection connection, Database.View view, Duration statementTimeout) throws SQLException {
        String isolation = view == Database.View.ONE_SNAPSHOT ? "repeatable read" : "read committed";
        String sql = "set transaction isolation level " + isolation + ", read only; select pg_is_in_recovery(), "
                + locally("statement_timeout", statementTimeout.toMillis()) + ", " + locally("jit", "off");
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            boolean rows = statement.execute();
            while (!rows && statement.getUpdateCount() != -1) {
                rows = statement.getMoreResults();
            }
            try (ResultSet answer = statement.getResultSet()) {
                if (answer == null || !answer.next()) {
                    throw new SQLException("Whether the server is a standby was not answered");
                }
                if (answer.getBoolean(1)) {
                    throw new UnavailableException(
                            "dataSource: leads to a standby, which may lag behind what was marked; nothing was read. If that"
                                    + " lasts, use the primary (with the PostgreSQL driver: targetServerType=primary)",
                            null);
                }
            }
        }
        return () -> {};
    }

    /** Prepared, so that the server parses it once for each session. */
    static void execute(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    /** An expression that sets something until the transaction ends. */
    static String locally(String setting, Object value) {
        return "set_config('" + setting + "', '" + value + "', true)";
    }

    @Override
    public void bindId(PreparedStatement statement, int index, KeyType type, Object id) throws SQLException {
        if (type.kind() == KeyType.Kind.TEXT && !type.sqlType().equals("text")) {
            statement.setObject(index, id, Types.OTHER);
        } else {
            statement.setObject(index, id);
        }
    }

    @Override
    public List<String> visibleSchemas(Connection connection) throws SQLException {
        List<String> schemas = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("select unnest(current_schemas(true))")) {
            while (answer.next()) {
                schemas.add(answer.getString(1));
            }
        }
        return schemas;
    }

    /**
     * UUIDs are ordered by their bytes, and so is text in the collations C and POSIX. The libraries behind all others
     * only the server has.
     */
    @Override
    public @Nullable Comparator<String> localOrder(Connection connection, KeyType type, String ids)
            throws SQLException {
        if (type.kind() == KeyType.Kind.UUID) {
            return Comparator.naturalOrder();
        }
        return type.sqlType().equals("text") && BYTEWISE.contains(collation(connection, ids)) ? CodePoints.ORDER : null;
    }

    /** The collation of the ids; "default" is told by the database's own, with its provider. */
    private static String collation(Connection connection, String ids) throws SQLException {
        String sql = "select case when c.name <> 'default' then c.name"
                + " else coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') || ':' || d.datcollate end"
                + " from (select trim(both '\"' from collation for (i.k)) as name"
                + " from (" + ids + ") i right join (select 1) one on true) c, pg_database d"
                + " where d.datname = current_database() and pg_encoding_to_char(d.encoding) = 'UTF8'";
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            return answer.next() ? String.valueOf(answer.getString(1)) : "";
        }
    }

    @Override
    public String idParameter(KeyType type) {
        return "cast(? as " + type.sqlType() + ")";
    }

    @Override
    public ChangeLogDialect changeLog() {
        return new PostgresChangeLog();
    }

    @Override
    public LedgerDialect ledger() {
        return new PostgresLedgerDialect();
    }

    /**
     * A transaction stamps its rows with the time it began, so nothing newer than the oldest one that is open may be taken
     * for settled; any of them may yet write, not only those that have. Of a prepared one only the end of its work is
     * known.
     */
    @Override
    public Horizon horizon(Connection connection) throws SQLException {
        String sql = "select clock_timestamp(),"
                + " (select min(xact_start) from pg_stat_activity where datname = current_database()"
                + " and pid <> pg_backend_pid() and backend_type is distinct from 'autovacuum worker'),"
                + " exists (select 1 from pg_prepared_xacts where database = current_database()), pg_backend_pid()";
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            answer.next();
            return Horizon.of(
                    answer.getObject(1, OffsetDateTime.class),
                    answer.getObject(2, OffsetDateTime.class),
                    answer.getBoolean(3),
                    answer.getString(4));
        }
    }

    @Override
    public Optional<String> hiddenTransactions(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("select pg_has_role('pg_read_all_stats', 'usage')")) {
            answer.next();
            return answer.getBoolean(1)
                    ? Optional.empty()
                    : Optional.of(
                            "transactions of other users cannot be seen; one that stays open longer than the overlap"
                                    + " may pass unseen (remedy: grant pg_read_all_stats to Stocktake's user)");
        }
    }

    /** Only ordinary tables have system columns. */
    @Override
    public String rowVersion(Catalog.Table table, String alias) {
        return table.plain() ? "cast(" + alias + ".xmin as text)" : "''";
    }

    @Override
    public Optional<String> writeAge(Catalog.Table table, String alias) {
        return table.plain() ? Optional.of("age(" + alias + ".xmin)") : Optional.empty();
    }

    /** What is left of an index whose creation failed is listed like any other. */
    @Override
    public Set<String> unusableIndexes(Connection connection, String schema, String table) throws SQLException {
        String sql = "select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid"
                + " join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace"
                + " where n.nspname = ? and t.relname = ? and not (i.indisvalid and i.indisready)";
        Set<String> names = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, schema);
            statement.setString(2, table);
            try (ResultSet answer = statement.executeQuery()) {
                while (answer.next()) {
                    names.add(answer.getString(1));
                }
            }
        }
        return names;
    }

    @Override
    public String asText(String expression) {
        return "cast(" + expression + " as text)";
    }
}
