package dev.stocktake.testkit;

import dev.stocktake.Document;
import dev.stocktake.KeyPage;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.Projection;
import dev.stocktake.StocktakeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A product database in memory that can fail on command, and change at the worst moment.
 *
 * <pre>{@code
 * InMemoryProductSource source = new InMemoryProductSource();
 * source.put(key, document);
 * source.afterRead(keys -> source.put(key, newer));     // changes between the read and the write
 * source.failNext(2, new UnavailableException("The database is restarting", null));
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class InMemoryProductSource implements ProductSource {

    private final NavigableMap<ProductKey, Projection> rows;
    private final Comparator<ProductKey> order;
    private final List<Consumer<Collection<ProductKey>>> beforeRead = new CopyOnWriteArrayList<>();
    private final List<Consumer<Collection<ProductKey>>> afterRead = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<StocktakeException> failures = new ArrayDeque<>();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong productsRead = new AtomicLong();
    private final AtomicLong pages = new AtomicLong();
    private volatile String projectionVersion = "1";

    /** Empty; keys are ordered by their characters. */
    public InMemoryProductSource() {
        this(Comparator.comparing(ProductKey::value));
    }

    /**
     * Empty.
     *
     * @param order of the keys; must tell apart what is not equal
     */
    public InMemoryProductSource(Comparator<ProductKey> order) {
        this.order = order;
        this.rows = new ConcurrentSkipListMap<>(order);
    }

    // --- what is true
    // -------------------------------------------------------------------------------------------------

    /** Inserts or updates a product. */
    public void put(ProductKey key, Document document) {
        rows.put(key, Projection.of(document));
    }

    /** Inserts or updates a product whose document changes at that time, although nobody will write it then. */
    public void putUntil(Instant recheckAt, ProductKey key, Document document) {
        rows.put(key, Projection.until(recheckAt, document));
    }

    /** Deletes a product; one that is not there is no error. */
    public void remove(ProductKey key) {
        rows.remove(key);
    }

    /** The product's row stays, but must not be in the index. */
    public void unpublish(ProductKey key) {
        rows.put(key, Projection.absent());
    }

    /** The product's row can no longer be made a document. */
    public void unreadable(ProductKey key, String problem) {
        rows.put(key, Projection.unreadable(problem));
    }

    /** The mapping from rows to documents changes. */
    public void projectionVersion(String version) {
        projectionVersion = version;
    }

    /** All products that have a document, by key. */
    public Map<ProductKey, Document> documents() {
        Map<ProductKey, Document> documents = new LinkedHashMap<>();
        rows.forEach((key, projection) -> {
            if (projection instanceof Projection.Present present) {
                documents.put(key, present.document());
            }
        });
        return documents;
    }

    // --- faults
    // -------------------------------------------------------------------------------------------------------

    /** The next accesses of any kind fail. */
    public void failNext(int times, StocktakeException failure) {
        lock.lock();
        try {
            for (int i = 0; i < times; i++) {
                failures.add(failure);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Does something before every {@link #read}; it sees what the hook changed. */
    public void beforeRead(Consumer<Collection<ProductKey>> hook) {
        beforeRead.add(hook);
    }

    /** Does something after every {@link #read}, before its caller gets the answer; it does not see what the hook changed. */
    public void afterRead(Consumer<Collection<ProductKey>> hook) {
        afterRead.add(hook);
    }

    // --- what was asked
    // -----------------------------------------------------------------------------------------------

    /** How often {@link #read} was called. */
    public long reads() {
        return reads.get();
    }

    /** How many products {@link #read} was asked for in all. */
    public long productsRead() {
        return productsRead.get();
    }

    /** How many pages of keys were read. */
    public long pages() {
        return pages.get();
    }

    // --- the port
    // -----------------------------------------------------------------------------------------------------

    @Override
    public Map<ProductKey, Projection> read(Collection<ProductKey> keys) {
        reads.incrementAndGet();
        productsRead.addAndGet(keys.size());
        beforeRead.forEach(hook -> hook.accept(keys));
        failIfPlanned();
        Map<ProductKey, Projection> answer = new LinkedHashMap<>();
        keys.forEach(key -> answer.put(key, rows.getOrDefault(key, Projection.absent())));
        afterRead.forEach(hook -> hook.accept(keys));
        return answer;
    }

    @Override
    public Set<ProductKey> present(Collection<ProductKey> keys) {
        failIfPlanned();
        Set<ProductKey> present = new LinkedHashSet<>(keys);
        present.removeIf(key -> rows.getOrDefault(key, Projection.absent()) instanceof Projection.Absent);
        return present;
    }

    @Override
    public KeyPage keys(@Nullable ProductKey after, int limit) {
        pages.incrementAndGet();
        failIfPlanned();
        NavigableMap<ProductKey, Projection> behind = after == null ? rows : rows.tailMap(after, false);
        List<ProductKey> keys = new ArrayList<>(Math.min(limit, 1_000));
        for (ProductKey key : behind.keySet()) {
            if (keys.size() == limit) {
                return KeyPage.of(after, keys, false);
            }
            keys.add(key);
        }
        return KeyPage.of(after, keys, true);
    }

    @Override
    public int compare(ProductKey left, ProductKey right) {
        return order.compare(left, right);
    }

    @Override
    public String projectionVersion() {
        return projectionVersion;
    }

    @Override
    public void verify() {
        failIfPlanned();
    }

    private void failIfPlanned() {
        lock.lock();
        try {
            StocktakeException failure = failures.poll();
            if (failure != null) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }
}
