package dev.stocktake.jdbc;

import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Coverage;
import dev.stocktake.Intake;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.UnavailableException;
import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

class XminFeedIT {

    private final String name = TestPostgres.createDatabase();
    private final JdbcConnectionPool database = TestPostgres.pool(name, "postgres");
    private XminFeed feed = feed(tables());
    private @Nullable String cursor;

    @BeforeEach
    void aShop() {
        run("create table product (id bigint primary key, title text, category_id int)");
        run("create table variant (id text primary key, product_id bigint)");
        run("create table stock (variant_id text, location int, quantity int, primary key (variant_id, location))");
        run("create table category (id int primary key, name text)");
        run("insert into product select n, 'p', 1 from generate_series(1, 100) n");
        run("insert into variant select 'v' || n, n from generate_series(1, 100) n");
        run("insert into stock select 'v' || n, 1, 5 from generate_series(1, 100) n");
        run("insert into category values (1, 'Lamps'), (2, 'Hooks')");
    }

    @AfterEach
    void close() {
        Sql.texts(database, "select gid from pg_prepared_xacts where database = current_database()")
                .forEach(left -> run("rollback prepared '" + left + "'"));
        database.dispose();
    }

    private static ProductTables tables() {
        return ProductTables.root("product", "id")
                .table("variant", key("product_id"), leadsTo("product.id"))
                .table("stock", key("variant_id"), leadsTo("variant.id"))
                .table("category", key("id"), leadsTo("product.category_id"));
    }

    private XminFeed feed(ProductTables tables) {
        return XminFeed.builder(database, tables).share(1).build();
    }

    private void run(String sql) {
        Sql.run(database, sql);
    }

    private Intake take(int limit) {
        Intake intake = feed.take(cursor, limit);
        cursor = intake.cursor() == null ? cursor : intake.cursor();
        return intake;
    }

    private Set<String> drain(int limit) {
        Set<String> named = new TreeSet<>();
        Intake intake;
        int rounds = 0;
        do {
            intake = take(limit);
            assertThat(intake.gap()).isFalse();
            intake.products().forEach(product -> named.add(product.value()));
            assertThat(++rounds).isLessThan(3_000);
        } while (intake.more());
        return named;
    }

    private Set<String> drain() {
        return drain(2_000);
    }

