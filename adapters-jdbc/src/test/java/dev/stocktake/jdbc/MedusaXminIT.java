package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stocktake.Coverage;
import dev.stocktake.Intake;
import java.nio.file.Files;
import java.util.List;
import java.util.TreeSet;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A real shop's schema as it is, watched by a user who may only read: every edit that writes a row is followed to exactly the
 * right products, although none of these moves a timestamp.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MedusaXminIT {

    private MedusaShop shop;
    private JdbcConnectionPool reader;
    private XminFeed feed;
    private @Nullable String cursor;

    @BeforeAll
    void watchTheShop() {
        assumeTrue(
                Files.exists(MedusaShop.files().resolve("data.sql.gz")),
                () -> "Skipped: no Medusa shop in '" + MedusaShop.files()
                        + "' (set -Dstocktake.medusa to the directory that holds schema.sql and data.sql.gz)");
        shop = MedusaShop.load();
        run("drop role if exists medusa_reader");
        run("create role medusa_reader login");
        run("grant select on all tables in schema public to medusa_reader");
        reader = TestPostgres.pool(
                Sql.texts(shop.database(), "select current_database()").get(0), "medusa_reader");
        feed = XminFeed.builder(reader, MedusaDocuments.tables()).share(1).build();
        feed.verify();
        assertThat(drain()).isEmpty();
    }

    @AfterAll
    void forgetTheReader() {
        if (reader != null) {
            reader.dispose();
            run("drop owned by medusa_reader");
            run("drop role medusa_reader");
        }
    }

    private void run(String sql) {
        Sql.run(shop.database(), sql);
    }

    @Test
    void seesEveryTableOfTheShopAndMissesNothingButDeletions() {
        assertThat(feed.coverage())
                .hasSize(MedusaDocuments.tables().graph().tables().size())
                .allMatch(table -> table.by() == Coverage.By.XMIN)
                .allMatch(table -> table.missing().isEmpty())
                .noneMatch(Coverage::deletes);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "stock by SQL | update inventory_level set stocked_quantity = 77 where id = $ | inventory_level",
                "the same value again | update inventory_level set stocked_quantity = stocked_quantity where id = $ |"
                        + " inventory_level",
                "an order | update inventory_level set reserved_quantity = reserved_quantity + 3 where id = $ |"
                        + " inventory_level",
                "a level deleted softly | update inventory_level set deleted_at = now() where id = $ | inventory_level",
                "an item | update inventory_item set sku = 'x' where id = $ | inventory_item",
                "a kit | update product_variant_inventory_item set required_quantity = 4 where id = $ |"
                        + " product_variant_inventory_item",
                "a price by SQL | update price set amount = 3.33 where id = $ | price",
                "a new price | insert into price select (jsonb_populate_record(p, '{\"id\": \"a-new-price\"}')).*"
                        + " from price p where id = $ | price",
                "a price list switched off | update price_list set status = 'draft' where id = $ | price_list",
                "a title | update product set title = 'New' where id = $ | product",
                "a status | update product set status = 'draft' where id = $ | product",
                "deleted softly | update product set deleted_at = now() where id = $ | product",
                "restored | update product set deleted_at = null where id = $ | product",
                "a stock keeping unit | update product_variant set sku = 'n' where id = $ | product_variant",
                "a category's name | update product_category set name = 'N' where id = $ | product_category",
                "a category switched off | update product_category set is_active = false where id = $ |"
                        + " product_category",
                "a tag | update product_tag set value = 'N' where id = $ | product_tag",
                "a collection | update product_collection set title = 'N' where id = $ | product_collection",
                "a type | update product_type set value = 'N' where id = $ | product_type",
                "taken from a channel | update product_sales_channel set deleted_at = now() where id = $ |"
                        + " product_sales_channel",
                "put back into a channel | update product_sales_channel set id = 'aaa-back', deleted_at = null"
                        + " where id = $ | product_sales_channel",
                "a channel's name | update sales_channel set name = 'N' where id = $ | sales_channel"
            })
    void followsAnEditThatMovesNoTimestampToExactlyTheRightProducts(String edit, String sql, String table) {
        String some = table.equals("price")
                ? "select min(p.id) from price p join product_variant_price_set x on x.price_set_id = p.price_set_id"
                : "select min(id) from " + table;
        String id = Sql.texts(shop.database(), some).get(0);
        TreeSet<String> right = productsOf(table, id);
        run(sql.replace("$", "'" + id + "'"));

        assertThat(right).as("there is a product to find").isNotEmpty();
        assertThat(drain()).as(edit).isEqualTo(right);
        assertThat(drain()).isEmpty();
    }

    /** The admin's "add products to category", and tags: rows without any timestamp. */
    @ParameterizedTest
    @CsvSource({
        "product_category_product, product_category_id, product_category",
        "product_tags, product_tag_id, product_tag"
    })
    void followsALinkWithoutTimestamps(String link, String column, String target) {
        String product =
                Sql.texts(shop.database(), "select max(id) from product").get(0);
        int linked = Sql.run(
                shop.database(),
                "insert into " + link + " (product_id, " + column + ") select ?, id from " + target
                        + " t where not exists (select 1 from " + link + " l where l.product_id = ? and l." + column
                        + " = t.id) limit 1",
                product,
                product);

        assertThat(linked).isEqualTo(1);
        assertThat(drain()).containsExactly(product);
    }

    /** By SQL of its own, from the shop's description: not by the graph that the feed climbs. */
    private TreeSet<String> productsOf(String table, String id) {
        String item = "select v.product_id from product_variant v join product_variant_inventory_item x"
                + " on x.variant_id = v.id where x.inventory_item_id ";
        String price =
                "select v.product_id from product_variant v join product_variant_price_set x on x.variant_id = v.id"
                        + " join price p on p.price_set_id = x.price_set_id where p.";
        String sql = switch (table) {
            case "product" -> "select id from product where id = ?";
            case "product_variant" -> "select product_id from product_variant where id = ?";
            case "inventory_item" -> item + "= ?";
            case "inventory_level" -> item + "in (select inventory_item_id from inventory_level where id = ?)";
            case "product_variant_inventory_item" ->
                "select v.product_id from product_variant v join product_variant_inventory_item x"
                        + " on x.variant_id = v.id where x.id = ?";
            case "price" -> price + "id = ?";
            case "price_list" -> price + "price_list_id = ?";
            case "product_sales_channel" -> "select product_id from product_sales_channel where id = ?";
            case "sales_channel" -> "select product_id from product_sales_channel where sales_channel_id = ?";
            case "product_category" -> "select product_id from product_category_product where product_category_id = ?";
            case "product_tag" -> "select product_id from product_tags where product_tag_id = ?";
            case "product_collection" -> "select id from product where collection_id = ?";
            case "product_type" -> "select id from product where type_id = ?";
            default -> throw new AssertionError(table);
        };
        List<String> products = Sql.texts(shop.database(), sql, id);
        return new TreeSet<>(products);
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
}
