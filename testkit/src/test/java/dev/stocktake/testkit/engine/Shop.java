package dev.stocktake.testkit.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Document;
import dev.stocktake.Ledger;
import dev.stocktake.ProductKey;
import dev.stocktake.SearchIndex;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncProgress;
import dev.stocktake.SyncSettings;
import dev.stocktake.testkit.InMemoryChangeFeed;
import dev.stocktake.testkit.InMemoryIndex;
import dev.stocktake.testkit.InMemoryLedger;
import dev.stocktake.testkit.InMemoryProductSource;
import dev.stocktake.testkit.VirtualTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A small shop on the in-memory ports, in virtual time. */
final class Shop {

    static final String INDEX = "products";

    final VirtualTime time = new VirtualTime();
    final InMemoryProductSource source = new InMemoryProductSource();
    final InMemoryIndex index = new InMemoryIndex(INDEX);
    final InMemoryLedger ledger;
    final InMemoryChangeFeed feed = new InMemoryChangeFeed();
    final List<SyncProgress> progress = new ArrayList<>();
    private SyncSettings settings = SyncSettings.defaults();
    private int instances;

    Shop() {
        ledger = new InMemoryLedger(time);
    }

    /** A shop whose ledger goes by another clock. */
    Shop(InstantSource clock) {
        ledger = new InMemoryLedger(clock);
    }

    Shop products(int count) {
        for (int i = 0; i < count; i++) {
            stock(key(i), 10);
        }
        return this;
    }

    static ProductKey key(int number) {
        return ProductKey.of("p%03d".formatted(number));
    }

    void stock(ProductKey key, int quantity) {
        source.put(key, document(key, quantity));
    }

    static Document document(ProductKey key, int quantity) {
        return Document.builder()
                .put("title", "Product " + key)
                .put("stock", quantity)
                .build();
    }

    /** Changes a row the way a shop does: the change is logged with it. */
    void change(ProductKey key, int quantity) {
        stock(key, quantity);
        feed.changed(key);
    }

    Shop batches(int products, int inFlight) {
        settings = settings.withBatch(new SyncSettings.Batch(products, 1 << 20, inFlight, 1));
        return this;
    }

    Shop settings(SyncSettings other) {
        settings = other;
        return this;
    }

    Stocktake stocktake() {
        return stocktake(index);
    }

    Stocktake stocktake(SearchIndex over) {
        return builder(over).build();
    }

    Stocktake.Builder builder(SearchIndex over) {
        return builder(over, ledger);
    }

    Stocktake.Builder builder(SearchIndex over, Ledger books) {
        int instance = ++instances;
        return Stocktake.builder(source, over, books)
                .feed(feed)
                .settings(settings)
                .clock(time)
                .sleeper(time)
                .random(new Random(instance))
                .instance("instance-" + instance)
                .listener(new SyncListener() {
                    @Override
                    public void progressed(SyncProgress now) {
                        progress.add(now);
                    }
                });
    }

    void pass(Duration duration) {
        time.clock().advance(duration);
    }

    /** Whoever holds the lane goes on renewing it while others wait, also where a test has both on one thread. */
    Shop holderLives() {
        time.onSleep(nap ->
                ledger.inTransaction(INDEX, tx -> tx.holder().map(holder -> tx.renew(holder, Duration.ofSeconds(61)))));
        return this;
    }

    void assertIndexIsTrue() {
        assertThat(index.documents()).isEqualTo(source.documents());
    }

    void assertLedgerIsEmpty() {
        assertThat(ledger.rows(INDEX)).as("rows").isZero();
        assertThat(ledger.openBatches(INDEX)).as("open batches").isEmpty();
        assertThat(ledger.owesWalk(INDEX)).as("walk owed").isFalse();
    }
}
