package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stocktake.Coverage;
import dev.stocktake.Intake;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TimedFeedIT {

    private static final String QUERY = """
            select p.product_id from price p join price_list l on l.id = p.list_id
            where (l.starts_at > :from and l.starts_at <= :to) or (l.ends_at > :from and l.ends_at <= :to)""";

    /** What holds on every database. */
    abstract static class OnEveryDatabase {

        final DataSource database;
        private @Nullable String cursor;
        private TimedFeed feed;

        OnEveryDatabase(DataSource database) {
            this.database = database;
            this.feed = TimedFeed.builder(database, QUERY).build();
        }

        @BeforeEach
        void aShop() {
            for (String table : List.of("local_list", "price", "price_list")) {
                run("drop table if exists " + table);
            }
            run("create table price_list (id int primary key, starts_at " + type() + ", ends_at " + type() + ")");
            run("create table price (product_id varchar(20), list_id int)");
            run("insert into price values ('p1', 1), ('p2', 1), ('p3', 2), ('p3', 1)");
        }

        String type() {
            return "timestamp with time zone";
        }

        String local() {
            return "timestamp";
        }

        boolean tellsTypes() {
            return true;
        }

        void run(String sql, Object... parameters) {
            Sql.run(database, sql, parameters);
        }

        void list(int id, String starts, String ends) {
            run("insert into price_list values (" + id + ", current_timestamp + interval '" + starts
                    + "' second, current_timestamp + interval '" + ends + "' second)");
        }

        /** As if the feed had last been asked then: the clock itself cannot be moved. */
        void lastAsked(Duration ago) {
            TimedCursor saved = TimedCursor.parse(String.valueOf(cursor)).orElseThrow();
            cursor = new TimedCursor(saved.asked().minus(ago), saved.settled().minus(ago), null).text();
        }

        Intake take(int limit) {
            Intake intake = feed.take(cursor, limit);
            cursor = intake.cursor() == null ? cursor : intake.cursor();
            return intake;
        }

        List<String> drain(int limit) {
            List<String> named = new ArrayList<>();
            Intake intake;
            do {
                intake = take(limit);
                intake.products().forEach(product -> named.add(product.value()));
                assertThat(named).hasSizeLessThan(10_000);
            } while (intake.more());
            return named;
        }

        List<String> drain() {
            return drain(2_000);
        }

        @Test
        void namesTheProductsOfAPriceListThatStartsOrEndsByTheClockAlone() {
            list(1, "-20", "3600");
            list(2, "-3600", "-30");
            assertThat(drain()).isEmpty();
            lastAsked(Duration.ofSeconds(10));
            assertThat(drain()).as("nothing began or ended since").isEmpty();
            lastAsked(Duration.ofSeconds(15));
            assertThat(drain()).containsExactly("p1", "p2", "p3");
            assertThat(drain()).isEmpty();
        }

        @Test
        void goesOnAfterAnOutageOfAnyLength() {
            list(1, "-172800", "3600");
            list(2, "-3600", "-1800");
            drain();
            lastAsked(Duration.ofDays(30));

            assertThat(new TreeSet<>(drain())).containsExactly("p1", "p2", "p3");
        }

        @Test
        void savesNothingWhileNothingPasses() {
            list(1, "3600", "7200");
            drain();
            for (int i = 0; i < 3; i++) {
                Intake idle = take(2_000);
                assertThat(idle.products()).isEmpty();
                assertThat(idle.cursor()).isNull();
                assertThat(idle.more()).isFalse();
            }
        }

        @Test
        void namesManyProductsInPartsAlsoAfterARestart() {
            run("insert into price select 'x' || n, 5 from " + Sql.numbers(database, 1_000));
            drain();
            list(5, "-2", "3600");
            lastAsked(Duration.ofSeconds(60));
            List<String> named = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Intake part = take(100);
                assertThat(part.products()).hasSize(100);
                assertThat(part.more()).isTrue();
                part.products().forEach(product -> named.add(product.value()));
                feed = TimedFeed.builder(database, QUERY).build();
            }
            named.addAll(drain(100));

            assertThat(named).hasSize(1_000).doesNotHaveDuplicates();
        }

        /** The list is committed when the feed has been beyond its beginning for long: the second look finds it. */
        @Test
        void findsAPriceListThatIsCommittedAfterItHasStarted() throws SQLException {
            feed = TimedFeed.builder(database, QUERY)
                    .overlap(Duration.ofSeconds(1))
                    .build();
            drain();
            try (Connection open = database.getConnection()) {
                open.setAutoCommit(false);
                Sql.run(open, "insert into price_list values (1, current_timestamp, null)");
                for (int i = 0; i < 5; i++) {
                    assertThat(drain()).isEmpty();
                }
                open.commit();
                open.setAutoCommit(true);
            }
            List<String> named = new ArrayList<>();
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (named.isEmpty() && System.nanoTime() < deadline) {
                named.addAll(drain());
            }

            assertThat(named).contains("p1", "p2", "p3");
        }

        /** While the clock was ahead the list had started; now it has not. */
        @Test
        void namesAgainWhatAClockThatIsPutBackTakesBack() {
            list(1, "1800", "7200");
            drain();
            TimedCursor saved = TimedCursor.parse(String.valueOf(cursor)).orElseThrow();
            cursor = new TimedCursor(saved.asked().plusSeconds(3_600), saved.settled(), null).text();

            assertThat(drain()).containsExactly("p1", "p2", "p3");
            assertThat(drain()).isEmpty();
            assertThat(TimedCursor.parse(String.valueOf(cursor)).orElseThrow().asked())
                    .isBefore(saved.asked().plusSeconds(600));
        }

        @Test
        void saysGapIfItsCursorIsNoneOfIts() {
            Intake intake = feed.take("{\"v\":9}", 10);

            assertThat(intake.gap()).isTrue();
            cursor = intake.cursor();
            assertThat(drain()).isEmpty();
        }

        @Test
        void asksColumnsWithoutATimeZoneForLocalTimes() {
            ZoneId zone = ZoneId.of("Pacific/Auckland");
            run("create table local_list (product_id varchar(20), starts_at " + local() + ")");
            String query = "select product_id from local_list where starts_at > :from and starts_at <= :to";
            feed = TimedFeed.builder(database, query).zone(zone).build();
            feed.verify();
            drain();
            lastAsked(Duration.ofSeconds(60));
            run(
                    "insert into local_list values ('now', ?), ('utc', ?)",
                    LocalDateTime.ofInstant(Instant.now().minusSeconds(30), zone),
                    LocalDateTime.ofInstant(Instant.now().minusSeconds(30), ZoneId.of("UTC")));

            assertThat(drain()).containsExactly("now");
        }

        @Test
        void refusesColumnsThatNeedAZoneAndZonesThatNoColumnNeeds() {
            assumeTrue(tellsTypes(), "the database does not tell what a parameter is compared with");
            ZoneId zone = ZoneId.of("Pacific/Auckland");
            run("create table local_list (product_id varchar(20), starts_at " + local() + ")");
            String query = "select product_id from local_list where starts_at > :from and starts_at <= :to";
            assertThatThrownBy(() -> TimedFeed.builder(database, query).build().verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("which has no time zone; say with zone(...)");
            assertThatThrownBy(() -> TimedFeed.builder(database, QUERY)
                            .zone(zone)
                            .build()
                            .verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("leave zone(...) out");
        }

        @Test
        void verifiesTheQuery() {
            feed.verify();
            assertThatThrownBy(() -> verify("select 1, 2 from price_list where starts_at > :from and starts_at <= :to"))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("query: must select one column");
            assertThatThrownBy(() ->
                            verify("select starts_at from price_list where starts_at > :from and starts_at <= :to"))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("cannot be the id of a product");
            assertThatThrownBy(() -> verify("select id from price_lists where starts_at > :from and starts_at <= :to"))
                    .isInstanceOf(MisconfiguredException.class);
        }

        private void verify(String query) {
            TimedFeed.builder(database, query).build().verify();
        }

        @Test
        void tellsThatItGoesByAQueryAndWhetherThatNamesAProduct() {
            list(2, "3600", "7200");
            assertThat(feed.coverage())
                    .singleElement()
                    .satisfies(coverage -> assertThat(coverage.by()).isEqualTo(Coverage.By.QUERY));
            assertThat(feed.contributions(ProductKey.of("p3")).get(0).rows()).hasSize(1);
            assertThat(feed.contributions(ProductKey.of("p1")).get(0).rows()).isEmpty();
        }
    }

    @Nested
    class OnPostgres extends OnEveryDatabase {

        OnPostgres() {
            super(TestPostgres.freshDatabase());
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends OnEveryDatabase {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase();

        OnMariaDb() {
            super(DATABASE);
        }

        @Override
        String type() {
            return "timestamp null";
        }

        @Override
        String local() {
            return "datetime(6)";
        }

        @Override
        boolean tellsTypes() {
            return false;
        }
    }

    @Nested
    class OnH2 extends OnEveryDatabase {

        OnH2() {
            super(TestH2.freshDatabase());
        }
    }
}
