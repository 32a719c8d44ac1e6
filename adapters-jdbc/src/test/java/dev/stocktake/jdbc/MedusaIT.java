package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.Intake;
import dev.stocktake.KeyPage;
import dev.stocktake.ProductKey;
import dev.stocktake.Projection;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real shop's schema: documents as independent SQL makes them, and every edit followed to the right products. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MedusaIT {

    private MedusaShop shop;
    private JdbcProductSource source;
    private TimestampFeed feed;
    private @Nullable String cursor;

    @BeforeAll
    void loadTheShop() {
        assumeTrue(
                Files.exists(MedusaShop.files().resolve("data.sql.gz")),
                () -> "Skipped: no Medusa shop in '" + MedusaShop.files()
                        + "' (set -Dstocktake.medusa to the directory that holds schema.sql and data.sql.gz)");
        shop = MedusaShop.load();
        source = MedusaDocuments.source(shop.database());
        feed = TimestampFeed.builder(shop.database(), MedusaDocuments.tables()).build();
        source.verify();
        feed.verify();
        assertThat(drain()).isEmpty();
    }

    @Test
    void makesTheDocumentsThatTheJudgeMakes() {
        assertThat(agreeWithTheJudge()).isGreaterThanOrEqualTo(180);
    }

    @Test
    void namesTheTablesWithoutTimestamps() {
        assertThat(feed.blindSpots())
                .contains("'product_category_product' has no timestamp, so that by timestamps no change is seen there")
                .contains("'product_tags' has no timestamp, so that by timestamps no change is seen there");
    }

    @ParameterizedTest
    @CsvSource({
        "product, title = title || ' II'",
        "product_variant, 'sku = sku || ''-b'''",
        "product_variant_inventory_item, required_quantity = required_quantity + 1",
        "inventory_item, deleted_at = clock_timestamp()",
        "inventory_level, 'raw_stocked_quantity = jsonb_build_object(''value'', ''17'')'",
        "product_variant_price_set, deleted_at = clock_timestamp()",
        "price, amount = amount + 1.25",
        "price_list, title = title || ' II'",
        "product_sales_channel, deleted_at = clock_timestamp()",
        "product_category, name = name || ' II'",
        "product_tag, value = value || ' II'",
        "product_collection, title = title || ' II'",
        "product_type, value = value || ' II'"
    })
    void followsAnEditToExactlyTheRightProducts(String table, String edit) {
        List<String> products = new ArrayList<>();
        for (int row = 0; row < 3; row++) {
            String before = shop.now();
            Sql.run(
                    shop.database(),
                    "update " + table + " set " + edit
                            + ", updated_at = clock_timestamp() where ctid = (select ctid from "
                            + table + " where deleted_at is null order by created_at, ctid limit 1 offset (select "
                            + row + " * (count(*) - 1) / 2 from " + table + " where deleted_at is null))");
            TreeSet<String> named = drain();
            assertThat(named).as("%s, row %s", table, row).isEqualTo(shop.changedSince(before));
            products.addAll(named);
        }
        assertThat(products)
                .as("some edit of '%s' must lead to a product", table)
                .isNotEmpty();
        assertThat(drain()).isEmpty();
        agreeWithTheJudge();
    }

    @Test
    void followsARenamedSalesChannelToTheProductsItSells() {
        Sql.run(
                shop.database(),
                "update sales_channel set name = name || ' II', updated_at = clock_timestamp() where id ="
                        + " (select min(sales_channel_id) from product_sales_channel)");
        assertThat(drain())
                .isNotEmpty()
                .isEqualTo(
                        new TreeSet<>(
                                Sql.texts(
                                        shop.database(),
                                        "select distinct product_id from product_sales_channel"
                                                + " where sales_channel_id = (select min(sales_channel_id) from product_sales_channel)")));
    }

    private TreeSet<String> drain() {
        TreeSet<String> named = new TreeSet<>();
        Intake intake;
        do {
            intake = feed.take(cursor, 2_000);
            cursor = intake.cursor() == null ? cursor : intake.cursor();
            intake.products().forEach(key -> named.add(key.value()));
        } while (intake.more());
        return named;
    }

    /** How many documents there are, on both sides. */
    private int agreeWithTheJudge() {
        Map<String, Document> judged = shop.documents();
        Map<String, Document> ours = new LinkedHashMap<>();
        KeyPage page = source.keys(null, 70);
        read(page, ours);
        while (!page.end()) {
            page = source.keys(page.last().orElseThrow(), 70);
            read(page, ours);
        }
        assertThat(ours.keySet()).containsExactlyInAnyOrderElementsOf(judged.keySet());
        judged.forEach((id, document) -> {
            Document made = ours.get(id);
            if (!Fingerprint.of(made, "1").equals(Fingerprint.of(document, "1"))) {
                assertThat(made.fields()).as(id).isEqualTo(document.fields());
            }
        });
        return judged.size();
    }

    private void read(KeyPage page, Map<String, Document> documents) {
        source.read(page.keys()).forEach((ProductKey key, Projection projection) -> {
            assertThat(projection).as(key.value()).isNotInstanceOf(Projection.Unreadable.class);
            if (projection instanceof Projection.Present present) {
                documents.put(key.value(), present.document());
            }
        });
        assertThat(source.present(page.keys()))
                .containsExactlyElementsOf(page.keys().stream()
                        .filter(key -> documents.containsKey(key.value()))
                        .toList());
    }
}
