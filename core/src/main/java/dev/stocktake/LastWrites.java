package dev.stocktake;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The last accepted write of each of the products written most recently, so that somebody can find it in the index's log. Thread-safe. */
final class LastWrites {

    private static final int MOST = 10_000;

    private final Map<ProductKey, Explanation.LastWrite> writes = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ProductKey, Explanation.LastWrite> eldest) {
            return size() > MOST;
        }
    };

    synchronized void accepted(Collection<ProductKey> products, Explanation.LastWrite write) {
        for (ProductKey product : products) {
            writes.remove(product);
            writes.put(product, write);
        }
    }

    synchronized Optional<Explanation.LastWrite> of(ProductKey product) {
        Explanation.@Nullable LastWrite write = writes.get(product);
        return Optional.ofNullable(write);
    }
}
