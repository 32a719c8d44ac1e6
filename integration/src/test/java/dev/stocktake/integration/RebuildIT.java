package dev.stocktake.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stocktake.AuditableIndex;
import dev.stocktake.ChangeFeed;
import dev.stocktake.IndexIdentity;
import dev.stocktake.ProductKey;
import dev.stocktake.RebuildReport;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSchedule;
import dev.stocktake.SyncSettings;
import dev.stocktake.jdbc.ChangeLog;
import dev.stocktake.jdbc.ChangeLogFeed;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.lucene.LuceneIndex;
import dev.stocktake.meilisearch.MeilisearchIndex;
import dev.stocktake.meilisearch.MeilisearchStandIn;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A rebuild of a real shop in PostgreSQL while somebody edits it by SQL all the time: nothing is lost, and no search sees less than
 * the whole shop.
 */
class RebuildIT {

    private static final int PRODUCTS = 1_000;
    private static final Duration BETWEEN_EDITS = Duration.ofMillis(40);

    private static EmbeddedPostgres postgres;

    private final ShopDatabase shop = ShopDatabase.at(postgres.getJdbcUrl("postgres", "postgres"));
    private ChangeLog log;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() throws IOException {
        postgres = EmbeddedPostgres.builder().start();
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    @BeforeEach
    void open() {
        shop.createAnew(PRODUCTS);
        JdbcLedger.builder(shop.dataSource()).build().initialize();
        log = ChangeLog.builder(shop.dataSource(), ShopDatabase.tables()).build();
        log.install();
    }

    @Test
    void onMeilisearchLosesNothingAndIsNeverSeenHalfDone() {
        try (MeilisearchStandIn server = MeilisearchStandIn.automatic();
                MeilisearchIndex index = ShopKeeper.index(server.url(), MeilisearchStandIn.MASTER_KEY)) {
            rebuildsWhileSomebodyEdits(index);

            assertThat(server.requests().stream()
                            .filter(request -> request.contains("/swap-indexes"))
                            .count())
                    .as("the swap was asked for once")
                    .isEqualTo(1);
        }
    }

    @Test
    void onLuceneLosesNothingAndIsNeverSeenHalfDone() {
        try (LuceneIndex index = LuceneIndex.builder("products", directory).build()) {
            rebuildsWhileSomebodyEdits(index);
        }
    }

    private void rebuildsWhileSomebodyEdits(AuditableIndex index) {
        Freshest freshest = new Freshest();
        try (Stocktake keeper = builder(index, "keeper").listener(freshest).build();
                Stocktake asks = builder(index, "asks").build()) {
            assertThat(keeper.run(SyncPolicy.full()).complete()).isTrue();
            IndexIdentity before = index.identify().orElseThrow();
            keeper.start(SyncSchedule.builder()
                    .paced(Duration.ofMillis(50), Duration.ofMillis(200), SyncPolicy.smart())
                    .build());
            try (Editor editor = new Editor(shop);
                    Searcher searcher = new Searcher(index)) {
                SyncReport report = asks.run(SyncPolicy.full());

                assertThat(report.complete()).as("%s", report).isTrue();
                assertThat(report.rebuilt().orElseThrow().ending()).isEqualTo(RebuildReport.Ending.SWAPPED_IN);
                assertThat(report.rebuilt().orElseThrow().documents()).isEqualTo(PRODUCTS);
                assertThat(editor.edits()).as("edits meanwhile").isGreaterThan(5);
                editor.end();
                searcher.end();
                assertThat(searcher.counts()).as("documents that searches saw").containsOnly((long) PRODUCTS);
            }
            assertThat(index.identify()).isPresent().isNotEqualTo(java.util.Optional.of(before));
            keeper.run(SyncPolicy.smart());
            SyncReport audit = asks.run(SyncPolicy.audit().dryRun());
            assertThat(audit.compared().orElseThrow().total()).as("%s", audit).isZero();
            System.out.println("Longest from an edit to the live index during a rebuild: " + freshest.longest);
            assertThat(freshest.longest).isLessThan(Duration.ofSeconds(30));
        }
    }

    private Stocktake.Builder builder(AuditableIndex index, String name) {
        ChangeFeed feed =
                ChangeLogFeed.builder(shop.dataSource(), ShopDatabase.tables()).build();
        SyncSettings defaults = SyncSettings.defaults();
        return Stocktake.builder(shop.source(), index, shop.ledger())
                .feed(feed)
                .instance(name)
                .settings(defaults.withBatch(new SyncSettings.Batch(50, 1_000_000, 4, 1)));
    }

    /** How long the slowest change took that was applied to the live index. */
    private static final class Freshest implements SyncListener {

        private volatile Duration longest = Duration.ZERO;

        @Override
        public void applied(String index, Map<ProductKey, Duration> freshness) {
            freshness.values().stream()
                    .filter(time -> time.compareTo(longest) > 0)
                    .forEach(time -> longest = time);
        }
    }

    /** Somebody with a SQL console who sends no events and moves no timestamps. */
    private static final class Editor implements AutoCloseable {

        private final AtomicInteger edits = new AtomicInteger();
        private final Thread thread;
        private volatile boolean over;

        Editor(ShopDatabase shop) {
            thread = new Thread(() -> {
                Random random = new Random(4711);
                while (!over) {
                    int product = 1 + random.nextInt(PRODUCTS);
                    shop.execute("update stock set quantity = " + random.nextInt(100) + " where variant_id = 'p"
                            + product + "-1' and place = 'north'");
                    edits.incrementAndGet();
                    LockSupport.parkNanos(BETWEEN_EDITS.toNanos());
                }
            });
            thread.start();
        }

        int edits() {
            return edits.get();
        }

        void end() {
            over = true;
            await().until(() -> !thread.isAlive());
        }

        @Override
        public void close() {
            end();
        }
    }

    /** Somebody who looks all the time how many products the shop has. */
    private static final class Searcher implements AutoCloseable {

        private final Collection<Long> counts = new ConcurrentSkipListSet<>();
        private final Thread thread;
        private volatile boolean over;

        Searcher(AuditableIndex index) {
            thread = new Thread(() -> {
                while (!over) {
                    counts.add(index.count());
                    LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
                }
            });
            thread.start();
        }

        Collection<Long> counts() {
            return counts;
        }

        void end() {
            over = true;
            await().until(() -> !thread.isAlive());
        }

        @Override
        public void close() {
            end();
        }
    }
}
