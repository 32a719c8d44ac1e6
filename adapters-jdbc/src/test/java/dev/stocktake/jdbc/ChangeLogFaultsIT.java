package dev.stocktake.jdbc;

import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Intake;
import dev.stocktake.Ledger;
import dev.stocktake.ProductKey;
import dev.stocktake.StocktakeException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many writers at once, and readers that die: nothing that was committed is forgotten. */
class ChangeLogFaultsIT {

    private static final long SEED = 91_377;

    abstract static class OnADatabase {

        final DataSource database;
        final DataSource books;

        OnADatabase(DataSource database, DataSource books) {
            this.database = database;
            this.books = books;
        }

        @BeforeEach
        void aShop() {
            log().uninstall();
            for (String table : List.of("stock", "category", "product")) {
                Sql.run(database, "drop table if exists " + table);
            }
            Sql.run(database, "create table product (id varchar(20) primary key, category_id int)");
            Sql.run(database, "create table stock (id bigint primary key, product_id varchar(20), quantity int)");
            Sql.run(database, "create table category (id int primary key, name varchar(20))");
            Sql.run(database, "insert into product select 'p' || n, 1 from " + Sql.numbers(database, 1_000));
            Sql.run(database, "update product set category_id = 2 where id in ('p1', 'p2', 'p3', 'p4', 'p5', 'p6')");
            Sql.run(database, "insert into stock select n, 'p' || n, 0 from " + Sql.numbers(database, 1_000));
            Sql.run(database, "insert into category values (1, 'most'), (2, 'few')");
            log().install();
            JdbcLedger.of(books).initialize();
            LedgerTableContents.clear(books);
            Sql.run(books, "create table if not exists named (k varchar(40))");
            Sql.run(books, "delete from named");
        }

        static ProductTables tables() {
            return ProductTables.root("product", "id")
                    .table("stock", key("product_id"), leadsTo("product.id"))
                    .table("category", key("id"), leadsTo("product.category_id"));
        }

        ChangeLog log() {
            return ChangeLog.builder(database, tables()).build();
        }

        ChangeFeed feed(DataSource over) {
            return ChangeLogFeed.builder(over, tables()).wide(4).build();
        }

        /** Takes and writes down what was named, in the transaction that acknowledges, until there is nothing more. */
        static void drain(ChangeFeed feed, Ledger ledger, int limit) {
            boolean more = true;
            while (more) {
                String cursor = ledger.<@Nullable String>inTransaction(
                        "shop", tx -> tx.cursor(feed.name()).orElse(null));
                Intake intake = feed.take(cursor, limit);
                ledger.<@Nullable Void>inTransaction("shop", tx -> {
                    Connection connection = Objects.requireNonNull(tx.unwrap(Connection.class));
                    name(connection, intake);
                    if (intake.cursor() != null) {
                        tx.saveCursor(feed.name(), intake.cursor());
                    }
                    intake.acknowledge(tx);
                    return null;
                });
                more = intake.more();
            }
        }

        private static void name(Connection connection, Intake intake) {
            try (PreparedStatement statement = connection.prepareStatement("insert into named values (?)")) {
                for (ProductKey product : intake.products()) {
                    statement.setString(1, product.value());
                    statement.executeUpdate();
                }
            } catch (SQLException e) {
                throw SqlErrors.translate("Naming", e);
            }
        }

        Set<String> named() {
            return new TreeSet<>(Sql.texts(books, "select k from named"));
        }

        List<String> left() {
            return Sql.texts(
                    database,
                    "select row_key from stocktake_change where source_id > 0 union all"
                            + " select row_key from stocktake_change_copy where source_id > 0");
        }

        @ParameterizedTest
        @EnumSource
        void forgetsNothingWhateverBreaksWhereverItDoes(BreakingDataSource.Fault fault) {
            JdbcLedger whole = JdbcLedger.of(books);
            drain(feed(database), whole, 100);
            BreakingDataSource shop = new BreakingDataSource(database);
            BreakingDataSource ledger = new BreakingDataSource(books);
            for (BreakingDataSource fragile : List.of(shop, ledger)) {
                boolean fired = true;
                for (int nth = 1; fired; nth++) {
                    Sql.run(books, "delete from named");
                    Sql.run(database, "update stock set quantity = quantity + 1 where id in (10, 11)");
                    Sql.run(database, "update category set name = ? where id = 2", "few" + nth);
                    fragile.arm(nth, fault);
                    boolean done = false;
                    while (!done) {
                        done = survived(shop, ledger);
                    }
                    fired = fragile.fired();
                    fragile.disarm();
                    ChangeFeed healthy = feed(database);
                    drain(healthy, whole, 3);
                    drain(healthy, whole, 3);
                    assertThat(named())
                            .as("call %s of %s: %s", nth, fragile == shop ? "the feed" : "the ledger", fragile.victim())
                            .contains("p10", "p11", "p1", "p2", "p3", "p4", "p5", "p6");
                    assertThat(left()).isEmpty();
                    assertThat(shop.open() + ledger.open()).isZero();
                }
            }
        }

        /** A new process each time. */
        private boolean survived(DataSource shop, DataSource ledger) {
            try {
                drain(feed(shop), JdbcLedger.builder(ledger).sleeper(time -> {}).build(), 3);
                return true;
            } catch (StocktakeException e) {
                return false;
            }
        }
    }

    /** Where many work at once. */
    abstract static class OnAServer extends OnADatabase {

