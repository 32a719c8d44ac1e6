package dev.stocktake.jdbc;

import static dev.stocktake.jdbc.FeedReader.only;
import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.stocktake.Coverage;
import dev.stocktake.Intake;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.UnavailableException;
import dev.stocktake.Unread;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;
import org.slf4j.LoggerFactory;

class ChangeLogIT {

    /** What holds on every database. */
    abstract static class OnEveryDatabase {

        final DataSource database;
        final JdbcLedger ledger;
        FeedReader reader;

        OnEveryDatabase(DataSource database) {
            this.database = database;
            this.ledger = JdbcLedger.of(database).initialize();
        }

        @BeforeEach
        void aShop() {
            log(tables()).uninstall();
            for (String table :
                    List.of("category_product", "category", "stock", "link", "variant", "product", "\"Odd.Name\"")) {
                run("drop table if exists " + table + " cascade");
            }
            run("create table product (id varchar(80) primary key, category_id int, name varchar(80))");
            run("create table variant (id bigint primary key,"
                    + " product_id varchar(80) references product (id) on delete cascade on update cascade)");
            run("create table link (variant_id bigint, item varchar(20), quantity int default 1,"
                    + " primary key (variant_id, item))");
            run("create table stock (item varchar(20), location int, quantity int, primary key (item, location))");
            run("create table category (id int primary key, name varchar(40))");
            run("create table category_product (category_id int, product_id varchar(80))");
            String numbers = Sql.numbers(database, 4);
            run("insert into product (id) select 'p' || n from " + numbers);
            run("insert into variant select n, 'p' || n from " + numbers);
            run("insert into link (variant_id, item) select n, 'i' || n from " + numbers);
            run("insert into stock select 'i' || n, 1, 5 from " + numbers);
            run("insert into category values (7, 'hats'), (8, 'bags')");
            run("insert into category_product values (7, 'p0'), (7, 'p1')");
            run("update product set category_id = 8 where id = 'p3'");
            log(tables()).install();
            LedgerTableContents.clear(database);
            reader = reader("changes", tables());
            assertThat(reader.drain()).isEmpty();
        }

        static ProductTables tables() {
            return ProductTables.root("product", "id")
                    .table("variant", key("product_id"), leadsTo("product.id"))
                    .table("link", key("variant_id"), leadsTo("variant.id"))
                    .table("stock", key("item"), leadsTo("link.item"))
                    .table("category_product", key("product_id"), leadsTo("product.id"))
                    .table("category", key("id"), leadsTo("category_product.category_id"))
                    .table("category", key("id"), leadsTo("product.category_id"));
        }

        ChangeLog log(ProductTables graph) {
            return ChangeLog.builder(database, graph).build();
        }

        ChangeLogFeed.Builder feed(String name, ProductTables graph) {
            return ChangeLogFeed.builder(database, graph).name(name);
        }

        FeedReader reader(String name, ProductTables graph) {
            return new FeedReader(ledger, "shop", feed(name, graph).build());
        }

        void run(String sql, Object... parameters) {
            Sql.run(database, sql, parameters);
        }

        Set<String> named() {
            Set<String> named = reader.drain();
            assertThat(reader.metGap()).as("gap").isFalse();
            return named;
        }

        // --- every edit at every level

        @Test
        void namesNobodyWhileNothingHappens() {
            assertThat(named()).isEmpty();
        }

        @Test
        void followsAnUpdateAtEveryLevel() {
            run("update product set name = 'x' where id = 'p0'");
            assertThat(named()).isEqualTo(only("p0"));
            run("update variant set id = 11 where id = 1");
            assertThat(named()).isEqualTo(only("p1"));
            run("update link set quantity = 9 where variant_id = 2");
            assertThat(named()).isEqualTo(only("p2"));
            run("update stock set quantity = 0 where item = 'i3'");
            assertThat(named()).isEqualTo(only("p3"));
            run("update category set name = 'caps' where id = 7");
            assertThat(named()).isEqualTo(only("p0", "p1"));
            run("update category set name = 'cases' where id = 8");
            assertThat(named()).isEqualTo(only("p3"));
            assertThat(named()).isEmpty();
        }

        @Test
        void followsInsertsAtEveryLevel() {
            run("insert into product (id) values ('new')");
            assertThat(named()).isEqualTo(only("new"));
            run("insert into variant values (20, 'new')");
            assertThat(named()).isEqualTo(only("new"));
            run("insert into link (variant_id, item) values (20, 'i0')");
            assertThat(named()).isEqualTo(only("new"));
            run("insert into stock values ('i0', 2, 1)");
            assertThat(named()).isEqualTo(only("new", "p0"));
            run("insert into category_product values (8, 'p2')");
            assertThat(named()).isEqualTo(only("p2"));
        }

        @Test
        void followsDeletesAtEveryLevel() {
            run("delete from stock where item = 'i0'");
            assertThat(named()).isEqualTo(only("p0"));
            run("delete from link where variant_id = 1");
            assertThat(named()).isEqualTo(only("p1"));
            run("delete from category_product where product_id = 'p1'");
            assertThat(named()).isEqualTo(only("p1"));
            run("delete from category where id = 8");
            assertThat(named()).isEqualTo(only("p3"));
            run("delete from variant where id = 2");
            assertThat(named()).isEqualTo(only("p2"));
            run("delete from product where id = 'p2'");
            assertThat(named()).isEqualTo(only("p2"));
        }

