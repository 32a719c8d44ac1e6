package dev.stocktake.examples.springshop;

import java.util.List;

/** The index as customers use it. Knows nothing of the database. */
interface Storefront {

    /** The best products for these words; all of them if there are none. */
    List<Offer> search(String words, int limit);
}
