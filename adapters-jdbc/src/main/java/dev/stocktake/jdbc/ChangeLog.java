package dev.stocktake.jdbc;

import dev.stocktake.Unread;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Triggers that write down which rows change, on every table of a graph, and the tables they write to: made, printed,
 * checked and removed.
 *
 * <pre>{@code
 * ChangeLog log = ChangeLog.builder(ownersDataSource, tables).build();
 * log.install();                    // or run log.print() with Flyway, Liquibase or psql
 * ChangeFeed feed = ChangeLogFeed.builder(dataSource, tables).build();
 * }</pre>
 *
 * <p>The triggers write upward keys only, of the row as it was and as it is; who reads them, climbs. They are part of the
 * transaction that changes the row. <b>If a table of the log is dropped while the triggers stay, the shop cannot write any
 * more</b>; {@link #uninstall} removes the triggers first.
 *
 * <p>Several graphs may be installed one after the other, for several indexes: each adds what it needs and takes nothing
 * away. PostgreSQL 12 or later, MariaDB 10.6 or later, MySQL 8.0.20 or later, and H2 2.2 or later. Thread-safe.
 */
public final class ChangeLog {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeLog.class);

    /** H2 trips over tables that are made at once by several threads of its process. */
    private static final ReentrantLock INSTALLING = new ReentrantLock();

    private final Database database;
    private final Graph graph;
    private final @Nullable String schema;

    private ChangeLog(Database database, Graph graph, @Nullable String schema) {
        this.database = database;
        this.graph = graph;
        this.schema = schema;
    }

    /**
     * Begins a change log.
     *
     * @param dataSource to the primary; to install, as the owner of the tables, to look, as anybody who may read them
     * @param tables how rows lead to products
     */
    public static Builder builder(DataSource dataSource, ProductTables tables) {
        return new Builder(dataSource, tables);
    }

    /**
     * Who takes from the log.
     *
     * @param name of its feed
     * @param since when it began
     * @param unread what it has not taken yet
     */
    public record Consumer(String name, Instant since, Unread unread) {}

    /**
     * The script that makes the log and its triggers in this database, as {@link #install} would, for a migration tool. May
     * be run again; after that the feeds mark everything once, as nobody knows what happened meanwhile.
     *
     * @throws dev.stocktake.MisconfiguredException if a table or column of the graph is not there
     * @throws dev.stocktake.UnavailableException if the database cannot be reached
     */
    public String print() {
        return database.read(Database.View.LATEST, "Printing the change log", session -> {
            LogTables log = LogTables.in(session, schema);
            ChangeLogDialect dialect = session.dialect().changeLog();
            List<String> statements = new ArrayList<>(dialect.createTables(session.connection(), log));
            statements.addAll(triggers(session, log, true));
            return script("Stocktake's change log, version " + TriggerNote.VERSION, statements);
        });
    }

    /** The script that removes all triggers that write to this log, of whatever graph, and then the log. */
    public String printRemoval() {
        return database.read(Database.View.LATEST, "Printing the removal of the change log", session -> {
            LogTables log = LogTables.in(session, schema);
            return script("Removes Stocktake's change log: the triggers first", removal(session, log));
        });
    }

    private static String script(String title, List<String> statements) {
        return "-- " + title + "\n"
                + statements.stream().map(statement -> statement + ";\n").collect(Collectors.joining("\n"));
    }

    /**
     * Makes what is missing; where nothing is, changes nothing. Needs the owner of the tables. On PostgreSQL it is one
     * transaction that waits for those that write to the tables, and lets others wait behind it, at most half of the
     * statement timeout. On MariaDB and MySQL each statement commits, and waits an eighth of the statement timeout, at least
     * a second.
     *
     * @throws dev.stocktake.MisconfiguredException if a table, a column or a right is missing
     * @throws dev.stocktake.UnavailableException if the database cannot be reached, or a lock is not to be had in time;
     *     nothing was changed, or, on MariaDB and MySQL, to install again goes on where this ended
     */
    public void install() {
        INSTALLING.lock();
        try {
            List<String> made = database.write("Installing the change log", session -> {
                LogTables log = LogTables.in(session, schema);
                session.dialect().changeLog().lock(session.connection());
                run(session, session.dialect().changeLog().createTables(session.connection(), log));
                List<String> statements = triggers(session, log, false);
                run(session, statements);
                return statements;
            });
            if (!made.isEmpty()) {
                LOG.info("The change log was installed: {} statements made triggers", made.size());
            }
        } finally {
            INSTALLING.unlock();
        }
    }

    private List<String> triggers(Database.Session session, LogTables log, boolean all) throws SQLException {
        ChangeLogDialect dialect = session.dialect().changeLog();
        List<LoggedTable> tables = LogGraph.of(session, graph).tables();
        List<ChangeLogDialect.State> states = dialect.states(session.connection(), log, tables);
        List<String> statements = new ArrayList<>();
        for (LoggedTable table : tables) {
            if (all || !LogCheck.fits(table, states)) {
                statements.addAll(dialect.createTriggers(session.connection(), log, table.and(logged(table, states))));
            }
        }
        return statements;
    }

    private static List<String> logged(LoggedTable table, List<ChangeLogDialect.State> states) {
        return states.stream()
                .filter(state -> state.table().equals(table.sql()))
                .map(ChangeLogDialect.State::note)
                .filter(Objects::nonNull)
                .flatMap(note -> note.columns().stream())
                .distinct()
                .toList();
    }

    /**
     * Removes all triggers that write to this log, of whatever graph, and then the log with what was not taken. Needs the
     * owner of the tables. Feeds that were not stopped before refuse to go on.
     *
     * @throws dev.stocktake.MisconfiguredException if a right is missing
     * @throws dev.stocktake.UnavailableException as {@link #install}
     */
    public void uninstall() {
        INSTALLING.lock();
        try {
            database.write("Removing the change log", session -> {
                session.dialect().changeLog().lock(session.connection());
                run(session, removal(session, LogTables.in(session, schema)));
                return true;
            });
        } finally {
            INSTALLING.unlock();
        }
        LOG.info("The change log was removed");
    }

    private static List<String> removal(Database.Session session, LogTables log) throws SQLException {
        ChangeLogDialect dialect = session.dialect().changeLog();
        List<String> statements = new ArrayList<>(dialect.dropTriggers(session.connection(), log));
        statements.addAll(dialect.dropTables(log));
        return statements;
    }

    private static void run(Database.Session session, List<String> statements) throws SQLException {
        try (Statement statement = session.connection().createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /**
     * Checks that every change of every table of the graph is logged.
     *
     * @throws dev.stocktake.MisconfiguredException naming each table whose triggers are missing, disabled, altered or older
     *     than the graph, and what to run
     */
    public void verify() {
        database.read(Database.View.LATEST, "Looking at the change log", session -> {
                    LogTables log = LogTables.in(session, schema);
                    return LogCheck.of(session, log, LogGraph.of(session, graph));
                })
                .require();
    }

    /** Everybody who takes from this log, by name. Whoever does so no more should be {@linkplain #forget forgotten}. */
    public List<Consumer> consumers() {
        return database.read(Database.View.LATEST, "Looking at the consumers of the change log", session -> {
            LogConsumers consumers = new LogConsumers(LogTables.in(session, schema));
            List<Consumer> all = new ArrayList<>();
            for (LogConsumers.Registration one : consumers.look(session).registrations()) {
                all.add(new Consumer(one.consumer(), one.beganAt(), consumers.unread(session, one.consumer())));
            }
            return all;
        });
    }

    /**
     * Removes a consumer that is used no more, with what was kept for it. A feed of this name that lives on says that there
     * is a gap, and begins anew.
     *
     * @return whether there was one
     */
    public boolean forget(String consumer) {
        return database.write(
                "Forgetting the consumer '" + consumer + "'",
                session -> new LogConsumers(LogTables.in(session, schema)).forget(session, consumer));
    }

    /** Builds a {@link ChangeLog}. Not thread-safe. */
    public static final class Builder {

        private final DataSource dataSource;
        private final ProductTables tables;
        private @Nullable String schema;
        private Duration statementTimeout = Duration.ofSeconds(10);

        private Builder(DataSource dataSource, ProductTables tables) {
            this.dataSource = dataSource;
            this.tables = tables;
        }

        /** The schema of the log's tables and functions; unless set, the one in which the connection makes tables. */
        public Builder schema(String name) {
            this.schema = name;
            return this;
        }

        /**
         * How long a statement may take, and half of it how long it may wait for a lock, an eighth on MariaDB and MySQL.
         * Default: 10 seconds.
         */
        public Builder statementTimeout(Duration timeout) {
            this.statementTimeout = timeout;
            return this;
        }

        /**
         * The change log. Connects to nothing yet.
         *
         * @throws dev.stocktake.MisconfiguredException naming every setting that is wrong
         */
        public ChangeLog build() {
            Graph graph = tables.graph();
            Problems problems = new Problems("ChangeLog");
            if (schema != null && schema.isBlank()) {
                problems.add("schema", "must be named, or not be set");
            }
            if (statementTimeout.compareTo(Duration.ofMillis(2)) < 0) {
                problems.add("statementTimeout", "must be at least 2 milliseconds, is " + statementTimeout);
            }
            problems.throwIfAny();
            return new ChangeLog(new Database(dataSource, statementTimeout), graph, schema);
        }
    }
}
