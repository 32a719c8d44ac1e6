package dev.stocktake.spring;

import dev.stocktake.Stocktake;

/**
 * Changes how a {@link Stocktake} is assembled, after everything that properties and beans say. All beans of this type are
 * called, in their order.
 */
@FunctionalInterface
public interface StocktakeCustomizer {

    /**
     * Changes the assembly of one index.
     *
     * @param index the index's name
     * @param builder already told of feeds, settings and listeners
     */
    void customize(String index, Stocktake.Builder builder);
}
