package dev.stocktake.jdbc;

import dev.stocktake.MisconfiguredException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What differs from one database product to the next. Everything else in this package is plain SQL and plain JDBC.
 *
 * <p>Stateless and thread-safe.
 */
interface Dialect {

    /** The dialect that the connected database speaks. */
    static Dialect of(Connection connection) throws SQLException {
        DatabaseMetaData database = connection.getMetaData();
        String product = database.getDatabaseProductName();
        return switch (product) {
            case "PostgreSQL" -> new PostgresDialect();
            case "H2" -> new H2Dialect();
            case "MariaDB", "MySQL" -> new MySqlDialect(MySqlVariant.of(database.getDatabaseProductVersion(), product));
            default ->
                throw new MisconfiguredException("dataSource: leads to a '" + product
                        + "' database, which is not supported yet; supported are PostgreSQL, MariaDB, MySQL and H2");
        };
    }

    /** The product's name, for messages. */
    String name();

    /** The identifier exactly as stored, quoted. */
    default String quote(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    /** What the database makes of an identifier that is written without quotes. */
    String fold(String identifier);

    /** How the label of a result's column is to be read as a name. */
    default String label(String label) {
        return label;
    }

    /** The schemas in which an unqualified table is looked for, in order. */
    default List<String> visibleSchemas(Connection connection) throws SQLException {
        return List.of(connection.getSchema());
    }

    /** The catalog in which the metadata methods find the tables of a schema. */
    default @Nullable String catalog(Connection connection, String schema) throws SQLException {
        return connection.getCatalog();
    }

    // --- values

    /**
     * How the values of a result's column become values of a document, where that is not told by the JDBC type and the usual
     * meaning of the type's name; null where it is.
     *
     * @throws IllegalArgumentException if values of this type cannot be put into a document; the message says what to do
     */
    default @Nullable ColumnValue value(int jdbcType, String typeName) {
        return null;
    }

    /** Whether the values of a column of timestamps are moments, whatever the zone of whoever reads them. */
    default boolean isMoment(int jdbcType, String typeName) {
        return jdbcType == Types.TIMESTAMP_WITH_TIMEZONE
                || typeName.toLowerCase(Locale.ROOT).startsWith("timestamptz");
    }

    /** Whether moments are read and bound with an offset; else as local times, which are those of UTC while we read. */
    default boolean hasOffsets() {
        return true;
    }

    /** A moment of our own tables. */
    default @Nullable Instant moment(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    // --- read-only transactions

    /** Takes a setting back. */
    @FunctionalInterface
    interface Undo {
        void run() throws SQLException;
    }

    /**
     * Refuses a connection that is inside somebody's transaction: we would read in its snapshot and end it. Called when
     * the connection came without auto-commit.
     */
    void refuseForeignTransaction(Connection connection) throws SQLException;

    /**
     * Makes the transaction that begins with the next statement read-only, with a limit for each statement.
     *
     * @throws dev.stocktake.UnavailableException if the server is a standby, which may lag behind
     */
    Undo beginReading(Connection connection, Database.View view, Duration statementTimeout) throws SQLException;

    // --- ids

    /** A condition that the expression is one of the bound ids; its parameters are set by {@link #bindIds}. */
    default String isOneOf(String expression, int count) {
        return expression + " = any(?)";
    }

    /** Sets the parameters of {@link #isOneOf}; returns the index behind them. */
    default int bindIds(PreparedStatement statement, int index, KeyType type, List<Object> ids) throws SQLException {
        statement.setArray(index, statement.getConnection().createArrayOf(type.sqlType(), ids.toArray()));
        return index + 1;
    }

    /** Sets one id. */
    default void bindId(PreparedStatement statement, int index, KeyType type, Object id) throws SQLException {
        statement.setObject(index, id);
    }

    /**
     * How the database orders the ids that this query selects as {@code k}: a comparison that can be made here, without
     * asking the database each time, or null.
     */
    default @Nullable Comparator<String> localOrder(Connection connection, KeyType type, String ids)
            throws SQLException {
        return null;
    }

    /**
     * Whether ids that the database finds equal are written alike. If not, a row may name its product in other letters than
     * the product's own row does, and a table may hold ids of which a walk cannot tell one from the next.
     */
    default boolean writesAlike(KeyType type) {
        return true;
    }

    /** Whether a query may be asked on a connection before the rows of the last one were all taken. */
    default boolean holdsSeveralAnswers() {
        return true;
    }

    /** An id as an expression that is equal only to what is written alike. */
    default String asWritten(KeyType type, String id) {
        return id;
    }

    /** A parameter of the same type as an id. */
    default String idParameter(KeyType type) {
        return "?";
    }

    // --- the ledger

    /** What the ledger's SQL needs besides. */
    LedgerDialect ledger();

    // --- the change log

    /** How the database's triggers are made and looked at. */
    ChangeLogDialect changeLog();

    // --- what may still be committed

    /**
     * The database's time, and how old the transactions are that may still commit. Must be asked before the scan it is
     * used for, in a statement of its own.
     */
    Horizon horizon(Connection connection) throws SQLException;

    /** Which open transactions {@link #horizon} cannot see here, in a sentence; empty if it sees all. */
    Optional<String> hiddenTransactions(Connection connection) throws SQLException;

    /**
     * An expression that changes with every change of a row, to tell a row that was seen from one that was changed since
     * with the same timestamp; an empty text where there is none.
     *
     * @param alias of the table
     */
    String rowVersion(Catalog.Table table, String alias);

    /**
     * An expression that is smaller the later a row was written, by whatever transaction; empty where there is none.
     *
     * @param alias of the table
     */
    default Optional<String> writeAge(Catalog.Table table, String alias) {
        return Optional.empty();
    }

    /** The names of a table's indexes that no query can use. */
    default Set<String> unusableIndexes(Connection connection, String schema, String table) throws SQLException {
        return Set.of();
    }

    /** An expression as text. */
    default String asText(String expression) {
        return "cast(" + expression + " as varchar)";
    }

    /** No value, in the type of timestamps with or without an offset. */
    default String noTimestamp(boolean offset) {
        return offset ? "cast(null as timestamp with time zone)" : "cast(null as timestamp)";
    }
}
