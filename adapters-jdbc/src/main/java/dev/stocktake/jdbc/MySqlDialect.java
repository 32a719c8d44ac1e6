package dev.stocktake.jdbc;

import dev.stocktake.UnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** MariaDB and MySQL. */
final class MySqlDialect implements Dialect {

    private static final String ACTIVE_TRANSACTION = "25001";
    private static final int NO_PROCESS_RIGHT = 1227;
    private static final Set<String> NOT_READ_ONLY = Set.of("0", "OFF");

    private final MySqlVariant variant;

    MySqlDialect(MySqlVariant variant) {
        this.variant = variant;
    }

    @Override
    public String name() {
        return variant.productName();
    }

    @Override
    public String quote(String identifier) {
        return '`' + identifier.replace("`", "``") + '`';
    }

    /** Where the case of tables' names does not matter, they are stored in small letters. */
    @Override
    public String fold(String identifier) {
        return identifier.toLowerCase(Locale.ROOT);
    }

    /** What others call a schema is a database here. */
    @Override
    public List<String> visibleSchemas(Connection connection) throws SQLException {
        return text(connection, "select database()").stream().toList();
    }

    @Override
    public String catalog(Connection connection, String schema) {
        return schema;
    }

    // --- values

    @Override
    public @Nullable ColumnValue value(int jdbcType, String typeName) {
        return MySqlValues.of(typeName);
    }

    @Override
    public boolean isMoment(int jdbcType, String typeName) {
        return typeName.equalsIgnoreCase("timestamp");
    }

    /** The session's time zone is UTC while we read. */
    @Override
    public boolean hasOffsets() {
        return false;
    }

    @Override
    public @Nullable Instant moment(ResultSet row, int column) throws SQLException {
        LocalDateTime time = row.getObject(column, LocalDateTime.class);
        return time == null ? null : time.toInstant(ZoneOffset.UTC);
    }

    @Override
    public String noTimestamp(boolean offset) {
        return offset ? "null" : "cast(null as datetime)";
    }

    @Override
    public String asText(String expression) {
        return "cast(" + expression + " as char)";
    }

    // --- read-only transactions

    /** The server refuses to change what has begun. */
    @Override
    public void refuseForeignTransaction(Connection connection) throws SQLException {
        try {
            execute(connection, "set transaction isolation level repeatable read");
        } catch (SQLException e) {
            if (ACTIVE_TRANSACTION.equals(e.getSQLState())) {
                throw Database.foreignTransaction();
            }
            throw e;
        }
    }

    /**
     * The transaction is begun in so many words, as drivers end only what has begun, and what was set for the next
     * transaction would wait for somebody else's. Its snapshot is taken at once; that also makes it known to {@link #horizon}.
     *
     * <p>In UTC a timestamp is one moment; in a zone with summer time an hour of the year is two.
     */
    @Override
    public Undo beginReading(Connection connection, Database.View view, Duration statementTimeout) throws SQLException {
        String isolation = view == Database.View.ONE_SNAPSHOT ? "repeatable read" : "read committed";
        execute(connection, "set transaction isolation level " + isolation);
        execute(connection, "start transaction with consistent snapshot, read only");
        // As on PostgreSQL: the next connection may lead to another server than the last.
        requirePrimary(connection);
        return MySqlSession.set(
                connection,
                List.of(
                        new MySqlSession.Setting("time_zone", "'+00:00'"),
                        new MySqlSession.Setting(variant.statementLimit(), variant.limit(statementTimeout))));
    }

    /** A replica that takes writes cannot be told from a primary. */
    private static void requirePrimary(Connection connection) throws SQLException {
        List<String> variables = List.of("read_only", "innodb_read_only");
        String values = variables.stream()
                .map(variable -> "coalesce(@@global." + variable + ", 'OFF')")
                .collect(Collectors.joining(", ' ', ", "select concat(", ")"));
        String[] said = text(connection, values).orElseThrow().split(" ", -1);
        for (int i = 0; i < said.length; i++) {
            if (!NOT_READ_ONLY.contains(said[i].toUpperCase(Locale.ROOT))) {
                throw new UnavailableException(
                        "dataSource: leads to a server that is " + variables.get(i)
                                + ", as replicas are, and may lag behind what was marked; nothing was read. If that lasts,"
                                + " use the primary",
                        null);
            }
        }
    }

    // --- ids

    /** Lists of a few lengths only, so that no cache of statements overflows. */
    @Override
    public String isOneOf(String expression, int count) {
        return count == 0
                ? "(" + expression + " is null and 1 = 0)"
                : expression + " in (?" + ", ?".repeat(rounded(count) - 1) + ")";
    }

    @Override
    public int bindIds(PreparedStatement statement, int index, KeyType type, List<Object> ids) throws SQLException {
        int places = ids.isEmpty() ? 0 : rounded(ids.size());
        for (int i = 0; i < places; i++) {
            bindId(statement, index + i, type, ids.get(Math.min(i, ids.size() - 1)));
        }
        return index + places;
    }

    private static int rounded(int count) {
        int power = Integer.highestOneBit(count);
        return power == count ? count : 2 * power;
    }

