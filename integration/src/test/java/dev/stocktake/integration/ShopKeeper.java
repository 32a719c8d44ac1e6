package dev.stocktake.integration;

import dev.stocktake.ProductSource;
import dev.stocktake.SearchIndex;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncSchedule;
import dev.stocktake.SyncSettings;
import dev.stocktake.meilisearch.MeilisearchIndex;
import java.time.Duration;

/** The process that is killed: keeps one index true until its parent ends it. */
final class ShopKeeper {

    static final String UID = "killed-shop";

    private ShopKeeper() {}

    public static void main(String[] args) throws InterruptedException {
        ShopDatabase shop = ShopDatabase.at(args[0]);
        MeilisearchIndex index = index(args[1], args[2]);
        Stocktake stocktake = stocktake(shop, shop.source(), index);
        stocktake.start(SyncSchedule.builder()
                .paced(Duration.ofMillis(10), Duration.ofMillis(50), SyncPolicy.smart())
                .build());
        System.out.println("open");
        System.out.flush();
        Thread.currentThread().join();
    }

    static MeilisearchIndex index(String url, String apiKey) {
        return MeilisearchIndex.builder()
                .url(url)
                .apiKey(apiKey)
                .uid(UID)
                .searchable("title")
                .displayed("id", "title", "variants")
                .build();
    }

    static Stocktake stocktake(ShopDatabase shop, ProductSource source, SearchIndex index) {
        return builder(shop, source, index).build();
    }

    /** Small batches and a short lease, so that many things are in the middle of something at any time. */
    static Stocktake.Builder builder(ShopDatabase shop, ProductSource source, SearchIndex index) {
        SyncSettings defaults = SyncSettings.defaults();
        return Stocktake.builder(source, index, shop.ledger())
                .feed(shop.feed())
                .settings(defaults.withBatch(new SyncSettings.Batch(20, 100_000, 3, 1))
                        .withLane(new SyncSettings.Lane(
                                Duration.ofSeconds(1),
                                Duration.ofMinutes(2),
                                Duration.ofMillis(2),
                                Duration.ofMillis(20))));
    }
}
