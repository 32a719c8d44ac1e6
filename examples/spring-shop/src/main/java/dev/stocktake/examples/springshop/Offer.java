package dev.stocktake.examples.springshop;

import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A product as the search shows it.
 *
 * @param price in euros
 * @param quantity how many the search believes to be in stock
 */
record Offer(String id, String name, String brand, BigDecimal price, long quantity) {

    static Offer of(Map<String, ? extends @Nullable Object> document) {
        return new Offer(
                text(document, "id"),
                text(document, "name"),
                text(document, "brand"),
                new BigDecimal(text(document, "price")),
                new BigDecimal(text(document, "quantity")).longValue());
    }

    private static String text(Map<String, ? extends @Nullable Object> document, String field) {
        return String.valueOf(document.get(field));
    }
}