        @Test
        void followsACascadeFromTheParentDown() {
            run("delete from product where id = 'p1'");
            assertThat(named()).isEqualTo(only("p1"));
            run("update product set id = 'renamed' where id = 'p2'");
            assertThat(named()).isEqualTo(only("p2", "renamed"));
        }

        @Test
        void namesBothSidesOfAMoveAtEveryLevel() {
            run("update variant set product_id = 'p1' where id = 0");
            assertThat(named()).isEqualTo(only("p0", "p1"));
            run("update link set variant_id = 3 where variant_id = 2");
            assertThat(named()).isEqualTo(only("p2", "p3"));
            run("update stock set item = 'i0', location = 2 where item = 'i1'");
            assertThat(named()).isEqualTo(only("p1"));
            run("update category_product set product_id = 'p2' where product_id = 'p0'");
            assertThat(named()).isEqualTo(only("p0", "p2"));
        }

        @Test
        void followsRowsWhoseParentsWentInTheSameTransaction() throws SQLException {
            try (Connection connection = database.getConnection()) {
                connection.setAutoCommit(false);
                Sql.run(connection, "update stock set quantity = 3 where item = 'i1'");
                Sql.run(connection, "update link set item = 'other' where item = 'i1'");
                Sql.run(connection, "update stock set quantity = 4 where item = 'i2'");
                Sql.run(connection, "delete from link where item = 'i2'");
                Sql.run(connection, "update variant set product_id = 'p3' where id = 0");
                connection.commit();
                connection.setAutoCommit(true);
            }
            assertThat(named()).isEqualTo(only("p0", "p1", "p2", "p3"));
        }

        @Test
        void namesNobodyForARowThatLeadsNowhere() {
            run("insert into stock values ('nobody', 1, 1)");
            run("insert into variant values (90, null)");
            run("insert into category_product values (7, null)");
            assertThat(named()).isEmpty();
            run("update variant set product_id = 'p0' where id = 90");
            assertThat(named()).isEqualTo(only("p0"));
            run("update variant set product_id = null where id = 90");
            assertThat(named()).isEqualTo(only("p0"));
        }

        @Test
        void followsKeysWithOddCharacters() {
            String odd = "a'b\"c\\d é漢\uD83D\uDE00 #;--%_{x}";
            run("insert into product (id) values (?)", odd);
            run("insert into variant values (50, ?)", odd);
            reader.drain();
            run("insert into link (variant_id, item) values (50, ?)", "i'\"#\\ 漢");
            reader.drain();
            run("insert into stock values (?, 1, 1)", "i'\"#\\ 漢");

            assertThat(named()).isEqualTo(only(odd));
        }

        @Test
        void findsTablesAndColumnsThatNeedQuotes() {
            run("create table \"Odd.Name\" (\"The Key\" varchar(80), \"select\" int)");
            ProductTables graph =
                    ProductTables.root("product", "id").table("PUBLIC_ODD", key("The Key"), leadsTo("product.id"));
            assertThatThrownBy(() -> log(graph).install())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("there is no table 'PUBLIC_ODD'");
            run("alter table \"Odd.Name\" rename to \"OddName\"");
            ProductTables odd =
                    ProductTables.root("product", "id").table("OddName", key("The Key"), leadsTo("product.id"));
            log(odd).install();
            FeedReader other = reader("odd", odd);
            other.drain();
            run("insert into \"OddName\" values ('p1', 1)");

            assertThat(other.drain()).isEqualTo(only("p1"));
            log(odd).uninstall();
            run("drop table \"OddName\"");
        }

        @Test
        void folds10000UpdatesOfOneRowToOneProduct() throws SQLException {
            try (Connection connection = database.getConnection()) {
                connection.setAutoCommit(false);
                for (int i = 0; i < 10_000; i++) {
                    Sql.run(connection, "update stock set quantity = quantity + 1 where item = 'i1'");
                }
                connection.commit();
                connection.setAutoCommit(true);
            }
            Intake first = reader.take(2_000);
            assertThat(first.products()).extracting(key -> key.value()).containsExactly("p1");
            assertThat(named()).isEqualTo(only("p1"));
            assertThat(entries()).isZero();
        }

        long entries() {
            return Sql.texts(database, "select id from stocktake_change where source_id <> -1")
                    .size();
        }

        long copies(String consumer) {
            return Sql.texts(
                            database,
                            "select id from stocktake_change_copy where source_id <> -1 and consumer = ?",
                            consumer)
                    .size();
        }

        @Test
        void tellsWhenARowChangedForTheFirstTime() {
            run("update stock set quantity = 0 where item = 'i1'");
            run("update stocktake_change set changed_at = changed_at - interval '1' day where source_id > 0");
            run("update stock set quantity = 1 where item = 'i1'");
            Intake.Hint hint = reader.take(100).hints().get(0);

            assertThat(hint.wide()).isFalse();
            assertThat(hint.changedAt())
                    .isBetween(
                            Instant.now().minus(Duration.ofHours(25)),
                            Instant.now().minus(Duration.ofHours(23)));
        }

        // --- wide entries

        private void manyProductsIn(int category) {
            run("insert into product (id, category_id) select 'w' || (1000 + n), " + category + " from "
                    + Sql.numbers(database, 500));
            reader = new FeedReader(
                    ledger, "shop", feed("changes", tables()).wide(20).build());
            reader.drain();
        }

        private static Set<String> texts(Intake intake) {
            return intake.products().stream().map(key -> key.value()).collect(Collectors.toSet());
        }

        private static Set<String> many() {
            return IntStream.range(1000, 1500).mapToObj(n -> "w" + n).collect(Collectors.toSet());
        }

