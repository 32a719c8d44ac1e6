package dev.stocktake.bench;

/** Two ways to ask for the same rows, which a document has two steps below the product. */
enum StockQuery {
    /** As everybody writes it: the database looks up each variant's stock by itself. */
    JOINED("", """
            select l.variant_id, l.location_id as location, l.stocked - l.reserved as available
            from {shop}.product_variant v join {shop}.inventory_level l on l.variant_id = v.id
            where {products:v.product_id} order by l.variant_id, l.location_id"""),

    /** The variants first, and then the stock of all of them in one go over the index. */
    BY_ARRAY("-by-array", """
            select l.variant_id, l.location_id as location, l.stocked - l.reserved as available
            from {shop}.inventory_level l where l.variant_id = any(array(
                select v.id from {shop}.product_variant v where {products:v.product_id}))
            order by l.variant_id, l.location_id""");

    private final String suffix;
    private final String sql;

    StockQuery(String suffix, String sql) {
        this.suffix = suffix;
        this.sql = sql;
    }

    /** Behind the name of whoever asks so. */
    String suffix() {
        return suffix;
    }

    String sql() {
        return sql;
    }
}
