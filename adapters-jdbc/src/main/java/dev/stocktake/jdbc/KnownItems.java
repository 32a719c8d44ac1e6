package dev.stocktake.jdbc;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The items of the batches that were opened here last, so that thousands of keys need not come back from the database each
 * time a batch is claimed or closed. A batch's name is never given twice and its items never change, so this needs no
 * agreement with the table: <em>whether</em> a batch is open, only the table says.
 *
 * <p>Thread-safe.
 */
final class KnownItems {

    /** More than are in flight, for several indexes. */
    private static final int BATCHES = 16;

    private final ReentrantLock lock = new ReentrantLock();

    private final Map<Name, Map<String, Long>> known = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Name, Map<String, Long>> eldest) {
            return size() > BATCHES;
        }
    };

    private record Name(String index, String batch) {}

    /** @param items not to be changed any more */
    void opened(String index, String batch, Map<String, Long> items) {
        lock.lock();
        try {
            known.put(new Name(index, batch), Collections.unmodifiableMap(items));
        } finally {
            lock.unlock();
        }
    }

    /** Empty if they are not known here. */
    Optional<Map<String, Long>> of(String index, String batch) {
        lock.lock();
        try {
            return Optional.ofNullable(known.get(new Name(index, batch)));
        } finally {
            lock.unlock();
        }
    }

    void closed(String index, String batch) {
        lock.lock();
        try {
            known.remove(new Name(index, batch));
        } finally {
            lock.unlock();
        }
    }
}
