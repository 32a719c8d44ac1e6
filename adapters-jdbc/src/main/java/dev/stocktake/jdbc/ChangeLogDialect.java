package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The change log in the words of one database: its tables, its triggers, and what can be seen of them.
 *
 * <p>Stateless and thread-safe.
 */
interface ChangeLogDialect {

    /** The source of an entry that says that anything may have changed. */
    int EVERYTHING = 0;

    /** The source of a row that no consumer takes: as long as it is there, nobody has emptied the log. */
    int ANCHOR = -1;

    /**
     * What triggers a table has.
     *
     * @param table the declared table, qualified and quoted
     * @param relation where they are or should be, for messages: the table itself, or a partition of it
     * @param part whether it is a partition or child of the declared table
     * @param problems why changes of this relation are not logged; empty if they are
     * @param note of the triggers; null if there are none
     */
    record State(
            String table,
            String relation,
            boolean part,
            List<String> problems,
            @Nullable TriggerNote note) {}

    /** Makes the tables of the log, where they are not there yet. */
    List<String> createTables(Connection connection, LogTables log) throws SQLException;

    /**
     * Adds to the consumers what has been settled, a column that their table once did not have.
     *
     * @param options of the column's text
     */
    default String settled(LogTables log, String options) {
        return "alter table " + log.consumers() + " add column if not exists settled varchar(100)" + options
                + " default '' not null";
    }

    /** Lets one installation at a time in, until the transaction ends, where the database can do that. */
    default void lock(Connection connection) throws SQLException {}

    /** Makes the triggers of one table anew, and of all its partitions. */
    List<String> createTriggers(Connection connection, LogTables log, LoggedTable table) throws SQLException;

    /** Removes every trigger that writes into this log, of whatever table. */
    List<String> dropTriggers(Connection connection, LogTables log) throws SQLException;

    /** Removes the tables of the log. */
    default List<String> dropTables(LogTables log) {
        return List.of(
                "drop table if exists " + log.copies(),
                "drop table if exists " + log.consumers(),
                "drop table if exists " + log.entries());
    }

    /** Whether the tables of the log are there, with the columns of this version. */
    boolean hasTables(Connection connection, LogTables log) throws SQLException;

    /** What triggers the tables have, partitions included. */
    List<State> states(Connection connection, LogTables log, List<LoggedTable> tables) throws SQLException;

    /**
     * A short text that changes whenever somebody drops, disables, enables or replaces one of these triggers, or adds or
     * removes a partition, be it for a moment only, as far as the database tells.
     */
    String signature(Connection connection, LogTables log, List<LoggedTable> tables) throws SQLException;

    /**
     * Locks the entries of the bound ids that are still there, and answers their ids. It must look at no other row: whoever
     * does, waits for what business transactions have not committed yet.
     */
    default String lockEntries(Dialect dialect, LogTables log, int count) {
        return "select id from " + log.entries() + " where " + dialect.isOneOf("id", count) + " order by id for update";
    }

    /** Deletes the entries of the bound ids, likewise. */
    default String deleteEntries(Dialect dialect, LogTables log, int count) {
        return "delete from " + log.entries() + " where " + dialect.isOneOf("id", count);
    }

    /** Deletes the copies of the bound ids, likewise; the last parameter is the consumer. */
    default String deleteCopies(Dialect dialect, LogTables log, int count) {
        return "delete from " + log.copies() + " where " + dialect.isOneOf("id", count) + " and consumer = ?";
    }

    /** Binds the ids of these three; returns the index behind them. */
    default int bindEntries(Dialect dialect, PreparedStatement statement, List<Object> ids) throws SQLException {
        return dialect.bindIds(statement, 1, idType(), ids);
    }

    /** The type of the entries' ids. */
    KeyType idType();

    /** An expression that makes an id, where the database does not tell which one it made. */
    default Optional<String> newId() {
        return Optional.empty();
    }

    /** The time of the database, as an expression. */
    String now();

    /** A text by chance, as an expression. */
    String chance();

    /** In a sentence each, what the triggers cannot see in this database. */
    List<String> blindSpots();
}
