package dev.stocktake.jdbc;

import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.LoggedIndex;
import dev.stocktake.SearchIndex;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.testkit.InMemoryIndex;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.TreeMap;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;

/** The engine over the source, the feed and the ledger of one database. */
class EngineOnJdbcIT {

    private static final Set<String> WORK =
            Set.of("prepare", "identify", "write", "outcomes", "fingerprints", "settledPosition", "writesAfter");

    @Test
    void holdsNoConnectionWhileTheIndexWorks() {
        JdbcConnectionPool database = shop(30);
        InMemoryIndex index = new InMemoryIndex("products");
        TreeMap<String, Integer> held = new TreeMap<>();
        SearchIndex watched = watched(index, work -> held.merge(work, database.getActiveConnections(), Math::max));
        try (Stocktake stocktake = stocktake(database, watched)) {
            stocktake.run(SyncPolicy.full().inPlace());
            Sql.run(database, "insert into stock values (7, 3, current_timestamp)");
            stocktake.run(SyncPolicy.smart());
        }

        assertThat(index.documentsWritten()).isEqualTo(31);
        assertThat(held)
                .containsOnlyKeys(WORK)
                .allSatisfy(
                        (work, connections) -> assertThat(connections).as(work).isZero());
    }

    /** One for the lane, and one for a reader that would make use of two. */
    @Test
    void twoConnectionsAreEnough() {
        JdbcConnectionPool database = shop(3_000);
        database.setMaxConnections(2);
        InMemoryIndex index = new InMemoryIndex("products");
        try (Stocktake stocktake = stocktake(database, index)) {
            assertThat(stocktake.run(SyncPolicy.full().inPlace()).complete()).isTrue();
        }

        assertThat(index.documentsWritten()).isEqualTo(3_000);
        assertThat(database.getActiveConnections()).isZero();
    }

    private static JdbcConnectionPool shop(int products) {
        JdbcConnectionPool database = Sql.h2();
        Sql.run(database, "create table product (id int primary key, updated_at timestamp(6) with time zone not null)");
        Sql.run(
                database,
                "create table stock (product_id int, amount int, updated_at timestamp(6) with time zone not null)");
        Sql.run(
                database,
                "insert into product select n, timestamp with time zone '2020-01-01 00:00:00Z' from "
                        + Sql.numbers(database, products));
        return database;
    }

    private static Stocktake stocktake(JdbcConnectionPool database, SearchIndex index) {
        ProductTables tables =
                ProductTables.root("product", "id").table("stock", key("product_id"), leadsTo("product.id"));
        return Stocktake.builder(
                        JdbcProductSource.builder(database)
                                .root("select p.id from product p where {products:p.id}")
                                .values("stock", Rows.by("product_id", """
                                        select product_id, amount from stock where {products:product_id}"""))
                                .keys("product", "id")
                                .build(),
                        index,
                        JdbcLedger.of(database).initialize())
                .feed(TimestampFeed.builder(database, tables).build())
                .build();
    }

    /** Sees every call that a real index would need the network for. */
    private interface Watch {
        void begins(String work);
    }

    private static SearchIndex watched(InMemoryIndex index, Watch watch) {
        return (SearchIndex) Proxy.newProxyInstance(
                LoggedIndex.class.getClassLoader(),
                new Class<?>[] {LoggedIndex.class, dev.stocktake.AuditableIndex.class},
                (proxy, method, arguments) -> {
                    if (WORK.contains(method.getName())) {
                        watch.begins(method.getName());
                    }
                    try {
                        return method.invoke(index, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
