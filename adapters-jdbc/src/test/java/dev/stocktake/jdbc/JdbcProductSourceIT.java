package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Document;
import dev.stocktake.KeyPage;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.Projection;
import dev.stocktake.UnavailableException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class JdbcProductSourceIT {

    private static final Rows VARIANTS = Rows.by(
            "product_id", "select product_id, id, sku from variant where {products:product_id} order by place, id");

    private static Document document(ProductSource source, long id) {
        Projection projection = source.read(ProductKey.all(Long.toString(id))).get(ProductKey.of(id));
        if (projection instanceof Projection.Present present) {
            return present.document();
        }
        throw new AssertionError(projection);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> variants(@Nullable Projection projection) {
        assertThat(projection).isInstanceOf(Projection.Present.class);
        return (List<Map<String, Object>>)
                ((Projection.Present) projection).document().get("variants");
    }

    private static String problem(ProductSource source, long id) {
        Projection projection = source.read(ProductKey.all(Long.toString(id))).get(ProductKey.of(id));
        if (projection instanceof Projection.Unreadable unreadable) {
            return unreadable.problem();
        }
        throw new AssertionError(projection);
    }

    private static Map<String, @Nullable Object> fields(@Nullable Object... namesAndValues) {
        Document.Builder builder = Document.builder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            builder.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return builder.build().fields();
    }

    /** What holds on every database. */
    abstract static class OnEveryDatabase {

        final JdbcConnectionPool database;

        OnEveryDatabase(JdbcConnectionPool database) {
            this.database = database;
        }

        @BeforeEach
        void aShop() {
            for (String table : List.of("price", "stock", "variant", "product")) {
                run("drop table if exists " + table);
            }
            run("create table product (id bigint primary key, title varchar(100), brand_id int)");
            run("create table variant (id int primary key, product_id bigint, sku varchar(20), place int)");
            run("create table stock (variant_id int, location varchar(20), quantity numeric(10, 2))");
            run("create table price (variant_id int, currency varchar(3), amount numeric(10, 2), until date)");
            run("insert into product values (1, 'Desk', 7), (2, 'Chair', null), (9, 'Lamp', null)");
            run("insert into variant values (10, 1, 'D-1', 2), (11, 1, 'D-2', 1), (20, 2, 'C-1', 1)");
            run("insert into stock values (10, 'north', 4), (10, 'south', 0.5), (20, 'north', 1)");
            run("insert into price values (10, 'eur', 12.5, null), (10, 'usd', 14, null), (11, 'eur', 13, null)");
        }

        void run(String sql, Object... parameters) {
            Sql.run(database, sql, parameters);
        }

        /** An expression that fails where the column is zero. */
        String failing(String column) {
            return "1 / " + column;
        }

        String failure() {
            return "division by zero";
        }

        JdbcProductSource.Builder builder() {
            return JdbcProductSource.builder(database)
                    .root("select id, title from product where {products:id}")
                    .keys("product", "id");
        }

        private static Rows below(String columns, String table, String order) {
            return Rows.by(
                    "variant_id",
                    "select " + columns + " from " + table + " join variant v on v.id = variant_id"
                            + " where {products:v.product_id} order by " + order);
        }

        // --- when to read again

        /** The type of moments. */
        String moments() {
            return "timestamp(6) with time zone";
        }

        /** A moment of UTC. */
        String moment(String time) {
            return "timestamp with time zone '" + time + "+00'";
        }

        /** A year in which moments can lie. */
        String oldest() {
            return "1931";
        }

        String localTime() {
            return "cast(null as timestamp)";
        }

        private JdbcProductSource sales() {
            run("drop table if exists sale");
            run("create table sale (product_id bigint, begins " + moments() + ", ends bigint, published boolean)");
            run("insert into sale values (1, " + moment("2031-05-01 12:00:00.123456") + ", 1935316800, true)");
            run("insert into sale values (2, null, null, true)");
            run("insert into sale values (9, " + moment(oldest() + "-05-01 12:00:00") + ", -5, false)");
            return builder()
                    .root(
                            "select p.id, p.title, s.begins, s.published from product p join sale s on s.product_id = p.id"
                                    + " where {products:p.id}")
                    .hide("published")
                    .when(row -> Boolean.TRUE.equals(row.get("published")))
                    .recheckAt("begins")
                    .build();
        }

        @Test
        void saysWhenAProductMustBeReadAgain() {
            JdbcProductSource source = sales();
            source.verify();

            Map<ProductKey, Projection> read = source.read(ProductKey.all("1", "2", "9", "77"));

            assertThat(read.get(ProductKey.of(1)))
                    .isEqualTo(Projection.until(
                            Instant.parse("2031-05-01T12:00:00.123456Z"),
                            Document.of(fields("id", 1, "title", "Desk"))));
            assertThat(read.get(ProductKey.of(2)))
                    .isEqualTo(Projection.of(Document.of(fields("id", 2, "title", "Chair"))));
            assertThat(read.get(ProductKey.of(9)))
                    .isEqualTo(Projection.absentUntil(Instant.parse(oldest() + "-05-01T12:00:00Z")));
            assertThat(read.get(ProductKey.of(77))).isEqualTo(Projection.absent());
            assertThat(source.present(ProductKey.all("1", "9"))).containsExactly(ProductKey.of(1));
        }

        @Test
        void takesSecondsWhereTheDatabaseKnowsNoMoments() {
            sales();
            ProductSource source = builder()
                    .root("select product_id as id, ends * 1.5 as again from sale where {products:product_id}")
                    .recheckAt("again")
                    .build();

            Map<ProductKey, Projection> read = source.read(ProductKey.all("1", "2", "9"));

            assertThat(read.get(ProductKey.of(1)).recheckAt()).isEqualTo(Instant.ofEpochSecond(2_902_975_200L));
            assertThat(read.get(ProductKey.of(2)).recheckAt()).isNull();
            assertThat(read.get(ProductKey.of(9)).recheckAt()).isEqualTo(Instant.EPOCH);
        }

        @Test
        void refusesATimeFromWhichNoMomentFollows() {
            for (String column : List.of(localTime(), "title")) {
                assertThatThrownBy(() -> builder()
                                .root("select id, " + column + " as again from product where {products:id}")
                                .recheckAt("again")
                                .build()
                                .verify())
                        .isInstanceOf(MisconfiguredException.class)
                        .hasMessageContainingAll("'again'", "recheckAt", "time zone");
            }
            assertThatThrownBy(() -> builder().recheckAt("nowhere").build().verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContainingAll("nowhere", "recheckAt");
        }

        // --- shapes

        @Test
        void nestsRowsInWhateverShape() {
            ProductSource source = builder()
                    .children(
                            "variants",
                            VARIANTS.children("stock", below("variant_id, location, quantity", "stock", "location"))
                                    .map(
                                            "prices",
                                            "currency",
                                            below("variant_id, currency, amount", "price", "currency"))
                                    .values("places", below("variant_id, location", "stock", "location")))
                    .build();

            assertThat(document(source, 1).fields())
                    .isEqualTo(fields(
                            "id",
                            1,
                            "title",
                            "Desk",
                            "variants",
                            List.of(
                                    fields(
                                            "id",
                                            11,
                                            "sku",
                                            "D-2",
                                            "stock",
                                            List.of(),
                                            "prices",
                                            fields("eur", new BigDecimal("13.00")),
                                            "places",
                                            List.of()),
                                    fields(
                                            "id",
                                            10,
                                            "sku",
                                            "D-1",
                                            "stock",
                                            List.of(
                                                    fields("location", "north", "quantity", new BigDecimal("4.00")),
                                                    fields("location", "south", "quantity", new BigDecimal("0.50"))),
                                            "prices",
                                            fields("eur", new BigDecimal("12.50"), "usd", new BigDecimal("14.00")),
                                            "places",
                                            List.of("north", "south")))));
            assertThat(document(source, 9).get("variants")).isEqualTo(List.of());
        }

        @Test
        void keepsTheOrderOfColumnsAndThenOfChildren() {
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select title, id from product where {products:id}")
                    .children("variants", VARIANTS)
                    .build();
            assertThat(document(source, 1).fields().keySet()).containsExactly("title", "id", "variants");
        }

        @Test
        void readsAChildThatIsOneOrNone() {
            ProductSource source = builder()
                    .child("variant", VARIANTS)
                    .map(
                            "bySku",
                            "sku",
                            Rows.by(
                                    "product_id",
                                    "select product_id, sku, id, place from variant"
                                            + " where {products:product_id} order by id"))
                    .build();

            assertThat(document(source, 2).get("variant")).isEqualTo(fields("id", 20, "sku", "C-1"));
            assertThat(document(source, 2).get("bySku")).isEqualTo(fields("C-1", fields("id", 20, "place", 1)));
            assertThat(document(source, 9).get("variant")).isNull();
            assertThat(document(source, 9).fields()).containsKey("variant");
            assertThat(problem(source, 1))
                    .isEqualTo("product '1': children[0] 'variant': there are 2 rows where at most one is expected");
        }

        @Test
        void givesRowsOfAQueryWithoutOrderOneOrder() {
            ProductSource source = builder()
                    .values(
                            "skus",
                            Rows.by("product_id", "select product_id, sku from variant where {products:product_id}"))
                    .build();
            Document before = document(source, 1);
            run("delete from variant where id = 10");
            run("insert into variant values (10, 1, 'D-1', 2)");

            assertThat(document(source, 1)).isEqualTo(before);
        }

        @Test
        void hidesColumnsThatOnlyServeToNest() {
            ProductSource source = builder()
                    .hide("id")
                    .children(
                            "variants",
                            VARIANTS.hide("id").values("places", below("variant_id, location", "stock", "location")))
                    .build();
            assertThat(document(source, 2).fields())
                    .isEqualTo(fields(
                            "title", "Chair", "variants", List.of(fields("sku", "C-1", "places", List.of("north")))));
        }

        // --- the host's code

        @Test
        void leavesOutRowsThatMakeNoDocument() {
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select id, title, brand_id from product where {products:id}")
                    .hide("brand_id")
                    .when(row -> row.get("brand_id") != null)
                    .build();

            assertThat(document(source, 1).fields()).isEqualTo(fields("id", 1, "title", "Desk"));
            assertThat(source.read(ProductKey.all("2"))).containsValue(Projection.absent());
            assertThat(source.present(ProductKey.all("1", "2", "3"))).containsExactly(ProductKey.of(1));
        }

        @Test
        void letsTheHostComputeFields() {
            ProductSource source = builder()
                    .children("variants", VARIANTS)
                    .mapper(row -> {
                        row.put("count", ((List<?>) row.remove("variants")).size());
                        return Document.of(row);
                    })
                    .projectionVersion("7")
                    .build();

            assertThat(document(source, 1).fields()).isEqualTo(fields("id", 1, "title", "Desk", "count", 2));
            assertThat(source.projectionVersion()).isEqualTo("7");
        }

        @Test
        void makesTheProductUnreadableAtWhichTheHostsCodeFails() {
            ProductSource source = builder()
                    .mapper(row -> {
                        if ("Chair".equals(row.get("title"))) {
                            throw new IllegalStateException("no chairs");
                        }
                        return Document.of(Map.of("price", Double.NaN));
                    })
                    .build();

            assertThat(problem(source, 2)).contains("product '2'", "'mapper'", "no chairs");
            assertThat(problem(source, 1)).contains("price", "NaN");
        }

        // --- bad rows

        @Test
        void makesAProductUnreadableThatTheRootQueryReturnsTwice() {
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select p.id, v.sku from product p left join variant v on v.product_id = p.id"
                            + " where {products:p.id}")
                    .keys("product", "id")
                    .build();

            assertThat(problem(source, 1)).contains("product '1'", "'root' returns 2 rows");
            assertThat(document(source, 2).get("sku")).isEqualTo("C-1");
            assertThat(source.present(ProductKey.all("1", "2"))).hasSize(2);
        }

        @Test
        void makesAProductUnreadableWhoseMapHasANameTwiceOrNone() {
            run("insert into price values (20, null, 1, null), (11, 'eur', 14, null)");
            ProductSource source = builder()
                    .children(
                            "variants",
                            VARIANTS.map(
                                    "prices",
                                    "currency",
                                    below("variant_id, currency, amount", "price", "currency, amount")))
                    .build();

            assertThat(problem(source, 1))
                    .contains("children[0] 'variants'.children[0] 'prices'", "two rows for 'eur'");
            assertThat(problem(source, 2)).contains("'currency' is null");
            assertThat(document(source, 9).get("title")).isEqualTo("Lamp");
        }

        @Test
        void findsTheOneProductWhoseDataMakesAQueryFail() {
            run("delete from product");
            run("insert into product select n, 'Product ' || n, 1 from " + Sql.numbers(database, 300));
            run("update product set brand_id = 0 where id in (17, 18, 250)");
            ProductSource source = builder()
                    .values(
                            "odd",
                            Rows.by(
                                    "id",
                                    "select id, " + failing("brand_id") + " as odd from product where {products:id}"))
                    .build();
            List<ProductKey> keys =
                    IntStream.range(0, 310).mapToObj(ProductKey::of).toList();

            Map<ProductKey, Projection> read = source.read(keys);

            assertThat(read).hasSize(310);
            assertThat(read.entrySet().stream()
                            .filter(entry -> entry.getValue() instanceof Projection.Unreadable)
                            .map(entry -> entry.getKey().value()))
                    .containsExactlyInAnyOrder("17", "18", "250");
            assertThat(problem(source, 17)).contains("children[0] 'odd'").containsIgnoringCase(failure());
            assertThat(source.present(keys)).hasSize(300);
        }

        @Test
        void knowsThatWhatIsNoNumberIsNoProduct() {
            ProductSource source = builder().build();
            List<ProductKey> odd = ProductKey.all("01", "+1", "1.0", "x", "99999999999999999999", "1");

            assertThat(source.read(odd)).hasSize(6);
            assertThat(source.present(odd)).containsExactly(ProductKey.of(1));
        }

        @Test
        void beginsTheWalkAgainWhereItStoppedAtAnIdOfAnotherType() {
            KeyPage page = builder().build().keys(ProductKey.of("x"), 10);

            assertThat(page.after()).isEqualTo(ProductKey.of("x"));
            assertThat(page.keys()).isEqualTo(ProductKey.all("1", "2", "9"));
            assertThat(page.end()).isTrue();
        }

        // --- the walk

        @Test
        void walksTheRootQueryWhereNoTableIsNamed() {
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select id as \"key\", title from product where title <> 'Chair' and {products:id}"
                            + " union all select id + 100, title from product where {products:id + 100} -- all")
                    .id("key")
                    .build();
            source.verify();

            assertThat(source.keys(null, 2).keys()).isEqualTo(ProductKey.all("1", "9"));
            KeyPage rest = source.keys(ProductKey.of(9), 5);
            assertThat(rest.keys()).isEqualTo(ProductKey.all("101", "102", "109"));
            assertThat(rest.end()).isTrue();
            assertThat(source.compare(ProductKey.of(9), ProductKey.of(101))).isNegative();
        }

        @Test
        void reportsIdsThatCannotBeUsedAndGoesOn() {
            run("drop table if exists thing");
            run("create table thing (id varchar(500), title varchar(10))");
            String tooLong = "z".repeat(401);
            run(
                    "insert into thing values (null, 'a'), ('', 'b'), (' ', 'c'), ('k1', 'd'), ('k2', 'e'), (?, 'f')",
                    tooLong);
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select id, title from thing where {products:id}")
                    .keys("thing", "id")
                    .build();
            List<ProductKey> keys = new ArrayList<>();
            List<String> problems = new ArrayList<>();
            ProductKey after = null;
            KeyPage page;
            do {
                page = source.keys(after, 1);
                keys.addAll(page.keys());
                problems.addAll(page.problems());
                after = page.last().orElse(after);
            } while (!page.end());

            assertThat(keys).isEqualTo(ProductKey.all("k1", "k2"));
            assertThat(problems)
                    .hasSize(4)
                    .anyMatch(problem ->
                            problem.contains("1 rows of 'thing' have no id") && problem.contains("give each an id"))
                    .anyMatch(problem -> problem.contains("blank"))
                    .anyMatch(problem -> problem.contains("too long"));
        }

        @Test
        void reportsIdsThatAreNoWholeNumbers() {
            run("drop table if exists half");
            run("create table half (id numeric(10, 1) primary key)");
            run("insert into half values (1), (1.5), (2)");
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select id from half where {products:id}")
                    .keys("half", "id")
                    .build();
            KeyPage page = source.keys(null, 10);

            assertThat(page.keys()).isEqualTo(ProductKey.all("1", "2"));
            assertThat(page.problems()).hasSize(1).first().asString().contains("1.5");
            assertThat(document(source, 2).get("id")).isEqualTo(new BigDecimal("2.0"));
        }

        // --- economy

        @Test
        void readsAPageInOneStatementPerQuery() {
            run("delete from product");
            run("insert into product select n, 'Product ' || n, 1 from " + Sql.numbers(database, 500));
            StatementCounter counter = new StatementCounter(database);
            ProductSource source = JdbcProductSource.builder(counter)
                    .root("select id, title from product where {products:id}")
                    .children(
                            "variants",
                            VARIANTS.children("stock", below("variant_id, location, quantity", "stock", "location")))
                    .keys("product", "id")
                    .build();
            List<ProductKey> keys = source.keys(null, 500).keys();
            counter.reset();

            assertThat(source.read(keys)).hasSize(500);
            assertThat(counter.prepared()).isEqualTo(3);
            assertThat(counter.connections()).isEqualTo(1);
        }

        @Test
        void tellsWhenTheDatabaseHasAnsweredTheLastQuery() {
            run("delete from product");
            run("insert into product select n, 'Product ' || n, 1 from " + Sql.numbers(database, 700));
            StatementCounter counter = new StatementCounter(database);
            ProductSource source = JdbcProductSource.builder(counter)
                    .root("select id, title from product where {products:id}")
                    .children("variants", VARIANTS)
                    .keys("product", "id")
                    .build();
            List<ProductKey> keys = source.keys(null, 700).keys();
            counter.reset();
            List<Integer> told = new ArrayList<>();

            assertThat(source.read(keys, () -> {
                        told.add(counter.prepared());
                        told.add(counter.open());
                        assertThat(source.read(keys.subList(0, 1)))
                                .as("another read")
                                .hasSize(1);
                    }))
                    .isEqualTo(source.read(keys))
                    .hasSize(700);
            assertThat(told)
                    .as("once, after the queries of both pages, before the rows of the last one are taken over")
                    .containsExactly(4, 1);
            assertThat(counter.open()).isZero();
        }

        /** More than the driver takes at once: it fetches the others when they are read, behind the queries that followed. */
        private void manyVariants() {
            run("delete from stock");
            run("delete from variant");
            run("insert into variant select 10000 * p.id + n, p.id, 'V-1', 1 from product p, "
                    + Sql.numbers(database, 6_000));
            run("insert into stock select id, 'north', id from variant");
        }

        @Test
        void readsManyRowsOfSeveralQueries() {
            manyVariants();
            ProductSource source = builder()
                    .children(
                            "variants",
                            VARIANTS.children("stock", below("variant_id, quantity", "stock", "location, v.id")))
                    .build();

            source.read(ProductKey.all("1", "2", "9"))
                    .forEach((key, projection) -> assertThat(variants(projection))
                            .as(key.value())
                            .isEqualTo(LongStream.range(0, 6_000)
                                    .map(n -> 10_000 * Long.parseLong(key.value()) + n)
                                    .mapToObj(id -> Map.of(
                                            "id", id, "sku", "V-1", "stock", List.of(Map.of("quantity", decimal(id)))))
                                    .toList()));
        }

        private static BigDecimal decimal(long number) {
            return new BigDecimal(number + ".00");
        }

        @Test
        void aRowThatFailsLateSpoilsItsProductOnly() {
            manyVariants();
            run("update variant set place = 0 where id = 95999");
            ProductSource source = builder()
                    .children(
                            "variants",
                            Rows.by(
                                    "product_id",
                                    "select product_id, id, " + failing("place")
                                            + " as share from variant where {products:product_id} order by id"))
                    .values(
                            "skus",
                            Rows.by("product_id", "select product_id, sku from variant where {products:product_id}"))
                    .build();

            Map<ProductKey, Projection> read = source.read(ProductKey.all("1", "2", "9"));
            assertThat(variants(read.get(ProductKey.of("1")))).hasSize(6_000);
            assertThat(variants(read.get(ProductKey.of("2")))).hasSize(6_000);
            assertThat(problem(source, 9))
                    .contains("the query 'children[0] 'variants'' fails")
                    .containsIgnoringCase(failure());
            assertThat(read.get(ProductKey.of("9"))).isInstanceOf(Projection.Unreadable.class);
        }

        // --- connections

        @Test
        void givesConnectionsBackAsTheyCame() throws SQLException {
            ProductSource source = builder().build();
            for (boolean autoCommit : new boolean[] {true, false}) {
                try (Connection connection = database.getConnection()) {
                    connection.setAutoCommit(autoCommit);
                    int isolation = connection.getTransactionIsolation();
                    ProductSource own = JdbcProductSource.builder(new StatementCounter(connection))
                            .root("select id, title from product where {products:id}")
                            .build();
                    assertThat(document(own, 1)).isEqualTo(document(source, 1));
                    assertThat(problemOf(own)).contains("root");
                    assertThat(connection.getAutoCommit()).isEqualTo(autoCommit);
                    assertThat(connection.getTransactionIsolation()).isEqualTo(isolation);
                    assertThat(connection.isReadOnly()).isFalse();
                    Sql.run(connection, "update product set title = title where id = 1");
                    connection.setAutoCommit(true);
                }
            }
            assertThat(database.getActiveConnections()).isZero();
        }

        private String problemOf(ProductSource own) {
            run("alter table product rename column title to name");
            try {
                own.read(ProductKey.all("1"));
                return "";
            } catch (MisconfiguredException e) {
                return String.valueOf(e.getMessage());
            } finally {
                run("alter table product rename column name to title");
            }
        }

        @Test
        void refusesAConnectionThatIsInsideSomebodysTransaction() throws SQLException {
            try (Connection connection = database.getConnection()) {
                connection.setAutoCommit(false);
                Sql.run(connection, "update product set title = 'Mine' where id = 1");
                ProductSource source = JdbcProductSource.builder(new StatementCounter(connection))
                        .root("select id, title from product where {products:id}")
                        .build();

                assertThatThrownBy(() -> source.read(ProductKey.all("1")))
                        .isInstanceOf(MisconfiguredException.class)
                        .hasMessageContaining("transaction");
                connection.commit();
                connection.setAutoCommit(true);
            }
            assertThat(Sql.texts(database, "select title from product where id = 1"))
                    .containsExactly("Mine");
        }

        // --- the set-up

        @Test
        void standsItsOwnCheck() {
            builder().children("variants", VARIANTS).build().verify();
        }

        @Test
        void namesEverythingThatIsWrongWithTheQueriesAtOnce() {
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select title, title from product where {products:id}")
                    .children(
                            "variants",
                            Rows.by("product", "select product_id, idd from variant where {products:product_id}"))
                    .values(
                            "stock",
                            Rows.by(
                                    "product_id",
                                    "select product_id, id, sku from variant where {products:product_id}"))
                    .children("title", Rows.by("product_id", "select * from nowhere where {products:product_id}"))
                    .build();

            assertThatThrownBy(source::verify)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("root: has no column 'id' (setting 'id'); it returns title, title")
                    .hasMessageContaining("root: returns two columns named 'title'")
                    .hasMessageContaining("children[0] 'variants': the query fails")
                    .hasMessageContaining("children[1] 'stock': must return exactly one column besides 'product_id'")
                    .hasMessageContaining("children[2] 'title': 'root' has a column of this name already")
                    .hasMessageContaining("children[2] 'title': the query fails");
        }

        @Test
        void namesTheTableThatIsNotThere() {
            assertThatThrownBy(() -> builder().keys("prodcut", "id").build().verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("keys: there is no table 'prodcut'; did you mean 'product'?");
            assertThatThrownBy(() -> builder().keys("product", "idd").build().verify())
                    .hasMessageContaining("keys: the table 'product' has no column 'idd'; did you mean 'id'?");
        }

        @Test
        void refusesIdsThatAreNoIds() {
            run("drop table if exists moment");
            run("create table moment (id timestamp primary key)");
            assertThatThrownBy(() -> JdbcProductSource.builder(database)
                            .root("select id from moment where {products:id}")
                            .build()
                            .verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("cannot be product ids");
        }

        @Test
        void namesEverythingThatIsWrongWithTheSettingsAtOnce() {
            assertThatThrownBy(() -> JdbcProductSource.builder(database)
                            .root("select id from product")
                            .children("a", Rows.by("x", "select 1"))
                            .children("a", VARIANTS)
                            .statementTimeout(Duration.ZERO)
                            .build())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("root: the query must say which products it is about")
                    .hasMessageContaining("children[0] 'a': the query must say")
                    .hasMessageContaining("children[1] 'a': another child has this name already")
                    .hasMessageContaining("statementTimeout: must be positive");
        }

        @Test
        void namesTheQueryThatStoppedToWork() {
            ProductSource source = builder().children("variants", VARIANTS).build();
            document(source, 1);
            run("drop table variant");

            assertThatThrownBy(() -> document(source, 1))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("children[0] 'variants'");
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends OnEveryDatabase {

        private static final JdbcConnectionPool DATABASE = TestMariaDb.freshDatabase("collate utf8mb4_general_ci");

        OnMariaDb() {
            super(DATABASE);
        }

        @Override
        String moments() {
            return "timestamp(6) null";
        }

        @Override
        String moment(String time) {
            return "convert_tz('" + time + "', '+00:00', @@session.time_zone)";
        }

        @Override
        String oldest() {
            return "1971";
        }

        @Override
        String localTime() {
            return "cast(null as datetime)";
        }

        /** A division by zero is null here. */
        @Override
        String failing(String column) {
            return "9223372036854775807 + (" + column + " = 0)";
        }

        @Override
        String failure() {
            return "out of range";
        }

        private void kinds(String definition, String... values) {
            run("drop table if exists kinds");
            run("create table kinds (id int primary key, " + definition + ")");
            try (Connection connection = database.getConnection()) {
                Sql.run(connection, "set session sql_mode = '', session time_zone = '+00:00'");
                for (int i = 0; i < values.length; i++) {
                    Sql.run(connection, "insert into kinds values (" + (i + 1) + ", " + values[i] + ")");
                }
                Sql.run(connection, "set session sql_mode = default, session time_zone = default");
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }

        private JdbcProductSource kinds() {
            return JdbcProductSource.builder(database)
                    .root("select * from kinds where {products:id}")
                    .build();
        }

        @Test
        void readsValuesOfEveryTypeWhereverTheJvmLives() {
            kinds(
                    "big bigint, huge bigint unsigned, small smallint unsigned, exact decimal(22, 2), real_ float,"
                            + " double_ double, yes boolean, flag bit, flags bit(9), at timestamp(6) null, local datetime,"
                            + " finer datetime(3), day date, clock time, span time(1), year year, uid uuid, extra json,"
                            + " note longtext, mood varchar(9), size enum('s', 'm'), nothing datetime",
                    "9007199254740993, 18446744073709551615, 65535, 12345678901234567890.50, 0.1, 0.1, true, b'1',"
                            + " b'101', '2026-03-28 20:45:00.000001', '2026-03-29 02:30:00', '2026-03-29 02:30:00.5',"
                            + " '2026-03-29', '23:00', '-30:00:00.5', 2026, '0a000000-0000-0000-0000-00000000000b',"
                            + " '{\"big\": 12345678901234567890, \"n\": [1.10, {}]}', 'long', '🦆İ', 'm', null");
            Locale locale = Locale.getDefault();
            TimeZone zone = TimeZone.getDefault();
            try {
                Locale.setDefault(Locale.forLanguageTag("tr-TR"));
                TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
                assertThat(document(kinds(), 1).fields())
                        .isEqualTo(fields(
                                "id",
                                1,
                                "big",
                                9_007_199_254_740_993L,
                                "huge",
                                new BigDecimal("18446744073709551615"),
                                "small",
                                65_535,
                                "exact",
                                new BigDecimal("12345678901234567890.50"),
                                "real_",
                                0.1f,
                                "double_",
                                0.1,
                                "yes",
                                true,
                                "flag",
                                true,
                                "flags",
                                5,
                                "at",
                                "2026-03-28T20:45:00.000001Z",
                                "local",
                                "2026-03-29T02:30:00",
                                "finer",
                                "2026-03-29T02:30:00.5",
                                "day",
                                "2026-03-29",
                                "clock",
                                "23:00:00",
                                "span",
                                "-30:00:00.5",
                                "year",
                                2026,
                                "uid",
                                "0a000000-0000-0000-0000-00000000000b",
                                "extra",
                                fields(
                                        "n",
                                        List.of(new BigDecimal("1.10"), Map.of()),
                                        "big",
                                        new BigDecimal("12345678901234567890")),
                                "note",
                                "long",
                                "mood",
                                "🦆İ",
                                "size",
                                "m",
                                "nothing",
                                null));
            } finally {
                Locale.setDefault(locale);
                TimeZone.setDefault(zone);
            }
        }

        @Test
        void readsTheSameByTheDriversOtherProtocol() {
            kinds(
                    "at timestamp(6) null, local datetime(3), day date, clock time(1), year year, flags bit(9), flag bit,"
                            + " huge bigint unsigned, zero datetime, extra json",
                    "'2026-03-28 20:45:00.000001', '2026-03-29 02:30:00.5', '2026-03-29', '23:00:00.5', 2026, b'101', b'0',"
                            + " 18446744073709551615, '0000-00-00 00:00:00', '[1]'");
            String name = Sql.texts(database, "select database()").get(0);
            ProductSource prepared = JdbcProductSource.builder(
                            TestMariaDb.dataSource(name + "?useServerPrepStmts=true", "root"))
                    .root("select * from kinds where {products:id}")
                    .build();

            assertThat(document(prepared, 1)).isEqualTo(document(kinds(), 1));
        }

        @Test
        void takesADateOfZerosForNoneAndRefusesDatesThatDoNotExist() {
            kinds(
                    "day date, local datetime",
                    "'0000-00-00', '0000-00-00 00:00:00'",
                    "'2024-00-10', '2024-02-01 00:00:00'",
                    "'2024-02-01', '2024-02-00 00:00:00'");

            assertThat(document(kinds(), 1).fields()).isEqualTo(fields("id", 1, "day", null, "local", null));
            assertThat(problem(kinds(), 2)).contains("'day'", "2024-00-10", "cannot be read");
            assertThat(problem(kinds(), 3)).contains("'local'", "2024-02-00");
        }

        @Test
        void refusesColumnsThatNoDocumentCanHold() {
            kinds("picture blob, place point");
            assertThatThrownBy(kinds()::verify)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("root: column 'picture' is binary")
                    .hasMessageContaining("root: column 'place' is binary");
        }

        @Test
        void takesADocumentThatTheQueryBuilds() {
            ProductSource source = JdbcProductSource.builder(database)
                    .root(
                            "select p.id, json_object('title', p.title, 'skus', (select json_arrayagg(v.sku order by v.id)"
                                    + " from variant v where v.product_id = p.id)) as doc from product p where {products:p.id}")
                    .document("doc")
                    .build();
            source.verify();

            assertThat(document(source, 1).fields())
                    .isEqualTo(fields("id", 1, "title", "Desk", "skus", List.of("D-1", "D-2")));
        }

        @Test
        void givesUpAStatementThatTakesTooLong() {
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select id, sleep(60) as late from product where {products:id}")
                    .keys("product", "id")
                    .statementTimeout(Duration.ofMillis(50))
                    .build();
            assertThatThrownBy(() -> source.read(ProductKey.all("1")))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("root");
            assertThat(database.getActiveConnections()).isZero();
        }

        @Test
        void cannotWrite() {
            run("drop sequence if exists numbers");
            run("create sequence numbers");
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select id, nextval(numbers) as n from product where {products:id}")
                    .keys("product", "id")
                    .build();
            assertThatThrownBy(() -> source.read(ProductKey.all("1")))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("READ ONLY");
        }

        @Test
        void leavesTheSessionAsItWas() throws SQLException {
            String all =
                    "select concat_ws('|', @@session.time_zone, @@session.max_statement_time, @@session.tx_isolation,"
                            + " @@session.tx_read_only, @@session.autocommit)";
            try (Connection connection = database.getConnection()) {
                Sql.run(connection, "set session time_zone = '+02:00', session max_statement_time = 9");
                List<String> before = Sql.texts(connection, all);
                ProductSource own = JdbcProductSource.builder(new StatementCounter(connection))
                        .root("select id, title from product where {products:id}")
                        .build();
                document(own, 1);
                own.keys(null, 2);

                assertThat(Sql.texts(connection, all)).isEqualTo(before);
                Sql.run(connection, "set session time_zone = default, session max_statement_time = default");
            }
        }

        @Test
        void readsOneSnapshotThatIsAsNewAsTheRead() {
            ProductSource source = builder()
                    .child("stock", Rows.by("id", "select id, sleep(0) as s, title from product where {products:id}"))
                    .build();
            for (int round = 0; round < 20; round++) {
                run("update product set title = ? where id = 1", "Desk " + round);
                assertThat(document(source, 1).get("title")).isEqualTo("Desk " + round);
            }
        }

        @Test
        void refusesAServerThatIsReadOnly() {
            JdbcProductSource source = builder().build();
            source.verify();
            run("set global read_only = 1");
            try {
                for (ThrowingCallable reading : List.<ThrowingCallable>of(
                        source::verify, () -> source.read(List.of(ProductKey.of("1"))), () -> source.keys(null, 10))) {
                    assertThatThrownBy(reading)
                            .isInstanceOf(UnavailableException.class)
                            .hasMessageContaining("use the primary");
                }
            } finally {
                run("set global read_only = 0");
            }
        }

        // --- ids that are written otherwise

        @Test
        void handsRowsToTheProductThatTheDatabaseMeans() {
            run("drop table if exists thing");
            run("create table thing (id varchar(40) primary key, title varchar(10))");
            run("create table word (thing_id varchar(40), word varchar(10),"
                    + " foreign key (thing_id) references thing (id))");
            run("insert into thing values ('Desk', 'a'), ('LAMP', 'b'), ('bed', 'c')");
            run("insert into word values ('desk', 'one'), ('DESK ', 'two'), ('Desk', 'three'), ('lamp', 'four')");
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select id from thing where title <> 'c' and {products:id}")
                    .values(
                            "words",
                            Rows.by(
                                    "thing_id",
                                    "select thing_id, word from word where {products:thing_id} order by word"))
                    .keys("thing", "id")
                    .build();

            Map<ProductKey, Projection> read = source.read(ProductKey.all("Desk", "LAMP", "bed", "desk", "lamp"));

            assertThat(read)
                    .containsEntry(
                            ProductKey.of("Desk"),
                            Projection.of(Document.of(fields("id", "Desk", "words", List.of("one", "three", "two")))))
                    .containsEntry(
                            ProductKey.of("LAMP"),
                            Projection.of(Document.of(fields("id", "LAMP", "words", List.of("four")))))
                    .containsEntry(ProductKey.of("bed"), Projection.absent())
                    .containsEntry(ProductKey.of("desk"), Projection.absent())
                    .containsEntry(ProductKey.of("lamp"), Projection.absent());
            run("drop table word");
        }

        @Test
        void losesNoneOfTheIdsThatTheDatabaseTakesForOne() {
            run("drop table if exists thing");
            run("create table thing (id varchar(40), n int, index (id))");
            run(
                    "insert into thing values ('a', 1), ('A', 2), ('a ', 3), ('b', 4), ('B', 5), ('c', 6), ('ä', 7), ('a', 8)");
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select id, min(n) as n from thing where {products:id} group by binary id")
                    .keys("thing", "id")
                    .build();
            for (int limit : new int[] {1, 2, 3, 7, 100}) {
                List<ProductKey> walked = new ArrayList<>();
                KeyPage page = source.keys(null, limit);
                walked.addAll(page.keys());
                while (!page.end()) {
                    page = source.keys(walked.get(walked.size() - 1), limit);
                    walked.addAll(page.keys());
                }
                assertThat(walked)
                        .as("pages of %s", limit)
                        .containsExactlyInAnyOrderElementsOf(ProductKey.all("a", "A", "a ", "ä", "b", "B", "c"));
            }
        }

        @Test
        void usesTheIndexToWalkTextInAnyCollation() {
            run("drop table if exists thing");
            run("create table thing (id varchar(40) primary key)");
            run("insert into thing select 'k' || n from " + Sql.numbers(database, 20_000));
            run("analyze table thing");

            assertThat(Sql.rows(
                            database, "explain select id as k from thing where (id > ?) order by k limit 500", "k777"))
                    .singleElement()
                    .asString()
                    .contains("|range|PRIMARY|")
                    .doesNotContain("filesort");
        }
    }

    @Nested
    class OnH2 extends OnEveryDatabase {

        private static final JdbcConnectionPool DATABASE = Sql.h2();

        OnH2() {
            super(DATABASE);
        }

        @Test
        void readsValuesOfEveryType() {
            run("drop table if exists kinds");
            run("create table kinds (id int primary key, big bigint, exact decimal(20, 4), real_ double, yes boolean,"
                    + " at timestamp with time zone, local timestamp, on_day date, clock time, uid uuid, tags varchar(9) array,"
                    + " extra json, note clob)");
            run(
                    "insert into kinds values (1, 9007199254740993, 1.5000, 0.1, true, timestamp with time zone"
                            + " '2026-03-29 02:30:00+05:45', timestamp '2026-03-29 02:30:00', date '2026-03-29', time '23:00:00',"
                            + " '0a000000-0000-0000-0000-00000000000b', array['a', null], '{\"a\":[1.50,null]}' format json, 'long')");
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select * from kinds where {products:id}")
                    .build();

            assertThat(document(source, 1).fields())
                    .isEqualTo(fields(
                            "id",
                            1,
                            "big",
                            9_007_199_254_740_993L,
                            "exact",
                            new BigDecimal("1.5000"),
                            "real_",
                            0.1,
                            "yes",
                            true,
                            "at",
                            "2026-03-28T20:45:00Z",
                            "local",
                            "2026-03-29T02:30:00",
                            "on_day",
                            "2026-03-29",
                            "clock",
                            "23:00:00",
                            "uid",
                            "0a000000-0000-0000-0000-00000000000b",
                            "tags",
                            Arrays.asList("a", null),
                            "extra",
                            fields("a", Arrays.asList(new BigDecimal("1.50"), null)),
                            "note",
                            "long"));
        }

        @Test
        void findsTheOneProductWhoseRowsDoNotFitIntoMemory() {
            JdbcConnectionPool other = Sql.h2();
            Sql.run(other, "create table product (id int primary key)");
            Sql.run(other, "insert into product select n from " + Sql.numbers(other, 20));
            Sql.run(
                    other,
                    "create alias picture as 'String picture(int id) {"
                            + " if (id == 7) { throw new OutOfMemoryError(\"too large\"); } return \"x\"; }'");
            ProductSource source = JdbcProductSource.builder(other)
                    .root("select id, picture(id) as picture from product where {products:id}")
                    .keys("product", "id")
                    .build();

            Map<ProductKey, Projection> read =
                    source.read(IntStream.range(0, 20).mapToObj(ProductKey::of).toList());

            assertThat(read.values())
                    .filteredOn(Projection.Present.class::isInstance)
                    .hasSize(19);
            assertThat(problem(source, 7)).contains("'root'", "memory", "-Xmx");
        }

        @Test
        void waitsForADatabaseThatIsClosed() {
            JdbcConnectionPool other = Sql.h2();
            Sql.run(other, "create table product (id int primary key)");
            ProductSource source = JdbcProductSource.builder(other)
                    .root("select id from product where {products:id}")
                    .build();
            source.verify();
            other.dispose();

            assertThatThrownBy(() -> source.read(ProductKey.all("1"))).isInstanceOf(UnavailableException.class);
        }
    }

    @Nested
    class OnPostgres extends OnEveryDatabase {

        private static final JdbcConnectionPool DATABASE = Sql.postgres();

        OnPostgres() {
            super(DATABASE);
        }

        private void kinds(String definition, String... values) {
            run("drop table if exists kinds");
            run("create table kinds (id int primary key, " + definition + ")");
            for (int i = 0; i < values.length; i++) {
                run("insert into kinds values (" + (i + 1) + ", " + values[i] + ")");
            }
        }

        private JdbcProductSource kinds() {
            return JdbcProductSource.builder(database)
                    .root("select * from kinds where {products:id}")
                    .build();
        }

        @Test
        void readsValuesOfEveryTypeWhereverTheJvmLives() {
            kinds(
                    "big bigint, exact numeric, real_ float4, double_ float8, yes boolean, at timestamptz, local timestamp,"
                            + " day date, clock time, uid uuid, tags text[], grid int[], extra jsonb, nothing text,"
                            + " mood text, hours interval",
                    "9007199254740993, 12345678901234567890.50, 0.1, 0.1, true, '2026-03-29 02:30:00.000001+05:45',"
                            + " '2026-03-29 02:30:00', '2026-03-29', '23:00', '0a000000-0000-0000-0000-00000000000b',"
                            + " '{a,NULL,\"b,c\"}', '{{1,2},{3,4}}',"
                            + " '{\"big\": 12345678901234567890, \"n\": [1.10, {}]}', null, 'ıİ', '1 day'");
            Locale locale = Locale.getDefault();
            TimeZone zone = TimeZone.getDefault();
            try {
                Locale.setDefault(Locale.forLanguageTag("tr-TR"));
                TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
                assertThat(document(kinds(), 1).fields())
                        .isEqualTo(fields(
                                "id",
                                1,
                                "big",
                                9_007_199_254_740_993L,
                                "exact",
                                new BigDecimal("12345678901234567890.50"),
                                "real_",
                                0.1f,
                                "double_",
                                0.1,
                                "yes",
                                true,
                                "at",
                                "2026-03-28T20:45:00.000001Z",
                                "local",
                                "2026-03-29T02:30:00",
                                "day",
                                "2026-03-29",
                                "clock",
                                "23:00:00",
                                "uid",
                                "0a000000-0000-0000-0000-00000000000b",
                                "tags",
                                Arrays.asList("a", null, "b,c"),
                                "grid",
                                List.of(List.of(1, 2), List.of(3, 4)),
                                "extra",
                                fields(
                                        "n",
                                        List.of(new BigDecimal("1.10"), Map.of()),
                                        "big",
                                        new BigDecimal("12345678901234567890")),
                                "nothing",
                                null,
                                "mood",
                                "ıİ",
                                "hours",
                                "1 day"));
            } finally {
                Locale.setDefault(locale);
                TimeZone.setDefault(zone);
            }
        }

        @Test
        void readsDatesWithoutEnd() {
            kinds("at timestamptz, local timestamp, day date", "'infinity', '-infinity', 'infinity'");
            assertThat(document(kinds(), 1).fields())
                    .isEqualTo(fields("id", 1, "at", "infinity", "local", "-infinity", "day", "infinity"));
        }

        @Test
        void makesAProductUnreadableWhoseNumberIsNone() {
            kinds("exact numeric, real_ float8", "'NaN', 1", "1, 'NaN'", "1, 'Infinity'", "1, 1");
            assertThat(problem(kinds(), 1)).contains("product '1'", "root", "'exact'");
            assertThat(problem(kinds(), 2)).contains("'real_' is NaN");
            assertThat(problem(kinds(), 3)).contains("'real_' is Infinity");
            assertThat(document(kinds(), 4).get("real_")).isEqualTo(new BigDecimal("1.0"));
        }

        @Test
        void refusesColumnsThatNoDocumentCanHold() {
            kinds("picture bytea, paid money, times timestamptz[]");
            assertThatThrownBy(kinds()::verify)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("root: column 'picture' is binary (bytea)")
                    .hasMessageContaining("root: column 'paid' is of type money")
                    .hasMessageContaining("root: column 'times' is an array of timestamptz");
        }

        @Test
        void takesADocumentThatTheQueryBuilds() {
            ProductSource source = JdbcProductSource.builder(database)
                    .root("""
                            select p.id, jsonb_build_object('title', p.title, 'skus', coalesce((
                                select jsonb_agg(v.sku order by v.id) from variant v where v.product_id = p.id), '[]')) as doc
                            from product p where {products:p.id}""")
                    .document("doc")
                    .build();
            source.verify();

            assertThat(document(source, 1).fields())
                    .isEqualTo(fields("id", 1, "title", "Desk", "skus", List.of("D-1", "D-2")));
        }

        @Test
        void makesAProductUnreadableWhoseDocumentIsNoObject() {
            kinds("doc jsonb", "'[1]'", "'{\"a\": 1}'");
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select id, doc from kinds where {products:id}")
                    .document("doc")
                    .build();
            assertThat(problem(source, 1)).contains("'doc' is no JSON object");
            assertThat(document(source, 2).get("a")).isEqualTo(1L);
        }

        @Test
        void waitsForAVanishedServerNoLongerThanForAStatement() throws SQLException {
            try (Connection connection = database.getConnection()) {
                connection.setNetworkTimeout(Runnable::run, 90_000);
                Database patient =
                        new Database(new KeptConnection(connection, new ArrayList<>()), Duration.ofSeconds(20));

                int within = patient.read(
                        Database.View.LATEST,
                        "test",
                        session -> session.connection().getNetworkTimeout());

                assertThat(within).isEqualTo(25_000);
                assertThat(patient.<Integer>write(
                                "test", session -> session.connection().getNetworkTimeout()))
                        .as("and while changing something")
                        .isEqualTo(25_000);
                assertThat(connection.getNetworkTimeout()).isEqualTo(90_000);
            }
        }

        @Test
        void givesAConnectionBackAsItCameThoughItCouldNotBegin() throws SQLException {
            try (Connection connection = database.getConnection()) {
                connection.setNetworkTimeout(Runnable::run, 90_000);
                BreakingDataSource breaking = new BreakingDataSource(new KeptConnection(connection, new ArrayList<>()));
                breaking.arm(1, BreakingDataSource.Fault.DEADLOCK);

                assertThatThrownBy(() -> new Database(breaking, Duration.ofSeconds(20))
                                .read(Database.View.LATEST, "test", session -> 0))
                        .isInstanceOf(UnavailableException.class);

                assertThat(breaking.victim()).startsWith("set transaction");
                assertThat(connection.getNetworkTimeout()).isEqualTo(90_000);
                assertThat(connection.getAutoCommit()).isTrue();
            }
        }

        @Test
        void givesUpAStatementThatTakesTooLong() {
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select id, pg_sleep(60)::text as late from product where {products:id}")
                    .keys("product", "id")
                    .statementTimeout(Duration.ofMillis(50))
                    .build();
            assertThatThrownBy(() -> source.read(ProductKey.all("1")))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContainingAll("root", "'statementTimeout'");
            assertThat(database.getActiveConnections()).isZero();
        }

        /** The driver prepares a statement on the server when it is used often, and its plan knows the columns of then. */
        @Test
        void isOnlyUnavailableForAMomentWhenTheHostChangesItsTables() {
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select p.* from product p where {products:p.id}")
                    .keys("product", "id")
                    .build();
            for (int i = 0; i < 10; i++) {
                source.read(ProductKey.all("1"));
            }
            run("alter table product alter column title type text");

            assertThatThrownBy(() -> source.read(ProductKey.all("1"))).isInstanceOf(UnavailableException.class);
            assertThat(document(source, 1).get("title")).isEqualTo("Desk");
        }

        @Test
        void cannotWrite() {
            run("drop sequence if exists numbers");
            run("create sequence numbers");
            ProductSource source = JdbcProductSource.builder(database)
                    .root("select id, nextval('numbers') as n from product where {products:id}")
                    .keys("product", "id")
                    .build();
            assertThatThrownBy(() -> source.read(ProductKey.all("1")))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("read-only");
        }

        @Test
        void usesTheIndexToWalkTextInAnyCollation() {
            run("drop table if exists thing");
            run("create table thing (id text collate \"de-x-icu\" primary key)");
            run("insert into thing select 'k' || n from generate_series(1, 20000) as g(n)");
            run("analyze thing");
            KeyOrigin origin = new KeyOrigin.OfTable("thing", "id");
            Database own = new Database(database, Duration.ofSeconds(5));
            String sql = own.read(
                    Database.View.LATEST,
                    "test",
                    session -> origin.resolve(session)
                            .ids()
                            .sql(new Selection.After(new KeyType(KeyType.Kind.TEXT, "text"), "x")));

            assertThat(Sql.texts(database, "explain " + sql + " order by k limit 500", "k777"))
                    .anyMatch(line -> line.contains("Index Only Scan using thing_pkey"))
                    .noneMatch(line -> line.contains("Sort"));
        }
    }
}
