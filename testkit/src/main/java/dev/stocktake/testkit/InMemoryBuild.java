package dev.stocktake.testkit;

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
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A build of an {@link InMemoryIndex}. */
record InMemoryBuild(InMemoryIndex index, String label) implements AuditableIndex {

    @Override
    public String name() {
        return index.name() + "-" + label;
    }

    @Override
    public BatchLimits limits() {
        return index.limits();
    }

    @Override
    public Duration requestLife() {
        return index.requestLife();
    }

    @Override
    public Optional<IndexIdentity> identify() {
        return index.identify(label);
    }

    @Override
    public IndexIdentity prepare() {
        return index.prepare(label);
    }

    @Override
    public Receipt write(WriteBatch batch) {
        return index.write(label, batch);
    }

    @Override
    public Map<Receipt, Outcome> outcomes(Collection<Receipt> receipts) {
        return index.outcomes(receipts);
    }

    @Override
    public Map<ProductKey, Fingerprint> fingerprints(Collection<ProductKey> keys) {
        return index.fingerprints(label, keys);
    }

    @Override
    public FingerprintPage fingerprints(@Nullable String cursor, int limit) {
        return index.fingerprints(label, cursor, limit);
    }

    @Override
    public long count() {
        return index.count(label);
    }

    @Override
    public Map<ProductKey, Document> documents(Collection<ProductKey> keys) {
        return index.documents(label, keys);
    }
}