        @Test
        void followsAWideEntryPageByPageBehindTheOthers() {
            manyProductsIn(7);
            run("update category set name = 'sale' where id = 7");
            run("update stock set quantity = 0 where item = 'i2'");

            Intake first = reader.take(40);
            assertThat(first.products()).extracting(key -> key.value()).containsExactly("p2");
            assertThat(first.more()).isTrue();
            reader.acknowledge(first);
            Intake page = reader.take(40);
            assertThat(page.hints()).hasSize(40).allMatch(Intake.Hint::wide);
            Set<String> named = texts(page);
            reader.acknowledge(page);
            run("update stock set quantity = 1 where item = 'i3'");
            Intake mixed = reader.take(40);
            assertThat(texts(mixed)).contains("p3").hasSizeBetween(11, 41);
            named.addAll(named());

            assertThat(named).containsAll(many());
            assertThat(copies("changes")).isZero();
        }

        /** Three categories are renamed at once: no take is larger for it, and the number goes down one by one. */
        @Test
        void followsSeveralWideEntriesOneAfterTheOther() {
            manyProductsIn(7);
            run("insert into category_product select 8, id from product where id like 'w%'");
            run("insert into category values (9, 'gloves')");
            run("insert into category_product select 9, id from product where id like 'w%'");
            reader.drain();
            for (int category : List.of(7, 8, 9)) {
                run("update category set name = 'sale' where id = " + category);
            }
            reader.acknowledge(reader.take(40));
            List<Long> waiting = new ArrayList<>();
            Intake page;
            int marked = 0;
            do {
                waiting.add(
                        feed("changes", tables()).build().unread().orElseThrow().entries());
                page = reader.take(40);
                assertThat(page.hints()).hasSizeLessThanOrEqualTo(40).allMatch(Intake.Hint::wide);
                marked += page.products().size();
                reader.acknowledge(page);
            } while (page.more());

            assertThat(new LinkedHashSet<>(waiting)).containsExactly(3L, 2L, 1L);
            assertThat(waiting).hasSizeBetween(3 * 500 / 40, 3 * 500 / 10 + 3);
            assertThat(marked).isBetween(1_500, 1_510);
            assertThat(copies("changes")).isZero();
        }

        @Test
        void goesOnWithAWideEntryAfterARestart() {
            manyProductsIn(7);
            run("update category set name = 'sale' where id = 7");
            reader.acknowledge(reader.take(40));
            Intake page = reader.take(40);
            Set<String> named = texts(page);
            reader.acknowledge(page);
            reader = new FeedReader(
                    ledger, "shop", feed("changes", tables()).wide(20).build());
            named.addAll(named());

            assertThat(named).containsAll(many());
        }

        @Test
        void beginsAWideEntryAgainIfItChangesOnTheWay() {
            manyProductsIn(7);
            run("update category set name = 'sale' where id = 7");
            reader.acknowledge(reader.take(40));
            reader.acknowledge(reader.take(40));
            run("update category set name = 'no sale' where id = 7");
            run("update category set name = 'sale again' where id = 7");

            assertThat(named()).containsAll(many());
            assertThat(copies("changes")).isZero();
        }

        @Test
        void takesAWideEntryOnceHoweverOftenTwoInstancesDo() {
            manyProductsIn(7);
            FeedReader other = new FeedReader(
                    ledger, "shop", feed("changes", tables()).wide(20).build());
            run("update category set name = 'sale' where id = 7");
            Set<String> named = reader.drain(10);
            Intake early = reader.take(10);
            named.addAll(other.drain(10));
            reader.acknowledge(early);
            named.addAll(named());

            assertThat(named).containsAll(many());
            assertThat(copies("changes")).isZero();
        }

        // --- what it says of itself

        @Test
        void tellsOfEachTableThatATriggerSeesIt() {
            List<Coverage> coverage = feed("changes", tables()).build().coverage();
            assertThat(coverage)
                    .extracting(Coverage::table)
                    .containsExactly("product", "variant", "link", "stock", "category_product", "category");
            assertThat(coverage)
                    .allMatch(table -> table.by() == Coverage.By.TRIGGER
                            && table.deletes()
                            && table.missing().isEmpty());
            log(tables()).uninstall();
            assertThat(feed("changes", tables()).build().coverage())
                    .allMatch(
                            table -> !table.sees() && table.missing().toString().contains("ChangeLog.install()"));
        }

        // --- several consumers

        @Test
        void letsEveryIndexSeeEveryChange() {
            FeedReader two = reader("two", tables());
            FeedReader three = reader("three", tables());
            two.drain();
            three.drain();
            run("update stock set quantity = 0 where item = 'i1'");
            assertThat(named()).isEqualTo(only("p1"));
            run("update stock set quantity = 0 where item = 'i2'");
            assertThat(two.drain()).isEqualTo(only("p1", "p2"));
            assertThat(named()).isEqualTo(only("p2"));
            assertThat(three.drain()).isEqualTo(only("p1", "p2"));
            assertThat(entries() + copies("two") + copies("three") + copies("changes"))
                    .isZero();
        }

        @Test
        void servesIndexesWithDifferentGraphs() {
            ProductTables small =
                    ProductTables.root("product", "id").table("stock", key("location"), leadsTo("product.category_id"));
            log(small).install();
            reader.drain();
            FeedReader other = reader("small", small);
            other.drain();
            run("update stock set quantity = 0, location = 8 where item = 'i1'");

            assertThat(named()).isEqualTo(only("p1"));
            assertThat(other.drain()).isEqualTo(only("p3"));
            run("update variant set product_id = 'p0' where id = 2");
            assertThat(other.drain()).isEmpty();
            assertThat(named()).isEqualTo(only("p0", "p2"));
        }

