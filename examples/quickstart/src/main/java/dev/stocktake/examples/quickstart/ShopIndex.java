package dev.stocktake.examples.quickstart;

import dev.stocktake.AuditableIndex;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The index as the shop's search page uses it, beside Stocktake, who fills it. */
interface ShopIndex extends AutoCloseable {

    /** For Stocktake. */
    AuditableIndex port();

    /** What and where, for people. */
    String description();

    /** The best products for these words. */
    List<Offer> search(String words);

    /** Somebody edits the document of a product in the index itself, past Stocktake: so many in stock. */
    void alter(Offer shown, long available);

    /** Removes everything that this run made. */
    @Override
    void close();

    /**
     * One line of the search page.
     *
     * @param available in all locations together
     * @param from the lowest price in euros
     */
    record Offer(String id, String name, long available, BigDecimal from) {

        static Offer of(Map<String, ? extends @Nullable Object> document) {
            return new Offer(
                    String.valueOf(document.get("id")),
                    String.valueOf(document.get("name")),
                    decimal(document.get("available")).longValue(),
                    decimal(document.get("price_from")));
        }

        private static BigDecimal decimal(@Nullable Object number) {
            return new BigDecimal(String.valueOf(number));
        }

        boolean inStock() {
            return available > 0;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s  %s  %.2f EUR  %s",
                    id,
                    name,
                    from,
                    inStock() ? available + " in stock" : "sold out");
        }
    }
}
