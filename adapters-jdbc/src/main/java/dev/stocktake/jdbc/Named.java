package dev.stocktake.jdbc;

import dev.stocktake.Intake;
import dev.stocktake.ProductKey;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The products that a take names, and what it knows of their changes. Not thread-safe. */
final class Named {

    private final Map<ProductKey, Intake.Hint> hints = new LinkedHashMap<>();

    int size() {
        return hints.size();
    }

    boolean isEmpty() {
        return hints.isEmpty();
    }

    /**
     * Names a product. What cannot be an id is no product's.
     *
     * @param id as read
     * @param at when it changed; null if that is not known
     * @param wide whether one change concerns very many products
     */
    void add(KeyType type, String id, @Nullable Instant at, boolean wide) {
        ProductKey product;
        try {
            product = ProductKey.of(type.text(id));
        } catch (IllegalArgumentException e) {
            return;
        }
        hints.merge(product, new Intake.Hint(product, at, wide), Intake.Hint::and);
    }

    /** All of them, to be acknowledged by saving a cursor. */
    Intake upTo(@Nullable String cursor, boolean more) {
        return Intake.upTo(cursor, List.of(), more).withHints(hints.values());
    }
}
