package dev.stocktake.bench;

import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;

import dev.stocktake.AuditReport;
import dev.stocktake.ChangeFeed;
import dev.stocktake.Freshness;
import dev.stocktake.ProductSource;
import dev.stocktake.SearchIndex;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSchedule;
import dev.stocktake.SyncSettings;
import dev.stocktake.Truth;
import dev.stocktake.jdbc.ChangeLogFeed;
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

    private final Runnable closesIndex;
    private final Stocktake stocktake;

    private Subject(Runnable closesIndex, Stocktake stocktake) {
        this.closesIndex = closesIndex;
        this.stocktake = stocktake;
    }

    /** With a ledger that knows nothing yet. */
    static Subject fresh(Shop shop, DataSource source, DataSource ledger, String sinkUrl, SyncListener listener)
            throws SQLException {
        forget(shop, ledger);
        return intoSink(
                shop,
                products(shop, source),
                ledger,
                sinkUrl,
                changes(shop, source),
                listener,
                SyncSettings.defaults());
    }

    /** As above, with so many readers that ask for the stock so. */
    static Subject fresh(Shop shop, Stage stage, int readers, StockQuery stock) throws SQLException {
        DataSource source = stage.source().source();
        DataSource ledger = stage.ledger().source();
        forget(shop, ledger);
        SyncSettings defaults = SyncSettings.defaults();
        SyncSettings.Batch batch = defaults.batch();
        return intoSink(
                shop,
                products(shop, source, stock),
                ledger,
                stage.sink().url(),
                changes(shop, source),
                SyncListener.NONE,
                defaults.withBatch(
                        new SyncSettings.Batch(batch.maxProducts(), batch.maxBytes(), batch.maxInFlight(), readers)));
    }

    /** Behind the shop's change log, with the ledger that is there; none is made of nothing. */
    static Subject logged(Shop shop, Stage stage, SyncListener listener) {
        DataSource source = stage.source().source();
        return intoSink(
                shop,
                products(shop, source),
                stage.ledger().source(),
                stage.sink().url(),
                changeLog(shop, source),
                listener,
                SyncSettings.defaults());
    }

    /** Behind the shop's change log into this index, with a ledger that knows nothing yet; does not close the index. */
    static Subject logged(Shop shop, Stage stage, SearchIndex index) throws SQLException {
        DataSource source = stage.source().source();
        DataSource ledger = stage.ledger().source();
        forget(shop, ledger);
        return new Subject(
                () -> {},
                Stocktake.builder(products(shop, source), index, ledger(shop, ledger))
                        .feed(changeLog(shop, source))
                        .build());
    }

    private static ChangeFeed changeLog(Shop shop, DataSource source) {
        return ChangeLogFeed.builder(source, tables(shop)).schema(shop.schema()).build();
    }

    /** Reads and writes through these, with a ledger that knows nothing yet; does not close the index. */
    static Subject between(ProductSource products, SearchIndex index, Shop shop, Stage stage) throws SQLException {
        DataSource ledger = stage.ledger().source();
        forget(shop, ledger);
        return new Subject(
                () -> {},
                Stocktake.builder(products, index, ledger(shop, ledger))
                        .feed(changes(shop, stage.source().source()))
                        .build());
    }

    private static Subject intoSink(
            Shop shop,
            ProductSource products,
            DataSource ledger,
            String sinkUrl,
            ChangeFeed feed,
            SyncListener listener,
            SyncSettings settings) {
        MeilisearchIndex index = MeilisearchIndex.builder()
                .url(sinkUrl)
                .uid(shop.schema())
                .searchable("title", "description")
                .displayed("id", "title", "description", "variants")
                .build();
        return new Subject(
                index::close,
                Stocktake.builder(products, index, ledger(shop, ledger))
                        .feed(feed)
                        .listener(listener)
                        .settings(settings)
                        .build());
    }

    private static JdbcLedger ledger(Shop shop, DataSource ledger) {
        return JdbcLedger.builder(ledger).schema(ledgerSchema(shop)).build().initialize();
    }

    /** Makes an empty place for the ledger. */
    static void forget(Shop shop, DataSource ledger) throws SQLException {
        String schema = ledgerSchema(shop);
        try (Connection connection = ledger.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop schema if exists " + schema + " cascade");
            statement.execute("create schema " + schema);
        }
    }

    static String ledgerSchema(Shop shop) {
        return shop.schema() + "_ledger";
    }

    /** Root and child rows apart: the quickest way to read them, and the documented one. */
    static ProductSource products(Shop shop, DataSource source) {
        return products(shop, source, StockQuery.JOINED);
    }

    private static ProductSource products(Shop shop, DataSource source, StockQuery stock) {
        String variants = """
                select v.product_id, v.id, v.sku, v.title, v.weight, r.currency, r.amount
                from {shop}.product_variant v left join {shop}.price r on r.variant_id = v.id
                where {products:v.product_id} order by v.id""";
        return JdbcProductSource.builder(source)
                .root(in(shop, """
                        select p.id, p.title, p.handle, p.description, p.brand, p.status, p.created_at
                        from {shop}.product p where {products:p.id}"""))
                .children(
                        "variants",
                        Rows.by("product_id", in(shop, variants))
                                .children("stock", Rows.by("variant_id", in(shop, stock.sql()))))
                .keys(shop.schema() + ".product", "id")
                .build();
    }

    private static String in(Shop shop, String sql) {
        return sql.replace("{shop}", shop.schema());
    }

    /** How every row of the shop leads to its product. */
    static ProductTables tables(Shop shop) {
        String schema = shop.schema() + ".";
        return ProductTables.root(schema + "product", "id")
                .table(schema + "product_variant", key("product_id"), leadsTo(schema + "product.id"))
                .table(schema + "price", key("variant_id"), leadsTo(schema + "product_variant.id"))
                .table(schema + "inventory_level", key("variant_id"), leadsTo(schema + "product_variant.id"));
    }

    /** Looks back a second only, so that a round does not pay for the changes of the rounds before it. */
    private static TimestampFeed changes(Shop shop, DataSource source) {
        return TimestampFeed.builder(source, tables(shop))
                .overlap(Duration.ofSeconds(1))
                .build();
    }

    /** Writes everything into an index that holds nothing of it. */
    void fill(Shop shop) {
        SyncReport report = run(SyncPolicy.full().inPlace());
        if (report.counts().written() != shop.products()) {
            throw new IllegalStateException("Not all " + shop.products() + " products were written: " + report);
        }
    }

    /** Runs a policy to its end. */
    SyncReport run(SyncPolicy policy) {
        SyncReport report = stocktake.run(policy);
        if (!report.complete()) {
            throw new IllegalStateException("The run did not complete: " + report);
        }
        return report;
    }

    /** Asks for a run while a schedule is at work, which may be who does it. */
    SyncReport ask(SyncPolicy policy) {
        return stocktake.run(policy);
    }

    /** Compares everything, whether this run holds the lane or the schedule does. */
    AuditReport compare() {
        SyncReport report = stocktake.run(SyncPolicy.audit());
        return report.compared().orElseThrow(() -> new IllegalStateException("The audit compared nothing: " + report));
    }

    /** Runs by itself until it is closed. */
    void start(SyncSchedule schedule) {
        stocktake.start(schedule);
    }

    /**
     * Runs until everything that was committed before is applied: what still waits is in no figure yet, and would be the worst.
     */
    void awaitAll(Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        while (true) {
            SyncReport report = stocktake.run(SyncPolicy.smart());
            Truth truth = stocktake.status();
            if (report.complete() && truth.marked() + truth.inFlight() + truth.suspect() == 0) {
                return;
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("Not every edit was applied within " + longest + ": " + truth);
            }
        }
    }

    /** How long changes took that were applied since this was made. */
    Freshness freshness() {
        return stocktake.status().freshnessSinceStart();
    }

    @Override
    public void close() {
        stocktake.close();
        closesIndex.run();
    }
}
