package dev.stocktake.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductOutcome;
import dev.stocktake.ProductSource;
import dev.stocktake.Sleeper;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncCounts;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.UnavailableException;
import dev.stocktake.Unread;
import dev.stocktake.jdbc.ChangeLog;
import dev.stocktake.jdbc.ChangeLogFeed;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.jdbc.JdbcProductSource;
import dev.stocktake.meilisearch.MeilisearchIndex;
import dev.stocktake.meilisearch.MeilisearchStandIn;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** A shop in a real PostgreSQL and the adapters of every day, told as its operator would see it. */
class RealPartsIT {

    private static final int PRODUCTS = 250;

    private static EmbeddedPostgres postgres;

    private final MeilisearchStandIn server = MeilisearchStandIn.automatic();
    private final ShopDatabase shop = ShopDatabase.at(postgres.getJdbcUrl("postgres", "postgres"));
    private final ProductSource source = shop.source();
    private final MeilisearchIndex index = ShopKeeper.index(server.url(), MeilisearchStandIn.MASTER_KEY);

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
    }

    @AfterEach
    void close() {
        index.close();
        server.close();
    }

    private Stocktake stocktake() {
        return ShopKeeper.stocktake(shop, source, index);
    }

    private int north(String product) {
        JsonNode document = server.document(ShopKeeper.UID, product).orElseThrow();
        return document.at("/variants/0/quantity").intValue();
    }

    @Test
    void theStoryOfAnEditBySql() {
        try (Stocktake stocktake = stocktake()) {
            assertThat(stocktake.run(SyncPolicy.full().inPlace()).counts())
                    .isEqualTo(new SyncCounts(PRODUCTS, 0, PRODUCTS, 0, 0, 0));
            assertThat(stocktake.run(SyncPolicy.smart()).counts()).isEqualTo(SyncCounts.NONE);

            shop.execute("update stock set quantity = 0, updated_at = clock_timestamp()"
                    + " where variant_id = 'p7-1' and place = 'north'");
            assertThat(north("p7")).isEqualTo(20);

            assertThat(stocktake.run(SyncPolicy.smart()).counts()).isEqualTo(new SyncCounts(1, 0, 1, 0, 0, 0));
            assertThat(north("p7")).isEqualTo(10);
        }
    }

    @Test
    void anEditThatMovesNoTimestampAndADeletionAreFoundByTheNextFullRun() {
        try (Stocktake stocktake = stocktake()) {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.execute(
                    "update stock set quantity = 1 where variant_id = 'p7-1'", "delete from product where id = 'p9'");

            assertThat(stocktake.run(SyncPolicy.smart()).counts()).isEqualTo(SyncCounts.NONE);
            assertThat(stocktake.run(SyncPolicy.full().inPlace()).counts())
                    .isEqualTo(new SyncCounts(PRODUCTS, PRODUCTS - 2, 1, 1, 0, 0));

            assertThat(north("p7")).isEqualTo(2);
            assertThat(server.document(ShopKeeper.UID, "p9")).isEmpty();
        }
    }

    @Test
    void withTheChangeLogWhoeverWroteTheRowIsFoundByTheNextSmartRun() {
        ChangeLog log =
                ChangeLog.builder(shop.dataSource(), ShopDatabase.tables()).build();
        log.install();
        ChangeLogFeed feed =
                ChangeLogFeed.builder(shop.dataSource(), ShopDatabase.tables()).build();
        try (Stocktake stocktake =
                Stocktake.builder(source, index, shop.ledger()).feed(feed).build()) {
            stocktake.run(SyncPolicy.full().inPlace());
            assertThat(stocktake.run(SyncPolicy.smart()).counts()).isEqualTo(SyncCounts.NONE);
            shop.execute(
                    "update stock set quantity = 1 where variant_id = 'p7-1'",
                    "delete from product where id = 'p9'",
                    "update variant set product_id = 'p11' where id = 'p10-1'");

            assertThat(stocktake.run(SyncPolicy.smart()).counts()).isEqualTo(new SyncCounts(4, 0, 3, 1, 0, 0));
            assertThat(north("p7")).isEqualTo(2);
            assertThat(server.document(ShopKeeper.UID, "p9")).isEmpty();
            assertThat(server.document(ShopKeeper.UID, "p11").orElseThrow().at("/variants"))
                    .hasSize(3);
            assertThat(feed.unread()).contains(new Unread(0, null));
            assertThat(stocktake.run(SyncPolicy.smart()).counts()).isEqualTo(SyncCounts.NONE);

            shop.execute("truncate stock");
            assertThat(stocktake.run(SyncPolicy.smart()).counts().written()).isEqualTo(PRODUCTS - 1);
            assertThat(server.document(ShopKeeper.UID, "p8").orElseThrow().at("/variants"))
                    .isEmpty();
        } finally {
            log.uninstall();
        }
    }

    @Test
    void oneProductIsMadeTrueOnRequest() {
        try (Stocktake stocktake = stocktake()) {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.execute("update stock set quantity = 1 where variant_id = 'p7-1'");

            SyncReport report = stocktake.sync("p7", "nowhere");

            Map<ProductKey, ProductOutcome> products = report.products();
            assertThat(products.get(ProductKey.of("p7")).result()).isEqualTo(ProductOutcome.Result.WRITTEN);
            assertThat(products.get(ProductKey.of("nowhere")).result()).isEqualTo(ProductOutcome.Result.UNCHANGED);
            assertThat(north("p7")).isEqualTo(2);
        }
    }

    @Test
    void aServerThatIsDownCostsTimeAndNothingElse() {
        AtomicBoolean down = new AtomicBoolean();
        Sleeper untilItIsBack = time -> {
            if (down.getAndSet(false)) {
                server.up();
            }
            Sleeper.system().sleep(time);
        };
        try (Stocktake stocktake =
                ShopKeeper.builder(shop, source, index).sleeper(untilItIsBack).build()) {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.execute("update stock set quantity = 3, updated_at = clock_timestamp() where variant_id = 'p7-1'");
            server.down();
            down.set(true);

            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertThat(down).as("the run had to wait").isFalse();
            assertThat(report.complete()).as(report.toString()).isTrue();
            assertThat(north("p7")).isEqualTo(6);
        }
    }

    @Test
    void aDocumentOf200MegabytesIsSetAsideByNameAndHoldsNobodyUp() {
        try (Stocktake stocktake = stocktake()) {
            shop.execute("update product set title = repeat('x', 200000000) where id = 'p99'");

            SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

            assertThat(report.complete()).as(report.toString()).isTrue();
            assertThat(report.counts()).isEqualTo(new SyncCounts(PRODUCTS, 0, PRODUCTS - 1, 0, 1, 0));
            assertThat(report.problems()).singleElement().asString().contains("'p99'", "'limits'");

            shop.execute("update product set title = 'Short', updated_at = clock_timestamp() where id = 'p99'");
            assertThat(stocktake.run(SyncPolicy.smart()).counts().written()).isEqualTo(1);
            assertThat(stocktake.status().clean()).isTrue();
        }
    }

    @Test
    void aWrongKeyIsNamedAsSuchAndNeverShown() {
        try (MeilisearchIndex wrong = ShopKeeper.index(server.url(), "not-the-right-key-0123456789");
                Stocktake stocktake = ShopKeeper.stocktake(shop, source, wrong)) {
            assertThatThrownBy(() -> stocktake.run(SyncPolicy.full().inPlace()))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("apiKey")
                    .hasMessageNotContaining("not-the-right-key");
        }
    }

    @Test
    void anUnreachableDatabaseIsSaidAtOnce() {
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        nowhere.setUrl("jdbc:postgresql://127.0.0.1:1/shop?user=someone&password=secret-word");
        JdbcLedger ledger = JdbcLedger.builder(nowhere).build();

        assertThatThrownBy(() -> Stocktake.builder(source, index, ledger).build())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("ledger", "check the address in the DataSource")
                .hasMessageNotContaining("secret-word");
    }

    @Test
    void aColumnThatIsNotThereIsNamedBeforeTheFirstRun() {
        ProductSource mistaken = JdbcProductSource.builder(shop.dataSource())
                .root("select p.id, p.titel from product p where {products:p.id}")
                .keys("product", "id")
                .build();

        assertThatThrownBy(
                        () -> Stocktake.builder(mistaken, index, shop.ledger()).build())
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("titel");
    }

    @Test
    void aLedgerWithoutTablesSaysHowToMakeThem() {
        shop.createAnew(PRODUCTS);

        assertThatThrownBy(this::stocktake)
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("initialize()");
    }
}
