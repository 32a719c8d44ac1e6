package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every kind of edit that a real shop makes, as the SQL that it amounts to, followed to exactly the right products: those of
 * which no timestamp moves and no event is sent as well.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChangeLogMedusaIT {

    private static final String BY_ITEM = "select v.product_id from product_variant v"
            + " join product_variant_inventory_item i on i.variant_id = v.id where i.inventory_item_id = ";
    private static final String BY_PRICE_SET = "select v.product_id from product_variant v"
            + " join product_variant_price_set s on s.variant_id = v.id where s.price_set_id ";

    /** A level whose item is sold as a variant. */
    private static final String LEVEL = "(select l.id from inventory_level l join product_variant_inventory_item i"
            + " on i.inventory_item_id = l.inventory_item_id order by l.id limit 1)";

    private static final String ITEM = "(select inventory_item_id from inventory_level where id = " + LEVEL + ")";

    /** A price of a variant. */
    private static final String PRICE = "(select p.id from price p join product_variant_price_set s"
            + " on s.price_set_id = p.price_set_id where p.price_list_id is null order by p.id limit 1)";

    private static final String PRICE_LIST =
            "(select price_list_id from price where price_list_id is not null order by id limit 1)";
    private static final String PRODUCT =
            "(select id from product where deleted_at is null and status = 'published' order by id limit 1)";
    private static final String CATEGORY =
            "(select product_category_id from product_category_product order by product_category_id limit 1)";

    /** An edit, and the products that it concerns, asked before and after it. */
    private enum Edit {
        STOCK_BY_THE_INVENTORY_MODULE(
                "update inventory_level set stocked_quantity = 3, raw_stocked_quantity = '{\"value\": \"3\"}',"
                        + " updated_at = clock_timestamp() where id = " + LEVEL,
                BY_ITEM + ITEM),
        STOCK_BY_SQL(
                "update inventory_level set stocked_quantity = stocked_quantity + 4,"
                        + " raw_stocked_quantity = '{\"value\": \"77\"}' where id = " + LEVEL,
                BY_ITEM + ITEM),
        RESERVATION_BY_ORDER(
                "update inventory_level set reserved_quantity = reserved_quantity + 3,"
                        + " raw_reserved_quantity = '{\"value\": \"3\"}' where id = " + LEVEL,
                BY_ITEM + ITEM),
        LEVEL_SOFT_DELETED("update inventory_level set deleted_at = now() where id = " + LEVEL, BY_ITEM + ITEM),
        LEVEL_RESTORED("update inventory_level set deleted_at = null where id = " + LEVEL, BY_ITEM + ITEM),
        PRICE_BY_SQL(
                "update price set amount = amount + 1.25 where id = " + PRICE,
                BY_PRICE_SET + "= (select price_set_id from price where id = " + PRICE + ")"),
        PRICE_DELETED_BY_UPSERT(
                "delete from price where id = " + PRICE,
                BY_PRICE_SET + "= (select price_set_id from price where id = " + PRICE + ")",
                true),
        PRICE_LIST_TO_DRAFT(
                "update price_list set status = 'draft' where id = " + PRICE_LIST,
                BY_PRICE_SET + "in (select price_set_id from price where price_list_id = " + PRICE_LIST + ")"),
        PRICE_LIST_DELETED(
                "delete from price_list where id = " + PRICE_LIST,
                BY_PRICE_SET + "in (select price_set_id from price where price_list_id = " + PRICE_LIST + ")",
                true),
        PRODUCT_TITLE("update product set title = title || ' II' where id = " + PRODUCT, "select " + PRODUCT),
        CATEGORY_ASSIGNED(
                "insert into product_category_product select " + PRODUCT
                        + ", c.id from product_category c where not exists"
                        + " (select 1 from product_category_product p where p.product_id = " + PRODUCT
                        + " and p.product_category_id = c.id) limit 1",
                "select " + PRODUCT),
        CATEGORY_TAKEN_AWAY("delete from product_category_product where product_id = " + PRODUCT, "select " + PRODUCT),
        TAGS_REPLACED(
                "insert into product_tags select " + PRODUCT + ", t.id from product_tag t" + " on conflict do nothing",
                "select " + PRODUCT),
        VARIANT_SKU(
                "update product_variant set sku = 'other-sku' where id ="
                        + " (select min(id) from product_variant where product_id = " + PRODUCT + ")",
                "select " + PRODUCT),
        CATEGORY_RENAMED(
                "update product_category set name = name || ' II' where id = " + CATEGORY,
                "select product_id from product_category_product where product_category_id = " + CATEGORY),
        CATEGORY_SWITCHED_OFF(
                "update product_category set is_active = false where id = " + CATEGORY,
                "select product_id from product_category_product where product_category_id = " + CATEGORY),
        COLLECTION_RENAMED(
                "update product_collection set title = title || ' II'",
                "select id from product where collection_id is not null"),
        TAG_RENAMED(
                "update product_tag set value = value || ' II' where id = (select min(product_tag_id) from product_tags)",
                "select product_id from product_tags where product_tag_id = (select min(product_tag_id) from product_tags)"),
        CHANNEL_TAKEN_AWAY(
                "update product_sales_channel set deleted_at = now() where product_id = " + PRODUCT,
                "select " + PRODUCT),
        CHANNEL_GIVEN_BACK_UNDER_A_NEW_ID(
                "update product_sales_channel set id = id || 'x', deleted_at = null where product_id = " + PRODUCT,
                "select " + PRODUCT),
        REQUIRED_QUANTITY(
                "update product_variant_inventory_item set required_quantity = 3 where variant_id ="
                        + " (select min(id) from product_variant where product_id = " + PRODUCT + ")",
                "select " + PRODUCT),
        VARIANT_MOVED(
                "update product_variant set product_id = (select max(id) from product) where id ="
                        + " (select min(id) from product_variant where product_id = " + PRODUCT + ")",
                "select unnest(array[" + PRODUCT + ", (select max(id) from product)])"),
        PRODUCT_SOFT_DELETED(
                "with p as (update product set deleted_at = now() where id = " + PRODUCT + " returning id),"
                        + " v as (update product_variant set deleted_at = now() where product_id in (select id from p)"
                        + " returning id) update product_variant_price_set set deleted_at = now()"
                        + " where variant_id in (select id from v)",
                "select " + PRODUCT,
                true),
        PRODUCTS_RESTORED(
                "update product set deleted_at = null where deleted_at is not null",
                "select id from product where deleted_at is not null",
                true),
        PRODUCT_DELETED("delete from product where id = " + PRODUCT, "select " + PRODUCT, true),
        ITEM_DELETED_WITH_ITS_LEVELS("delete from inventory_item where id = " + ITEM, BY_ITEM + ITEM, true);

        private final String sql;
        private final String concerned;
        private final boolean onlyBefore;

        Edit(String sql, String concerned) {
            this(sql, concerned, false);
        }

        Edit(String sql, String concerned, boolean onlyBefore) {
            this.sql = sql;
            this.concerned = concerned;
            this.onlyBefore = onlyBefore;
        }
    }

    private MedusaShop shop;
    private List<String> before;
    private FeedReader reader;

    @BeforeAll
    void loadTheShop() {
        assumeTrue(
                Files.exists(MedusaShop.files().resolve("data.sql.gz")),
                () -> "Skipped: no Medusa shop in '" + MedusaShop.files()
                        + "' (set -Dstocktake.medusa to the directory that holds schema.sql and data.sql.gz)");
        shop = MedusaShop.load();
        before = schema();
        ChangeLog log =
                ChangeLog.builder(shop.database(), MedusaDocuments.tables()).build();
        log.install();
        log.verify();
        reader = new FeedReader(
                JdbcLedger.of(Sql.postgres()).initialize(),
                "medusa",
                ChangeLogFeed.builder(shop.database(), MedusaDocuments.tables()).build());
        assertThat(reader.drain()).isEmpty();
    }

    private List<String> schema() {
        return Sql.texts(shop.database(), """
                select concat_ws('|', c.relname, c.relkind, a.attname, a.atttypid::regtype) from pg_class c
                    left join pg_attribute a on a.attrelid = c.oid where c.relnamespace = 'public'::regnamespace
                union all select concat_ws('|', tgrelid::regclass, tgname) from pg_trigger where not tgisinternal
                union all select proname::text from pg_proc where pronamespace = 'public'::regnamespace
                order by 1""");
    }

    @ParameterizedTest
    @EnumSource
    void followsAnEditToExactlyTheRightProducts(Edit edit) {
        Map<String, Document> old = shop.documents();
        Set<String> concerned = new TreeSet<>(Sql.texts(shop.database(), edit.concerned));
        Sql.run(shop.database(), edit.sql);
        if (!edit.onlyBefore) {
            concerned.addAll(Sql.texts(shop.database(), edit.concerned));
        }
        Set<String> named = reader.drain();

        assertThat(concerned).as("the edit must concern somebody").isNotEmpty();
        assertThat(named).isEqualTo(concerned);
        assertThat(named).containsAll(different(old, shop.documents()));
        assertThat(reader.metGap()).isFalse();
    }

    /** The products whose documents are others now, by the judge. */
    private static Set<String> different(Map<String, Document> old, Map<String, Document> now) {
        Set<String> all = new TreeSet<>(old.keySet());
        all.addAll(now.keySet());
        all.removeIf(id -> {
            Document one = old.get(id);
            Document other = now.get(id);
            return one != null && other != null && Fingerprint.of(one, "1").equals(Fingerprint.of(other, "1"));
        });
        return all;
    }

    @Test
    void namesNobodyForACartThatIsNotCompleted() {
        Sql.run(shop.database(), "create table cart (id text, amount int)");
        Sql.run(shop.database(), "insert into cart values ('c1', 1)");
        Sql.run(shop.database(), "drop table cart");
        assertThat(reader.drain()).isEmpty();
    }

    @AfterAll
    void leavesTheSchemaAsItWas() {
        if (reader != null) {
            ChangeLog.builder(shop.database(), MedusaDocuments.tables()).build().uninstall();
            assertThat(schema()).isEqualTo(before);
        }
    }
}
