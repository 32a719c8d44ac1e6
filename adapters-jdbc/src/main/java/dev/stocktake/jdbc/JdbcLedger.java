package dev.stocktake.jdbc;

import dev.stocktake.Ledger;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.Sleeper;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The ledger in a relational database: a handful of tables that are empty while everything is true. PostgreSQL 12 or later,
 * MariaDB 10.6 or later, MySQL 8.0.20 or later, or H2 2.2 or later.
 *
 * <pre>{@code
 * JdbcLedger ledger = JdbcLedger.builder(dataSource).schema("shop").build();
 * ledger.initialize();        // or run ledger.script(), or the scripts in the jar, with Flyway or Liquibase
 * }</pre>
 *
 * <p><b>Tables.</b> {@link #initialize} makes them. Who would rather do that with other tools finds the scripts in the jar
 * under {@code dev/stocktake/jdbc/ledger/postgresql}, {@code .../mariadb}, {@code .../mysql} and {@code .../h2}, written for
 * the default names. Afterwards select, insert, update and delete on the tables, and usage of the sequence where there is
 * one, are enough.
 *
 * <p><b>Connections.</b> Every transaction takes one of its own from the data source, at READ COMMITTED, and gives it back
 * as it was found. The data source must not hand out the connection of the caller's transaction, nor one to a replica. A
 * feed in the same database gets the transaction's connection from
 * {@link LedgerTransaction#unwrap unwrap(Connection.class)}; it must neither commit nor close it.
 *
 * <p><b>Failures.</b> A transaction that lost against another (deadlock, the same product marked for the first time by
 * both) is repeated a few times. A connection that breaks before the commit is
 * {@link dev.stocktake.UnavailableException unavailable}, one that breaks during it is an
 * {@linkplain dev.stocktake.UnknownOutcomeException unknown outcome}.
 *
 * <p>All times are those of the database's clock. Thread-safe.
 */
public final class JdbcLedger implements Ledger {

    /** H2 trips over tables that are made at once by several threads of its process. */
    private static final ReentrantLock MIGRATING = new ReentrantLock();

    private static final String NO_INDEX = "-";

    private final LedgerTransactions transactions;
    private final KnownItems items = new KnownItems();
    private volatile boolean verified;

    private JdbcLedger(LedgerTransactions transactions) {
        this.transactions = transactions;
    }

    /** With default settings. */
    public static JdbcLedger of(DataSource dataSource) {
        return builder(dataSource).build();
    }

    /**
     * A new builder.
     *
     * @param dataSource preferably a pool; see the class comment for what it must not do
     */
    public static Builder builder(DataSource dataSource) {
        return new Builder(dataSource);
    }

    @Override
    public <T extends @Nullable Object> T inTransaction(String index, Function<LedgerTransaction, T> work) {
        return transactions.run(index, sql -> {
            if (!verified) {
                LedgerSchema.verify(sql);
                verified = true;
            }
            return work.apply(new JdbcLedgerTransaction(sql, items));
        });
    }

    @Override
    public void verify() {
        transactions.run(NO_INDEX, sql -> {
            LedgerSchema.verify(sql);
            return null;
        });
        verified = true;
    }

    /**
     * Makes the tables, or brings them up to this version, if need be. May be called at every start and by several instances
     * at once; needs the right to create tables only if there is something to do. The schema must exist.
     *
     * @return this
     * @throws MisconfiguredException if the right is missing, or the tables are of a newer version
     * @throws dev.stocktake.UnavailableException if the database cannot be reached
     */
    public JdbcLedger initialize() {
        MIGRATING.lock();
        try {
            migrate();
        } finally {
            MIGRATING.unlock();
        }
        return this;
    }

    private void migrate() {
        if (!isUpToDate()) {
            transactions.run(NO_INDEX, sql -> {
                LedgerSchema.migrate(sql);
                return null;
            });
            verify();
        }
    }

    private boolean isUpToDate() {
        try {
            verify();
            return true;
        } catch (MisconfiguredException e) {
            return false;
        }
    }

    /**
     * The SQL that makes the tables in an empty schema, with this ledger's names, for the database it is connected to.
     *
     * @throws dev.stocktake.UnavailableException if the database cannot be reached
     */
    public String script() {
        return transactions.run(NO_INDEX, sql -> sql.tables().named(LedgerSchema.script(sql.dialect())));
    }

    /** Collects a ledger's settings. Not thread-safe. */
    public static final class Builder {

        private final DataSource dataSource;
        private @Nullable String schema;
        private String tablePrefix = LedgerTables.DEFAULT_PREFIX;
        private Duration timeout = Duration.ofSeconds(30);
        private Sleeper sleeper = Sleeper.system();
        private UnaryOperator<LedgerDialect> dialect = UnaryOperator.identity();
        private DoubleSupplier jitter = () -> ThreadLocalRandom.current().nextDouble();

        private Builder(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        /**
         * The schema of the tables, with MariaDB and MySQL their database, written as in SQL. Unless set, the one that the
         * connection finds first.
         */
        public Builder schema(String name) {
            this.schema = name;
            return this;
        }

        /** What the tables' names begin with, instead of {@code stocktake_}; 1 to 30 letters, digits and underscores. */
        public Builder tablePrefix(String prefix) {
            this.tablePrefix = prefix;
            return this;
        }

        /**
         * How long a statement may take, and half of it how long it may wait for a lock, instead of 30 seconds. On MariaDB
         * and MySQL an eighth of it, as a transaction that waited in vain is repeated there; MySQL limits reading statements
         * only. H2 knows such limits for a whole session only; there the database's own settings rule.
         */
        public Builder timeout(Duration time) {
            this.timeout = time;
            return this;
        }

        /** How a repeated transaction waits for its next try. */
        public Builder sleeper(Sleeper sleeping) {
            this.sleeper = sleeping;
            return this;
        }

        /** For tests: how much of a wait is really waited, from 0 to 1. */
        Builder jitter(DoubleSupplier share) {
            this.jitter = share;
            return this;
        }

        /** For tests: another wording of the SQL. */
        Builder dialect(UnaryOperator<LedgerDialect> change) {
            this.dialect = change;
            return this;
        }

        /**
         * The ledger. Does not connect.
         *
         * @throws MisconfiguredException naming every setting that cannot be used
         */
        public JdbcLedger build() {
            Problems problems = new Problems("JdbcLedger");
            LedgerTables.check(schema, tablePrefix, problems);
            if (timeout.compareTo(Duration.ofMillis(2)) < 0 || timeout.compareTo(Duration.ofDays(1)) > 0) {
                problems.add("timeout", timeout + " must be between 2 milliseconds and one day");
            }
            problems.throwIfAny();
            LedgerTables tables = new LedgerTables(schema, tablePrefix);
            return new JdbcLedger(new LedgerTransactions(
                    dataSource, tables, dialect, new LedgerTransactions.Waiting(timeout, sleeper, jitter)));
        }
    }
}
