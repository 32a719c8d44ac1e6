package dev.stocktake.testkit.sim;

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

/** One node's connection to an index that can only be written. */
record BlindClient(IndexClient client) implements SearchIndex {

    @Override
    public String name() {
        return client.name();
    }

    @Override
    public BatchLimits limits() {
        return client.limits();
    }

    @Override
    public Duration requestLife() {
        return client.requestLife();
    }

    @Override
    public Optional<IndexIdentity> identify() {
        return client.identify();
    }

    @Override
    public IndexIdentity prepare() {
        return client.prepare();
    }

    @Override
    public Receipt write(WriteBatch batch) {
        return client.write(batch);
    }

    @Override
    public Map<Receipt, Outcome> outcomes(Collection<Receipt> receipts) {
        return client.outcomes(receipts);
    }
}
