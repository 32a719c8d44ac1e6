package dev.stocktake.jdbc;

import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;
import static dev.stocktake.jdbc.ProductTables.noTimestamp;
import static dev.stocktake.jdbc.ProductTables.timestamp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Intake;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.UnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TimestampFeedIT {

    /** What holds on every database. */
    abstract static class OnEveryDatabase {

        final DataSource database;
        private @Nullable String cursor;

        @Nullable
        TimestampFeed feed;

        OnEveryDatabase(DataSource database) {
            this.database = database;
        }

        @BeforeEach
        void aShop() {
            for (String table : List.of("category_product", "category", "stock", "link", "variant", "product")) {
                run("drop table if exists " + table);
            }
            String at = "updated_at " + type() + " default current_timestamp";
            run("create table product (id varchar(40) primary key, category_id int, " + at + ", deleted boolean)");
            run("create table variant (id bigint primary key, product_id varchar(40), " + at + ")");
            run("create table link (variant_id bigint, item varchar(20), primary key (variant_id, item))");
            run("create table stock (item varchar(20), location int, quantity int, " + at
                    + ", primary key (item, location))");
            run("create table category (id int primary key, name varchar(40), " + at + ")");
            run("create table category_product (category_id int, product_id varchar(40))");
            products(3);
            longAgo("product", "variant");
        }

        /** The type of timestamps that are moments. */
        String type() {
            return "timestamp with time zone";
        }

        /** A moment that is far away, as this database writes it. */
        String future() {
            return "timestamp with time zone '2130-01-01 00:00:00+00'";
        }

        /** Products p0, p1 ... with a variant each, whose stock is item i0, i1 ... */
        void products(int count) {
            String numbers = Sql.numbers(database, count);
            run("insert into product (id) select 'p' || n from " + numbers);
            run("insert into variant (id, product_id) select n, 'p' || n from " + numbers);
            run("insert into link select n, 'i' || n from " + numbers);
        }

        void longAgo(String... tables) {
            for (String table : tables) {
                run("update " + table + " set updated_at = current_timestamp - interval '3' day");
            }
        }

        ProductTables tables() {
            return ProductTables.root("product", "id")
                    .table("variant", key("product_id"), leadsTo("product.id"))
                    .table("link", key("variant_id"), leadsTo("variant.id"))
                    .table("stock", key("item"), leadsTo("link.item"))
                    .table("category_product", key("product_id"), leadsTo("product.id"))
                    .table("category", key("id"), leadsTo("category_product.category_id"))
                    .table("category", key("id"), leadsTo("product.category_id"));
        }

        void run(String sql, Object... parameters) {
            Sql.run(database, sql, parameters);
        }

        TimestampFeed feed() {
            TimestampFeed seen = feed;
            if (seen == null) {
                seen = TimestampFeed.builder(database, tables()).build();
                feed = seen;
            }
            return seen;
        }

        void restart() {
            feed = null;
        }

        /** One take, acknowledged. */
        Intake take(int limit) {
            Intake intake = feed().take(cursor, limit);
            cursor = intake.cursor() == null ? cursor : intake.cursor();
            return intake;
        }

        Set<String> drain(int limit) {
            Set<String> named = new LinkedHashSet<>();
            Intake intake;
            int rounds = 0;
            do {
                intake = take(limit);
                intake.products().forEach(key -> named.add(key.value()));
                assertThat(++rounds).isLessThan(3_000);
            } while (intake.more());
            return named;
        }

        Set<String> drain() {
            return drain(2_000);
        }

        @Nullable
        String cursor() {
            return cursor;
        }

        void cursor(@Nullable String other) {
            cursor = other;
        }

        // --- what it names

        @Test
        void beginsNow() {
            run("update product set updated_at = current_timestamp");
            assertThat(drain()).isEmpty();
            assertThat(drain()).isEmpty();
        }

        @Test
        void climbsFromARowThreeStepsBelowToItsProductAlone() {
            run("insert into stock (item, location, quantity) values ('i1', 7, 5)");
            longAgo("stock");
            drain();
            run("update stock set quantity = 4, updated_at = current_timestamp where item = 'i1'");

            assertThat(drain()).containsExactly("p1");
        }

        @Test
        void followsEveryWayUpward() {
            run("update product set category_id = 5 where id = 'p0'");
            run("insert into category (id, name) values (5, 'Lamps')");
            run("insert into category_product values (5, 'p2')");
            longAgo("category", "product");
            drain();
            run("update category set name = 'Lights', updated_at = current_timestamp");

            assertThat(drain()).containsExactlyInAnyOrder("p0", "p2");
        }

        @Test
        void climbsThroughRowsThatAreDeletedSoftly() {
            drain();
            run("update product set deleted = true where id = 'p2'");
            run("update variant set updated_at = current_timestamp where id = 2");

            assertThat(drain()).containsExactly("p2");
        }

        @Test
        void tellsWhenAProductChangedUnlessThatIsInTheFuture() {
            drain();
            run("update variant set updated_at = current_timestamp where id = 1");
            Instant at = feed().contributions(ProductKey.of("p1")).stream()
                    .filter(table -> table.table().equals("variant"))
                    .findFirst()
                    .orElseThrow()
                    .rows()
                    .get(0)
                    .stamped()
                    .orElseThrow();
            assertThat(take(2_000).hints()).containsExactly(Intake.Hint.of(ProductKey.of("p1"), at));
            run("update product set updated_at = " + future() + " where id = 'p0'");
            assertThat(take(2_000).hints()).containsExactly(Intake.Hint.of(ProductKey.of("p0")));
        }

        @Test
        void saysThatOneChangeConcernsVeryManyProducts() {
            run("delete from product");
            run("insert into product (id, category_id) select 'p' || n, 5 from " + Sql.numbers(database, 1_500));
            run("insert into category (id, name) values (5, 'Everything')");
            longAgo("product", "category");
            drain();
            run("update category set updated_at = current_timestamp");
            assertThat(take(2_000).hints()).hasSize(1_500).allMatch(Intake.Hint::wide);
            run("update product set updated_at = current_timestamp");
            assertThat(take(2_000).hints()).hasSize(1_500).noneMatch(Intake.Hint::wide);
        }

        @Test
        void namesTheProductOfARowThatOutlivedIt() {
            drain();
            run("delete from product where id = 'p1'");
            run("update variant set updated_at = current_timestamp where id = 1");

            assertThat(drain()).containsExactly("p1");
        }

        @Test
        void ignoresRowsThatLeadNowhere() {
            drain();
            run("insert into variant (id, product_id) values (90, null)");
            run("insert into stock (item, location) values ('nobody', 1)");

            assertThat(drain()).isEmpty();
        }

        // --- nothing changed

        @Test
        void namesNothingAndSavesNothingWhenNothingChanged() {
            run("update product set updated_at = current_timestamp");
            drain();
            assertThat(drain()).isEmpty();

            run("update variant set updated_at = current_timestamp where id = 1");
            assertThat(drain()).containsExactly("p1");
            for (int i = 0; i < 3; i++) {
                Intake idle = take(2_000);
                assertThat(idle.products()).isEmpty();
                assertThat(idle.more()).isFalse();
                assertThat(idle.cursor()).as("nothing to save").isNull();
            }
        }

        @Test
        void namesTheRowsOfTheOverlapOnceMoreAfterARestart() {
            drain();
            run("update variant set updated_at = current_timestamp where id = 1");
            drain();
            restart();

            assertThat(drain()).containsExactly("p1");
            assertThat(drain()).isEmpty();
        }

        @Test
        void namesAgainWhatWasTakenButNeverSaved() {
            drain();
            run("update variant set updated_at = current_timestamp where id = 1");
            String saved = cursor();
            drain();
            cursor(saved);

            assertThat(drain()).containsExactly("p1");
        }

        @Test
        void movesItsWatermarkOnOnceRowsAreSettled() {
            drain();
            run("update variant set updated_at = current_timestamp - interval '4' minute where id = 1");
            assertThat(drain()).containsExactly("p1");
            feed = TimestampFeed.builder(database, tables())
                    .overlap(Duration.ofMinutes(1))
                    .build();
            drain();
            String settled = cursor();
            run("update variant set updated_at = current_timestamp - interval '270' second where id = 2");

            assertThat(drain()).as("long before the watermark by now").isEmpty();
            assertThat(cursor()).isEqualTo(settled);
        }

        // --- ties, floods, odd times

        @Test
        void losesNoneOfTwelveHundredRowsWithOneTimestamp() {
            run("delete from product");
            run("delete from variant");
            run("delete from link");
            products(1_200);
            longAgo("product", "variant");
            drain();
            run("update variant set updated_at = current_timestamp");

            assertThat(drain(500)).hasSize(1_200);
            assertThat(drain(500)).isEmpty();
        }

        @Test
        void namesTheManyProductsOfOneRowInBoundedParts() {
            run("delete from product");
            run("insert into product (id, category_id) select 'p' || n, 5 from " + Sql.numbers(database, 1_000));
            run("insert into category (id, name) values (5, 'Everything')");
            run("insert into category_product values (5, 'p7')");
            longAgo("product", "category");
            drain();
            run("update category set updated_at = current_timestamp");
            List<String> named = new ArrayList<>();
            Intake intake;
            do {
                intake = take(150);
                assertThat(intake.products()).hasSizeLessThanOrEqualTo(300);
                intake.products().forEach(product -> named.add(product.value()));
            } while (intake.more());

            assertThat(named)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 1_000).mapToObj(i -> "p" + i).toList());
            assertThat(drain()).isEmpty();
        }

        @Test
        void goesOnInTheMiddleOfOneRowsProductsAfterARestart() {
            run("delete from product");
            run("insert into product (id, category_id) select 'p' || n, 5 from " + Sql.numbers(database, 1_000));
            run("insert into category (id, name) values (5, 'Everything')");
            longAgo("product", "category");
            drain();
            run("update category set updated_at = current_timestamp");
            Set<ProductKey> named = new LinkedHashSet<>();
            for (int i = 0; i < 5; i++) {
                named.addAll(take(150).products());
                restart();
            }
            assertThat(named).hasSizeBetween(750, 999);
            drain(150).forEach(id -> named.add(ProductKey.of(id)));

            assertThat(named).hasSize(1_000);
        }

        @Test
        void namesAllOfALateRowThatAppearsWhileItsNeighboursAreNamedInParts() throws SQLException {
            run("delete from product");
            run("insert into product (id, category_id) select 'p' || n, mod(n, 2) from "
                    + Sql.numbers(database, 1_000));
            run("insert into category (id, name) values (0, 'Even'), (1, 'Odd')");
            longAgo("product", "category");
            drain();
            Set<String> named = new LinkedHashSet<>();
            try (Connection open = database.getConnection()) {
                open.setAutoCommit(false);
                Sql.run(open, "update category set updated_at = current_timestamp where id = 1");
                run("update category set updated_at = current_timestamp where id = 0");
                take(100).products().forEach(product -> named.add(product.value()));
                open.commit();
                open.setAutoCommit(true);
            }
            named.addAll(drain(100));

            assertThat(named).hasSize(1_000);
            assertThat(drain()).isEmpty();
        }

        @Test
        void isNotBlindedByATimestampFromTheFuture() {
            drain();
            run("update product set updated_at = " + future() + " where id = 'p0'");
            assertThat(drain()).containsExactly("p0");
            run("update product set updated_at = current_timestamp where id = 'p1'");
            assertThat(drain()).containsExactly("p1");
            assertThat(drain()).isEmpty();
        }

        @Test
        void findsWhatAClockThatRunsSlowHasStamped() {
            drain();
            run("update product set updated_at = current_timestamp where id = 'p0'");
            drain();
            run("update product set updated_at = current_timestamp - interval '4' minute where id = 'p1'");

            assertThat(drain()).containsExactly("p1");
        }

        @Test
        void findsEverythingAfterAnOutageOfAnyLength() {
            drain();
            run("update product set updated_at = current_timestamp - interval '2' day where id = 'p0'");
            run("update product set updated_at = current_timestamp - interval '1' hour where id = 'p1'");
            String daysAgo = new FeedCursorBackdated(cursor()).by(Duration.ofDays(3));
            cursor(daysAgo);
            restart();

            assertThat(drain()).contains("p0", "p1");
        }

        @Test
        void seesAChangeWithTheVeryTimestampItHasSeenBefore() {
            drain();
            run("update product set updated_at = " + future() + " where id = 'p0'");
            assertThat(drain()).containsExactly("p0");
            run("update product set category_id = 9 where id = 'p0'");

            assertThat(drain()).containsExactly("p0");
        }

        @Test
        void followsTheClockOfADatabaseThatWentBack() {
            drain();
            cursor(new FeedCursorBackdated(cursor()).by(Duration.ofDays(-30)));
            run("update product set updated_at = current_timestamp where id = 'p0'");

            assertThat(drain()).contains("p0");
        }

        @Test
        void readsTablesWithoutAPrimaryKeyAndWithoutParents() {
            run("drop table if exists note");
            run("create table note (product_id varchar(40), sku bigint, updated_at " + type()
                    + " default current_timestamp)");
            feed = TimestampFeed.builder(
                            database,
                            tables().table("note", key("product_id"), leadsTo("product.id"))
                                    .table("note", key("sku"), leadsTo("variant.id")))
                    .build();
            drain();
            run("insert into note (product_id, sku) values ('p0', null), (null, 1), (null, null), ('p0', null)");

            assertThat(drain(1)).containsExactlyInAnyOrder("p0", "p1");
            assertThat(drain(1)).isEmpty();
        }

        // --- gaps

        @Test
        void saysGapWhenTheCursorIsNoneOfItsOwn() {
            for (String foreign : List.of("?", "{}", "{\"v\":2,\"t\":{}}", "{\"v\":1,\"t\":{\"x\":[\"!\"]}}")) {
                Intake intake = feed().take(foreign, 10);
                assertThat(intake.gap()).as(foreign).isTrue();
                assertThat(intake.cursor()).isNotNull();
                assertThat(feed().take(intake.cursor(), 10).gap()).isFalse();
            }
        }

        @Test
        void saysGapWhenATableIsNewInTheGraph() {
            feed = TimestampFeed.builder(database, ProductTables.root("product", "id"))
                    .build();
            drain();
            restart();

            assertThat(take(10).gap()).isTrue();
            assertThat(take(10).gap()).isFalse();
        }

        // --- the set-up

        @Test
        void namesTheTablesItCannotSee() {
            assertThat(feed().blindSpots())
                    .contains("'link' has no timestamp, so that by timestamps no change is seen there")
                    .contains("'category_product' has no timestamp, so that by timestamps no change is seen there")
                    .anyMatch(spot -> spot.contains("updated_at' may be null") && spot.startsWith("'variant."));
        }

        @Test
        void looksAtNoTimestampWhereItIsToldSo() {
            feed = TimestampFeed.builder(
                            database,
                            ProductTables.root("product", "id")
                                    .table("variant", key("product_id"), leadsTo("product.id"), noTimestamp()))
                    .build();
            drain();
            run("update variant set updated_at = current_timestamp");

            assertThat(drain()).isEmpty();
            assertThat(feed().blindSpots())
                    .contains("'variant' has no timestamp, so that by timestamps no change is seen there");
        }

        @Test
        void verifiesAGraphThatFits() {
            feed().verify();
        }

        @Test
        void namesEverythingThatIsNotThereAtOnce() {
            ProductTables wrong = ProductTables.root("product", "idd")
                    .table("varaint", key("product_id"), leadsTo("product.idd"))
                    .table("stock", key("itm"), leadsTo("link.item"), timestamp("moved_at"))
                    .table("link", key("variant_id"), leadsTo("varaint.id"));
            assertThatThrownBy(
                            () -> TimestampFeed.builder(database, wrong).build().verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("root.key: the table 'product' has no column 'idd'; did you mean 'id'?")
                    .message()
                    .containsIgnoringCase("tables[0].table: there is no table 'varaint'; did you mean 'variant'?")
                    .containsIgnoringCase("tables[1].key: the table 'stock' has no column 'itm'; did you mean 'item'?")
                    .contains("tables[1].timestamp: the table 'stock' has no column 'moved_at'");
        }

        @Test
        void refusesColumnsThatCannotBeCompared() {
            ProductTables wrong =
                    ProductTables.root("product", "id").table("stock", key("updated_at"), leadsTo("product.id"));
            assertThatThrownBy(
                            () -> TimestampFeed.builder(database, wrong).build().verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("tables[0].key")
                    .hasMessageContaining("by which rows cannot be followed");
        }

        @Test
        void refusesAGraphWithoutAnyTimestamp() {
            ProductTables blind = ProductTables.root("link", "item");
            assertThatThrownBy(
                            () -> TimestampFeed.builder(database, blind).build().verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("no table has a timestamp");
        }
    }

    /** A cursor with its watermarks moved. */
    private record FeedCursorBackdated(@Nullable String cursor) {

        String by(Duration back) {
            FeedCursor parsed = FeedCursor.parse(String.valueOf(cursor)).orElseThrow();
            java.util.Map<String, FeedCursor.Place> tables = new java.util.LinkedHashMap<>();
            parsed.tables()
                    .forEach((id, place) -> tables.put(
                            id, new FeedCursor.Place(place.watermark().minus(back), null)));
            return new FeedCursor(parsed.turn(), "backdated", tables).text();
        }
    }

    @Nested
    class OnH2 extends OnEveryDatabase {

        private static final DataSource DATABASE = Sql.h2();

        OnH2() {
            super(DATABASE);
        }

        @Test
        void namesARowThatStandsExactlyWhereTheNextPassBegins() {
            drain();
            Instant border = FeedCursor.parse(Objects.requireNonNull(cursor())).orElseThrow().tables().values().stream()
                    .map(FeedCursor.Place::watermark)
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            run("update product set updated_at = ? where id = 'p1'", border.atOffset(ZoneOffset.UTC));

            assertThat(drain()).containsExactly("p1");
        }

        @Test
        void waitsForADatabaseThatCannotBeReached() {
            JdbcDataSource nowhere = new JdbcDataSource();
            nowhere.setURL("jdbc:h2:tcp://localhost:1/nowhere");
            assertThatThrownBy(() ->
                            TimestampFeed.builder(nowhere, tables()).build().take(null, 10))
                    .isInstanceOf(UnavailableException.class);
            assertThat(TimestampFeed.builder(nowhere, tables()).build().blindSpots())
                    .anyMatch(spot -> spot.startsWith("Which tables have no timestamp is not known: "));
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends OnEveryDatabase {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase("collate utf8mb4_general_ci");

        OnMariaDb() {
            super(DATABASE);
        }

        @Override
        String type() {
            return "timestamp(6) null";
        }

        /** The type ends in 2038. */
        @Override
        String future() {
            return "timestamp '2037-01-01 00:00:00'";
        }

        /** Its row is stamped long before the overlap by the time it is committed. */
        @Test
        void waitsForATransactionThatStaysOpenLongerThanTheOverlap() throws SQLException {
            feed = TimestampFeed.builder(database, tables())
                    .overlap(Duration.ofMillis(1))
                    .build();
            drain();
            try (Connection open = database.getConnection()) {
                open.setAutoCommit(false);
                Sql.run(open, "update product set updated_at = now(6) where id = 'p0'");
                run("update product set updated_at = now(6) where id = 'p1'");
                assertThat(drain()).containsExactly("p1");
                run("update product set updated_at = now(6) where id = 'p2'");
                assertThat(drain()).contains("p2");
                open.commit();
                open.setAutoCommit(true);
            }
            assertThat(drain()).contains("p0");
        }

        /** The server's list of transactions is a copy, which somebody who asks all the time keeps from being renewed. */
        @Test
        void takesNothingForSettledByAnOldListOfTransactions() throws InterruptedException {
            Dialect dialect = new MySqlDialect(MySqlVariant.MARIADB);
            assertThat(horizon(dialect).blocked()).isFalse();
            AtomicBoolean asking = new AtomicBoolean(true);
            Thread other = new Thread(() -> {
                while (asking.get()) {
                    Sql.texts(database, "select count(*) from information_schema.innodb_trx");
                }
            });
            other.start();
            List<Boolean> blocked = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                blocked.add(horizon(dialect).blocked());
            }
            asking.set(false);
            other.join();

            assertThat(blocked).contains(true);
            assertThat(horizon(dialect).blocked()).isFalse();
        }

        private Horizon horizon(Dialect dialect) {
            return new Database(database, Duration.ofSeconds(9))
                    .read(Database.View.LATEST, "test", session -> dialect.horizon(session.connection()));
        }

        @Test
        void saysThatItCannotSeeTheTransactionsOfOthers() {
            String name = Sql.texts(database, "select database()").get(0);
            run("create or replace user blind@'%'");
            run("grant select on " + name + ".* to blind@'%'");
            feed = TimestampFeed.builder(TestMariaDb.dataSource(name, "blind"), tables())
                    .build();
            assertThat(feed().blindSpots()).anyMatch(spot -> spot.contains("grant process"));
            drain();
            run("update product set updated_at = now(6) where id = 'p1'");
            assertThat(drain()).containsExactly("p1");

            restart();
            assertThat(feed().blindSpots()).noneMatch(spot -> spot.contains("grant process"));
        }

        @Test
        void namesTheTableItMayNotRead() {
            String name = Sql.texts(database, "select database()").get(0);
            run("create or replace user stranger@'%'");
            run("grant insert on " + name + ".* to stranger@'%'");

            assertThatThrownBy(() -> TimestampFeed.builder(TestMariaDb.dataSource(name, "stranger"), tables())
                            .build()
                            .verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("denied");
        }

        @Test
        void namesTheProductAsItsOwnRowWritesIt() {
            run("insert into product (id) values ('Desk'), ('LAMP')");
            run("insert into variant (id, product_id) values (70, 'desk'), (71, 'DESK '), (72, 'lamp')");
            run("insert into link values (70, 'screw'), (72, 'bulb')");
            run("insert into stock (item, location) values ('Screw ', 1)");
            longAgo("product", "variant", "stock");
            drain();

            run("update variant set updated_at = now(6) where id in (71, 72)");
            assertThat(drain()).contains("Desk", "LAMP");
            run("update stock set updated_at = now(6) where item = 'SCREW'");
            assertThat(drain()).contains("Desk").doesNotContain("LAMP");
        }

        @Test
        void seesEveryChangeOfOneSecondWhereTimesHaveNoFraction() {
            run("alter table product modify updated_at timestamp null, add text longtext");
            feed = TimestampFeed.builder(database, tables()).build();
            drain();
            for (String text : List.of("one", "two", "three")) {
                run("update product set text = ?, updated_at = timestamp '2037-01-01 00:00:00' where id = 'p1'", text);
                assertThat(drain()).as(text).containsExactly("p1");
                assertThat(drain()).isEmpty();
            }
        }

        /** Neither the JVM nor the driver may bend a moment. */
        @Test
        void followsMomentsInAnyTimeZoneOfTheJvm() {
            TimeZone zone = TimeZone.getDefault();
            try {
                for (String elsewhere : List.of("Pacific/Kiritimati", "Pacific/Pago_Pago")) {
                    TimeZone.setDefault(TimeZone.getTimeZone(elsewhere));
                    drain();
                    run("update product set updated_at = now(6) where id = 'p1'");
                    assertThat(drain()).as(elsewhere).containsExactly("p1");
                    run("update product set updated_at = now(6) - interval 10 minute where id = 'p2'");
                    assertThat(drain()).as(elsewhere).doesNotContain("p2");
                }
            } finally {
                TimeZone.setDefault(zone);
            }
        }

        @Test
        void ignoresRowsWithoutADate() throws SQLException {
            run("alter table product modify updated_at datetime");
            feed = TimestampFeed.builder(database, tables()).build();
            drain();
            try (Connection connection = database.getConnection()) {
                Sql.run(connection, "set session sql_mode = ''");
                Sql.run(connection, "update product set updated_at = '0000-00-00 00:00:00' where id = 'p0'");
                Sql.run(connection, "update product set updated_at = null where id = 'p1'");
                Sql.run(connection, "update product set updated_at = now() where id = 'p2'");
                Sql.run(connection, "set session sql_mode = default");
            }
            assertThat(drain()).containsExactly("p2");
        }
    }

    @Nested
    class OnPostgres extends OnEveryDatabase {

        private static final DataSource DATABASE = Sql.postgres();

        OnPostgres() {
            super(DATABASE);
        }

        /** The transaction stamps its rows with the time it began, which then lies far before the overlap. */
        @Test
        void waitsForATransactionThatStaysOpenLongerThanTheOverlap() throws SQLException {
            feed = TimestampFeed.builder(database, tables())
                    .overlap(Duration.ofMillis(1))
                    .build();
            drain();
            try (Connection open = database.getConnection()) {
                open.setAutoCommit(false);
                Sql.run(open, "update product set updated_at = now() where id = 'p0'");
                run("update product set updated_at = clock_timestamp() where id = 'p1'");
                assertThat(drain()).containsExactly("p1");
                run("update product set updated_at = clock_timestamp() where id = 'p2'");
                assertThat(drain()).contains("p2");
                open.commit();
                open.setAutoCommit(true);
            }
            assertThat(drain()).contains("p0");
        }

        @Test
        void seesTheEndlessTimestampOnce() {
            drain();
            run("update product set updated_at = 'infinity' where id = 'p0'");
            run("update product set updated_at = '-infinity' where id = 'p2'");
            assertThat(drain(1)).containsExactly("p0");
            assertThat(drain(1)).isEmpty();
            run("update product set updated_at = now() where id = 'p1'");
            assertThat(drain(1)).containsExactly("p1");
        }

        @Test
        void findsNamesThatNeedQuotesAndOtherSchemas() {
            run("drop schema if exists \"Shop\" cascade");
            run("create schema \"Shop\"");
            run("create table \"Shop\".\"Order\" (\"Id\" uuid primary key, \"updatedAt\" timestamptz default now())");
            run("create table \"Shop\".line (id serial primary key, \"orderId\" uuid, updated_at timestamptz"
                    + " default now())");
            run("insert into \"Shop\".\"Order\" values ('00000000-0000-0000-0000-00000000000a', 'epoch')");
            feed = TimestampFeed.builder(
                            database,
                            ProductTables.root("Shop.Order", "Id", timestamp("updatedAt"))
                                    .table("Shop.line", key("orderId"), leadsTo("Order.Id")))
                    .build();
            drain();
            run("insert into \"Shop\".line (\"orderId\") select \"Id\" from \"Shop\".\"Order\"");

            assertThat(drain()).containsExactly("00000000-0000-0000-0000-00000000000a");
        }

        @Test
        void saysThatItCannotSeeTheTransactionsOfOthers() {
            run("drop role if exists blind");
            run("create role blind login");
            String name = Sql.texts(database, "select current_database()").get(0);
            TimestampFeed blind = TimestampFeed.builder(TestPostgres.dataSource(name, "blind"), tables())
                    .build();
            run("grant select on all tables in schema public to blind");

            assertThat(blind.blindSpots()).anyMatch(spot -> spot.contains("pg_read_all_stats"));
            assertThat(feed().blindSpots()).noneMatch(spot -> spot.contains("pg_read_all_stats"));
        }

        @Test
        void namesTheTableItMayNotRead() {
            run("drop role if exists stranger");
            run("create role stranger login");
            String name = Sql.texts(database, "select current_database()").get(0);

            assertThatThrownBy(() -> TimestampFeed.builder(TestPostgres.dataSource(name, "stranger"), tables())
                            .build()
                            .verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("permission denied");
        }
    }

    /** Writers put the local time of their zone into a column without one; the JVM and its sessions live elsewhere. */
    @Nested
    class WithTimesOfAZoneThatTheColumnDoesNotTell {

        private static final DataSource DATABASE = Sql.postgres();

        private final TimeZone zone = TimeZone.getDefault();
        private final Locale locale = Locale.getDefault();
        private @Nullable String cursor;

        @BeforeEach
        void elsewhere() {
            TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
            Locale.setDefault(Locale.forLanguageTag("tr-TR"));
            Sql.run(DATABASE, "drop table if exists item");
            Sql.run(DATABASE, "create table item (id int primary key, changed timestamp)");
            Sql.run(DATABASE, "insert into item select n, 'epoch' from generate_series(0, 9) as g(n)");
        }

        @AfterEach
        void homeAgain() {
            TimeZone.setDefault(zone);
            Locale.setDefault(locale);
        }

        private Set<ProductKey> drain(TimestampFeed feed) {
            Intake intake = feed.take(cursor, 100);
            cursor = intake.cursor() == null ? cursor : intake.cursor();
            return intake.products();
        }

        private void touch(int id, String zoneOfTheWriter) {
            Sql.run(
                    DATABASE,
                    "update item set changed = now() at time zone '" + zoneOfTheWriter + "' where id = " + id);
        }

        @Test
        void findsTheTimesOfAnyZone() {
            TimestampFeed feed = TimestampFeed.builder(DATABASE, ProductTables.root("item", "id", timestamp("changed")))
                    .build();
            drain(feed);
            touch(1, "UTC");
            assertThat(drain(feed)).containsExactly(ProductKey.of(1));
            touch(2, "Pacific/Kiritimati");
            assertThat(drain(feed)).containsExactly(ProductKey.of(2));
            touch(3, "Pacific/Pago_Pago");
            assertThat(drain(feed)).containsExactly(ProductKey.of(3));
            touch(4, "UTC");
            assertThat(drain(feed)).containsExactly(ProductKey.of(4));
            assertThat(drain(feed)).isEmpty();
        }

        @Test
        void looksBackNoFartherThanTheOverlapWhereTheZoneIsKnown() {
            TimestampFeed feed = TimestampFeed.builder(
                            DATABASE, ProductTables.root("item", "id", timestamp("changed", ZoneOffset.UTC)))
                    .build();
            drain(feed);
            touch(1, "UTC");
            assertThat(drain(feed)).containsExactly(ProductKey.of(1));
            touch(3, "Pacific/Pago_Pago");
            assertThat(drain(feed)).as("a writer of another zone").isEmpty();
            touch(4, "UTC");
            assertThat(drain(feed)).containsExactly(ProductKey.of(4));
        }
    }
}
