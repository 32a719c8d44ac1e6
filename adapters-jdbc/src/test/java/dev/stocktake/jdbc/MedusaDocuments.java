package dev.stocktake.jdbc;

import dev.stocktake.Document;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A search document for each product of a Medusa shop: rows from plain queries, availability computed here as the platform
 * does it.
 */
final class MedusaDocuments {

    private MedusaDocuments() {}

    /** How Medusa's rows lead to products; the modules know nothing of each other, so no foreign key says it. */
    static ProductTables tables() {
        return ProductTables.root("product", "id")
                .table("product_variant", ProductTables.key("product_id"), ProductTables.leadsTo("product.id"))
                .table(
                        "product_variant_inventory_item",
                        ProductTables.key("variant_id"),
                        ProductTables.leadsTo("product_variant.id"))
                .table(
                        "inventory_item",
                        ProductTables.key("id"),
                        ProductTables.leadsTo("product_variant_inventory_item.inventory_item_id"))
                .table(
                        "inventory_level",
                        ProductTables.key("inventory_item_id"),
                        ProductTables.leadsTo("product_variant_inventory_item.inventory_item_id"))
                .table(
                        "product_variant_price_set",
                        ProductTables.key("variant_id"),
                        ProductTables.leadsTo("product_variant.id"))
                .table(
                        "price",
                        ProductTables.key("price_set_id"),
                        ProductTables.leadsTo("product_variant_price_set.price_set_id"))
                .table("price_list", ProductTables.key("id"), ProductTables.leadsTo("price.price_list_id"))
                .table("product_sales_channel", ProductTables.key("product_id"), ProductTables.leadsTo("product.id"))
                .table(
                        "sales_channel",
                        ProductTables.key("id"),
                        ProductTables.leadsTo("product_sales_channel.sales_channel_id"))
                .table("product_category_product", ProductTables.key("product_id"), ProductTables.leadsTo("product.id"))
                .table(
                        "product_category",
                        ProductTables.key("id"),
                        ProductTables.leadsTo("product_category_product.product_category_id"))
                .table("product_tags", ProductTables.key("product_id"), ProductTables.leadsTo("product.id"))
                .table("product_tag", ProductTables.key("id"), ProductTables.leadsTo("product_tags.product_tag_id"))
                .table("product_collection", ProductTables.key("id"), ProductTables.leadsTo("product.collection_id"))
                .table("product_type", ProductTables.key("id"), ProductTables.leadsTo("product.type_id"));
    }

    static JdbcProductSource source(DataSource database) {
        return JdbcProductSource.builder(database)
                .root("""
                        select p.id, p.title, p.subtitle, p.handle, p.description, p.status, p.thumbnail,
                               p.collection_id, p.type_id, p.created_at
                        from product p
                        where p.deleted_at is null and p.status = 'published' and {products:p.id}""")
                .child(
                        "collection",
                        ofProduct("c.id, c.title, c.handle", "product_collection c", "c.id = p.collection_id"))
                .child("type", ofProduct("t.id, t.value", "product_type t", "t.id = p.type_id"))
                .children("categories", Rows.by("product_id", """
                                select pivot.product_id, c.id, c.name, c.handle
                                from product_category_product pivot
                                join product_category c on c.id = pivot.product_category_id
                                where c.deleted_at is null and c.is_active and not c.is_internal
                                  and {products:pivot.product_id}
                                order by c.id"""))
                .children("tags", Rows.by("product_id", """
                                select pivot.product_id, t.id, t.value
                                from product_tags pivot join product_tag t on t.id = pivot.product_tag_id
                                where t.deleted_at is null and {products:pivot.product_id}
                                order by t.id"""))
                .values("sales_channel_ids", Rows.by("product_id", """
                                select product_id, sales_channel_id from product_sales_channel
                                where deleted_at is null and {products:product_id}
                                order by sales_channel_id"""))
                .children("variants", variants())
                .children("channels", Rows.by("product_id", """
                                select p.id as product_id, c.id,
                                       array(select at.stock_location_id from sales_channel_stock_location at
                                             where at.sales_channel_id = c.id and at.deleted_at is null) as locations
                                from product p cross join sales_channel c
                                where c.deleted_at is null and {products:p.id}
                                order by c.id"""))
                .values("touched", touched())
                .keys("product", "id")
                .mapper(MedusaDocuments::document)
                .build();
    }

