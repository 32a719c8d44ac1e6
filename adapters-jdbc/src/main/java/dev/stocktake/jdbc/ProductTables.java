package dev.stocktake.jdbc;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Declares how rows lead to products. All feeds are derived from this declaration.
 *
 * <pre>{@code
 * import static dev.stocktake.jdbc.ProductTables.key;
 * import static dev.stocktake.jdbc.ProductTables.leadsTo;
 *
 * ProductTables tables = ProductTables.root("product", "id")
 *         .table("product_variant",          key("product_id"),        leadsTo("product.id"))
 *         .table("variant_inventory",        key("variant_id"),        leadsTo("product_variant.id"))
 *         .table("inventory_level",          key("inventory_item_id"), leadsTo("variant_inventory.inventory_item_id"))
 *         .table("product_category_product", key("product_id"),        leadsTo("product.id"))
 *         .table("product_category",         key("id"),                leadsTo("product_category_product.product_category_id"));
 * }</pre>
 *
 * <p>Each table says which of its columns, its <em>key</em>, equals which column of a table nearer to the root. A table that
 * is named again leads upward by one more way. Names are written without quotes: a name that is stored exactly so is meant,
 * else the name as the database folds it. A table may be qualified by its schema, {@code "shop.product"}.
 *
 * <p>A table's timestamp is by default its column {@code updated_at}, if it has one.
 *
 * <p>Immutable and thread-safe.
 */
public final class ProductTables {

    private final List<Declared> declared;

    private ProductTables(List<Declared> declared) {
        this.declared = List.copyOf(declared);
    }

    /**
     * A table and one way upward, as written.
     *
     * @param key empty for the root
     * @param target empty for the root
     */
    record Declared(
            String table,
            String key,
            String target,
            @Nullable Timestamp timestamp) {}

    /** The table with one row per product, and its id. */
    public static ProductTables root(String table, String idColumn) {
        return new ProductTables(List.of(new Declared(table, idColumn, "", null)));
    }

    /** The table with one row per product, its id, and the column that moves when its rows change. */
    public static ProductTables root(String table, String idColumn, Timestamp timestamp) {
        return new ProductTables(List.of(new Declared(table, idColumn, "", timestamp)));
    }

    /** These tables and one more, or one more way from a table to the root. */
    public ProductTables table(String table, Key key, Target target) {
        return with(new Declared(table, key.column(), target.column(), null));
    }

    /** These tables and one more, with the column that moves when its rows change. */
    public ProductTables table(String table, Key key, Target target, Timestamp timestamp) {
        return with(new Declared(table, key.column(), target.column(), timestamp));
    }

    private ProductTables with(Declared one) {
        List<Declared> all = new ArrayList<>(declared);
        all.add(one);
        return new ProductTables(all);
    }

    /** The column of a table that leads upward. */
    public static Key key(String column) {
        return new Key(column);
    }

    /** The column that the key equals, in a table nearer to the root: {@code leadsTo("product.id")}. */
    public static Target leadsTo(String tableAndColumn) {
        return new Target(tableAndColumn);
    }

    /** The column that moves whenever a row changes. */
    public static Timestamp timestamp(String column) {
        return new Timestamp(column, null);
    }

    /**
     * The column that moves whenever a row changes, of a type without time zone.
     *
     * @param zone the zone whose local time the writers put there. Where it is not known, about a day of changes is looked
     *     at again and again, as any zone is possible
     */
    public static Timestamp timestamp(String column, ZoneId zone) {
        return new Timestamp(column, zone);
    }

    /** No column moves when a row changes, whatever the columns' names say. */
    public static Timestamp noTimestamp() {
        return new Timestamp("", null);
    }

    /**
     * A column that leads upward.
     *
     * @param column its name
     */
    public record Key(String column) {}

    /**
     * A column that a key equals.
     *
     * @param column its table and name, separated by a dot
     */
    public record Target(String column) {}

    /**
     * A column that moves whenever a row changes.
     *
     * @param column its name; empty if there is none
     * @param zone of the writers, if the column's type has none; null if not known
     */
    public record Timestamp(String column, @Nullable ZoneId zone) {}

    /**
     * The checked form.
     *
     * @throws dev.stocktake.MisconfiguredException with everything that is wrong
     */
    Graph graph() {
        return Graph.of(declared);
    }
}
