package dev.stocktake.examples.medusa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stocktake.Stocktake;
import dev.stocktake.meilisearch.MeilisearchIndex;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.ConfigurableApplicationContext;

/** Every kind of edit that a Medusa shop makes, as the SQL that it amounts to, and what must become of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EditRules {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String INDEX = "storefront_products";

    /** By what a sidecar of this set-up can notice an edit, everything else being out of reach. */
    enum Way {
        /** The triggers: everything is compared once in an hour only. */
        CHANGE_LOG("1h"),
        /** Timestamps, transaction numbers and the clock: the same. */
        READING("1h"),
        /** The comparison, for what reading cannot see. */
        COMPARING("2s");

        private final String bound;

        Way(String bound) {
            this.bound = bound;
        }

        boolean shallSee(Edit edit) {
            return this == CHANGE_LOG || edit.unread == (this == COMPARING);
        }
    }

    /** An edit. Those of which no row is left behind that tells are unread. */
    enum Edit {
        STOCK_BY_THE_ADMIN(
                "update inventory_level set stocked_quantity = 41, raw_stocked_quantity = '{\"value\": \"41\"}',"
                        + " updated_at = now() where id = :level"),
        STOCK_BY_SQL("update inventory_level set raw_stocked_quantity = '{\"value\": \"43\"}' where id = :level"),
        ORDER_PLACED("update inventory_level set reserved_quantity = reserved_quantity + 3, raw_reserved_quantity ="
                + " jsonb_build_object('value', (reserved_quantity + 3)::text), updated_at = now() where id = :level"),
        ORDER_CANCELLED("update inventory_level set reserved_quantity = reserved_quantity - 3, raw_reserved_quantity ="
                + " jsonb_build_object('value', (reserved_quantity - 3)::text), updated_at = now() where id = :level"),
        RESERVATIONS_RECONCILED_BY_THE_UPGRADE("update inventory_level set reserved_quantity = 2,"
                + " raw_reserved_quantity = '{\"value\": \"2\"}' where id = :level"),
        LEVEL_REMOVED("update inventory_level set deleted_at = now(), updated_at = now() where id = :level"),
        LEVEL_BROUGHT_BACK("update inventory_level set deleted_at = null where id = :level"),
        PART_REMOVED("update inventory_item set deleted_at = now(), updated_at = now() where id = :item"),
        PART_BROUGHT_BACK("update inventory_item set deleted_at = null, updated_at = now() where id = :item"),
        QUANTITY_OF_A_PART("update product_variant_inventory_item set required_quantity = required_quantity + 2"
                + " where variant_id = :variant"),
        PRICE_BY_THE_PRICING_MODULE("update price set amount = amount + 1, updated_at = now() where id = :price"),
        PRICE_BY_SQL("update price set amount = amount + 1.25 where id = :price"),
        PRICES_WRITTEN_ANEW("with gone as (delete from price where id = :price returning *) insert into price (id,"
                + " price_set_id, currency_code, amount, raw_amount) select id || 'n', price_set_id, currency_code,"
                + " amount + 2, jsonb_build_object('value', (amount + 2)::text) from gone"),
        SALE_CREATED(
                "insert into price_list (id, title, description, status, type) values ('plist_test', 'Test', '', 'active',"
                        + " 'sale'); insert into price (id, price_set_id, currency_code, amount, raw_amount, price_list_id) select"
                        + " 'price_sale', price_set_id, currency_code, 0.5, '{\"value\": \"0.5\"}', 'plist_test' from price"
                        + " where id = :price || 'n'"),
        SALE_BACK_TO_DRAFT("update price_list set status = 'draft', updated_at = now() where id = 'plist_test'"),
        SALE_BEGINS_BY_THE_CLOCK("update price_list set status = 'active', starts_at = clock_timestamp() + interval"
                + " '2 s', updated_at = now() where id = 'plist_test'"),
        SALE_ENDS_BY_THE_CLOCK("update price_list set ends_at = clock_timestamp() + interval '2 s', updated_at = now()"
                + " where id = 'plist_test'"),
        SALE_PROLONGED("update price_list set ends_at = null, updated_at = now() where id = 'plist_test'"),
        PRICE_LIST_DELETED("update price set deleted_at = now(), updated_at = now() where price_list_id = 'plist_test';"
                + " update price_list set deleted_at = now(), updated_at = now() where id = 'plist_test'"),
        TITLE("update product set title = title || ' II', updated_at = now() where id = :product"),
        HANDLE("update product set handle = handle || '-2', updated_at = now() where id = :product"),
        THUMBNAIL("update product set thumbnail = 'http://img/other.png', updated_at = now() where id = :product"),
        COLLECTION_LEFT("update product set collection_id = null, updated_at = now() where id = :product"),
        COLLECTION_JOINED("update product set collection_id = :collection, updated_at = now() where id = :product"),
        COLLECTION_RENAMED(
                "update product_collection set title = title || ' II', updated_at = now() where id =" + " :collection"),
        UNPUBLISHED("update product set status = 'draft', updated_at = now() where id = :product"),
        PUBLISHED("update product set status = 'published', updated_at = now() where id = :product"),
        CATEGORY_TAKEN_AWAY(
                "delete from product_category_product where product_id = :product and product_category_id = :category",
                true),
        // The pivot's row and nothing else: it has no timestamp, and no event tells of it.
        CATEGORY_GIVEN("insert into product_category_product (product_id, product_category_id) values (:product,"
                + " :category)"),
        CATEGORY_RENAMED_BY_SQL("update product_category set name = name || ' II' where id = :category"),
        CATEGORY_SWITCHED_OFF("update product_category set is_active = false, updated_at = now() where id = :category"),
        CATEGORY_SWITCHED_ON("update product_category set is_active = true, updated_at = now() where id = :category"),
        TAG_RENAMED("update product_tag set value = value || ' II', updated_at = now() where id = :tag"),
        TAG_TAKEN_AWAY("delete from product_tags where product_id = :product and product_tag_id = :tag", true),
        TAG_GIVEN("insert into product_tags (product_id, product_tag_id) values (:product, :tag)"),
        TAGS_REPLACED("delete from product_tags where product_id = :product; insert into product_tags (product_id,"
                + " product_tag_id) values (:product, :othertag)"),
        TYPE_RENAMED("update product_type set value = value || ' II', updated_at = now() where id = :type"),
        IMAGES_REPLACED("delete from image where product_id = :product; insert into image (id, product_id, url, rank)"
                + " values ('img_test', :product, 'http://img/test.png', 0)"),
        OPTION_RENAMED("update product_option set title = title || ' II', updated_at = now() where id = :option"),
        OPTION_VALUE_RENAMED(
                "update product_option_value set value = value || ' II', updated_at = now() where id = :choice"),
        VARIANT_SKU("update product_variant set sku = 'SKU-TEST', updated_at = now() where id = :variant"),
        VARIANT_ON_BACKORDER("update product_variant set allow_backorder = not allow_backorder, updated_at = now()"
                + " where id = :variant"),
        CHANNEL_TAKEN_AWAY("update product_sales_channel set deleted_at = now(), updated_at = now() where product_id ="
                + " :product and sales_channel_id = :channel"),
        CHANNEL_GIVEN_BACK("update product_sales_channel set id = id || 'x', deleted_at = null where product_id ="
                + " :product and sales_channel_id = :channel"),
        LOCATION_DELETED("update sales_channel_stock_location set deleted_at = now(), updated_at = now() where"
                + " stock_location_id = :location"),
        LOCATION_LINKED_AGAIN(
                "update sales_channel_stock_location set deleted_at = null where stock_location_id =" + " :location"),
        VARIANT_MOVED(
                "update product_variant set product_id = (select max(id) from product where id <> :product and"
                        + " deleted_at is null and status = 'published') where id = :variant",
                true,
                Edit.OF_THE_VARIANT),
        VARIANT_MOVED_BACK(
                "update product_variant set product_id = :product, title = title || ' II' where id = :variant",
                true,
                Edit.OF_THE_VARIANT),
        VARIANT_ADDED(
                "insert into product_variant (id, product_id, title, sku) values ('variant_test', :product, 'Test',"
                        + " 'SKU-ADDED')"),
        VARIANT_DELETED("update product_variant set deleted_at = now(), updated_at = now() where id = :variant"),
        VARIANT_RESTORED("update product_variant set deleted_at = null, updated_at = now() where id = :variant"),
        PRICE_LEFT_OUT_OF_AN_UPSERT("delete from price where id = :price or id = :price || 'n'", true),
        PRODUCT_DELETED("update product set deleted_at = now(), updated_at = now() where id = :product"),
        PRODUCT_RESTORED("update product set deleted_at = null, updated_at = now() where id = :product"),
        PRODUCT_DELETED_FOR_GOOD("delete from product where id = :product", true);

        private static final String OF_THE_VARIANT = "select product_id from product_variant where id = :variant";

        private final String sql;
        private final boolean unread;
        /** Asks for the product that reading sees all the same; empty for none. */
        private final String readFor;

        Edit(String sql) {
            this(sql, false);
        }

        Edit(String sql, boolean unread) {
            this(sql, unread, "");
        }

        Edit(String sql, boolean unread, String readFor) {
            this.sql = sql;
            this.unread = unread;
            this.readFor = readFor;
        }
    }

    private final Way way;
    private final Map<String, String> names = new LinkedHashMap<>();
    private final Map<Edit, Duration> took = new EnumMap<>(Edit.class);
    private Shop shop;
    private SearchServer server;
    private ConfigurableApplicationContext sidecar;
    private Parts parts;

    EditRules(Way way) {
        this.way = way;
    }

    @BeforeAll
    void start() {
        shop = Shop.wholeOrInvented();
        name("product", """
                select min(p.id) from product p join product_category_product placed on placed.product_id = p.id
                    join product_category c on c.id = placed.product_category_id and c.is_active and not c.is_internal
                    join product_tags given on given.product_id = p.id
                    join product_sales_channel sold on sold.product_id = p.id
                    join product_variant v on v.product_id = p.id and v.deleted_at is null and v.manage_inventory
                    join product_variant_option chosen on chosen.variant_id = v.id
                    join product_variant_inventory_item used on used.variant_id = v.id
                    join inventory_level l on l.inventory_item_id = used.inventory_item_id
                    join sales_channel_stock_location at on at.stock_location_id = l.location_id
                where p.status = 'published' and p.deleted_at is null and p.collection_id is not null
                    and p.type_id is not null""");
        name("variant", """
                select min(v.id) from product_variant v join product_variant_inventory_item used on used.variant_id = v.id
                    join inventory_level l on l.inventory_item_id = used.inventory_item_id
                    join sales_channel_stock_location at on at.stock_location_id = l.location_id
                where v.product_id = :product and v.deleted_at is null and v.manage_inventory
                    and l.raw_stocked_quantity ->> 'value' <> '0'""");
        name("item", "select min(inventory_item_id) from product_variant_inventory_item where variant_id = :variant");
        name("level", """
                select min(l.id) from inventory_level l join sales_channel_stock_location at
                    on at.stock_location_id = l.location_id
                where l.inventory_item_id = :item and l.raw_stocked_quantity ->> 'value' <> '0'""");
        name("location", "select location_id from inventory_level where id = :level");
        name("price", """
                select min(pr.id) from price pr join product_variant_price_set own on own.price_set_id = pr.price_set_id
                where own.variant_id = :variant and pr.price_list_id is null and pr.rules_count = 0
                    and pr.min_quantity is null and pr.deleted_at is null""");
        name("collection", "select collection_id from product where id = :product");
        name("category", """
                select min(c.id) from product_category c join product_category_product placed
                    on placed.product_category_id = c.id
                where placed.product_id = :product and c.is_active and not c.is_internal""");
        name("tag", "select min(product_tag_id) from product_tags where product_id = :product");
        // From long before the sidecar begins, so that nothing but the pivot's row leads to the product.
        shop.run(
                "insert into product_tag (id, value, updated_at) values ('ptag_test', 'test', now() - interval '1 day')");
        name("othertag", "select 'ptag_test'");
        name("type", "select type_id from product where id = :product");
        name("channel", "select min(sales_channel_id) from product_sales_channel where product_id = :product");
        name("choice", "select min(option_value_id) from product_variant_option where variant_id = :variant");
        name("option", "select option_id from product_option_value where id = :choice");
        server = new SearchServer(INDEX);
        Map<String, String> environment = shop.environment(server.url(), server.key());
        environment.put("STOCKTAKE_BOUND", way.bound);
        environment.put("STOCKTAKE_FULL", "0s");
        if (way == Way.CHANGE_LOG) {
            // At the pace that the documentation speaks of.
            environment.remove("STOCKTAKE_SMART");
        }
        sidecar = SidecarApplication.start(Settings.of(environment), way == Way.CHANGE_LOG);
        parts = sidecar.getBean(Parts.class);
        untilTrue(() -> true);
        await().atMost(PATIENCE)
                .until(() -> sidecar.getBean(Stocktake.class).status().clean());
    }

    private void name(String what, String sql) {
        String id = shop.texts(named(sql)).get(0);
        assertThat(id).as(what).isNotNull();
        names.put(what, id);
    }

    private String named(String sql) {
        String text = sql;
        for (Map.Entry<String, String> name : names.entrySet()) {
            text = text.replaceAll(":" + name.getKey() + "\\b", "'" + name.getValue() + "'");
        }
        return text;
    }

    /** Comparing is for what reading cannot see; the rest is shown by the other ways. */
    Stream<Edit> edits() {
        return Stream.of(Edit.values()).filter(edit -> way != Way.COMPARING || edit.unread);
    }

    @ParameterizedTest
    @MethodSource("edits")
    void makesAnEditSearchable(Edit edit) {
        Map<String, String> before = expected();
        shop.run(named(edit.sql));
        long done = System.nanoTime();
        if (!way.shallSee(edit)) {
            if (way == Way.READING && !edit.readFor.isEmpty()) {
                untilTrueOf(shop.texts(named(edit.readFor)).get(0));
            }
            // Not to be seen by this way; the next edit shall begin with what is true.
            sidecar.getBean(Stocktake.class)
                    .sync(Stream.concat(before.keySet().stream(), expected().keySet().stream())
                            .distinct()
                            .toArray(String[]::new));
            return;
        }
        untilTrue(() -> !expected().equals(before));
        took.put(edit, Duration.ofNanos(System.nanoTime() - done));
    }

    private void untilTrueOf(String product) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(
                        () -> assertThat(indexed(product)).isEqualTo(expected().get(product)));
    }

    /** Until the index holds what the database says, and something more holds. */
    private void untilTrue(Supplier<Boolean> also) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            Map<String, String> expected = expected();
            assertThat(server.size()).isEqualTo(expected.size());
            expected.forEach((id, text) -> assertThat(indexed(id)).as(id).isEqualTo(text));
            assertThat(also.get()).as("the edit changes some document").isTrue();
        });
    }

    private Map<String, String> expected() {
        Map<String, String> documents = new TreeMap<>();
        DocumentIT.documents(parts.source()).forEach((id, document) -> documents.put(id, DocumentIT.plain(document)));
        return documents;
    }

    private String indexed(String id) {
        JsonNode document = server.document(id).orElse(null);
        if (document == null) {
            return "no document";
        }
        ((ObjectNode) document).remove(MeilisearchIndex.FINGERPRINT_FIELD);
        return DocumentIT.plain(document);
    }

    /** For docs/medusa.md; a busy machine is no mistake, so nothing is demanded of it. Those that the clock delays are left out. */
    private String times() {
        List<Map.Entry<Edit, Duration>> all = took.entrySet().stream()
                .filter(one -> !one.getKey().name().endsWith("BY_THE_CLOCK"))
                .sorted(Map.Entry.comparingByValue())
                .toList();
        return all.isEmpty()
                ? way + ": nothing was measured"
                : way + ", " + all.size() + " edits: median "
                        + all.get(all.size() / 2).getValue().toMillis() + " ms, longest " + all.get(all.size() - 1)
                        + ", by kind " + took;
    }

    @AfterAll
    void stop() {
        System.out.println(times());
        try {
            if (sidecar != null) {
                sidecar.close();
            }
        } finally {
            if (server != null) {
                server.close();
            }
        }
    }
}