    private static Set<String> ids(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(String::valueOf)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private interface Steps {
        void run(Connection connection) throws SQLException, IOException;
    }

    /** Opens a transaction that the steps may end. */
    private void inTransaction(Steps steps) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            steps.run(connection);
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException | IOException e) {
            throw new AssertionError(e);
        }
    }

    @Nested
    class Naming {

        @Test
        void namesWhatPlainSqlInsertsAndUpdatesAndNothingElse() {
            assertThat(drain()).isEmpty();
            run("update stock set quantity = 4 where variant_id = 'v17'");
            run("insert into variant values ('new', 3)");
            run("update product set title = 'q' where id = 99");

            assertThat(drain()).containsExactly("17", "3", "99");
            assertThat(drain()).isEmpty();
        }

        @Test
        void climbsFromOneRowToAllItsProductsInBoundedParts() {
            drain();
            run("update category set name = 'Lights' where id = 1");
            List<String> named = new ArrayList<>();
            Intake intake;
            do {
                intake = take(30);
                assertThat(intake.products()).hasSizeLessThanOrEqualTo(60);
                intake.products().forEach(product -> named.add(product.value()));
            } while (intake.more());

            assertThat(named).containsExactlyInAnyOrderElementsOf(ids(1, 100));
            assertThat(drain()).isEmpty();
        }

        @Test
        void goesOnInTheMiddleOfOneRowsProductsAfterARestart() {
            drain();
            run("update category set name = 'Lights' where id = 1");
            Set<String> named = new TreeSet<>();
            for (int i = 0; i < 3; i++) {
                take(30).products().forEach(product -> named.add(product.value()));
                feed = feed(tables());
            }
            assertThat(named).hasSizeBetween(85, 99);
            named.addAll(drain(30));

            assertThat(named).isEqualTo(ids(1, 100));
        }

        @Test
        void readsLargeTablesInParts() {
            run("insert into stock select 'v' || n, l, 5 from generate_series(1, 100) n, generate_series(2, 600) l");
            drain();
            run("update stock set quantity = 6 where variant_id in ('v20', 'v40')");

            assertThat(drain(3)).containsExactly("20", "40");
            assertThat(drain(3)).isEmpty();
        }

        @Test
        void savesNothingWhenNothingChanged() {
            run("update product set title = 'q' where id = 99");
            drain();
            drain();
            for (int i = 0; i < 3; i++) {
                Intake idle = take(2_000);
                assertThat(idle.products()).isEmpty();
                assertThat(idle.more()).isFalse();
                assertThat(idle.cursor()).isNull();
            }
        }

        @Test
        void tellsWhenARowWasCommittedWhereTheDatabaseRemembers() {
            drain();
            run("update product set title = 'q' where id = 99");
            String committed = Sql.texts(
                            database,
                            "select to_char(pg_xact_commit_timestamp(xmin) at time zone 'UTC',"
                                    + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') from product where id = 99")
                    .get(0);

            assertThat(take(100).hints()).containsExactly(Intake.Hint.of(ProductKey.of(99), Instant.parse(committed)));
        }

        @Test
        void saysThatOneChangeConcernsVeryManyProducts() {
            run("insert into product select n, 'p', 2 from generate_series(1001, 2500) n");
            drain();
            run("update category set name = 'x' where id = 2");
            assertThat(take(2_000).hints()).hasSize(1_500).allMatch(Intake.Hint::wide);
            drain();
            run("update product set title = 'x' where id > 1000");
            assertThat(take(2_000).hints()).hasSize(1_500).noneMatch(Intake.Hint::wide);
        }

        @Test
        void doesNotSeeADeletedRow() {
            drain();
            run("delete from stock where variant_id = 'v17'");
            assertThat(drain()).isEmpty();
            assertThat(feed.blindSpots()).anyMatch(spot -> spot.contains("deleted row"));
            assertThat(feed.coverage()).noneMatch(Coverage::deletes);
        }
    }

    @Nested
    class OpenTransactions {

        @Test
        void findsWhatASavepointOfAnOpenTransactionWrote() {
            drain();
            inTransaction(open -> {
                Sql.run(open, "update product set title = 'a' where id = 1");
                Savepoint savepoint = open.setSavepoint();
                Sql.run(open, "update product set title = 'b' where id = 2");
                open.releaseSavepoint(savepoint);
                Savepoint second = open.setSavepoint();
                Sql.run(open, "update product set title = 'c' where id = 3");
                run("update product set title = 'd' where id = 4");
                assertThat(drain()).containsExactly("4");
                run("update product set title = 'e' where id = 5");
                assertThat(drain()).containsExactly("5");
                open.releaseSavepoint(second);
                open.setSavepoint();
                Sql.run(open, "update product set title = 'f' where id = 6");
                open.commit();
            });

            assertThat(drain()).containsExactly("1", "2", "3", "6");
            assertThat(drain()).isEmpty();
        }

        /** The only number that the transaction has in a row is its savepoint's. */
        @Test
        void findsWhatIsWrittenInSavepointsOnly() {
            drain();
            inTransaction(open -> {
                Savepoint outer = open.setSavepoint();
                open.setSavepoint();
                Sql.run(open, "update stock set quantity = 1 where variant_id = 'v8'");
                open.rollback(outer);
                open.setSavepoint();
                Sql.run(open, "update stock set quantity = 1 where variant_id = 'v9'");
                drain();
                run("update product set title = 'd' where id = 4");
                assertThat(drain()).containsExactly("4");
                open.commit();
            });

            assertThat(drain()).containsExactly("9");
        }

        @Test
        void findsAPreparedTransactionThatIsCommittedMuchLater() {
            drain();
            inTransaction(open -> {
                Sql.run(open, "update product set title = 'a' where id = 1");
                Sql.run(open, "prepare transaction 'xmin_" + name + "'");
            });
            run("update product set title = 'b' where id = 2");
            assertThat(drain()).containsExactly("2");
            run("update product set title = 'c' where id = 3");
            assertThat(drain()).containsExactly("3");
            run("commit prepared 'xmin_" + name + "'");

            assertThat(drain()).containsExactly("1");
        }

        /** What was named is not named again, however long a transaction keeps the horizon where it is. */
        @Test
        void repeatsNothingWhileATransactionStaysOpen() {
            drain();
            inTransaction(open -> {
                Sql.run(open, "update product set title = 'a' where id = 1");
                run("update product set title = 'b' where id between 2 and 50");
                assertThat(drain(7)).hasSize(49);
                assertThat(drain(7)).isEmpty();
                run("update product set title = 'c' where id = 50");
                assertThat(drain()).containsExactly("50");
                assertThat(drain()).isEmpty();
                open.commit();
            });

            assertThat(drain()).containsExactly("1");
        }

        @Test
        void namesAllOfALateRowThatAppearsWhileItsNeighboursAreNamedInParts() {
            run("update product set category_id = 2 where id <= 50");
            drain();
            Set<String> named = new TreeSet<>();
            inTransaction(open -> {
                Sql.run(open, "update category set name = 'x' where id = 2");
                run("update category set name = 'y' where id = 1");
                take(20).products().forEach(product -> named.add(product.value()));
                open.commit();
            });
            named.addAll(drain(20));

            assertThat(named).isEqualTo(ids(1, 100));
            assertThat(drain()).isEmpty();
        }

        @Test
        void losesNoneOfTwoHundredTransactionsThatOverlap() throws Exception {
            drain();
            ExecutorService writers = Executors.newFixedThreadPool(12);
            Set<String> named = new TreeSet<>();
            try {
                List<Future<@Nullable Integer>> changes = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    int seed = i;
                    changes.add(writers.submit(() -> change(new Random(seed), seed)));
                }
                while (!changes.stream().allMatch(Future::isDone)) {
                    named.addAll(drain(5));
                }
                named.addAll(drain(5));
                Set<String> owed = new TreeSet<>();
                for (Future<@Nullable Integer> change : changes) {
                    Integer product = change.get();
                    if (product != null) {
                        owed.add(String.valueOf(product));
                    }
                }
                assertThat(owed).hasSizeGreaterThan(100);
                assertThat(named).isEqualTo(owed);
            } finally {
                writers.shutdownNow();
            }
        }

        /** Inserts a product of its own, holds the transaction for a while, in a savepoint or not; null if taken back. */
        private @Nullable Integer change(Random random, int number) throws SQLException {
            try (Connection connection = database.getConnection()) {
                connection.setAutoCommit(false);
                if (random.nextBoolean()) {
                    connection.setSavepoint();
                }
                Sql.run(connection, "insert into product (id) values (?)", 1_000 + number);
                Sql.run(connection, "select pg_sleep(" + random.nextInt(120) / 1_000.0 + ")");
                boolean commit = random.nextInt(4) > 0;
                if (commit) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
                return commit ? 1_000 + number : null;
            }
        }
    }

    @Nested
    class KindsOfWriting {

        @Test
        void findsRowsThatWereFrozenBeforeThePass() {
            drain();
            run("update product set title = 'q' where id between 7 and 9");
            run("vacuum (freeze) product");
            assertThat(drain()).containsExactly("7", "8", "9");
            run("vacuum (freeze) product");
            assertThat(drain()).isEmpty();
        }

        @Test
        void findsUpdatesWithinAPageAndOfRowsThatWereLocked() {
            drain();
            inTransaction(one -> {
                Sql.run(one, "select * from product where id = 5 for share");
                inTransaction(two -> {
                    Sql.run(two, "select * from product where id = 5 for share");
                    two.commit();
                });
                Sql.run(one, "update product set title = title where id = 5");
                one.commit();
            });
            assertThat(drain()).containsExactly("5");
            for (int i = 0; i < 20; i++) {
                run("update stock set quantity = quantity + 1 where variant_id = 'v6'");
            }
            assertThat(drain()).containsExactly("6");
        }

        @Test
        void aLockAloneIsNoChange() {
            drain();
            inTransaction(open -> {
                Sql.run(open, "select * from product where id = 5 for update");
                open.commit();
            });

            assertThat(drain()).isEmpty();
        }

        @Test
        void findsWhatWasCopiedIn() throws SQLException, IOException {
            drain();
            try (Connection connection = database.getConnection()) {
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("copy product (id, title) from stdin", new StringReader("301\tx\n302\ty\n"));
            }
            assertThat(drain()).containsExactly("301", "302");
            inTransaction(open -> {
                Sql.run(open, "truncate variant");
                open.unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("copy variant from stdin (freeze)", new StringReader("a\t12\nb\t13\n"));
                open.commit();
            });
            assertThat(drain()).containsExactly("12", "13");
        }

        @Test
        void findsWhatATriggerAnUpsertAndARestoredSessionWrote() {
            drain();
            run("insert into product (id, title) values (5, 'x') on conflict (id) do update set title = 'x'");
            inTransaction(open -> {
                Sql.run(open, "set session_replication_role = replica");
                Sql.run(open, "update product set title = 'y' where id = 6");
                open.commit();
                Sql.run(open, "set session_replication_role = origin");
                open.commit();
            });

            assertThat(drain()).containsExactly("5", "6");
        }

        /** All rows go into a new file, and none of them is written anew: a row moves from the end to the beginning. */
        @Test
        void beginsATableAnewThatWasRewrittenWhileItWasRead() {
            run("insert into product (id, title) select n, repeat('x', 500) from generate_series(1000, 3000) n");
            drain();
            run("update product set title = repeat('y', 500) where id >= 2900");
            Set<String> named = new TreeSet<>();
            take(10).products().forEach(product -> named.add(product.value()));
            run("delete from product where id between 2000 and 2899");
            run("vacuum full product");
            named.addAll(drain(10));

            assertThat(named).containsAll(ids(2900, 3000));
        }

        @Test
        void findsWhatItselfRewritesWhenAColumnChangesItsType() {
            drain();
            run("alter table stock alter column quantity type numeric");

            assertThat(drain()).isEqualTo(ids(1, 100));
        }
    }

    @Nested
    class KindsOfTables {

        @Test
        void readsPartitionsAlsoThoseThatAreAttachedWithOldRows() {
            run("create table price (product_id bigint, region int, amount int) partition by list (region)");
            run("create table price_1 partition of price for values in (1)");
            run("create table price_2 partition of price for values in (2)");
            run("insert into price select n, 1 + n % 2, 9 from generate_series(1, 100) n");
            run("create table price_3 as select 77::bigint as product_id, 3 as region, 9 as amount");
            feed = feed(tables().table("price", key("product_id"), leadsTo("product.id")));
            drain();
            run("update price set amount = 8 where product_id in (10, 11)");
            assertThat(drain(1)).containsExactly("10", "11");
            run("update price set region = 2 where product_id = 12");
            assertThat(drain()).containsExactly("12");
            run("alter table price attach partition price_3 for values in (3)");

            assertThat(drain()).containsExactly("77");
            assertThat(drain()).isEmpty();
        }

        /** Of a transaction that was met in two passes all rows are known, but for those that were elsewhere then. */
        @Test
        void readsWhatIsAttachedAlsoOfATransactionThatIsKnown() {
            run("create table price (product_id bigint, region int, amount int) partition by list (region)");
            run("create table price_1 partition of price for values in (1)");
            run("create table price_2 (product_id bigint, region int, amount int)");
            feed = feed(tables().table("price", key("product_id"), leadsTo("product.id")));
            drain();
            inTransaction(open -> {
                try (Statement number = open.createStatement()) {
                    number.execute("select pg_current_xact_id()");
                }
                run("begin; insert into price values (10, 1, 1); insert into price_2 values (77, 2, 1); commit");
                assertThat(drain()).containsExactly("10");
                assertThat(drain()).isEmpty();
                assertThat(drain()).isEmpty();
                run("alter table price attach partition price_2 for values in (2)");

                assertThat(drain()).containsExactly("77");
                assertThat(drain()).isEmpty();
            });
        }

        @Test
        void readsTablesThatInherit() {
            run("create table note (product_id bigint)");
            run("create table special_note (author text) inherits (note)");
            feed = feed(tables().table("note", key("product_id"), leadsTo("product.id")));
            drain();
            run("insert into special_note values (44, 'x')");

            assertThat(drain()).containsExactly("44");
        }

        @Test
        void readsWithNoRightButSelectAndTellsThatPoliciesHideRows() {
            run("drop role if exists xmin_reader");
            run("create role xmin_reader login");
            run("grant select on product, variant, stock, category to xmin_reader");
            run("alter table product enable row level security");
            run("create policy visible on product using (title <> 'hidden')");
            JdbcConnectionPool reader = TestPostgres.pool(name, "xmin_reader");
            feed = XminFeed.builder(reader, tables()).share(1).build();
            feed.verify();
            drain();
            run("update product set title = 'hidden' where id = 5");
            run("update product set title = 'shown' where id = 6");
            run("update stock set quantity = 0 where variant_id = 'v7'");

            assertThat(drain()).containsExactly("6", "7");
            assertThat(feed.coverage())
                    .filteredOn(table -> !table.missing().isEmpty())
                    .singleElement()
                    .satisfies(table -> assertThat(table.missing())
                            .singleElement()
                            .asString()
                            .contains("row-level security hides rows of 'product'"));
            reader.dispose();
            run("drop owned by xmin_reader");
            run("drop role xmin_reader");
        }

        @Test
        void saysThatItDoesNotSeeAView() {
            run("create view shelf as select product_id from variant");
            feed = feed(tables().table("shelf", key("product_id"), leadsTo("product.id")));

            assertThat(feed.coverage())
                    .filteredOn(table -> !table.sees())
                    .singleElement()
                    .satisfies(table -> assertThat(table.table()).isEqualTo("shelf"));
            assertThat(feed.blindSpots()).anyMatch(spot -> spot.startsWith("'shelf' is a view"));
            drain();
            run("update variant set product_id = 9 where id = 'v9'");
            assertThat(drain()).containsExactly("9");
        }

        @Test
        void refusesAGraphInWhichItSeesNothingAndADatabaseThatIsNotPostgres() {
            run("create view shelf as select * from product");
            assertThatThrownBy(() -> feed(ProductTables.root("shelf", "id")).verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("would see nothing");
            assertThatThrownBy(
                            () -> XminFeed.builder(Sql.h2(), tables()).build().verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("only PostgreSQL's rows say");
        }
    }

    @Nested
    class Gaps {

        private XminCursor saved() {
            drain();
            return XminCursor.parse(String.valueOf(cursor)).orElseThrow();
        }

        private void assertGap(XminCursor other) {
            Intake intake = feed.take(other.text(), 100);
            assertThat(intake.gap()).isTrue();
            cursor = intake.cursor();
            run("update product set title = 'q' where id = 3");
            assertThat(drain()).containsExactly("3");
        }

        @Test
        void saysGapWhenTheDatabaseIsBehindTheCursor() {
            XminCursor saved = saved();
            assertGap(new XminCursor(
                    saved.nonce(), saved.origin(), saved.graph(), saved.log(), saved.horizon() + 1_000_000, null));
            assertGap(new XminCursor(
                    saved.nonce(), saved.origin(), saved.graph(), saved.log() + (1L << 40), saved.horizon(), null));
        }

        @Test
        void saysGapWhenMoreTransactionsHaveBeenThanCanBeToldApart() {
            XminCursor saved = saved();
            assertGap(new XminCursor(
                    saved.nonce(), saved.origin(), saved.graph(), saved.log(), saved.horizon() - Xids.FARTHEST, null));
        }

        @Test
        void saysGapWhenTheDatabaseIsAnotherOne() {
            XminCursor saved = saved();
            assertThat(saved.origin()).matches("[0-9]{10,}\\.0000000[0-9]\\.[0-9]+");
            String otherTimeline = saved.origin().replaceFirst("\\.0000000[0-9]\\.", ".00000077.");
            assertGap(new XminCursor(saved.nonce(), otherTimeline, saved.graph(), saved.log(), saved.horizon(), null));
        }

        @Test
        void saysGapWhenATableWasReplacedByOneThatWasFilledBefore() {
            run("create table stock_new as select * from stock");
            run("update stock_new set quantity = 0 where variant_id = 'v50'");
            drain();
            run("alter table stock rename to stock_old");
            run("alter table stock_new rename to stock");

            assertThatThrownBy(() -> feed.take(cursor, 100))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("'stock' was replaced");
            assertThat(feed.take(cursor, 100).gap()).isTrue();
        }

        @Test
        void saysGapWhenRowsLeadElsewhereThanBefore() {
            drain();
            feed = feed(tables().table("variant", key("id"), leadsTo("product.title")));

            assertThat(feed.take(cursor, 100).gap()).isTrue();
        }

        /** As after four thousand million transactions: horizon and rows on both sides of the turn. */
        @Test
        void tellsRowsFromAHorizonBeforeTheTurnOfThe32Bits() {
            drain();
            try (Connection connection = database.getConnection()) {
                Database.Session session = new Database.Session(connection, new PostgresDialect());
                Problems problems = new Problems("test");
                FoundGraph graph = FoundGraph.find(session, tables().graph(), problems);
                XminTable product = XminTable.of(session, graph, graph.root()).orElseThrow();
                long horizon = -296;
                XminTable.Files files = product.files(session, horizon);
                List<XminRow> rows = new XminPage(
                                product, horizon, files, XminCursor.Place.START, files.blocks(), null, false)
                        .read(session, 1_000);

                long written = Long.parseLong(Sql.texts(database, "select min(xmin::text::bigint) from product")
                        .get(0));
                assertThat(rows).hasSize(100).allMatch(row -> row.xid() == written);
                assertThat(new XminPage(
                                        product,
                                        written + 1,
                                        files,
                                        XminCursor.Place.START,
                                        files.blocks(),
                                        null,
                                        false)
                                .read(session, 1_000))
                        .isEmpty();
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Nested
    class Pace {

        @Test
        void restsAfterAPassUnlessToldOtherwise() {
            feed = XminFeed.builder(database, tables()).share(0.001).build();
            assertThat(feed.delay()).isEmpty();
            drain();
            run("update product set title = 'q' where id = 3");
            assertThat(drain()).containsExactly("3");
            run("update product set title = 'r' where id = 4");

            assertThat(drain())
                    .as("the feed rests for a thousand times as long as a pass takes")
                    .isEmpty();
            assertThat(feed.delay())
                    .hasValueSatisfying(delay -> assertThat(delay).isPositive());
            feed = feed(tables());
            assertThat(drain()).containsExactly("4");
        }

        /** Ten thousand blocks, of which one statement reads four thousand. */
        private XminFeed overALargeTable(double share) {
            run("create table note (product_id bigint primary key, text char(700)) with (fillfactor = 10)");
            run("insert into note select n, 'x' from generate_series(1, 10000) n");
            return XminFeed.builder(database, tables().table("note", key("product_id"), leadsTo("product.id")))
                    .share(share)
                    .longestTake(Duration.ZERO)
                    .build();
        }

        @Test
        void comesToAnEndOfALargeTableAlsoWhereItNeverRests() {
            feed = overALargeTable(1);
            take(2_000);
            run("update note set text = 'y' where product_id = 10000");

            assertThat(drain()).containsExactly("10000");
            assertThat(drain()).isEmpty();
        }

        @Test
        void readsALargeTableInSeveralTakesWithoutARest() {
            feed = overALargeTable(0.001);
            take(2_000);
            run("update note set text = 'y' where product_id = 10000");
            Set<String> cursors = new TreeSet<>();
            Intake intake = take(2_000);
            while (intake.more()) {
                assertThat(intake.products()).isEmpty();
                cursors.add(String.valueOf(intake.cursor()));
                intake = take(2_000);
            }

            assertThat(cursors).hasSizeGreaterThanOrEqualTo(2);
            assertThat(intake.products()).containsExactly(ProductKey.of("10000"));
        }
    }

    @Test
    void tellsWhichRowsLeadToAProductAndWhoWroteThem() {
        run("update stock set quantity = 4 where variant_id = 'v17'");
        String writer = Sql.texts(database, "select xmin from stock where variant_id = 'v17'")
                .get(0);

        assertThat(feed.contributions(ProductKey.of(17)))
                .filteredOn(table -> table.table().equals("stock"))
                .singleElement()
                .satisfies(stock -> {
                    assertThat(stock.by()).isEqualTo(Coverage.By.XMIN);
                    assertThat(stock.rows()).singleElement().satisfies(row -> {
                        assertThat(row.key()).isEqualTo("v17, 1");
                        assertThat(row.version()).isEqualTo(writer);
                    });
                });
    }

    @Test
    void namesEverySettingThatIsWrong() {
        assertThatThrownBy(() ->
                        XminFeed.builder(database, tables()).name(" ").share(2).build())
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("name")
                .hasMessageContaining("share: must be from 0.001 to 1, is 2.0");
    }
}
