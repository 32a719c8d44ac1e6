package dev.stocktake.bench;

import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;

import dev.stocktake.ProductSource;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSchedule;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.jdbc.JdbcProductSource;
import dev.stocktake.jdbc.ProductTables;
import dev.stocktake.jdbc.Rows;
import dev.stocktake.jdbc.TimestampFeed;
import dev.stocktake.meilisearch.MeilisearchIndex;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/** What is measured: Stocktake as a host would assemble it, with default settings but one, on a shop. */
final class Subject implements AutoCloseable {

    private final MeilisearchIndex index;
    private final Stocktake stocktake;

    private Subject(MeilisearchIndex index, Stocktake stocktake) {
        this.index = index;
        this.stocktake = stocktake;
    }

    /** With a ledger that knows nothing yet. */
    static Subject fresh(Shop shop, DataSource source, DataSource ledger, String sinkUrl, SyncListener listener)
            throws SQLException {
        String schema = ledgerSchema(shop);
        try (Connection connection = ledger.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop schema if exists " + schema + " cascade");
            statement.execute("create schema " + schema);
        }
        MeilisearchIndex index = MeilisearchIndex.builder()
                .url(sinkUrl)
                .uid(shop.schema())
                .searchable("title", "description")
                .displayed("id", "title", "description", "variants")
                .build();
        JdbcLedger books = JdbcLedger.builder(ledger).schema(schema).build().initialize();
        return new Subject(
                index,
                Stocktake.builder(products(shop, source), index, books)
                        .feed(changes(shop, source))
                        .listener(listener)
                        .build());
    }

    static String ledgerSchema(Shop shop) {
        return shop.schema() + "_ledger";
    }

    /** Root and child rows apart: the quickest way to read them, and the documented one. */
    private static ProductSource products(Shop shop, DataSource source) {
        String variants = """
                select v.product_id, v.id, v.sku, v.title, v.weight, r.currency, r.amount
                from {shop}.product_variant v left join {shop}.price r on r.variant_id = v.id
                where {products:v.product_id} order by v.id""";
        String stock = """
                select l.variant_id, l.location_id as location, l.stocked - l.reserved as available
                from {shop}.product_variant v join {shop}.inventory_level l on l.variant_id = v.id
                where {products:v.product_id} order by l.variant_id, l.location_id""";
        return JdbcProductSource.builder(source)
                .root(in(shop, """
                        select p.id, p.title, p.handle, p.description, p.brand, p.status, p.created_at
                        from {shop}.product p where {products:p.id}"""))
                .children(
                        "variants",
                        Rows.by("product_id", in(shop, variants))
                                .children("stock", Rows.by("variant_id", in(shop, stock))))
                .keys(shop.schema() + ".product", "id")
                .build();
    }

    private static String in(Shop shop, String sql) {
        return sql.replace("{shop}", shop.schema());
    }

    /** Looks back a second only, so that a round does not pay for the changes of the rounds before it. */
    private static TimestampFeed changes(Shop shop, DataSource source) {
        String schema = shop.schema() + ".";
        ProductTables tables = ProductTables.root(schema + "product", "id")
                .table(schema + "product_variant", key("product_id"), leadsTo(schema + "product.id"))
                .table(schema + "price", key("variant_id"), leadsTo(schema + "product_variant.id"))
                .table(schema + "inventory_level", key("variant_id"), leadsTo(schema + "product_variant.id"));
        return TimestampFeed.builder(source, tables)
                .overlap(Duration.ofSeconds(1))
                .build();
    }

    /** Runs a policy to its end. */
    SyncReport run(SyncPolicy policy) {
        SyncReport report = stocktake.run(policy);
        if (!report.complete()) {
            throw new IllegalStateException("The run did not complete: " + report);
        }
        return report;
    }

    /** Runs by itself until it is closed. */
    void start(SyncSchedule schedule) {
        stocktake.start(schedule);
    }

    @Override
    public void close() {
        stocktake.close();
        index.close();
    }
}
