package dev.stocktake.examples.medusa;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stocktake.KeyPage;
import dev.stocktake.ProductSource;
import dev.stocktake.Projection;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a document says, on real tables. */
class DocumentIT {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    @TempDir
    private Path files;

    /** All documents of a source, as JSON. */
    static Map<String, JsonNode> documents(ProductSource source) {
        Map<String, JsonNode> documents = new LinkedHashMap<>();
        KeyPage page = source.keys(null, 100);
        while (true) {
            source.read(page.keys()).forEach((key, projection) -> {
                assertThat(projection).as(key.value()).isNotInstanceOf(Projection.Unreadable.class);
                if (projection instanceof Projection.Present present) {
                    documents.put(
                            key.value(), JSON.valueToTree(present.document().fields()));
                }
            });
            if (page.end()) {
                return documents;
            }
            page = source.keys(page.last().orElseThrow(), 100);
        }
    }

    private static Map<String, JsonNode> documents(Shop shop, Map<String, String> more) {
        Map<String, String> environment = shop.environment("http://localhost:1", "");
        environment.putAll(more);
        try (Parts parts = Parts.of(Settings.of(environment)).requireShop()) {
            return documents(parts.source());
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    private static JsonNode variant(JsonNode document, String id) {
        for (JsonNode variant : document.get("variants")) {
            if (variant.get("id").asText().equals(id)) {
                return variant;
            }
        }
        throw new AssertionError(id + " is not in " + document);
    }

    private static void says(JsonNode object, String field, String json) {
        assertThat(plain(object.get(field)))
                .as("%s of %s", field, object.get("id"))
                .isEqualTo(plain(json(json)));
    }

    /** As a text in which 5 and 5.0 are one number and the order of fields says nothing. */
    static String plain(JsonNode node) {
        if (node.isNumber()) {
            BigDecimal number = node.decimalValue();
            return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
        }
        if (node.isArray()) {
            List<String> parts = new ArrayList<>();
            node.forEach(part -> parts.add(plain(part)));
            return parts.toString();
        }
        if (node.isObject()) {
            Map<String, String> parts = new TreeMap<>();
            node.properties().forEach(field -> parts.put(field.getKey(), plain(field.getValue())));
            return parts.toString();
        }
        return node.toString();
    }

    @Test
    void saysWhatTheShopSays() {
        Map<String, JsonNode> documents = documents(Shop.invented(), Map.of());

        assertThat(documents.keySet())
                .containsExactlyInAnyOrder("prod_lamp", "prod_set", "prod_print", "prod_coat", "prod_mug", "prod_rug");

        JsonNode lamp = documents.get("prod_lamp");
        says(lamp, "title", "'Tideglass Lamp'");
        says(lamp, "images", "['http://img/lamp-1.png', 'http://img/lamp-2.png']");
        says(lamp, "collection", "{'id': 'pcol_shore', 'title': 'Shore', 'handle': 'shore'}");
        says(lamp, "type", "{'id': 'ptyp_home', 'value': 'Home'}");
        says(lamp, "categories", "[{'id': 'pcat_light', 'name': 'Lighting', 'handle': 'lighting'}]");
        says(lamp, "tags", "[{'id': 'ptag_new', 'value': 'new'}]");
        says(lamp, "options", "{'Size': ['Large', 'Small']}");
        says(lamp, "sales_channel_ids", "['sc_outlet', 'sc_web']");
        says(lamp, "in_stock_channel_ids", "['sc_outlet', 'sc_web']");
        says(lamp, "available", "6");
        says(lamp, "in_stock", "true");
        says(lamp, "on_sale", "true");
        says(lamp, "price_from", "{'eur': 15, 'usd': 22.5}");
        says(lamp, "price_to", "{'eur': 35, 'usd': 22.5}");
        assertThat(lamp.get("variants")).hasSize(2);

        JsonNode small = variant(lamp, "var_lamp_s");
        says(small, "options", "{'Size': 'Small'}");
        says(small, "prices", "{'eur': 20, 'usd': 22.5}");
        says(small, "sale_prices", "{'eur': 15}");
        says(small, "inventory_quantity", "6");
        says(small, "by_location", "{'sloc_north': 4, 'sloc_south': 2}");
        says(small, "by_channel", "{'sc_web': 4, 'sc_outlet': 2}");
        JsonNode large = variant(lamp, "var_lamp_l");
        says(large, "in_stock", "false");
        says(large, "sale_prices", "{}");
    }

    @Test
    void countsLikeMedusa() {
        Map<String, JsonNode> documents = documents(Shop.invented(), Map.of());

        JsonNode set = documents.get("prod_set");
        says(variant(set, "var_set"), "inventory_quantity", "3");
        says(variant(set, "var_set"), "by_location", "{'sloc_north': 2, 'sloc_south': 0}");
        says(variant(set, "var_set"), "by_channel", "{'sc_web': 2, 'sc_outlet': 0}");
        says(variant(set, "var_set"), "sale_prices", "{'eur': 66}");
        says(set, "on_sale", "false");
        says(set, "in_stock_channel_ids", "['sc_web']");

        JsonNode print = documents.get("prod_print");
        says(variant(print, "var_print"), "inventory_quantity", "null");
        says(print, "in_stock", "true");
        says(print, "in_stock_channel_ids", "['sc_none']");
        says(print, "available", "0");

        JsonNode coat = documents.get("prod_coat");
        says(variant(coat, "var_coat"), "inventory_quantity", "-2");
        says(coat, "in_stock", "true");

        JsonNode mug = documents.get("prod_mug");
        says(variant(mug, "var_mug"), "inventory_quantity", "32");
        says(variant(mug, "var_mug"), "by_channel", "{'sc_web': 32, 'sc_outlet': 0}");
        says(variant(mug, "var_mug"), "prices", "{'eur': 3.33}");
        says(mug, "in_stock_channel_ids", "[]");

        JsonNode rug = documents.get("prod_rug");
        says(variant(rug, "var_rug"), "inventory_quantity", "0");
        says(variant(rug, "var_rug"), "by_location", "{}");
        says(rug, "in_stock", "false");
    }

    @Test
    void aShopAddsFieldsBySql() throws Exception {
        Shop shop = Shop.invented();
        shop.asOwner("create table brand (product_id text primary key, name text);"
                + " insert into brand values ('prod_mug', 'Anchor & Sons')");
        Path fields = Files.writeString(files.resolve("fields.sql"), RightsIT.documented("fields", "", shop) + "; \n");

        Map<String, JsonNode> documents = documents(shop, Map.of("STOCKTAKE_FIELDS_SQL", fields.toString()));

        says(documents.get("prod_mug"), "brand", "'Anchor & Sons'");
        says(documents.get("prod_mug"), "title", "'Anchor Mug'");
        says(documents.get("prod_rug"), "brand", "null");
    }

    @Test
    void aShopBringsAQueryOfItsOwn() throws Exception {
        Path document = Files.writeString(
                files.resolve("document.sql"), "select p.id, p.title from product p where {products:p.id}");

        Map<String, JsonNode> documents =
                documents(Shop.invented(), Map.of("STOCKTAKE_DOCUMENT_SQL", document.toString()));

        assertThat(documents).hasSize(8);
        assertThat(documents.get("prod_draft")).isEqualTo(json("{'id': 'prod_draft', 'title': 'Not Yet'}"));
    }

    // --- a whole shop, against the SQL that was checked against Medusa itself ----------------------------------------

    @Test
    void agreesWithTheJudgeOfAWholeShop() {
        Shop shop = Shop.whole();
        assertThat(agrees(shop)).isEqualTo(186);
    }

    @Test
    void agreesWithTheJudgeAfterEditsOfEveryKind() {
        Shop shop = Shop.whole();
        shop.run("update inventory_level set raw_stocked_quantity = '{\"value\": \"3\"}' where id in"
                + " (select id from inventory_level order by id limit 40)");
        shop.run("update inventory_level set raw_reserved_quantity = null where id in"
                + " (select id from inventory_level order by id desc limit 40)");
        shop.run("update inventory_level set reserved_quantity = 100, raw_reserved_quantity = '{\"value\": \"100\"}'"
                + " where id in (select id from inventory_level order by id offset 100 limit 40)");
        shop.run("update inventory_item set deleted_at = now() where id in"
                + " (select id from inventory_item order by id offset 50 limit 30)");
        shop.run("update sales_channel_stock_location set deleted_at = now() where ctid in"
                + " (select ctid from sales_channel_stock_location limit 1)");
        shop.run("update product_variant_inventory_item set required_quantity = 3 where ctid in"
                + " (select ctid from product_variant_inventory_item order by id limit 60)");
        shop.run("update sales_channel set deleted_at = now() where id = (select max(id) from sales_channel)");
        shop.run("update price set amount = amount + 0.5 where id in (select id from price order by id limit 100)");
        shop.run("update product_variant set deleted_at = now() where id in"
                + " (select id from product_variant order by id limit 20)");
        agrees(shop);
    }

    /** How many documents there are, on both sides. */
    static int agrees(Shop shop) {
        Map<String, JsonNode> ours = documents(shop, Map.of());
        return agrees(shop, ours);
    }

    static int agrees(Shop shop, Map<String, JsonNode> ours) {
        Map<String, JsonNode> judged = judged(shop);
        assertThat(new TreeSet<>(ours.keySet())).isEqualTo(new TreeSet<>(judged.keySet()));
        int variants = 0;
        for (Map.Entry<String, JsonNode> entry : judged.entrySet()) {
            JsonNode judge = entry.getValue();
            JsonNode document = ours.get(entry.getKey());
            for (String field : new String[] {
                "title",
                "subtitle",
                "handle",
                "description",
                "status",
                "thumbnail",
                "collection_id",
                "type_id",
                "collection",
                "type",
                "categories",
                "tags",
                "sales_channel_ids",
                "available",
                "in_stock"
            }) {
                same(document, judge, field);
            }
            assertThat(document.get("variants")).as(entry.getKey()).hasSameSizeAs(judge.get("variants"));
            for (JsonNode variant : judge.get("variants")) {
                agrees(variant(document, variant.get("id").asText()), variant);
                variants++;
            }
        }
        assertThat(variants).isPositive();
        return judged.size();
    }

    private static void agrees(JsonNode ours, JsonNode judge) {
        for (String field : new String[] {
            "title",
            "sku",
            "barcode",
            "prices",
            "manage_inventory",
            "allow_backorder",
            "inventory_quantity",
            "by_location",
            "in_stock"
        }) {
            same(ours, judge, field);
        }
        // A channel that we do not list has none.
        judge.get("by_channel")
                .properties()
                .forEach(channel -> assertThat(number(ours.get("by_channel").get(channel.getKey())))
                        .as("%s in %s", ours.get("id"), channel.getKey())
                        .isEqualByComparingTo(number(channel.getValue())));
        ours.get("by_channel")
                .fieldNames()
                .forEachRemaining(channel -> assertThat(judge.get("by_channel").has(channel))
                        .as("%s of %s", channel, ours.get("id"))
                        .isTrue());
    }

    private static BigDecimal number(@Nullable JsonNode node) {
        return node == null ? BigDecimal.ZERO : node.decimalValue();
    }

    private static void same(JsonNode ours, JsonNode judge, String field) {
        assertThat(plain(ours.get(field)))
                .as("%s of %s", field, judge.get("id"))
                .isEqualTo(plain(judge.get(field)));
    }

    private static Map<String, JsonNode> judged(Shop shop) {
        String sql =
                Shop.sqlOfWholeShop("document.sql").replace(":'after'", "''").replace("limit :n", "limit 1000000");
        Map<String, JsonNode> documents = new HashMap<>();
        for (String text : shop.texts("select to_jsonb(d)::text from (" + sql + ") d")) {
            try {
                JsonNode document = JSON.readTree(text);
                documents.put(document.get("id").asText(), document);
            } catch (JsonProcessingException e) {
                throw new AssertionError(e);
            }
        }
        return documents;
    }
}
