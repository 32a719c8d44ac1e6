package dev.stocktake.testkit;

import dev.stocktake.BatchLimits;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Outcome;
import dev.stocktake.Receipt;
import dev.stocktake.SearchIndex;
import dev.stocktake.WriteBatch;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** What an {@link InMemoryIndex} can do whatever else is left out. */
abstract class WritablePart implements SearchIndex {

    final InMemoryIndex index;

    WritablePart(InMemoryIndex index) {
        this.index = index;
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
}