        @Test
        void showsAndForgetsAConsumerThatNobodyUses() {
            reader("gone", tables()).drain();
            run("update stock set quantity = quantity + 1");
            named();
            assertThat(log(tables()).consumers())
                    .extracting(ChangeLog.Consumer::name)
                    .containsExactly("changes", "gone");
            assertThat(log(tables()).consumers().get(1).unread().entries()).isEqualTo(4);
            assertThat(log(tables()).consumers().get(1).unread().oldestAge()).isPresent();

            assertThat(log(tables()).forget("gone")).isTrue();
            assertThat(log(tables()).forget("gone")).isFalse();
            assertThat(copies("gone")).isZero();
            assertThat(log(tables()).consumers()).hasSize(1);
        }

        @Test
        void tellsWhatIsUnread() {
            assertThat(feed("nobody", tables()).build().unread()).isEmpty();
            ChangeLogFeed feed = feed("changes", tables()).build();
            assertThat(feed.unread()).contains(new Unread(0, null));
            run("update stock set quantity = quantity + 1");
            Optional<Unread> unread = feed.unread();
            assertThat(unread).isPresent();
            assertThat(unread.get().entries()).isEqualTo(4);
            assertThat(unread.get().oldest()).isBetween(Duration.ZERO, Duration.ofMinutes(5));
        }

        @Test
        void refusesToShareItsNameWithAnotherIndex() {
            reader.drain();
            FeedReader other = new FeedReader(
                    ledger, "other index", feed("changes", tables()).build());
            other.drain();
            other.drain();
            run("update stock set quantity = 0 where item = 'i1'");

            assertThatThrownBy(() -> reader.drain())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("somebody else takes under this name")
                    .hasMessageContaining("name(...)");
            assertThat(other.drain()).isEqualTo(only("p1"));
        }

        @Test
        void letsAnInstanceWithNewTablesTakeOverAndTheOldOneRefuse() {
            ProductTables more = tables().table("category", key("name"), leadsTo("product.name"));
            log(more).install();
            reader.drain();
            FeedReader newer = reader("changes", more);
            newer.drain();
            assertThat(newer.metGap()).isTrue();

            assertThatThrownBy(() -> reader.drain())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("other ProductTables");
            newer.drain();
            assertThat(newer.metGap()).isFalse();
        }

        // --- what went wrong

        @Test
        void saysThatThereIsAGapIfTheCopiesWereRemoved() {
            run("delete from stocktake_change_copy");
            reader.drain();
            assertThat(reader.metGap()).isTrue();
            reader.drain();
            assertThat(reader.metGap()).isFalse();
        }

        @Test
        void refusesToGoOnWithoutTheLogAndSaysThatThereWasAGapAfterwards() {
            log(tables()).uninstall();
            assertThatThrownBy(() -> reader.drain())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("has no trigger for")
                    .hasMessageContaining("ChangeLog.install()");
            run("update stock set quantity = 0 where item = 'i1'");
            log(tables()).install();
            reader.drain();
            assertThat(reader.metGap()).isTrue();
            run("update stock set quantity = 1 where item = 'i1'");
            assertThat(named()).isEqualTo(only("p1"));
        }

