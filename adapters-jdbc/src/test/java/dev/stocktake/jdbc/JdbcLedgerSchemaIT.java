package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

import dev.stocktake.Claim;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Intake;
import dev.stocktake.Lease;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How the tables come into being, and what is said when they did not. */
class JdbcLedgerSchemaIT {

    /** A database and its name. */
    private record Place(String name, DataSource database) {

        static Place inPostgres() {
            String name = TestPostgres.createDatabase();
            return new Place(name, TestPostgres.pool(name, "postgres"));
        }

        static Place inMariaDb() {
            String name = TestMariaDb.createDatabase();
            return new Place(name, TestMariaDb.pool(name, "root"));
        }

        static Place inH2() {
            String name = "schema_" + H2_DATABASES.incrementAndGet();
            return new Place(name, h2(name + ";DB_CLOSE_DELAY=-1", "sa"));
        }

        static DataSource h2(String name, String user) {
            return JdbcConnectionPool.create("jdbc:h2:mem:" + name, user, "");
        }
    }

    private static final AtomicInteger H2_DATABASES = new AtomicInteger();

    @Nested
    class OnPostgres extends Schema {

        OnPostgres() {
            super(Place.inPostgres(), "postgresql");
        }

        @Override
        DataSource asAUserWithoutTheRightToCreate() {
            String user = "clerk_of_" + name;
            TestPostgres.execute(
                    database,
                    "create role " + user + " login",
                    "revoke create on schema public from public",
                    "alter default privileges in schema public grant select, insert, update, delete on tables to "
                            + user,
                    "alter default privileges in schema public grant usage on sequences to " + user);
            return TestPostgres.pool(name, user);
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends Schema {

        OnMariaDb() {
            super(Place.inMariaDb(), "mariadb");
        }

        @Override
        DataSource asAUserWithoutTheRightToCreate() {
            String user = "clerk_of_" + name;
            Sql.run(database, "create user " + user + "@'%'");
            Sql.run(database, "grant select, insert, update, delete on " + name + ".* to " + user + "@'%'");
            return TestMariaDb.pool(name, user);
        }

        /** Every statement of a script commits, so a migration may be left half done. */
        @Test
        void goesOnWhereAnInterruptedMigrationEnded() {
            List<String> script =
                    LedgerSchema.statements(JdbcLedger.of(database).script());
            for (String statement : script) {
                Sql.run(database, statement);
                if (!statement.equals(script.get(script.size() - 1))) {
                    assertThatThrownBy(() -> JdbcLedger.of(database).verify())
                            .isInstanceOf(MisconfiguredException.class);
                }
                DataSource interrupted = TestMariaDb.freshDatabase();
                script.subList(0, script.indexOf(statement) + 1).forEach(sql -> Sql.run(interrupted, sql));

                assertThat(markedOf(JdbcLedger.of(interrupted).initialize(), "a", "A", "a "))
                        .isEqualTo(3);
            }
        }

        @Test
        void keepsItsBooksInADatabaseWhoseNameNeedsQuotes() {
            Sql.run(database, "create database if not exists `my-shop`");
            JdbcLedger ledger = JdbcLedger.builder(database)
                    .schema("`my-shop`")
                    .tablePrefix(name + "_")
                    .build()
                    .initialize();

            assertThat(markedOf(ledger, "a", "b")).isEqualTo(2);
        }

        @Test
        void tellsWhatTheDatabasesOwnCollationTakesForOne() {
            JdbcLedger ledger = JdbcLedger.of(TestMariaDb.freshDatabase("collate utf8mb4_general_ci"))
                    .initialize();

            assertThat(markedOf(ledger, "a", "A", "ä", "a ", "ß", "ss", "\uD83E\uDD86", "\uD83E\uDD85"))
                    .isEqualTo(8);
        }
    }

    @Nested
    class OnH2 extends Schema {

        OnH2() {
            super(Place.inH2(), "h2");
        }

        @Override
        DataSource asAUserWithoutTheRightToCreate() {
            Sql.run(database, "create user clerk password ''");
            Sql.run(database, "grant select, insert, update, delete on schema public to clerk");
            return Place.h2(name, "clerk");
        }

        @Test
        void refusesADatabaseInWhichDifferentIdsCanBeEqual() {
            DataSource collated = TestH2.freshDatabase("COLLATION=DEFAULT_en STRENGTH SECONDARY");

            assertThatThrownBy(() -> JdbcLedger.of(collated).initialize())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("collation");
        }

        @Test
        void tellsUpperFromLowerCaseEvenWhereTheDatabaseDoesNot() {
            JdbcLedger ledger =
                    JdbcLedger.of(TestH2.freshDatabase("IGNORECASE=TRUE")).initialize();

            assertThat(markedOf(ledger, "a", "A")).isEqualTo(2);
        }
    }

    abstract static class Schema {

        final String name;
        final DataSource database;
        private final String folder;

        Schema(Place place, String folder) {
            this.name = place.name();
            this.database = place.database();
            this.folder = folder;
        }

        abstract DataSource asAUserWithoutTheRightToCreate();

        @Test
        void saysWhatToDoWhenTheTablesAreMissing() {
            JdbcLedger ledger = JdbcLedger.of(database);

            for (Throwable thrown : List.of(
                    catchThrowable(ledger::verify),
                    catchThrowable(() -> ledger.inTransaction("products", tx -> tx.backlog())))) {
                assertThat(thrown)
                        .isInstanceOf(MisconfiguredException.class)
                        .hasMessageContainingAll("JdbcLedger.initialize()", "JdbcLedger.script()", "stocktake_*");
            }
        }

        @Test
        void makesTheTablesOnceAndLeavesWhatIsInThem() {
            JdbcLedger ledger = JdbcLedger.of(database).initialize();
            ledger.inTransaction("products", tx -> {
                tx.saveCursor("feed", "kept");
                return null;
            });

            JdbcLedger.of(database).initialize().initialize();

            assertThat(Sql.texts(database, "select place from stocktake_cursor"))
                    .containsExactly("kept");
            assertThat(Sql.texts(database, "select version from stocktake_schema_version order by 1"))
                    .containsExactly("1", "2", "3", "4");
        }

        @Test
        void makesTheTablesOnceWhenManyInstancesStartTogether() throws InterruptedException {
            CountDownLatch start = new CountDownLatch(1);
            Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
            List<Thread> instances = IntStream.range(0, 8)
                    .mapToObj(number -> new Thread(() -> {
                        try {
                            start.await();
                            markedOf(JdbcLedger.of(database).initialize(), "product-" + number);
                        } catch (Throwable e) {
                            failures.add(e);
                        }
                    }))
                    .toList();
            instances.forEach(Thread::start);
            start.countDown();
            for (Thread instance : instances) {
                instance.join();
            }

            assertThat(failures).isEmpty();
            assertThat(Sql.texts(database, "select version from stocktake_schema_version order by 1"))
                    .containsExactly("1", "2", "3", "4");
        }

        @Test
        void refusesTablesOfANewerVersion() {
            JdbcLedger.of(database).initialize();
            Sql.run(database, "insert into stocktake_schema_version (version) values (5)");

            assertThatThrownBy(() -> JdbcLedger.of(database).inTransaction("products", tx -> tx.backlog()))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContainingAll("version 5", "upgrade");
            assertThatThrownBy(() -> JdbcLedger.of(database).initialize())
                    .hasMessageContainingAll("version 5", "upgrade");
        }

        @Test
        void refusesTablesOfAnOlderVersionUntilTheyAreBroughtUp() {
            JdbcLedger.of(database).initialize();
            Sql.run(database, "delete from stocktake_schema_version");

            assertThatThrownBy(() -> JdbcLedger.of(database).verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContainingAll("version 0", "JdbcLedger.initialize()", folder);
            JdbcLedger.of(database).initialize().verify();
        }

        @Test
        void needsNoRightToCreateOnceTheTablesExist() {
            DataSource clerk = asAUserWithoutTheRightToCreate();
            assertThatThrownBy(() -> JdbcLedger.of(clerk).initialize())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("the right to create tables");
            JdbcLedger.of(database).initialize();

            JdbcLedger ledger = JdbcLedger.of(clerk).initialize();

            assertThat(markedOf(ledger, "a", "b")).isEqualTo(2);
        }

        @Test
        void printsTheScriptThatOthersRun() {
            JdbcLedger ledger = JdbcLedger.of(database);
            LedgerSchema.statements(ledger.script()).forEach(sql -> Sql.run(database, sql));

            ledger.verify();
            assertThat(markedOf(ledger, "a")).isEqualTo(1);
        }

        @Test
        void hasItsScriptsWhereTheDocumentationSaysSo() throws IOException {
            assertThat(String.join(
                            "\n",
                            script("V1__ledger.sql"),
                            script("V2__times.sql"),
                            script("V3__rebuilds.sql"),
                            script("V4__numbers.sql")))
                    .isEqualTo(JdbcLedger.of(database).script());
        }

        private String script(String name) throws IOException {
            try (InputStream script =
                    getClass().getResourceAsStream("/dev/stocktake/jdbc/ledger/" + folder + "/" + name)) {
                assertThat(script).isNotNull();
                return new String(script.readAllBytes(), StandardCharsets.UTF_8);
            }
        }

        /** What version 1 wrote: all of its reasons, put off, quarantined, and a lane at work. */
        private void haveTablesOfVersionOne() throws IOException {
            LedgerSchema.statements(script("V1__ledger.sql")).forEach(sql -> Sql.run(database, sql));
            Sql.run(database, "insert into stocktake_lane values ('products', 7, 'old one', 0, 42)");
            Sql.run(
                    database,
                    "insert into stocktake_generation values (1, 'products', 'LIVE', 'x', 'k', false, true, 9, true)");
            for (int reason = 0; reason < 5; reason++) {
                Sql.run(
                        database,
                        "insert into stocktake_mark values (1, 'p" + reason + "', " + (reason + 1) + ", " + reason
                                + ", 1000, 0, 0, false, 0, 3, 0, null, null)");
            }
            Sql.run(
                    database,
                    "insert into stocktake_mark values (1, 'poison', 8, 1, 1000, 2, 0, false, 0, 1, 0, 'not a number',"
                            + " null)");
            Sql.run(database, "insert into stocktake_cursor values ('products', 'feed', 'far')");
        }

        @Test
        void bringsTablesOfVersionOneUpWithAllThatIsInThem() throws IOException {
            haveTablesOfVersionOne();
            assertThatThrownBy(() -> JdbcLedger.of(database).verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContainingAll("version 1", "needs version 4", "the scripts after V1");

            JdbcLedger ledger = JdbcLedger.of(database).initialize();

            ledger.inTransaction("products", tx -> {
                assertThat(tx.cursor("feed")).contains("far");
                assertThat(tx.auditPosition()).isEqualTo(42);
                assertThat(tx.quarantine(9))
                        .isEqualTo(Map.of(ProductKey.of("poison"), new Refusal("not a number", null)));
                Lease lease = tx.acquire("new one", Duration.ofMinutes(1), Duration.ZERO)
                        .orElseThrow();
                assertThat(lease.epoch()).isEqualTo(8);
                tx.mark(List.of(new Intake.Hint(ProductKey.of("wide"), Instant.EPOCH.plusSeconds(1), true)));
                Claim claim = tx.claim(lease, 1, "batch", 10).orElseThrow();
                assertThat(claim.items())
                        .extracting(item -> item.key().value(), Claim.Item::reason)
                        .containsExactly(
                                tuple("p0", Reason.DEMAND),
                                tuple("p1", Reason.CHANGE),
                                tuple("p2", Reason.SUSPECT),
                                tuple("p3", Reason.AUDIT),
                                tuple("wide", Reason.FANOUT),
                                tuple("p4", Reason.SWEEP));
                assertThat(claim.items())
                        .filteredOn(item -> item.changedAt() != null)
                        .hasSize(1);
                assertThat(claim.items())
                        .filteredOn(item -> item.attempts() == 3)
                        .hasSize(5);
                return tx.confirm(lease, claim, Map.of());
            });
        }

        /** H2 commits every statement that changes a table, so a process may die in the middle of a script. */
        @Test
        void goesOnWithAScriptThatBrokeOffAnywhere() throws IOException {
            haveTablesOfVersionOne();
            List<String> statements = LedgerSchema.statements(script("V2__times.sql"));
            for (int done = 1; done < statements.size(); done++) {
                statements.subList(0, done).forEach(sql -> Sql.run(database, sql));
            }

            JdbcLedger.of(database).initialize();

            assertThat(Sql.texts(database, "select reason from stocktake_mark where stage = 0 order by product_key"))
                    .containsExactly("0", "10", "30", "40", "60");
        }

        @Test
        void livesInASchemaAndUnderAPrefix() {
            String schema = "shop_of_" + name;
            Sql.run(database, "create schema " + schema);
            JdbcLedger here = JdbcLedger.builder(database)
                    .schema(schema)
                    .tablePrefix("search_")
                    .build();
            JdbcLedger there = JdbcLedger.builder(database)
                    .schema(schema)
                    .tablePrefix("other_")
                    .build();
            here.initialize();
            there.initialize();

            assertThat(markedOf(here, "a", "b")).isEqualTo(2);
            assertThat(markedOf(there, "a")).isEqualTo(1);
            assertThat(Sql.texts(database, "select product_key from " + schema + ".search_mark order by 1"))
                    .containsExactly("a", "b");
        }

        @Test
        void saysSoWhenTheSchemaIsMissing() {
            JdbcLedger ledger = JdbcLedger.builder(database).schema("nowhere").build();

            assertThatThrownBy(ledger::initialize)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContainingAll("nowhere", "'schema'");
        }
    }

    /** Marks these products in a new lane; answers how many marks there are then. */
    private static long markedOf(JdbcLedger ledger, String... keys) {
        String index = "index of " + keys[0];
        return ledger.inTransaction(index, tx -> {
            Lease lease =
                    tx.acquire("one", Duration.ofMinutes(1), Duration.ZERO).orElseThrow();
            tx.open(lease, new IndexIdentity("x"), 0);
            tx.mark(ProductKey.all(keys), Reason.CHANGE, false);
            tx.claim(lease, tx.live().orElseThrow().number(), "batch", 1)
                    .ifPresent(claim -> tx.fail(lease, claim, Duration.ZERO, 0));
            assertThat(tx.batches(List.of("batch"))).isEqualTo(Map.of());
            return tx.backlog().marked();
        });
    }
}
