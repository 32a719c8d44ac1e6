package dev.stocktake.examples.medusa;

import dev.stocktake.ProductKey;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Finds products by what people call them. */
final class Lookup {

    private static final String BY_NAME = """
            select p.id from product p where p.id = ? or p.handle = ?
            union
            select v.product_id from product_variant v
            where v.product_id is not null and (v.id = ? or v.sku = ? or v.barcode = ?)
            order by 1""";

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
        Set<ProductKey> all = new LinkedHashSet<>();
        for (String name : names) {
            List<String> found = ids(name);
            if (found.isEmpty() && !name.startsWith("prod_")) {
                throw new WrongSettings("No product has the id, the handle, or a variant with the id, sku or barcode '"
                        + name + "'. Look at its spelling in the admin; a sku is told small from capital letters.");
            }
            (found.isEmpty() ? List.of(name) : found).forEach(id -> all.add(new ProductKey(id)));
        }
        return List.copyOf(all);
    }

    private List<String> ids(String name) {
        try {
            return Databases.list(parts.shop(), BY_NAME, row -> row.getString(1), name, name, name, name, name);
        } catch (SQLException e) {
            throw Databases.failure("DATABASE_URL", parts.settings().shop(), e);
        }
    }
}
