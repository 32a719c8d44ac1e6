package dev.stocktake.bench;

/** The floors' queries. Both give out the same data as the documents hold, in the order of the products' keys. */
final class FloorSql {

    private FloorSql() {}

    static String json(Shop shop) {
        return in(shop, """
                select json_build_object('id', p.id, 'title', p.title, 'handle', p.handle,
                    'description', p.description, 'brand', p.brand, 'status', p.status,
                    'created_at', p.created_at, 'variants', v.list)
                from {shop}.product p
                left join lateral (
                    select json_agg(json_build_object('id', v.id, 'sku', v.sku, 'title', v.title,
                        'weight', v.weight, 'currency', r.currency, 'amount', r.amount, 'stock', l.list)
                        order by v.id) as list
                    from {shop}.product_variant v
                    left join {shop}.price r on r.variant_id = v.id
                    left join lateral (
                        select json_agg(json_build_object('location', l.location_id,
                            'available', l.stocked - l.reserved) order by l.location_id) as list
                        from {shop}.inventory_level l
                        where l.variant_id = v.id) l on true
                    where v.product_id = p.id) v on true
                order by p.id""");
    }

    static String flat(Shop shop) {
        return in(shop, """
                select p.id, p.title, p.handle, p.description, p.brand, p.status, p.created_at,
                    v.id, v.sku, v.title, v.weight, r.currency, r.amount, l.location_id, l.stocked - l.reserved
                from {shop}.product p
                left join {shop}.product_variant v on v.product_id = p.id
                left join {shop}.price r on r.variant_id = v.id
                left join {shop}.inventory_level l on l.variant_id = v.id
                order by p.id, v.id, l.location_id""");
    }

    private static String in(Shop shop, String sql) {
        return sql.replace("{shop}", shop.schema());
    }
}