        private final String sleep;

        OnAServer(DataSource database, String sleep) {
            super(database, database);
            this.sleep = sleep;
        }

        /** Overlapping, late and never committed; the reader goes on all the while, and dies now and then. */
        @Test
        void namesWhatever200ConcurrentTransactionsCommit() throws Exception {
            JdbcLedger ledger = JdbcLedger.of(database);
            drain(feed(database), ledger, 100);
            Random random = new Random(SEED);
            ExecutorService writers = Executors.newFixedThreadPool(25);
            AtomicBoolean ended = new AtomicBoolean();
            Set<String> committed = new HashSet<>();
            Set<String> undone = new HashSet<>();
            List<Future<?>> transactions = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int first = i * 5;
                boolean commits = random.nextInt(4) > 0;
                double hold = random.nextInt(5) == 0 ? 0.8 : random.nextDouble() * 0.05;
                for (int row = first; row < first + 3; row++) {
                    (commits ? committed : undone).add("p" + row);
                }
                transactions.add(writers.submit(() -> transaction(first, hold, commits)));
            }
            Future<?> reader = writers.submit(() -> {
                while (!ended.get()) {
                    drain(feed(database), ledger, 7);
                }
            });
            for (Future<?> transaction : transactions) {
                transaction.get(2, TimeUnit.MINUTES);
            }
            ended.set(true);
            reader.get(1, TimeUnit.MINUTES);
            writers.shutdown();
            drain(feed(database), ledger, 7);

            assertThat(named()).as("seed %s", SEED).containsAll(committed).doesNotContainAnyElementsOf(undone);
            assertThat(left()).isEmpty();
        }

        private boolean transaction(int first, double hold, boolean commits) throws SQLException {
            try (Connection connection = database.getConnection()) {
                connection.setAutoCommit(false);
                for (int row = first; row < first + 3; row++) {
                    Sql.run(connection, "update stock set quantity = 1 where id = ?", row);
                }
                Sql.texts(connection, sleep, hold);
                if (commits) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
                return commits;
            }
        }

        @Test
        void servesThreeConsumersAtOnce() throws Exception {
            JdbcLedger ledger = JdbcLedger.of(database);
            ExecutorService threads = Executors.newFixedThreadPool(4);
            AtomicBoolean ended = new AtomicBoolean();
            List<FeedReader> readers = new ArrayList<>();
            for (String name : List.of("a", "b", "c")) {
                FeedReader reader = new FeedReader(
                        ledger,
                        name,
                        ChangeLogFeed.builder(database, tables()).name(name).build());
                reader.drain();
                readers.add(reader);
            }
            List<Future<Set<String>>> named = new ArrayList<>();
            for (FeedReader reader : readers) {
                named.add(threads.submit(() -> {
                    Set<String> all = new TreeSet<>();
                    while (!ended.get()) {
                        all.addAll(reader.drain(20));
                    }
                    all.addAll(reader.drain(20));
                    return all;
                }));
            }
            for (int i = 0; i < 300; i++) {
                Sql.run(database, "update stock set quantity = 1 where id = ?", i);
            }
            ended.set(true);
            for (Future<Set<String>> one : named) {
                assertThat(one.get(2, TimeUnit.MINUTES)).hasSize(300);
            }
            threads.shutdown();
            for (FeedReader reader : readers) {
                reader.drain();
            }
            assertThat(left()).isEmpty();
        }

        /** What was logged in hours is taken in pages, and no page is larger for it. */
        @Test
        void takesALongBacklogInBoundedPages() {
            JdbcLedger ledger = JdbcLedger.of(database);
            FeedReader reader = new FeedReader(
                    ledger, "shop", ChangeLogFeed.builder(database, tables()).build());
            reader.drain();
            for (int i = 0; i < 20; i++) {
                Sql.run(database, "update stock set quantity = quantity + 1");
            }
            int most = 0;
            int takes = 0;
            boolean more = true;
            while (more) {
                Intake intake = reader.take(100);
                reader.acknowledge(intake);
                most = Math.max(most, intake.products().size());
                more = intake.more();
                takes++;
            }
            assertThat(most).isLessThanOrEqualTo(200);
            assertThat(takes).isBetween(100, 250);
            assertThat(left()).isEmpty();
        }
    }

    @Nested
    class OnPostgres extends OnAServer {

        private static final DataSource DATABASE = Sql.postgres();

        OnPostgres() {
            super(DATABASE, "select pg_sleep(?)");
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends OnAServer {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase("collate utf8mb4_general_ci");

        OnMariaDb() {
            super(DATABASE, "select sleep(?)");
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDbWithTheLedgerInAnotherDatabase extends OnADatabase {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase();
        private static final DataSource BOOKS = Sql.postgres();

        OnMariaDbWithTheLedgerInAnotherDatabase() {
            super(DATABASE, BOOKS);
        }
    }

    @Nested
    class OnPostgresWithTheLedgerInAnotherDatabase extends OnADatabase {

        private static final DataSource DATABASE = Sql.postgres();
        private static final DataSource BOOKS = Sql.postgres();

        OnPostgresWithTheLedgerInAnotherDatabase() {
            super(DATABASE, BOOKS);
        }
    }

    @Nested
    class OnH2 extends OnADatabase {

        private static final DataSource DATABASE = Sql.h2();

        OnH2() {
            super(DATABASE, DATABASE);
        }
    }
}