        @Test
        void refusesTriggersThatAreOlderThanTheGraph() {
            ProductTables more = tables().table("stock", key("location"), leadsTo("product.category_id"));
            assertThatThrownBy(() -> feed("more", more).build().verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("'stock' has triggers that are older than ProductTables: they do not log")
                    .hasMessageContaining("install()");
            assertThatThrownBy(() -> reader("more", more).drain()).isInstanceOf(MisconfiguredException.class);
            assertThat(feed("more", more).build().blindSpots()).anyMatch(spot -> spot.contains("older than"));
            log(more).install();
            feed("more", more).build().verify();
        }

        @Test
        void losesNothingIfTheReaderDiesAnywhere() {
            run("update stock set quantity = 0 where item = 'i1'");
            assertThatThrownBy(() -> ledger.inTransaction("shop", tx -> {
                        reader.take(100).acknowledge(tx);
                        throw new UnavailableException("killed", null);
                    }))
                    .isInstanceOf(UnavailableException.class);

            assertThat(named()).isEqualTo(only("p1"));
        }

        @Test
        void warnsOnceOfAnOldEntryAndSaysWhenItIsOver() {
            Logger logger = (Logger) LoggerFactory.getLogger(ChangeLogFeed.class);
            ListAppender<ILoggingEvent> heard = new ListAppender<>();
            heard.start();
            logger.setLevel(Level.INFO);
            logger.addAppender(heard);
            try {
                FeedReader anxious = new FeedReader(
                        ledger,
                        "shop",
                        feed("changes", tables()).warn(Duration.ofMinutes(1), 3).build());
                run("update stock set quantity = quantity + 1");
                run("update stocktake_change set changed_at = changed_at - interval '2' minute where source_id <> -1");
                anxious.take(100);
                anxious.take(100);
                assertThat(warnings(heard))
                        .singleElement()
                        .asString()
                        .contains("'changes' is 1", "changes reach the index late");
                anxious.drain();
                anxious.drain();
                assertThat(heard.list)
                        .anyMatch(event -> event.getFormattedMessage().contains("below its bounds"));
                run("insert into stock select 'i' || n, 99, 1 from " + Sql.numbers(database, 300));
                anxious.take(100);
                anxious.take(100);
                assertThat(warnings(heard)).hasSize(2).last().asString().contains("300 entries", "more than 3");
                heard.list.clear();
                anxious.drain();
                assertThat(heard.list)
                        .anyMatch(event -> event.getFormattedMessage().contains("below its bounds"));
                run("update stock set quantity = 2 where location = 99");
                anxious.take(100);
                assertThat(warnings(heard)).singleElement().asString().contains("300 entries");
            } finally {
                logger.detachAppender(heard);
                logger.setLevel(null);
            }
        }

        private static List<String> warnings(ListAppender<ILoggingEvent> heard) {
            return heard.list.stream()
                    .filter(event -> event.getLevel().levelStr.equals("WARN"))
                    .map(ILoggingEvent::getFormattedMessage)
                    .toList();
        }

        // --- install, print, uninstall

        abstract List<String> everythingInTheCatalog();

        @Test
        void leavesTheSchemaAsItWas() {
            log(tables()).uninstall();
            List<String> before = everythingInTheCatalog();
            log(tables()).install();
            assertThat(everythingInTheCatalog()).isNotEqualTo(before);
            reader("changes", tables()).drain();
            log(tables()).uninstall();

            assertThat(everythingInTheCatalog()).isEqualTo(before);
            run("update stock set quantity = 0 where item = 'i1'");
        }

        @Test
        void installsByTheScriptThatItPrintsAndRemovesLikewise() {
            String script = log(tables()).print();
            log(tables()).uninstall();
            List<String> before = everythingInTheCatalog();
            script(script);
            log(tables()).verify();
            reader = reader("by script", tables());
            reader.drain();
            run("update stock set quantity = 0 where item = 'i1'");
            assertThat(named()).isEqualTo(only("p1"));
            script(log(tables()).printRemoval());
            assertThat(everythingInTheCatalog()).isEqualTo(before);
        }

        /** As psql would. */
        void script(String script) {
            run(script);
        }

        @Test
        void changesNothingWhereNothingIsMissing() {
            log(tables()).install();
            run("update stock set quantity = 0 where item = 'i1'");
            assertThat(named()).isEqualTo(only("p1"));
        }

        @Test
        void saysThatThereWasAGapWhenTriggersWereMadeAnew() {
            script(log(tables()).print());
            reader.drain();
            assertThat(reader.metGap()).isTrue();
        }

        @Test
        void keepsItsTablesInAnotherSchema() {
            run("create schema if not exists sync");
            ChangeLog log = ChangeLog.builder(database, tables()).schema("sync").build();
            log.install();
            FeedReader other = new FeedReader(
                    ledger, "shop", feed("elsewhere", tables()).schema("sync").build());
            other.drain();
            run("update stock set quantity = 0 where item = 'i1'");
            assertThat(other.drain()).isEqualTo(only("p1"));
            log.uninstall();
            run("update stock set quantity = 0 where item = 'i2'");
            assertThatThrownBy(() -> ChangeLog.builder(database, tables())
                            .schema("sink")
                            .build()
                            .install())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("there is no schema 'sink'");
        }
    }

    @Nested
    class OnPostgres extends OnEveryDatabase {

        private static final DataSource DATABASE = Sql.postgres();

        OnPostgres() {
            super(DATABASE);
        }

        @Override
        List<String> everythingInTheCatalog() {
            return Sql.texts(DATABASE, """
                    select concat_ws('|', 'class', n.nspname, c.relname, c.relkind, c.relhastriggers, c.relacl, a.attname,
                            format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
                        from pg_class c join pg_namespace n on n.oid = c.relnamespace
                        left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
                        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
                        where n.nspname !~ '^(pg_|information_schema)'
                    union all select concat_ws('|', 'function', p.oid::regprocedure, p.prosrc) from pg_proc p
                        where p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
                    union all select concat_ws('|', 'trigger', pg_get_triggerdef(t.oid), t.tgenabled) from pg_trigger t
                    union all select concat_ws('|', 'comment', d.objoid, d.description) from pg_description d
                        where d.objoid >= 16384
                    union all select concat_ws('|', 'constraint', conrelid::regclass, pg_get_constraintdef(oid))
                        from pg_constraint where conrelid >= 16384
                    union all select concat_ws('|', 'type', t.oid::regtype) from pg_type t where t.oid >= 16384
                    order by 1""").stream()
                    // Once a table has had triggers, PostgreSQL believes that it might have some.
                    .map(line -> line.replace("|r|t|", "|r|?|").replace("|r|f|", "|r|?|"))
                    .toList();
        }

        @Override
        void script(String script) {
            TestPostgres.execute(DATABASE, script);
        }

        @Test
        void marksEverythingAfterTruncate() {
            run("truncate stock");
            reader.drain();
            assertThat(reader.metEverything()).isTrue();
            assertThat(named()).isEmpty();
            run("truncate product cascade");
            reader.drain();
            assertThat(reader.metEverything()).isTrue();
            assertThat(entries()).isZero();
        }

        @Test
        void saysThatThereWasAGapIfTheLogWasTruncated() {
            run("update stock set quantity = 0 where item = 'i1'");
            run("truncate stocktake_change");
            reader.drain();
            assertThat(reader.metGap()).isTrue();
        }

