package dev.stocktake.lucene;

import dev.stocktake.AuditableIndex;
import dev.stocktake.BatchLimits;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.Receipt;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import dev.stocktake.WriteBatch;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one name of a {@link Store} is bound to, as an index: the live one or a build. Thread-safe. */
final class NamedIndex implements AuditableIndex {

    private final String bound;
    private final String name;
    private final Store store;
    private final Failures failures;
    private final FieldSettings fields;
    private final DocumentMapper mapper;
    private final BatchLimits limits;

    private NamedIndex(
            String bound, String name, Store store, Failures failures, FieldSettings fields, BatchLimits limits) {
        this.bound = bound;
        this.name = name;
        this.store = store;
        this.failures = failures;
        this.fields = fields;
        this.mapper = new DocumentMapper(fields);
        this.limits = limits;
    }

    static NamedIndex live(String name, Store store, Failures failures, FieldSettings fields, BatchLimits limits) {
        return new NamedIndex(Names.LIVE, name, store, failures, fields, limits);
    }

    /** A build beside it, with the same settings. */
    NamedIndex build(String label) {
        String whole = name + "-" + label;
        int tooLong = Math.max(0, whole.length() - LuceneIndex.LONGEST_NAME);
        return new NamedIndex(label, whole.substring(tooLong), store, failures, fields, limits);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public BatchLimits limits() {
        return limits;
    }

    @Override
    public Optional<IndexIdentity> identify() {
        return stamp().map(Stamp::id);
    }

    @Override
    public IndexIdentity prepare() {
        try {
            return store.prepare(bound, fields.signature(), mapper).id();
        } catch (UnknownOutcomeException e) {
            // Whatever came of it, the next attempt finds out.
            throw new UnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public Object spell(ProductKey key, Document document, Fingerprint fingerprint) {
        return mapper.spell(new WriteBatch.Upsert(key, document, fingerprint), limits.maxBytes());
    }

    @Override
    public Receipt write(WriteBatch batch) {
        Load load = Load.of(batch, mapper, limits);
        return load.isEmpty()
                ? new Receipt(List.of(), load.refused())
                : new Receipt(List.of(store.write(bound, batch.id(), load)), load.refused());
    }

    @Override
    public Map<Receipt, Outcome> outcomes(Collection<Receipt> receipts) {
        long last = reading(store::position);
        Map<Receipt, Outcome> outcomes = new LinkedHashMap<>();
        for (Receipt receipt : receipts) {
            boolean there = receipt.positions().stream().allMatch(position -> position <= last);
            outcomes.put(
                    receipt,
                    there
                            ? Outcome.applied()
                            : Outcome.lost("index '" + name + "' counts only " + last
                                    + " writes; its directory was emptied or restored"));
        }
        return outcomes;
    }

    @Override
    public Duration requestLife() {
        return Duration.ZERO;
    }

    @Override
    public Map<ProductKey, Fingerprint> fingerprints(Collection<ProductKey> keys) {
        return look(searcher -> new FingerprintReader(searcher.getIndexReader()).of(keys))
                .orElse(Map.of());
    }

    @Override
    public FingerprintPage fingerprints(@Nullable String cursor, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be at least 1, not " + limit);
        }
        String version = stamp().map(Stamp::identity).orElse("none");
        return look(searcher -> new FingerprintReader(searcher.getIndexReader()).page(cursor, limit, version))
                .orElseGet(() -> new FingerprintPage(Map.of(), null, version));
    }

    @Override
    public long count() {
        return look(searcher -> (long) searcher.getIndexReader().numDocs()).orElse(0L);
    }

    @Override
    public Map<ProductKey, Document> documents(Collection<ProductKey> keys) {
        return look(searcher -> {
                    Map<ProductKey, Document> found = new LinkedHashMap<>();
                    for (ProductKey key : keys) {
                        Finder.get(searcher, key).ifPresent(hit -> found.put(key, hit.document()));
                    }
                    return found;
                })
                .orElse(Map.of());
    }

    private Optional<Stamp> stamp() {
        return reading(() -> store.find(bound)).map(Store.Content::stamp);
    }

    <T> Optional<T> look(Readers.Look<T> look) {
        return reading(() -> store.readers(bound).look(look));
    }

    <T> T reading(Reading<T> reading) {
        if (store.isClosed()) {
            throw failures.closed();
        }
        try {
            return reading.read();
        } catch (IOException | RuntimeException e) {
            throw store.isClosed() ? failures.closed() : failures.notRead(e);
        }
    }

    /** Something that reads files. */
    @FunctionalInterface
    interface Reading<T> {
        T read() throws IOException;
    }
}
