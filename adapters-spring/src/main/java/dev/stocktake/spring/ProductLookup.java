package dev.stocktake.spring;

import dev.stocktake.ProductKey;
import java.util.Collection;
import java.util.Map;

/**
 * Knows products by what people call them, by a SKU or a barcode for instance. A bean of this type is asked about what somebody
 * pastes into <em>Sync products</em> on the page, or names in {@code ids} at the endpoint; without one, only ids are understood.
 *
 * <p>Is called by several threads at once.
 */
@FunctionalInterface
public interface ProductLookup {

    /**
     * The products that are called so.
     *
     * @param index the index's name
     * @param names what was pasted, parted at blanks, commas, semicolons and line ends, ids among it; at most a thousand
     * @return by name; what is not named there is taken for an id
     */
    Map<String, ? extends Collection<ProductKey>> find(String index, Collection<String> names);
}