        @Test
        void followsUpsertMergeAndCopy() throws Exception {
            run("insert into stock values ('i1', 1, 0), ('i2', 7, 1) on conflict (item, location)"
                    + " do update set quantity = excluded.quantity");
            assertThat(named()).isEqualTo(only("p1", "p2"));
            run("merge into stock s using (values ('i3', 1), ('i0', 55)) v(item, location)"
                    + " on s.item = v.item and s.location = v.location when matched then delete"
                    + " when not matched then insert values (v.item, v.location, 9)");
            assertThat(named()).isEqualTo(only("p0", "p3"));
            try (Connection connection = TestPostgres.dataSource(
                            Sql.texts(DATABASE, "select current_database()").get(0), "postgres")
                    .getConnection()) {
                new CopyManager(connection.unwrap(BaseConnection.class))
                        .copyIn("copy stock from stdin", new StringReader("i1\t70\t1\ni3\t70\t2\n"));
            }
            assertThat(named()).isEqualTo(only("p1", "p3"));
        }

        @Test
        void seesWhatASessionDoesThatReplicates() throws SQLException {
            try (Connection connection = DATABASE.getConnection()) {
                connection.setAutoCommit(false);
                Sql.run(connection, "set local session_replication_role = replica");
                Sql.run(connection, "update stock set quantity = 0 where item = 'i1'");
                connection.commit();
                connection.setAutoCommit(true);
            }
            assertThat(named()).isEqualTo(only("p1"));
        }

        @Test
        void saysThatThereWasAGapIfATriggerWasDisabledForAMoment() {
            run("alter table stock disable trigger stocktake_change_update");
            run("update stock set quantity = 0 where item = 'i1'");
            assertThatThrownBy(() -> reader.drain())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("'stock' has its trigger for update disabled");
            run("alter table stock enable always trigger stocktake_change_update");
            reader.drain();
            assertThat(reader.metGap()).isTrue();
            assertThat(named()).isEmpty();
        }

        /** As bulk loads leave them that disable all triggers of a table for a while. */
        @Test
        void refusesTriggersThatDoNotFireForEverySession() throws SQLException {
            run("alter table stock disable trigger all");
            run("alter table stock enable trigger all");
            assertThatThrownBy(() -> reader.drain())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("'stock' has its trigger for insert enabled, but not always")
                    .hasMessageContaining("run ChangeLog.install()");
            log(tables()).install();
            reader.drain();
            assertThat(reader.metGap()).isTrue();
            seesWhatASessionDoesThatReplicates();
        }

        @Test
        void saysThatThereWasAGapIfATableWasSwappedForAnother() {
            run("create table stock_new (like stock including all)");
            run("insert into stock_new select item, location, 0 from stock");
            run("alter table stock rename to stock_old");
            run("alter table stock_new rename to stock");
            assertThatThrownBy(() -> reader.drain())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("'stock' has no trigger for insert, has no trigger for update");
            log(tables()).install();
            reader.drain();
            assertThat(reader.metGap()).isTrue();
            run("drop table stock_old");
            assertThat(named()).isEmpty();
        }

        @Test
        void seesATransactionThatBeganBeforeTheConsumer() throws SQLException {
            try (Connection early = DATABASE.getConnection()) {
                early.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                early.setAutoCommit(false);
                assertThat(Sql.texts(early, "select count(*) from product")).containsExactly("4");
                FeedReader late = reader("late", tables());
                late.drain();
                Sql.run(early, "update stock set quantity = 0 where item = 'i1'");
                assertThat(named()).isEmpty();
                early.commit();
                early.setAutoCommit(true);
                early.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
                assertThat(named()).isEqualTo(only("p1"));
                assertThat(late.drain()).isEqualTo(only("p1"));
            }
        }

        @Test
        void leavesTheLastValueOfTheBusinesssSequencesAlone() throws SQLException {
            run("create table ticket (id serial primary key)");
            try (Connection connection = DATABASE.getConnection()) {
                connection.setAutoCommit(false);
                List<String> id = Sql.texts(connection, "insert into ticket default values returning id");
                Sql.run(connection, "update stock set quantity = 0");
                assertThat(Sql.texts(connection, "select lastval()")).isEqualTo(id);
                connection.rollback();
                connection.setAutoCommit(true);
            }
            run("drop table ticket");
        }

        // --- what a shop's own triggers and migrations do

        @Test
        void followsRowsThatAnotherTriggerMoves() {
            run("create function sends_to_i3() returns trigger language plpgsql as $$ begin"
                    + " if new.quantity = 33 then new.item := 'i3'; end if; return new; end $$");
            run("create trigger sends before update on stock for each row execute function sends_to_i3()");
            try {
                run("update stock set quantity = 33, location = 7 where item = 'i1'");
                assertThat(named()).isEqualTo(only("p1", "p3"));
            } finally {
                run("drop trigger sends on stock");
                run("drop function sends_to_i3()");
            }
        }

        /** No trigger names a column, or PostgreSQL would refuse to change its type. */
        @Test
        void isInTheWayOfNoMigration() {
            run("alter table stock alter column item type varchar(40)");
            run("alter table category_product alter column category_id type bigint");

            run("update stock set quantity = 0 where item = 'i1'");
            run("update category set name = 'caps' where id = 7");

            reader.drain();
            assertThat(feed("shop", tables()).build().blindSpots()).noneMatch(spot -> spot.contains("'stock' has"));
        }

        // --- partitions and children

        private ProductTables partitioned() {
            return ProductTables.root("product", "id").table("sale", key("product_id"), leadsTo("product.id"));
        }