    private static Rows ofProduct(String columns, String table, String on) {
        return Rows.by(
                "product_id",
                "select p.id as product_id, " + columns + " from product p join " + table + " on " + on + " where "
                        + table.charAt(table.length() - 1) + ".deleted_at is null and {products:p.id}");
    }

    private static Rows variants() {
        Rows levels = Rows.by("item", """
                select l.inventory_item_id as item, l.location_id,
                       sum(coalesce((l.raw_stocked_quantity ->> 'value')::numeric, 0)
                           - coalesce((l.raw_reserved_quantity ->> 'value')::numeric, 0)) as available
                from inventory_level l join inventory_item i on i.id = l.inventory_item_id
                where l.deleted_at is null and i.deleted_at is null and l.inventory_item_id in (
                    select used.inventory_item_id from product_variant_inventory_item used
                    join product_variant v on v.id = used.variant_id where {products:v.product_id})
                group by l.inventory_item_id, l.location_id
                order by l.location_id""");
        Rows items = Rows.by("variant_id", """
                        select used.variant_id, used.inventory_item_id as item, used.required_quantity as required
                        from product_variant_inventory_item used
                        join product_variant v on v.id = used.variant_id
                        where used.deleted_at is null and {products:v.product_id}
                        order by used.inventory_item_id""").key("item").children("levels", levels);
        Rows prices = Rows.by("variant_id", """
                select owner.variant_id, pr.currency_code, pr.amount
                from price pr
                join product_variant_price_set owner on owner.price_set_id = pr.price_set_id
                join product_variant v on v.id = owner.variant_id
                where pr.deleted_at is null and owner.deleted_at is null and pr.price_list_id is null
                  and pr.rules_count = 0 and pr.min_quantity is null and pr.max_quantity is null
                  and {products:v.product_id}""");
        return Rows.by("product_id", """
                        select v.product_id, v.id, v.title, v.sku, v.barcode, v.manage_inventory, v.allow_backorder
                        from product_variant v
                        where v.deleted_at is null and {products:v.product_id}
                        order by v.variant_rank, v.id""").map("prices", "currency_code", prices).children("items", items);
    }

    /** When anything that the document shows was touched last, by what the rows say. */
    private static Rows touched() {
        return Rows.by("product_id", """
                select id as product_id, updated_at from product where {products:id}
                union all
                select v.product_id, v.updated_at from product_variant v
                where v.deleted_at is null and {products:v.product_id}
                union all
                select v.product_id, greatest(x.updated_at, i.updated_at, l.updated_at)
                from product_variant v
                join product_variant_inventory_item x on x.variant_id = v.id and x.deleted_at is null
                left join inventory_item i on i.id = x.inventory_item_id and i.deleted_at is null
                left join inventory_level l on l.inventory_item_id = i.id and l.deleted_at is null
                where v.deleted_at is null and {products:v.product_id}
                union all
                select v.product_id, greatest(x.updated_at, p.updated_at, pl.updated_at)
                from product_variant v
                join product_variant_price_set x on x.variant_id = v.id and x.deleted_at is null
                join price p on p.price_set_id = x.price_set_id and p.deleted_at is null
                left join price_list pl on pl.id = p.price_list_id
                where v.deleted_at is null and {products:v.product_id}
                union all
                select x.product_id, c.updated_at from product_category_product x
                join product_category c on c.id = x.product_category_id where {products:x.product_id}
                union all
                select x.product_id, t.updated_at from product_tags x
                join product_tag t on t.id = x.product_tag_id where {products:x.product_id}
                union all
                select product_id, updated_at from product_sales_channel where {products:product_id}
                union all
                select p.id, c.updated_at from product p
                join product_collection c on c.id = p.collection_id and c.deleted_at is null where {products:p.id}
                union all
                select p.id, t.updated_at from product p
                join product_type t on t.id = p.type_id and t.deleted_at is null where {products:p.id}""");
    }

