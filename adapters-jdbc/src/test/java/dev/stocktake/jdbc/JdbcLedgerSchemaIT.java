package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.stocktake.IndexIdentity;
import dev.stocktake.Lease;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
            assertThat(Sql.texts(database, "select version from stocktake_schema_version"))
                    .containsExactly("1");
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
            assertThat(Sql.texts(database, "select version from stocktake_schema_version"))
                    .containsExactly("1");
        }

        @Test
        void refusesTablesOfANewerVersion() {
            JdbcLedger.of(database).initialize();
            Sql.run(database, "insert into stocktake_schema_version (version) values (2)");

            assertThatThrownBy(() -> JdbcLedger.of(database).inTransaction("products", tx -> tx.backlog()))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContainingAll("version 2", "upgrade");
            assertThatThrownBy(() -> JdbcLedger.of(database).initialize())
                    .hasMessageContainingAll("version 2", "upgrade");
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
            try (InputStream script =
                    getClass().getResourceAsStream("/dev/stocktake/jdbc/ledger/" + folder + "/V1__ledger.sql")) {
                assertThat(script).isNotNull();
                assertThat(new String(script.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo(JdbcLedger.of(database).script());
            }
        }

        @Test
        void livesInASchemaAndUnderAPrefix() {
            Sql.run(database, "create schema shop");
            JdbcLedger here = JdbcLedger.builder(database)
                    .schema("shop")
                    .tablePrefix("search_")
                    .build();
            JdbcLedger there = JdbcLedger.builder(database)
                    .schema("shop")
                    .tablePrefix("other_")
                    .build();
            here.initialize();
            there.initialize();

            assertThat(markedOf(here, "a", "b")).isEqualTo(2);
            assertThat(markedOf(there, "a")).isEqualTo(1);
            assertThat(Sql.texts(database, "select product_key from shop.search_mark order by 1"))
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
