package dev.stocktake.examples.quickstart;

import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Ledger;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.Reason;
import dev.stocktake.SearchIndex;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncSchedule;
import dev.stocktake.jdbc.ChangeLog;
import dev.stocktake.jdbc.ChangeLogFeed;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.jdbc.JdbcProductSource;
import dev.stocktake.jdbc.ProductTables;
import dev.stocktake.jdbc.Rows;
import dev.stocktake.jdbc.TimestampFeed;
import dev.stocktake.meilisearch.MeilisearchIndex;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import javax.sql.DataSource;
import net.javacrumbs.shedlock.core.DefaultLockingTaskExecutor;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.LockingTaskExecutor;

/** What the documentation shows, compiled and run. {@link DocsSnippetsTest} keeps the two equal. */
final class Snippets {

    private Snippets() {}

    static Stocktake firstScreen(DataSource dataSource, SearchIndex index) {
        // region first-screen
        ProductSource source = JdbcProductSource.builder(dataSource)
                .root("select p.id, p.name, p.brand from product p where {products:p.id}")
                .build();
        ChangeFeed feed = TimestampFeed.builder(dataSource, ProductTables.root("product", "id"))
                .build();
        JdbcLedger ledger = JdbcLedger.of(dataSource).initialize();
        Stocktake stocktake =
                Stocktake.builder(source, index, ledger).feed(feed).build();
        stocktake.run(SyncPolicy.full()); // everything: fills an empty index, or rebuilds beside the live one
        stocktake.run(SyncPolicy.smart()); // what changed since: costs what changed, not what is in the catalogue
        stocktake.sync("P-100042"); // one product, now; returns when a search shows it, or says why not
        stocktake.start(SyncSchedule.recommended()); // returns at once; from here on by itself
        // at shutdown: stocktake.close()
        // endregion
        return stocktake;
    }

    static Stocktake severalTables(DataSource dataSource, SearchIndex index, Ledger ledger) {
        // region several-tables
        ProductSource source = JdbcProductSource.builder(dataSource)
                .root("select p.id, p.name, p.brand from product p where {products:p.id}")
                .children("variants", Rows.by("product_id", """
                        select v.product_id, v.sku, s.quantity from variant v join stock s on s.variant_id = v.id
                        where {products:v.product_id} order by s.id"""))
                .build();
        ProductTables tables = ProductTables.root("product", "id")
                .table("variant", key("product_id"), leadsTo("product.id"))
                .table("stock", key("variant_id"), leadsTo("variant.id"));
        // endregion
        return Stocktake.builder(source, index, ledger)
                .feed(TimestampFeed.builder(dataSource, tables).build())
                .build();
    }

    static ChangeFeed changeLog(DataSource ownersDataSource, DataSource dataSource, ProductTables tables) {
        // region change-log
        ChangeLog log = ChangeLog.builder(ownersDataSource, tables).build();
        log.install(); // once; or run what log.print() answers with Flyway, Liquibase or psql
        ChangeFeed feed =
                ChangeLogFeed.builder(dataSource, tables).name("products").build();
        // endregion
        return feed;
    }

    static SyncSchedule ownPolicy(Set<ProductKey> bestsellers) {
        // region own-policy
        SyncPolicy policy = SyncPolicy.of("bestsellers", marker -> marker.mark(bestsellers, Reason.CHANGE));
        SyncSchedule schedule = SyncSchedule.builder()
                .paced(Duration.ofMillis(200), Duration.ofSeconds(1), SyncPolicy.smart())
                .every(Duration.ofHours(1), policy)
                .audit(Duration.ofHours(1))
                .build();
        // endregion
        return schedule;
    }

    static void shedLock(LockProvider lockProvider, Stocktake stocktake) {
        // region shedlock
        LockingTaskExecutor once = new DefaultLockingTaskExecutor(lockProvider);
        once.executeWithLock(
                (Runnable) () -> stocktake.run(SyncPolicy.full()),
                new LockConfiguration(Instant.now(), "rebuild-products", Duration.ofHours(2), Duration.ofMinutes(1)));
        // endregion
    }

    static MeilisearchIndex meilisearch() {
        // region meilisearch
        MeilisearchIndex index = MeilisearchIndex.builder()
                .url("http://localhost:7700")
                .apiKey(System.getenv("SEARCH_KEY"))
                .uid("products")
                .searchable("name", "brand")
                .displayed("id", "name", "brand", "price", "stock")
                .filterable("brand", "stock")
                .build();
        // endregion
        return index;
    }
}