    // --- availability

    private static Document document(Map<String, @Nullable Object> fields) {
        List<Map<String, @Nullable Object>> channels = objects(fields.remove("channels"));
        List<Map<String, @Nullable Object>> variants = new ArrayList<>();
        BigDecimal available = BigDecimal.ZERO;
        boolean inStock = false;
        for (Map<String, @Nullable Object> row : objects(fields.get("variants"))) {
            Map<String, @Nullable Object> variant = variant(row, channels);
            variants.add(variant);
            inStock |= Boolean.TRUE.equals(variant.get("in_stock"));
            if (variant.get("inventory_quantity") instanceof BigDecimal quantity) {
                available = available.add(quantity);
            }
        }
        fields.put("variants", variants);
        fields.put("available", available);
        fields.put("in_stock", inStock);
        fields.put("last_changed", latest(fields.remove("touched")));
        return Document.of(fields);
    }

    private static Map<String, @Nullable Object> variant(
            Map<String, @Nullable Object> row, List<Map<String, @Nullable Object>> channels) {
        Map<String, @Nullable Object> variant = new LinkedHashMap<>(row);
        List<Map<String, @Nullable Object>> items = objects(variant.remove("items"));
        boolean managed = Boolean.TRUE.equals(row.get("manage_inventory"));
        BigDecimal total = quantity(items, null);
        variant.put("inventory_quantity", managed ? total : null);
        Map<String, @Nullable Object> byLocation = new LinkedHashMap<>();
        locations(items).forEach(location -> byLocation.put(location, atOne(items, location)));
        variant.put("by_location", byLocation);
        Map<String, @Nullable Object> byChannel = new LinkedHashMap<>();
        if (!items.isEmpty()) {
            channels.forEach(channel -> byChannel.put(
                    String.valueOf(channel.get("id")), quantity(items, (List<?>) channel.get("locations"))));
        }
        variant.put("by_channel", byChannel);
        variant.put(
                "in_stock",
                !managed || Boolean.TRUE.equals(row.get("allow_backorder")) || total != null && total.signum() > 0);
        return variant;
    }

    /** The least, over the parts, of how many fit into what the locations have together; null without parts. */
    private static @Nullable BigDecimal quantity(
            List<Map<String, @Nullable Object>> items, @Nullable List<?> locations) {
        BigDecimal least = null;
        for (Map<String, @Nullable Object> item : items) {
            BigDecimal sum = BigDecimal.ZERO;
            for (Map<String, @Nullable Object> level : objects(item.get("levels"))) {
                if (locations == null || locations.contains(level.get("location_id"))) {
                    sum = sum.add((BigDecimal) level.get("available"));
                }
            }
            BigDecimal fit = sum.divide((BigDecimal) item.get("required"), 0, RoundingMode.FLOOR);
            least = least == null || fit.compareTo(least) < 0 ? fit : least;
        }
        return least;
    }

    private static @Nullable BigDecimal atOne(List<Map<String, @Nullable Object>> items, String location) {
        boolean everywhere = items.stream()
                .allMatch(item -> objects(item.get("levels")).stream()
                        .anyMatch(level -> location.equals(level.get("location_id"))));
        return everywhere ? quantity(items, List.of(location)) : BigDecimal.ZERO;
    }

    private static Set<String> locations(List<Map<String, @Nullable Object>> items) {
        Set<String> locations = new LinkedHashSet<>();
        items.forEach(item ->
                objects(item.get("levels")).forEach(level -> locations.add(String.valueOf(level.get("location_id")))));
        return locations;
    }

    private static Instant latest(@Nullable Object moments) {
        Instant latest = Instant.MIN;
        for (Object moment : (List<?>) moments) {
            Instant instant = Instant.parse(String.valueOf(moment));
            latest = instant.isAfter(latest) ? instant : latest;
        }
        return latest;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, @Nullable Object>> objects(@Nullable Object list) {
        return list == null ? List.of() : (List<Map<String, @Nullable Object>>) list;
    }
}
