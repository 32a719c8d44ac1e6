package dev.stocktake.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.AuditReport;
import dev.stocktake.AuditableIndex;
import dev.stocktake.Document;
import dev.stocktake.Drift;
import dev.stocktake.Fingerprint;
import dev.stocktake.ProductKey;
import dev.stocktake.SearchIndex;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncCounts;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.WriteBatch;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.lucene.LuceneIndex;
import dev.stocktake.meilisearch.MeilisearchIndex;
import dev.stocktake.meilisearch.MeilisearchStandIn;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit between a shop in a real PostgreSQL and indexes as they are: what it finds, mends and leaves alone. */
class AuditIT {

    private static final int PRODUCTS = 250;
    private static final int PASSES_UNTIL_EVERYBODY_HAD_A_TURN = 200;

    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void start() throws IOException {
        postgres = EmbeddedPostgres.builder().start();
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    @Nested
    class OfLucene extends Audited {

        @TempDir
        private Path directory;

        @Override
        AuditableIndex openIndex() {
            return LuceneIndex.builder("shop", directory).searchable("title").build();
        }

        @Override
        void closeIndex() {
            ((LuceneIndex) index()).close();
        }

        @Override
        void write(WriteBatch batch) {
            index().write(batch);
        }

        /** An index without a log tells nobody. */
        @Test
        void findsAndMendsContentThatSomebodyAlteredUnderItsFingerprint() {
            alterUnderTheirFingerprints(keys());
            assertThat(title("p7")).isEqualTo("By hand");

            Map<Drift.Kind, Long> found = Map.of();
            for (int pass = 0; found.isEmpty() && pass < PASSES_UNTIL_EVERYBODY_HAD_A_TURN; pass++) {
                found = audit().drift();
            }

            assertThat(found).containsOnlyKeys(Drift.Kind.ALTERED);
            long mended = found.get(Drift.Kind.ALTERED);
            assertThat(keys()).filteredOn(key -> !title(key).equals("By hand")).hasSize((int) mended);
        }
    }

    @Nested
    class OfMeilisearch extends Audited {

        private final MeilisearchStandIn server = MeilisearchStandIn.automatic();

        @Override
        AuditableIndex openIndex() {
            return ShopKeeper.index(server.url(), MeilisearchStandIn.MASTER_KEY);
        }

        @Override
        void closeIndex() {
            ((MeilisearchIndex) index()).close();
            server.close();
        }

        @Override
        void write(WriteBatch batch) {
            try (MeilisearchIndex somebody = ShopKeeper.index(server.url(), MeilisearchStandIn.MASTER_KEY)) {
                somebody.outcomes(List.of(somebody.write(batch)));
            }
        }

        /** The server's log tells of a write that is not ours, before anything is compared. */
        @Test
        void mendsContentThatSomebodyAlteredUnderItsFingerprint() {
            alterUnderTheirFingerprints(List.of("p7", "p8"));
            assertThat(title("p7")).isEqualTo("By hand");

            SyncReport report = stocktake().run(SyncPolicy.audit());

            assertThat(report.complete()).as(report.toString()).isTrue();
            assertThat(title("p7")).isEqualTo("Product 7");
            assertThat(title("p8")).isEqualTo("Product 8");
        }
    }

    abstract static class Audited {

        private final ShopDatabase shop = ShopDatabase.at(postgres.getJdbcUrl("postgres", "postgres"));
        private final AtomicInteger writes = new AtomicInteger();
        private AuditableIndex index;
        private Stocktake stocktake;

        abstract AuditableIndex openIndex();

        abstract void closeIndex();

        /** As somebody else would. */
        abstract void write(WriteBatch batch);

        final AuditableIndex index() {
            return index;
        }

        final Stocktake stocktake() {
            return stocktake;
        }

        @BeforeEach
        void aShopInSync() {
            shop.createAnew(PRODUCTS);
            shop.execute("update product set title = 'Product ' || substr(id, 2)");
            JdbcLedger.builder(shop.dataSource()).build().initialize();
            index = openIndex();
            stocktake = ShopKeeper.stocktake(shop, shop.source(), counting());
            SyncReport report = stocktake.run(SyncPolicy.full().inPlace());
            assertThat(report.counts()).isEqualTo(new SyncCounts(PRODUCTS, 0, PRODUCTS, 0, 0, 0));
            writes.set(0);
        }

        @AfterEach
        void close() {
            stocktake.close();
            closeIndex();
        }

        /** The index with an eye on who writes. */
        private SearchIndex counting() {
            List<Class<?>> ports = new ArrayList<>();
            for (Class<?> type = index.getClass(); type != null; type = type.getSuperclass()) {
                ports.addAll(List.of(type.getInterfaces()));
            }
            return (SearchIndex) Proxy.newProxyInstance(
                    AuditIT.class.getClassLoader(), ports.toArray(Class<?>[]::new), (proxy, method, arguments) -> {
                        if (method.getName().equals("write")) {
                            writes.incrementAndGet();
                        }
                        try {
                            return method.invoke(index, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }

        final List<String> keys() {
            return shop.texts("select id from product order by id");
        }

        final String title(String product) {
            ProductKey key = ProductKey.of(product);
            Document document = index.documents(List.of(key)).get(key);
            return document == null ? "no document" : String.valueOf(document.get("title"));
        }

        final AuditReport audit() {
            SyncReport report = stocktake.run(SyncPolicy.audit());
            assertThat(report.complete()).as(report.toString()).isTrue();
            return report.compared().orElseThrow();
        }

        /** Other titles, and everything else as it was. */
        final void alterUnderTheirFingerprints(List<String> products) {
            List<ProductKey> keys = products.stream().map(ProductKey::of).toList();
            Map<ProductKey, Fingerprint> fingerprints = index.fingerprints(keys);
            Map<ProductKey, Document> documents = index.documents(keys);
            write(new WriteBatch(
                    "by-hand",
                    keys.stream()
                            .map(key -> new WriteBatch.Upsert(
                                    key,
                                    retitled(Objects.requireNonNull(documents.get(key))),
                                    Objects.requireNonNull(fingerprints.get(key))))
                            .toList(),
                    List.of()));
            assertThat(index.fingerprints(keys)).isEqualTo(fingerprints);
        }

        private static Document retitled(Document document) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>(document.fields());
            fields.put("title", "By hand");
            return Document.of(fields);
        }

        /** By SQL, with times of yesterday, so that no feed sees any of it. */
        private void driftApart() {
            shop.execute(
                    "insert into product (id, title, updated_at) values ('new', 'New', now() - interval '1 day')",
                    "delete from product where id = 'p9'",
                    "update stock set quantity = 3 where variant_id = 'p7-1'",
                    "update product set title = 'Renamed' where id = 'p8'");
            assertThat(stocktake.run(SyncPolicy.smart()).counts()).isEqualTo(SyncCounts.NONE);
        }

        private static void sees(AuditReport report) {
            assertThat(report.drift())
                    .isEqualTo(Map.of(Drift.Kind.MISSING, 1L, Drift.Kind.ORPHAN, 1L, Drift.Kind.STALE, 2L));
            assertThat(report.examples())
                    .extracting(drift -> drift.product().value())
                    .containsExactlyInAnyOrder("new", "p9", "p7", "p8");
        }

        @Test
        void writesNothingWhereNothingDiffers() {
            AuditReport report = audit();

            assertThat(report.products()).isEqualTo(PRODUCTS);
            assertThat(report.documents()).isEqualTo(PRODUCTS);
            assertThat(report.total()).isZero();
            assertThat(report.known()).isZero();
            assertThat(writes).hasValue(0);
            assertThat(shop.texts("select product_key from stocktake_mark")).isEmpty();
        }

        @Test
        void findsAndMendsWhatIsMissingOrphanedOrStale() {
            driftApart();

            sees(audit());

            assertThat(title("new")).isEqualTo("New");
            assertThat(title("p8")).isEqualTo("Renamed");
            assertThat(title("p9")).isEqualTo("no document");
            assertThat(index.count()).isEqualTo(PRODUCTS);
            assertThat(audit().total()).isZero();
            assertThat(stocktake.status().clean()).isTrue();
        }

        @Test
        void tellsTheSameInADryRunAndTouchesNothing() {
            driftApart();
            Map<String, List<String>> books = shop.books();

            SyncReport report = stocktake.run(SyncPolicy.audit().dryRun());

            assertThat(report.compared().orElseThrow().dryRun()).isTrue();
            sees(report.compared().orElseThrow());
            assertThat(writes).hasValue(0);
            assertThat(shop.books()).isEqualTo(books);
            assertThat(title("p9")).isEqualTo("Product 9");
            sees(audit());
        }
    }
}