    @Override
    public void bindId(PreparedStatement statement, int index, KeyType type, Object id) throws SQLException {
        statement.setObject(index, type.kind() == KeyType.Kind.UUID ? id.toString() : id);
    }

    /**
     * {@inheritDoc} MariaDB's driver sends the next query first, and then reads what is left of the last one. If a row of that
     * fails, it leaves the answer to the next unread, and from then on takes each answer for that to another question.
     */
    @Override
    public boolean holdsSeveralAnswers() {
        return false;
    }

    /** Most collations take letters of another case, and spaces at the end, for the same. */
    @Override
    public boolean writesAlike(KeyType type) {
        return type.numeric() || type.kind() == KeyType.Kind.UUID;
    }

    @Override
    public String asWritten(KeyType type, String id) {
        return writesAlike(type) ? id : "convert(" + id + " using utf8mb4) collate " + variant.exactCollation();
    }

    /** UUIDs are not ordered by their bytes. */
    @Override
    public String idParameter(KeyType type) {
        return type.kind() == KeyType.Kind.UUID ? "cast(? as uuid)" : "?";
    }

    // --- the ledger

    @Override
    public LedgerDialect ledger() {
        return new MySqlLedgerDialect(variant);
    }

    // --- the change log

    @Override
    public ChangeLogDialect changeLog() {
        return new MySqlChangeLog(variant);
    }

    // --- what may still be committed

    /**
     * A row is stamped with the time at which its statement began, which is not before its transaction or a statement that is
     * still waiting. The list of transactions is a copy that the server renews only when nobody has looked for 100 ms: it is
     * good if this very query is in it. If it is not, another look is had after that time.
     *
     * <p>Transactions tell the local time of the server at which they began. In an hour that comes twice the first is meant.
     */
    @Override
    public Horizon horizon(Connection connection) throws SQLException {
        try {
            Horizon seen = seeing(connection);
            if (!seen.blocked()) {
                return seen;
            }
            execute(connection, "do sleep(0.12)");
            return seeing(connection);
        } catch (SQLException e) {
            if (e.getErrorCode() == NO_PROCESS_RIGHT) {
                return blind(connection);
            }
            throw e;
        }
    }

    private static Horizon seeing(Connection connection) throws SQLException {
        String here = text(connection, "select concat(connection_id(), '-', utc_timestamp(6))")
                .orElseThrow();
        String others = "(case when trx_mysql_thread_id <> connection_id() then trx_started end)";
        String began = "(select convert_tz(min" + others + ", 'SYSTEM', '+00:00') as utc, min" + others + " as local,"
                + " max(trx_mysql_thread_id = connection_id() and trx_query like '%" + here + "%') as fresh"
                + " from information_schema.innodb_trx)";
        String sql = "select /* " + here + " */ utc_timestamp(6),"
                + " if(convert_tz(t.utc - interval 1 hour, '+00:00', 'SYSTEM') = t.local, t.utc - interval 1 hour, t.utc),"
                + " utc_timestamp(6) - interval (select coalesce(max(time) + 1, 0) from information_schema.processlist"
                + " where command in ('Query', 'Execute') and id <> connection_id()) second,"
                + " coalesce(t.fresh, 0), connection_id() from " + began + " t";
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            answer.next();
            Instant now = utc(answer, 1);
            Instant transaction = answer.getString(2) == null ? now : utc(answer, 2);
            Instant waiting = utc(answer, 3);
            return Horizon.of(
                    now.atOffset(ZoneOffset.UTC),
                    (transaction.isBefore(waiting) ? transaction : waiting).atOffset(ZoneOffset.UTC),
                    !answer.getBoolean(4),
                    answer.getString(5));
        }
    }

    private static Horizon blind(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("select utc_timestamp(6), connection_id()")) {
            answer.next();
            return Horizon.of(utc(answer, 1).atOffset(ZoneOffset.UTC), null, false, answer.getString(2));
        }
    }

    private static Instant utc(ResultSet answer, int column) throws SQLException {
        return answer.getObject(column, LocalDateTime.class).toInstant(ZoneOffset.UTC);
    }

    /** Asks for something else that needs the same right: to look at the list would make it an old copy. */
    @Override
    public Optional<String> hiddenTransactions(Connection connection) throws SQLException {
        try {
            text(connection, "select count(*) from information_schema.innodb_cmp");
            return Optional.empty();
        } catch (SQLException e) {
            if (e.getErrorCode() != NO_PROCESS_RIGHT) {
                throw e;
            }
            return Optional.of("open transactions cannot be seen; one that stays open longer than the overlap may pass"
                    + " unseen (remedy: grant process on *.* to Stocktake's user)");
        }
    }

    /** Rows have no version that can be asked for, so their content stands for it. */
    @Override
    public String rowVersion(Catalog.Table table, String alias) {
        if (!table.plain()) {
            return "''";
        }
        return table.columns().stream()
                .map(column -> "coalesce(md5(" + alias + "." + quote(column.name()) + "), '-')")
                .collect(Collectors.joining(", ", "md5(concat(", "))"));
    }

    // --- statements

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Optional<String> text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            return answer.next() ? Optional.ofNullable(answer.getString(1)) : Optional.empty();
        }
    }
}
