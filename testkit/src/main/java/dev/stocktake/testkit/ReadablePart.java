package dev.stocktake.testkit;

import dev.stocktake.AuditableIndex;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.ProductKey;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an {@link InMemoryIndex} can do that can be read back, whatever else is left out. */
abstract class ReadablePart extends WritablePart implements AuditableIndex {

    ReadablePart(InMemoryIndex index) {
        super(index);
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
}
