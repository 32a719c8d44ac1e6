package dev.stocktake.testkit.engine;

import dev.stocktake.AuditableIndex;
import dev.stocktake.BatchLimits;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.Receipt;
import dev.stocktake.WriteBatch;
import dev.stocktake.testkit.InMemoryIndex;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An index without a log that lists one document a page, and whose listing moves with every write. */
final class ListedIndex implements AuditableIndex {

    private final InMemoryIndex index;
    private final Map<Integer, Runnable> hooks = new HashMap<>();
    private Runnable atEachPage = () -> {};
    private int pages;
    private int moved;
    private int counts;

    ListedIndex(InMemoryIndex index) {
        this.index = index;
    }

    /** Does something before a page to come is listed; 1 is the next. */
    void atPage(int number, Runnable hook) {
        pages = 0;
        hooks.put(number, hook);
    }

    void atEachPage(Runnable hook) {
        pages = 0;
        atEachPage = hook;
    }

    /** The listing moves as if somebody else had written. */
    void move() {
        moved++;
    }

    /** How many pages were listed since the first hook was set. */
    int pages() {
        return pages;
    }

    /** How often it was asked how many documents it holds. */
    int counts() {
        return counts;
    }

    @Override
    public FingerprintPage fingerprints(@Nullable String cursor, int limit) {
        pages++;
        hooks.getOrDefault(pages, () -> {}).run();
        atEachPage.run();
        FingerprintPage page = index.fingerprints(cursor, 1);
        return new FingerprintPage(page.entries(), page.next(), moved + "/" + index.writes());
    }

    @Override
    public Map<ProductKey, Fingerprint> fingerprints(Collection<ProductKey> keys) {
        return index.fingerprints(keys);
    }

    @Override
    public String name() {
        return index.name();
    }

    @Override
    public BatchLimits limits() {
        return index.limits();
    }

    @Override
    public Optional<IndexIdentity> identify() {
        return index.identify();
    }

    @Override
    public IndexIdentity prepare() {
        return index.prepare();
    }

    @Override
    public Receipt write(WriteBatch batch) {
        return index.write(batch);
    }

    @Override
    public Map<Receipt, Outcome> outcomes(Collection<Receipt> receipts) {
        return index.outcomes(receipts);
    }

    @Override
    public Duration requestLife() {
        return index.requestLife();
    }

    @Override
    public long count() {
        counts++;
        return index.count();
    }

    @Override
    public Map<ProductKey, Document> documents(Collection<ProductKey> keys) {
        return index.documents(keys);
    }
}
