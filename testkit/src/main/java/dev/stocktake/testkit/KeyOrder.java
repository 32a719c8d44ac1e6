package dev.stocktake.testkit;

import dev.stocktake.Generation;
import dev.stocktake.ProductKey;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Tells which keys a frontier has not reached yet. */
record KeyOrder(Comparator<ProductKey> comparator) {

    boolean beyond(Generation.Frontier frontier, ProductKey key) {
        if (frontier.ended()) {
            return false;
        }
        @Nullable ProductKey after = frontier.after();
        return after == null || comparator.compare(key, after) > 0;
    }
}
