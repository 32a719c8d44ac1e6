package dev.stocktake.testkit;

import dev.stocktake.AuditableIndex;
import dev.stocktake.BatchLimits;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.RebuildableIndex;
import dev.stocktake.Receipt;
import dev.stocktake.WriteBatch;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An {@link InMemoryIndex} whose log cannot be read. */
record WithoutLog(InMemoryIndex index) implements RebuildableIndex {

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
    public Map<ProductKey, Fingerprint> fingerprints(Collection<ProductKey> keys) {
        return index.fingerprints(keys);
    }

    @Override
    public FingerprintPage fingerprints(@Nullable String cursor, int limit) {
        return index.fingerprints(cursor, limit);
    }

    @Override
    public long count() {
        return index.count();
    }

    @Override
    public Map<ProductKey, Document> documents(Collection<ProductKey> keys) {
        return index.documents(keys);
    }

    @Override
    public AuditableIndex build(String label) {
        return index.build(label);
    }

    @Override
    public Map<String, IndexIdentity> builds() {
        return index.builds();
    }

    @Override
    public Receipt swap(String label) {
        return index.swap(label);
    }

    @Override
    public boolean drop(String label, IndexIdentity onlyIf) {
        return index.drop(label, onlyIf);
    }
}
