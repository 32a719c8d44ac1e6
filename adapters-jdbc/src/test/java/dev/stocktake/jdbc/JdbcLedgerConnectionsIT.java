package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Whose connections the ledger uses, and how it leaves them behind. */
class JdbcLedgerConnectionsIT {

    @Nested
    class OnPostgres extends Connections {

        OnPostgres() {
            super(TestPostgres.freshDatabase());
        }

        @Test
        void waitsForAVanishedServerNoLongerThanForAStatement() throws SQLException {
            DataSource database = TestPostgres.freshDatabase();
            JdbcLedger.of(database).initialize();
            try (Connection connection = database.getConnection()) {
                connection.setNetworkTimeout(Runnable::run, 90_000);
                JdbcLedger ledger = JdbcLedger.builder(new KeptConnection(connection, new ArrayList<>()))
                        .timeout(Duration.ofSeconds(20))
                        .build();
                int within = ledger.inTransaction(
                        "products", tx -> milliseconds(Objects.requireNonNull(tx.unwrap(Connection.class))));

                assertThat(within).isEqualTo(25_000);
                assertThat(connection.getNetworkTimeout()).isEqualTo(90_000);
            }
        }

        @Test
        void aHolderThatFallsSilentInATransactionKeepsNobodyOut() {
            assertTheLaneIsTakenFromOneThatFellSilent(TestPostgres.freshDatabase());
        }

        @Test
        void givesAConnectionBackAsItWasFoundThoughItCouldNotBegin() throws SQLException {
            DataSource database = TestPostgres.freshDatabase();
            JdbcLedger.of(database).initialize();
            try (Connection connection = database.getConnection()) {
                connection.setNetworkTimeout(Runnable::run, 90_000);
                BreakingDataSource breaking = new BreakingDataSource(new KeptConnection(connection, new ArrayList<>()));
                JdbcLedger ledger = JdbcLedger.builder(breaking)
                        .timeout(Duration.ofSeconds(20))
                        .sleeper(time -> {
                            throw new InterruptedException();
                        })
                        .build();
                breaking.arm(1, BreakingDataSource.Fault.DEADLOCK);

                assertThatThrownBy(() -> ledger.inTransaction("products", LedgerTransaction::backlog))
                        .isInstanceOf(StoppedException.class);

                assertThat(Thread.interrupted()).isTrue();
                assertThat(breaking.victim()).startsWith("set transaction");
                assertThat(connection.getNetworkTimeout()).isEqualTo(90_000);
                assertThat(connection.getAutoCommit()).isTrue();
            }
        }

