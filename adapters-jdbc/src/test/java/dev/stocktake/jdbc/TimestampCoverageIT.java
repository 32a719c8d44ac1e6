package dev.stocktake.jdbc;

import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Contribution;
import dev.stocktake.Coverage;
import dev.stocktake.ProductKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TimestampCoverageIT {

    /** What holds on every database. */
    abstract static class OnEveryDatabase {

        final DataSource database;

        OnEveryDatabase(DataSource database) {
            this.database = database;
        }

        @BeforeEach
        void aShop() {
            for (String table : List.of("category_product", "category", "stock", "link", "variant", "product")) {
                run("drop table if exists " + table);
            }
            String at = "updated_at " + type() + " default current_timestamp not null";
            run("create table product (id bigint primary key, category_id int, " + at + ")");
            run("create table variant (id varchar(20) primary key, product_id bigint, " + at + ")");
            run("create table link (variant_id varchar(20), item int)");
            run("create table stock (item int, location int, updated_at " + type() + " null,"
                    + " primary key (item, location))");
            run("create table category (id int primary key, " + at + ")");
            run("create table category_product (category_id int, product_id bigint)");
        }

        String type() {
            return "timestamp with time zone";
        }

        /** A moment of UTC. */
        String at(String time) {
            return "timestamp with time zone '" + time + "+00'";
        }

        void run(String sql) {
            Sql.run(database, sql);
        }

        TimestampFeed feed() {
            return TimestampFeed.builder(
                            database,
                            ProductTables.root("product", "id")
                                    .table("variant", key("product_id"), leadsTo("product.id"))
                                    .table("link", key("variant_id"), leadsTo("variant.id"))
                                    .table("stock", key("item"), leadsTo("link.item"))
                                    .table("category_product", key("product_id"), leadsTo("product.id"))
                                    .table("category", key("id"), leadsTo("category_product.category_id"))
                                    .table("category", key("id"), leadsTo("product.category_id")))
                    .build();
        }

        Map<String, Coverage> coverage() {
            return feed().coverage().stream().collect(Collectors.toMap(Coverage::table, Function.identity()));
        }

        Map<String, Contribution> contributions(Object product) {
            return feed().contributions(ProductKey.of(product.toString())).stream()
                    .collect(Collectors.toMap(Contribution::table, Function.identity()));
        }

        List<String> missing(String table) {
            return coverage().get(table).missing().stream()
                    .filter(missing -> !missing.contains("transaction"))
                    .toList();
        }

        @Test
        void tellsOfEveryTableAlsoOfThoseThatItDoesNotSee() {
            Map<String, Coverage> coverage = coverage();

            assertThat(coverage)
                    .containsOnlyKeys("product", "variant", "link", "stock", "category_product", "category");
            assertThat(coverage.get("variant").by()).isEqualTo(Coverage.By.TIMESTAMP);
            assertThat(coverage.get("variant").deletes()).isFalse();
            assertThat(coverage.get("link").sees()).isFalse();
            assertThat(missing("link")).singleElement().asString().contains("'link' has no timestamp");
            assertThat(feed().blindSpots())
                    .as("in words that stand with the table, so that a self-check says it once")
                    .anyMatch(spot -> missing("link").get(0).startsWith(spot));
            assertThat(missing("variant")).isEmpty();
        }

        @Test
        void countsTheRowsWithoutATimestamp() {
            run("insert into stock (item, location) values (1, 1), (1, 2)");
            run("insert into stock values (2, 1, current_timestamp)");

            assertThat(missing("stock"))
                    .singleElement()
                    .asString()
                    .contains("2 rows of 'stock' have no timestamp in 'stock.updated_at'");
        }

        @Test
        void missesAnIndexOfALargeTableOnly() {
            run("insert into variant select 'v' || n, n, " + spread() + " from " + Sql.numbers(database, 1_500));
            run("insert into category select n, " + spread() + " from " + Sql.numbers(database, 15));
            assertThat(missing("variant"))
                    .singleElement()
                    .asString()
                    .contains("no index begins with 'variant.updated_at'")
                    .contains("create index on variant (updated_at)");
            assertThat(missing("category")).isEmpty();

            run("create index variant_updated on variant (updated_at, id)");
            assertThat(missing("variant")).isEmpty();
        }

        abstract String spread();

        @Test
        void noticesThatAllRowsHaveOneTimestamp() {
            run("create index category_updated on category (updated_at)");
            run("insert into category select n, " + at("2020-01-01 00:00:00") + " from "
                    + Sql.numbers(database, 1_200));

            assertThat(missing("category"))
                    .singleElement()
                    .asString()
                    .contains("all rows have the same 'category.updated_at'");
        }

        @Test
        void tellsWhichRowsLeadToAProductAndHowManyMore() {
            run("insert into product (id, category_id) values (7, 3), (8, 3)");
            run("insert into variant (id, product_id) values ('a', 7), ('b', 7), ('c', 8)");
            run("insert into link values ('a', 1), ('b', 1), ('c', 2)");
            run("insert into stock select 1, n, " + at("2026-01-02 03:04:05") + " from " + Sql.numbers(database, 50));
            run("insert into stock (item, location) values (2, 1)");
            run("insert into category (id) values (3), (4), (5)");
            run("insert into category_product values (4, 7), (3, 7), (5, 8)");
            Map<String, Contribution> contributions = contributions(7);

            assertThat(keys(contributions, "product")).containsExactly("7");
            assertThat(keys(contributions, "variant")).containsExactly("a", "b");
            assertThat(keys(contributions, "link")).containsExactlyInAnyOrder("a", "b");
            assertThat(keys(contributions, "category")).containsExactly("3", "4");
            Contribution stock = contributions.get("stock");
            assertThat(stock.rows())
                    .hasSize(20)
                    .allMatch(row -> row.key().startsWith("1, "))
                    .allMatch(row -> row.stamped().orElseThrow().equals(Instant.parse("2026-01-02T03:04:05Z")));
            assertThat(stock.more()).isEqualTo(30);
            assertThat(contributions.get("link").by()).isEqualTo(Coverage.By.NOTHING);
            assertThat(stock.by()).isEqualTo(Coverage.By.TIMESTAMP);
        }

        @Test
        void findsTheRowsOfAProductThatIsGone() {
            run("insert into variant (id, product_id) values ('a', 9)");
            run("insert into link values ('a', 1)");

            assertThat(keys(contributions(9), "product")).isEmpty();
            assertThat(keys(contributions(9), "variant")).containsExactly("a");
            assertThat(keys(contributions(9), "link")).containsExactly("a");
        }

        @Test
        void findsNothingForWhatCannotBeAnId() {
            assertThat(contributions("P-1").values())
                    .allMatch(table -> table.rows().isEmpty());
        }

        private static List<String> keys(Map<String, Contribution> contributions, String table) {
            return contributions.get(table).rows().stream()
                    .map(Contribution.Row::key)
                    .toList();
        }
    }

    @Nested
    class OnH2 extends OnEveryDatabase {

        OnH2() {
            super(TestH2.freshDatabase());
        }

        @Override
        String spread() {
            return "dateadd(minute, -n, current_timestamp)";
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends OnEveryDatabase {

        OnMariaDb() {
            super(TestMariaDb.freshDatabase("collate utf8mb4_general_ci"));
        }

        @Override
        String type() {
            return "timestamp";
        }

        @Override
        String at(String time) {
            return "convert_tz('" + time + "', '+00:00', @@session.time_zone)";
        }

        @Override
        String spread() {
            return "current_timestamp - interval n minute";
        }

        @Test
        void tellsTheRowsThatNameTheProductInOtherLetters() {
            run("alter table product modify id varchar(20)");
            run("alter table variant modify product_id varchar(20)");
            run("insert into product (id) values ('Desk')");
            run("insert into variant (id, product_id) values ('a', 'DESK'), ('b', 'desk '), ('c', 'desks')");

            assertThat(contributions("Desk").get("variant").rows().stream().map(Contribution.Row::key))
                    .containsExactly("a", "b");
        }
    }

    @Nested
    class OnPostgres extends OnEveryDatabase {

        OnPostgres() {
            super(TestPostgres.freshDatabase());
        }

        @Override
        String spread() {
            return "current_timestamp - n * interval '1 minute'";
        }

        @Test
        void doesNotTakeAnIndexOfSomeRowsOrABrokenOneForAnIndex() {
            run("insert into variant select 'v' || n, n, " + spread() + " from " + Sql.numbers(database, 1_500));
            run("create index part on variant (updated_at) where product_id > 5");
            assertThat(missing("variant")).singleElement().asString().contains("no index begins with");

            run("create index whole on variant (updated_at)");
            assertThat(missing("variant")).isEmpty();
            run("update pg_index set indisvalid = false where indexrelid = 'whole'::regclass");
            assertThat(missing("variant")).singleElement().asString().contains("no index begins with");
        }

        @Test
        void noticesRowsThatWereChangedWithoutTheirTimestamp() {
            run("insert into variant select 'v' || n, n, current_timestamp - interval '3 day' from "
                    + Sql.numbers(database, 10));
            run("update variant set updated_at = current_timestamp - interval '1 day' where id = 'v1'");
            assertThat(missing("variant")).isEmpty();
            run("update variant set updated_at = current_timestamp, product_id = 90 where id = 'v2'");
            run("update variant set product_id = 91 where id = 'v2'");
            assertThat(missing("variant")).isEmpty();
            run("update variant set product_id = 91 where id in ('v3', 'v4')");

            assertThat(missing("variant"))
                    .singleElement()
                    .asString()
                    .contains("2 rows of 'variant' were written after the one with the newest 'variant.updated_at'");
        }

        @Test
        void tellsWhichTransactionsItMayNotSee() {
            String name = TestPostgres.createDatabase();
            DataSource owner = TestPostgres.pool(name, "postgres");
            TestPostgres.execute(
                    owner,
                    "drop role if exists coverage_reader",
                    "create role coverage_reader login",
                    "create table product (id int primary key, updated_at timestamptz not null)",
                    "grant select on product to coverage_reader");
            List<Coverage> coverage = TimestampFeed.builder(
                            TestPostgres.pool(name, "coverage_reader"), ProductTables.root("product", "id"))
                    .build()
                    .coverage();

            assertThat(coverage.get(0).missing()).singleElement().asString().contains("grant pg_read_all_stats");
        }

        @Test
        void tellsTheTransactionThatWroteARow() {
            run("insert into product (id) values (7)");
            Contribution.Row row = contributions(7).get("product").rows().get(0);

            assertThat(row.version())
                    .isEqualTo(Sql.texts(database, "select xmin from product").get(0));
        }
    }
}
