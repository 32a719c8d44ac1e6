package dev.stocktake.examples.quickstart;

import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;

import dev.stocktake.ProductSource;
import dev.stocktake.SearchIndex;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncSettings;
import dev.stocktake.jdbc.ChangeLog;
import dev.stocktake.jdbc.ChangeLogFeed;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.jdbc.JdbcProductSource;
import dev.stocktake.jdbc.ProductTables;
import dev.stocktake.jdbc.Rows;
import dev.stocktake.jdbc.TimestampFeed;
import javax.sql.DataSource;

/** All that a host writes: which rows make a document, and how a row leads to its product. */
final class ShopSync {

    /** A quarter of the usual size, so that there is something to watch. */
    private static final SyncSettings SMALL_BATCHES =
            SyncSettings.defaults().withBatch(new SyncSettings.Batch(500, 1024 * 1024, 4, 1));

    private static final ProductTables TABLES = ProductTables.root("product", "id")
            .table("category", key("id"), leadsTo("product.category_id"))
            .table("variant", key("product_id"), leadsTo("product.id"))
            .table("price", key("variant_id"), leadsTo("variant.id"))
            .table("stock", key("variant_id"), leadsTo("variant.id"))
            .table("location", key("id"), leadsTo("stock.location_id"));

    private ShopSync() {}

    /** What any shop can have: timestamps, and comparisons for what they do not show. */
    static Stocktake stocktake(DataSource database, SearchIndex index, SyncListener listener) {
        return builder(database, index).listener(listener).build();
    }

    /** What a shop can have whose owner allows triggers. */
    static Stocktake withChangeLog(DataSource database, SearchIndex index) {
        ChangeLog.builder(database, TABLES).build().install();
        return builder(database, index)
                .feed(ChangeLogFeed.builder(database, TABLES).name("change-log").build())
                .build();
    }

    private static Stocktake.Builder builder(DataSource database, SearchIndex index) {
        JdbcLedger ledger = JdbcLedger.of(database).initialize();
        return Stocktake.builder(products(database), index, ledger)
                .feed(TimestampFeed.builder(database, TABLES).build())
                .settings(SMALL_BATCHES);
    }

    private static ProductSource products(DataSource database) {
        return JdbcProductSource.builder(database)
                .root("""
                        select p.id, p.name, p.brand, p.description, c.name as category,
                               coalesce(sum(s.quantity), 0) as available,
                               coalesce(sum(s.quantity), 0) > 0 as in_stock,
                               (select min(e.amount) from price e join variant w on w.id = e.variant_id
                                where w.product_id = p.id and e.currency = 'EUR') as price_from
                        from product p
                        join category c on c.id = p.category_id
                        left join variant v on v.product_id = p.id
                        left join stock s on s.variant_id = v.id
                        where p.published and {products:p.id}
                        group by p.id, c.id""")
                .children(
                        "variants",
                        Rows.by("product_id", """
                                select v.product_id, v.id, v.sku, v.color from variant v
                                where {products:v.product_id} order by v.sku""")
                                .map("prices", "currency", Rows.by("variant_id", """
                                select m.variant_id, m.currency, m.amount from price m join variant v on v.id = m.variant_id
                                where {products:v.product_id}"""))
                                .map("stock", "location", Rows.by("variant_id", """
                                select s.variant_id, l.name as location, s.quantity
                                from stock s join location l on l.id = s.location_id join variant v on v.id = s.variant_id
                                where {products:v.product_id}""")))
                .keys("product", "id")
                .build();
    }
}
