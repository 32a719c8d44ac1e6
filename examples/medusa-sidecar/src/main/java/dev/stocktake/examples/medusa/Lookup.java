package dev.stocktake.examples.medusa;

import dev.stocktake.ProductKey;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds products by what people call them. */
final class Lookup {

    /** Each name by itself, so that every index of the shop's can be used. */
    private static final String BY_NAME = """
            select n.name, p.id from unnest(cast(? as text[])) n(name) join product p on p.id = n.name
            union
            select n.name, p.id from unnest(cast(? as text[])) n(name) join product p on p.handle = n.name
            union
            select n.name, v.product_id from unnest(cast(? as text[])) n(name) join product_variant v on v.id = n.name
            where v.product_id is not null
            union
            select n.name, v.product_id from unnest(cast(? as text[])) n(name) join product_variant v on v.sku = n.name
            where v.product_id is not null
            union
            select n.name, v.product_id from unnest(cast(? as text[])) n(name) join product_variant v on v.barcode = n.name
            where v.product_id is not null
            order by 1, 2""";

    private final Parts parts;

    Lookup(Parts parts) {
        this.parts = parts;
    }

    /**
     * The products that are called so. An id that is in no row any more is taken as it is: its document may still be there.
     *
     * @throws WrongSettings if nothing is called so
     */
    List<ProductKey> products(List<String> names) {
        Map<String, List<ProductKey>> found = byName(names);
        Set<ProductKey> all = new LinkedHashSet<>();
        for (String name : names) {
            List<ProductKey> called = found.getOrDefault(name, List.of());
            if (called.isEmpty() && !name.startsWith("prod_")) {
                throw new WrongSettings("No product has the id, the handle, or a variant with the id, sku or barcode '"
                        + name + "'. Look at its spelling in the admin; a sku is told small from capital letters.");
            }
            all.addAll(called.isEmpty() ? List.of(new ProductKey(name)) : called);
        }
        return List.copyOf(all);
    }

    /** The products that are called so, by name; what nothing is called is not in it. */
    Map<String, List<ProductKey>> byName(Collection<String> names) {
        String[] all = names.toArray(String[]::new);
        Map<String, List<ProductKey>> found = new LinkedHashMap<>();
        try {
            Databases.list(
                    parts.shop(),
                    BY_NAME,
                    row -> found.computeIfAbsent(row.getString(1), name -> new ArrayList<>())
                            .add(new ProductKey(row.getString(2))),
                    all,
                    all,
                    all,
                    all,
                    all);
        } catch (SQLException e) {
            throw Databases.failure("DATABASE_URL", parts.settings().shop(), e);
        }
        return found;
    }
}