        @Test
        void followsPartitionsThroughTheirTableAndDirectly() {
            run("create table sale (product_id varchar(80), day int, amount int) partition by range (day)");
            run("create table sale_1 partition of sale for values from (0) to (10)");
            run("create table sale_2 partition of sale for values from (10) to (20)");
            try {
                log(partitioned()).install();
                reader = reader("partitioned", partitioned());
                reader.drain();
                run("insert into sale values ('p0', 1, 1), ('p1', 11, 1)");
                assertThat(named()).isEqualTo(only("p0", "p1"));
                run("update sale set day = 12 where product_id = 'p0'");
                assertThat(named()).isEqualTo(only("p0"));
                run("insert into sale_1 values ('p2', 2, 1)");
                assertThat(named()).isEqualTo(only("p2"));
                run("update sale_2 set product_id = 'p3' where product_id = 'p1'");
                assertThat(named()).isEqualTo(only("p1", "p3"));
                run("truncate sale_2");
                reader.drain();
                assertThat(reader.metEverything()).isTrue();

                run("create table sale_3 partition of sale for values from (20) to (30)");
                reader.drain();
                assertThat(reader.metGap()).as("a partition came").isTrue();
                assertThat(feed("partitioned", partitioned()).build().blindSpots())
                        .anyMatch(spot -> spot.contains("'sale_3' has no trigger for insert"));
                run("insert into sale values ('p1', 25, 1)");
                assertThat(named()).isEqualTo(only("p1"));
                run("alter table sale detach partition sale_3");
                reader.drain();
                assertThat(reader.metGap()).as("a partition went").isTrue();
                run("drop table sale_3");
            } finally {
                log(partitioned()).uninstall();
                run("drop table sale");
            }
        }

        @Test
        void followsChildrenThatInherit() {
            run("create table sale (product_id varchar(80), amount int)");
            run("create table flash_sale (ends int) inherits (sale)");
            try {
                log(partitioned()).install();
                reader = reader("inherited", partitioned());
                reader.drain();
                run("insert into flash_sale values ('p0', 1, 1), ('p1', 2, 2)");
                assertThat(named()).isEqualTo(only("p0", "p1"));
                run("update sale set amount = 3 where product_id = 'p1'");
                assertThat(named()).isEqualTo(only("p1"));
                run("delete from sale where product_id = 'p0'");
                assertThat(named()).isEqualTo(only("p0"));
            } finally {
                log(partitioned()).uninstall();
                run("drop table sale cascade");
            }
        }