        private static int milliseconds(Connection connection) {
            try {
                return connection.getNetworkTimeout();
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }

        @Test
        void tellsNoSecretOfADatabaseThatIsNotThere() {
            PGSimpleDataSource nowhere = new PGSimpleDataSource();
            nowhere.setUrl("jdbc:postgresql://localhost:1/shop?user=keeper&password=sesame");

            assertThatThrownBy(() -> JdbcLedger.of(nowhere).verify())
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("ledger")
                    .satisfies(thrown -> assertThat(stackTrace(thrown)).doesNotContain("sesame"));
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends Connections {

        OnMariaDb() {
            super(TestMariaDb.freshDatabase());
        }

        @Test
        void leavesTheLimitsOfASessionAsTheyWere() throws SQLException {
            DataSource database = TestMariaDb.freshDatabase();
            JdbcLedger.of(database).initialize();
            try (Connection connection = database.getConnection()) {
                connection.setNetworkTimeout(Runnable::run, 90_000);
                Sql.run(connection, "set session max_statement_time = 77, session innodb_lock_wait_timeout = 7");
                JdbcLedger ledger = JdbcLedger.builder(new KeptConnection(connection, new ArrayList<>()))
                        .timeout(Duration.ofSeconds(20))
                        .build();
                List<String> within = ledger.inTransaction(
                        "products", tx -> limits(Objects.requireNonNull(tx.unwrap(Connection.class))));

                assertThat(within).containsExactly("20", "2", "2", "20", "READ COMMITTED");
                assertThat(limits(connection)).startsWith("77", "7", "86400", "0");
                assertThat(Sql.texts(connection, "select @@session.tx_isolation"))
                        .containsExactly("REPEATABLE-READ");
                assertThat(connection.getNetworkTimeout()).isEqualTo(90_000);
            }
        }

        @Test
        void aHolderThatFallsSilentInATransactionKeepsNobodyOut() {
            assertTheLaneIsTakenFromOneThatFellSilent(TestMariaDb.freshDatabase());
        }

        private static List<String> limits(Connection connection) {
            return Sql.texts(
                    connection,
                    "select @@max_statement_time union all select @@innodb_lock_wait_timeout"
                            + " union all select @@lock_wait_timeout union all select @@idle_transaction_timeout"
                            + " union all select trx_isolation_level"
                            + " from information_schema.innodb_trx where trx_mysql_thread_id = connection_id()");
        }

        @Test
        void refusesADriverThatCountsOnlyWhatAnUpdateAltered() {
            String name = TestMariaDb.createDatabase();
            JdbcLedger.of(TestMariaDb.pool(name, "root")).initialize();

            assertThatThrownBy(() -> JdbcLedger.of(TestMariaDb.pool(name + "?useAffectedRows=true", "root"))
                            .verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("useAffectedRows");
        }

        @Test
        void refusesConnectionsThatCannotWriteEveryKey() {
            String name = TestMariaDb.createDatabase();
            JdbcLedger.of(TestMariaDb.pool(name, "root")).initialize();
            DataSource narrow = TestMariaDb.pool(name + "?sessionVariables=character_set_client=utf8mb3", "root");

            assertThatThrownBy(() -> JdbcLedger.of(narrow).verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("utf8mb3");
        }
    }

    @Nested
    class OnH2 extends Connections {

        OnH2() {
            super(TestH2.freshDatabase());
        }

        @Test
        void waitsForAPoolThatIsClosed() {
            JdbcConnectionPool pool = Sql.h2();
            JdbcLedger ledger = JdbcLedger.of(pool).initialize();
            pool.dispose();

            assertThatThrownBy(() -> ledger.inTransaction("products", LedgerTransaction::backlog))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("DataSource");
        }
    }

    private static String stackTrace(Throwable thrown) {
        java.io.StringWriter text = new java.io.StringWriter();
        thrown.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }

    /** One that stands still, or whose host is cut off: the server hears neither a statement nor a goodbye. */
    private static void assertTheLaneIsTakenFromOneThatFellSilent(DataSource database) {
        JdbcLedger silent = JdbcLedger.builder(database)
                .timeout(Duration.ofSeconds(1))
                .build()
                .initialize();
        JdbcLedger other =
                JdbcLedger.builder(database).timeout(Duration.ofMinutes(1)).build();
        Duration minute = Duration.ofMinutes(1);
        List<Lease> taken = new ArrayList<>();
        silent.inTransaction("products", tx -> tx.acquire("silent", Duration.ZERO, minute));

        assertThatThrownBy(() -> silent.inTransaction("products", tx -> {
                    tx.acquire("silent", minute, minute);
                    other.inTransaction("products", next -> next.acquire("other", minute, minute))
                            .ifPresent(taken::add);
                    return tx.holder();
                }))
                .isInstanceOf(UnavailableException.class);

        assertThat(taken)
                .singleElement()
                .satisfies(lease -> assertThat(lease.holder()).isEqualTo("other"));
    }

    abstract static class Connections {

        private final DataSource database;
        private final List<String> given = new ArrayList<>();

        Connections(DataSource database) {
            this.database = database;
            JdbcLedger.of(database).initialize();
        }

        /** A data source with one connection only, which it keeps. */
        private DataSource keeping(Connection connection) {
            return new KeptConnection(connection, given);
        }

        private static void save(JdbcLedger ledger, String cursor) {
            ledger.inTransaction("products", tx -> {
                tx.saveCursor("feed", cursor);
                return null;
            });
        }

        private List<String> saved() {
            return Sql.texts(database, "select place from stocktake_cursor");
        }

        @Test
        void givesAConnectionBackAsItWasFound() throws SQLException {
            try (Connection connection = database.getConnection()) {
                connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                JdbcLedger ledger = JdbcLedger.of(keeping(connection));
                save(ledger, "1");
                assertThatThrownBy(() -> ledger.inTransaction("products", tx -> {
                            throw new IllegalStateException("of the work");
                        }))
                        .hasMessage("of the work");

                assertThat(connection.getAutoCommit()).isTrue();
                assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
                assertThat(given).as("taken and given back").containsExactly("get", "close", "get", "close");
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
        }

        @Test
        void worksAtReadCommittedWhateverThePoolsDefault() throws SQLException {
            try (Connection connection = database.getConnection()) {
                connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                JdbcLedger.of(keeping(connection)).inTransaction("products", tx -> {
                    assertThat(tx.cursor("feed")).isEmpty();
                    save(JdbcLedger.of(database), "by another");
                    assertThat(tx.cursor("feed")).contains("by another");
                    return null;
                });
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
        }

        @Test
        void worksWithAPoolThatNeverCommitsByItself() throws SQLException {
            try (Connection connection = database.getConnection()) {
                connection.setAutoCommit(false);
                save(JdbcLedger.of(keeping(connection)), "1");

                assertThat(connection.getAutoCommit()).isFalse();
                assertThat(saved()).containsExactly("1");
                connection.setAutoCommit(true);
            }
        }

        @Test
        void neitherEndsNorJoinsTheCallersTransaction() throws SQLException {
            try (Connection connection = database.getConnection()) {
                connection.setAutoCommit(false);
                Sql.run(connection, "insert into stocktake_cursor (index_name, feed, place) values ('i', 'f', 'mine')");
                int commits = given.size();

                assertThatThrownBy(() -> save(JdbcLedger.of(keeping(connection)), "1"))
                        .isInstanceOf(MisconfiguredException.class)
                        .hasMessageContaining("inside a transaction");

                assertThat(given.subList(commits, given.size())).containsExactly("get", "close");
                assertThat(saved()).isEmpty();
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }

        @Test
        void lendsItsConnectionToAFeedInTheSameDatabase() {
            JdbcLedger ledger = JdbcLedger.of(database);
            assertThatThrownBy(() -> ledger.inTransaction("products", tx -> {
                        Connection connection = tx.unwrap(Connection.class);
                        assertThat(connection).isNotNull();
                        Sql.run(
                                connection,
                                "insert into stocktake_cursor (index_name, feed, place) values ('i', 'f', 'x')");
                        throw new IllegalStateException("of the work");
                    }))
                    .hasMessage("of the work");

            assertThat(saved()).isEmpty();
            DataSource nothing = ledger.inTransaction("products", tx -> tx.unwrap(DataSource.class));
            assertThat(nothing).isNull();
        }

        @Test
        void endsWithItsTransaction() {
            AtomicReference<LedgerTransaction> kept = new AtomicReference<>();
            JdbcLedger.of(database).inTransaction("products", tx -> {
                kept.set(tx);
                return null;
            });

            assertThatThrownBy(() -> kept.get().backlog())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("after its end");
        }

        @Test
        void stopsWhenInterruptedBetweenTwoTries() {
            BreakingDataSource breaking = new BreakingDataSource(database);
            JdbcLedger ledger = JdbcLedger.builder(breaking)
                    .sleeper(time -> {
                        throw new InterruptedException();
                    })
                    .build();
            ledger.verify();
            breaking.arm(1, BreakingDataSource.Fault.DEADLOCK);

            assertThatThrownBy(() -> save(ledger, "1")).isInstanceOf(StoppedException.class);
            assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
            assertThat(saved()).isEmpty();
        }
    }
}
