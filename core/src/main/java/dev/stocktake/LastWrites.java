package dev.stocktake;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** The last accepted write of each of the products written most recently, so that somebody can find it in the index's log. Thread-safe. */
final class LastWrites {

    private static final int MOST = 10_000;

    private final ReentrantLock lock = new ReentrantLock();

    private final Map<ProductKey, Explanation.LastWrite> writes = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ProductKey, Explanation.LastWrite> eldest) {
            return size() > MOST;
        }
    };

    void accepted(Collection<ProductKey> products, Explanation.LastWrite write) {
        lock.lock();
        try {
            for (ProductKey product : products) {
                writes.remove(product);
                writes.put(product, write);
            }
        } finally {
            lock.unlock();
        }
    }

    Optional<Explanation.LastWrite> of(ProductKey product) {
        lock.lock();
        try {
            return Optional.ofNullable(writes.get(product));
        } finally {
            lock.unlock();
        }
    }
}
