package dev.stocktake.examples.medusa;

import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;
import static dev.stocktake.jdbc.ProductTables.noTimestamp;
import static dev.stocktake.jdbc.ProductTables.timestamp;

import dev.stocktake.jdbc.ProductTables;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which of Medusa's rows lead to which product. Its modules know nothing of each other, so there is no foreign key that would
 * say it.
 */
final class MedusaTables {

    private static final Pattern EXTRA = Pattern.compile("([\\w.]+)\\.(\\w+) *-> *([\\w.]+\\.\\w+)(?: +by +(\\w+))?");

    private MedusaTables() {}

    /**
     * The graph.
     *
     * @param more of the shop's own, like {@code "brand.id -> product.brand_id"}, with {@code by changed_at} or
     *     {@code by nothing} behind it where the timestamp is not called updated_at
     */
    static ProductTables graph(List<String> more) {
        ProductTables tables = ProductTables.root("product", "id")
                .table("product_variant", key("product_id"), leadsTo("product.id"))
                .table("image", key("product_id"), leadsTo("product.id"))
                .table("product_collection", key("id"), leadsTo("product.collection_id"))
                .table("product_type", key("id"), leadsTo("product.type_id"))
                .table("product_category_product", key("product_id"), leadsTo("product.id"))
                .table("product_category", key("id"), leadsTo("product_category_product.product_category_id"))
                .table("product_tags", key("product_id"), leadsTo("product.id"))
                .table("product_tag", key("id"), leadsTo("product_tags.product_tag_id"))
                .table("product_variant_option", key("variant_id"), leadsTo("product_variant.id"))
                .table("product_option_value", key("id"), leadsTo("product_variant_option.option_value_id"))
                .table("product_option", key("id"), leadsTo("product_option_value.option_id"))
                .table("product_variant_inventory_item", key("variant_id"), leadsTo("product_variant.id"))
                .table("inventory_item", key("id"), leadsTo("product_variant_inventory_item.inventory_item_id"))
                .table(
                        "inventory_level",
                        key("inventory_item_id"),
                        leadsTo("product_variant_inventory_item.inventory_item_id"))
                .table("product_sales_channel", key("product_id"), leadsTo("product.id"))
                // Not by the channel: what a channel has changes for products that lie at the location.
                .table("sales_channel_stock_location", key("stock_location_id"), leadsTo("inventory_level.location_id"))
                .table("sales_channel", key("id"), leadsTo("sales_channel_stock_location.sales_channel_id"))
                .table("product_variant_price_set", key("variant_id"), leadsTo("product_variant.id"))
                .table("price", key("price_set_id"), leadsTo("product_variant_price_set.price_set_id"))
                .table("price_list", key("id"), leadsTo("price.price_list_id"));
        for (String one : more) {
            tables = extended(tables, one);
        }
        return tables;
    }

    private static ProductTables extended(ProductTables tables, String text) {
        Matcher form = EXTRA.matcher(text);
        if (!form.matches()) {
            throw new WrongSettings("STOCKTAKE_EXTRA_TABLES: '" + text
                    + "' must say which column of a table equals which column nearer to the product, like"
                    + " 'brand.id -> product.brand_id' or 'review.product_id -> product.id by written_at'.");
        }
        String by = form.group(4);
        ProductTables.Key key = key(form.group(2));
        ProductTables.Target target = leadsTo(form.group(3));
        if (by == null) {
            return tables.table(form.group(1), key, target);
        }
        return tables.table(form.group(1), key, target, by.equals("nothing") ? noTimestamp() : timestamp(by));
    }

    /** Medusa's own that a document is made of, and the shop's own. */
    static Set<String> names(List<String> more) {
        Set<String> names = new LinkedHashSet<>(columns().keySet());
        for (String one : more) {
            Matcher form = EXTRA.matcher(one);
            if (form.matches()) {
                names.add(form.group(1));
            }
        }
        return names;
    }

    /** What our queries read. A shop that lacks any of it is of another version. */
    static Map<String, List<String>> columns() {
        Map<String, List<String>> columns = new LinkedHashMap<>();
        columns.put(
                "product",
                List.of(
                        "id",
                        "title",
                        "subtitle",
                        "handle",
                        "description",
                        "thumbnail",
                        "status",
                        "is_giftcard",
                        "discountable",
                        "collection_id",
                        "type_id",
                        "created_at",
                        "deleted_at"));
        columns.put(
                "product_variant",
                List.of(
                        "id",
                        "product_id",
                        "title",
                        "sku",
                        "barcode",
                        "manage_inventory",
                        "allow_backorder",
                        "variant_rank",
                        "deleted_at"));
        columns.put("image", List.of("id", "product_id", "url", "rank", "deleted_at"));
        columns.put("product_collection", List.of("id", "title", "handle", "deleted_at"));
        columns.put("product_type", List.of("id", "value", "deleted_at"));
        columns.put("product_category_product", List.of("product_id", "product_category_id"));
        columns.put("product_category", List.of("id", "name", "handle", "is_active", "is_internal", "deleted_at"));
        columns.put("product_tags", List.of("product_id", "product_tag_id"));
        columns.put("product_tag", List.of("id", "value", "deleted_at"));
        columns.put("product_variant_option", List.of("variant_id", "option_value_id"));
        columns.put("product_option_value", List.of("id", "value", "option_id", "deleted_at"));
        columns.put("product_option", List.of("id", "title", "deleted_at"));
        columns.put(
                "product_variant_inventory_item",
                List.of("variant_id", "inventory_item_id", "required_quantity", "deleted_at"));
        columns.put("inventory_item", List.of("id", "deleted_at"));
        columns.put(
                "inventory_level",
                List.of(
                        "id",
                        "inventory_item_id",
                        "location_id",
                        "stocked_quantity",
                        "reserved_quantity",
                        "raw_stocked_quantity",
                        "raw_reserved_quantity",
                        "deleted_at"));
        columns.put("product_sales_channel", List.of("product_id", "sales_channel_id", "deleted_at"));
        columns.put("sales_channel_stock_location", List.of("sales_channel_id", "stock_location_id", "deleted_at"));
        columns.put("sales_channel", List.of("id", "deleted_at"));
        columns.put("product_variant_price_set", List.of("variant_id", "price_set_id", "deleted_at"));
        columns.put(
                "price",
                List.of(
                        "id",
                        "price_set_id",
                        "currency_code",
                        "amount",
                        "raw_amount",
                        "price_list_id",
                        "rules_count",
                        "min_quantity",
                        "max_quantity",
                        "deleted_at"));
        columns.put("price_list", List.of("id", "type", "status", "starts_at", "ends_at", "rules_count", "deleted_at"));
        return columns;
    }
}