        @Test
        void refusesViews() {
            run("create or replace view seen as select * from stock");
            ProductTables view = ProductTables.root("product", "id").table("seen", key("item"), leadsTo("product.id"));
            assertThatThrownBy(() -> feed("view", view).build().verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("'seen' is not a table");
            run("drop view seen");
        }

        // --- rights

        @Test
        void needsFewRights() {
            run("drop role if exists clerk");
            run("drop role if exists taker");
            run("create role clerk login");
            run("create role taker login");
            run(
                    "grant select, insert, update, delete on product, variant, link, stock, category, category_product to clerk");
            run("grant select on product, variant, link, stock, category, category_product to taker");
            run("grant select, insert, update, delete on stocktake_change, stocktake_change_copy,"
                    + " stocktake_change_consumer to taker");
            String name = Sql.texts(DATABASE, "select current_database()").get(0);
            JdbcConnectionPool clerk = TestPostgres.pool(name, "clerk");
            JdbcConnectionPool taker = TestPostgres.pool(name, "taker");
            try {
                reader = new FeedReader(
                        ledger,
                        "shop",
                        ChangeLogFeed.builder(taker, tables()).name("taker").build());
                reader.drain();
                Sql.run(clerk, "update stock set quantity = 0 where item = 'i1'");
                assertThat(named()).isEqualTo(only("p1"));
                ChangeLog.builder(taker, tables()).build().verify();
                assertThatThrownBy(
                                () -> ChangeLog.builder(taker, tables()).build().uninstall())
                        .isInstanceOf(MisconfiguredException.class)
                        .hasMessageContaining("must be owner");
                assertThatThrownBy(() -> Sql.texts(clerk, "select * from stocktake_change"))
                        .hasRootCauseMessage("ERROR: permission denied for table stocktake_change");
                assertThatThrownBy(() -> Sql.run(
                                clerk,
                                "create temporary table mine (x int); create trigger t after insert on mine"
                                        + " for each statement execute function " + aFunction()))
                        .hasStackTraceContaining("permission denied for function");
            } finally {
                clerk.dispose();
                taker.dispose();
            }
        }

        private String aFunction() {
            return Sql.texts(
                            DATABASE,
                            "select oid::regprocedure::text from pg_proc where proname like 'stocktake\\_change\\_%'")
                    .get(0);
        }

        /** The triggers have their owner's rights, so nothing they say may mean what the writer wants it to mean. */
        @Test
        void isNotFooledByTheSearchPathOfWhoeverWrites() throws SQLException {
            run("drop schema if exists evil cascade");
            run("create schema evil");
            run("create table evil.stocktake_change (source_id int, row_key text)");
            run("create function evil.fooled(pg_catalog.text, pg_catalog.text) returns boolean language plpgsql as"
                    + " 'begin raise exception ''fooled''; end'");
            run(
                    "create operator evil.= (leftarg = pg_catalog.text, rightarg = pg_catalog.text, function = evil.fooled)");
            run(
                    "create function evil.first(pg_catalog.text, pg_catalog.text) returns pg_catalog.text language plpgsql as"
                            + " 'begin raise exception ''fooled''; end'");
            run(
                    "create aggregate evil.min(pg_catalog.text) (sfunc = evil.first, stype = pg_catalog.text, initcond = '')");
            run(
                    "create aggregate evil.max(pg_catalog.text) (sfunc = evil.first, stype = pg_catalog.text, initcond = '')");
            run("create domain evil.text as pg_catalog.text constraint fooled check (false)");
            run("create collation evil.\"C\" (provider = icu, locale = 'und')");
            evilly("update link set quantity = 8 where variant_id = 1");
            assertThat(named()).isEqualTo(only("p1"));
            evilly("update stock set quantity = 0 where location = 1");
            assertThat(named()).isEqualTo(only("p0", "p1", "p2", "p3"));
            evilly("insert into stock values ('i2', 3, 1)");
            assertThat(named()).isEqualTo(only("p2"));
            evilly("delete from stock where location = 3");
            assertThat(named()).isEqualTo(only("p2"));
            evilly("delete from link where variant_id in (0, 3)");
            assertThat(named()).isEqualTo(only("p0", "p3"));
            evilly("truncate category_product");
            reader.drain();
            assertThat(reader.metEverything()).isTrue();
            run("drop schema evil cascade");
        }

        private void evilly(String sql) throws SQLException {
            try (Connection connection = DATABASE.getConnection()) {
                connection.setAutoCommit(false);
                Sql.run(connection, "set local search_path = evil, pg_catalog, public");
                Sql.run(connection, "create temporary table stocktake_new (item pg_catalog.text) on commit drop");
                Sql.run(connection, sql);
                connection.commit();
                connection.setAutoCommit(true);
            }
        }

        /** How a type of the shop's own becomes text may be a function of the shop's. */
        @Test
        void fixesTheSearchPathWhereTypesAreNotPostgresOwn() {
            run("drop table if exists painted, paint");
            run("drop type if exists colour");
            run("create type colour as enum ('red', 'blue')");
            run("create table painted (id varchar(20) primary key, colour colour)");
            run("create table paint (colour colour primary key, price int)");
            ProductTables graph =
                    ProductTables.root("painted", "id").table("paint", key("colour"), leadsTo("painted.colour"));
            log(graph).install();
            run("insert into painted values ('p1', 'red'), ('p2', 'blue')");
            run("insert into paint values ('red', 1), ('blue', 2)");
            FeedReader painted = reader("painted", graph);
            painted.drain();
            assertThat(painted.drain())
                    .as("what was written since the installation")
                    .isEqualTo(only("p1", "p2"));
            run("update paint set price = 3 where price = 1");

            assertThat(painted.drain()).isEqualTo(only("p1"));
            assertThat(Sql.texts(DATABASE, """
                    select t.tgrelid::regclass || ' ' || coalesce(p.proconfig::text, 'free') from pg_trigger t
                    join pg_proc p on p.oid = t.tgfoid
                    where t.tgname = 'stocktake_change_update' and t.tgrelid::regclass::text in ('paint', 'painted', 'stock')
                    order by 1"""))
                    .containsExactly("paint {\"search_path=pg_catalog, pg_temp\"}", "painted free", "stock free");
            log(graph).uninstall();
            run("drop table painted, paint");
            run("drop type colour");
        }

        /** As version 1 made them: the log without a column, and triggers whose comment says how old they are. */
        @Test
        void refusesTriggersAndTablesOfAnOlderStocktakeUntilTheyAreInstalledAnew() {
            run("alter table stocktake_change_consumer drop column settled");
            assertThatThrownBy(() -> reader.take(10))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContainingAll("older than this Stocktake", "ChangeLog.install()");
            log(tables()).install();
            assertThat(named()).isEmpty();

            String function = aFunction();
            String note = Sql.texts(DATABASE, "select obj_description(?::regprocedure, 'pg_proc')", function)
                    .get(0);
            run("comment on function " + function + " is '"
                    + note.replace("\"stocktakeChangeLog\":" + TriggerNote.VERSION, "\"stocktakeChangeLog\":1") + "'");
            assertThatThrownBy(() -> log(tables()).verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContainingAll("triggers made by an older Stocktake", "ChangeLog.install()");
            log(tables()).install();
            log(tables()).verify();
            reader.drain();
            assertThat(reader.metGap())
                    .as("nobody knows what the old ones missed")
                    .isTrue();
        }

        @Test
        void letsTheShopGoOnWhenItCannotBeInstalledInTime() throws SQLException {
            log(tables()).uninstall();
            try (Connection writer = DATABASE.getConnection()) {
                writer.setAutoCommit(false);
                Sql.run(writer, "update stock set quantity = 0");
                assertThatThrownBy(() -> ChangeLog.builder(DATABASE, tables())
                                .statementTimeout(Duration.ofMillis(300))
                                .build()
                                .install())
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining("Installing the change log");
                writer.rollback();
                writer.setAutoCommit(true);
            }
            assertThat(Sql.texts(DATABASE, "select tgname from pg_trigger where tgname like 'stocktake%'"))
                    .isEmpty();
        }
    }

    @Nested
    class OnH2 extends OnEveryDatabase {

        private static final DataSource DATABASE = Sql.h2();

        OnH2() {
            super(DATABASE);
        }

        @Override
        List<String> everythingInTheCatalog() {
            return Sql.texts(database, "script nodata").stream()
                    .filter(line -> !line.startsWith("--") && !line.startsWith("CREATE USER"))
                    .toList();
        }

        @Test
        void saysThatTruncateIsNotSeen() {
            assertThat(feed("changes", tables()).build().blindSpots()).anyMatch(spot -> spot.contains("TRUNCATE"));
        }

        @Test
        void logsNothingForAnUpdateThatChangesNothing() {
            run("update stock set quantity = quantity");
            assertThat(entries()).isZero();
        }
    }
}
