package dev.stocktake.meilisearch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.ProductKey;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSettings;
import dev.stocktake.testkit.InMemoryChangeFeed;
import dev.stocktake.testkit.InMemoryLedger;
import dev.stocktake.testkit.InMemoryProductSource;
import dev.stocktake.testkit.VirtualTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The whole engine over this adapter: what a shop's owner sees. */
abstract class EngineRules {

    final InMemoryProductSource source = new InMemoryProductSource();
    final VirtualTime time = new VirtualTime();
    private final InMemoryLedger ledger = new InMemoryLedger(time);

    abstract ServerHarness harness();

    @AfterEach
    void closes() {
        harness().close();
    }

    final Stocktake stocktake() {
        time.onSleep(nap -> harness().rest());
        SyncSettings settings = SyncSettings.defaults();
        return Stocktake.builder(source, harness().index(), ledger)
                .feed(new InMemoryChangeFeed())
                .settings(settings.withBatch(new SyncSettings.Batch(50, 1 << 20, 3, 1)))
                .clock(time)
                .sleeper(time)
                .random(new Random(1))
                .build();
    }

    final void stock(int from, int to) {
        for (int i = from; i < to; i++) {
            stock("lamp/" + i, i);
        }
    }

    final void stock(String key, int quantity) {
        source.put(
                ProductKey.of(key),
                Document.builder()
                        .put("title", "Lamp " + key)
                        .put("stock", quantity)
                        .build());
    }

    final void assertIndexIsTrue() {
        Map<ProductKey, Fingerprint> expected = new HashMap<>();
        source.documents()
                .forEach((key, document) -> expected.put(key, Fingerprint.of(document, source.projectionVersion())));
        Map<ProductKey, Fingerprint> found = new HashMap<>();
        String cursor = null;
        do {
            FingerprintPage page = harness().index().fingerprints(cursor, 100);
            found.putAll(page.entries());
            cursor = page.next();
        } while (cursor != null);
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void makesAnIndexTrueAndThenLeavesItAlone() {
        stock(0, 170);
        try (Stocktake stocktake = stocktake()) {
            SyncReport first = stocktake.run(SyncPolicy.full().inPlace());
            assertThat(first.problems()).isEmpty();
            assertThat(first.complete()).isTrue();
            assertThat(first.counts().written()).isEqualTo(170);
            assertIndexIsTrue();
            assertThat(stocktake.status().clean()).isTrue();

            SyncReport second = stocktake.run(SyncPolicy.full().inPlace());
            assertThat(second.problems()).isEmpty();
            assertThat(second.counts().written()).isZero();
            assertThat(second.counts().deleted()).isZero();
        }
    }

    @Test
    void removesWhatNoProductAccountsFor() {
        stock(0, 5);
        harness().index().prepare();
        harness()
                .writeElsewhere(
                        ProductKey.of("gone"),
                        Document.builder().put("title", "Gone").build());
        harness()
                .writeElsewhere(
                        DocumentIds.keyOf("b64-rubbish", null),
                        Document.builder().put("title", "Rubbish").build());
        try (Stocktake stocktake = stocktake()) {
            assertThat(stocktake.run(SyncPolicy.full().inPlace()).counts().deleted())
                    .isEqualTo(2);
        }
        assertIndexIsTrue();
    }

    @Test
    void noticesThatSomebodyElseWroteAndWritesAnew() {
        stock(0, 5);
        try (Stocktake stocktake = stocktake()) {
            stocktake.run(SyncPolicy.full().inPlace());
            harness()
                    .writeElsewhere(
                            ProductKey.of("lamp/3"),
                            Document.builder().put("title", "Vandal").build());
            harness().eraseElsewhere(ProductKey.of("lamp/4"));

            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();
            assertIndexIsTrue();
        }
    }

    @Test
    void noticesThatTheIndexWasMadeAnew() {
        stock(0, 5);
        try (Stocktake stocktake = stocktake()) {
            stocktake.run(SyncPolicy.full().inPlace());
            harness().recreate();

            stocktake.run(SyncPolicy.smart());
            assertIndexIsTrue();
        }
    }

    @Test
    void quarantinesTheProductOfTheOneBadDocument() {
        stock(0, 20);
        source.put(ProductKey.of("nowhere"), harness().bad());
        try (Stocktake stocktake = stocktake()) {
            SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

            assertThat(report.counts().refused()).as(report.toString()).isEqualTo(1);
            assertThat(stocktake.quarantine(10)).containsOnlyKeys(ProductKey.of("nowhere"));
            assertThat(harness().size()).isEqualTo(20);
            source.remove(ProductKey.of("nowhere"));
            stocktake.sync("nowhere");
            assertThat(stocktake.status().clean()).isTrue();
        }
        assertIndexIsTrue();
    }
}
