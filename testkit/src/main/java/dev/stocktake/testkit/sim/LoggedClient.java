package dev.stocktake.testkit.sim;

import dev.stocktake.AuditableIndex;
import dev.stocktake.BatchLimits;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.LoggedIndex;
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

/** One node's connection to the index's server, with its log of writes. */
record LoggedClient(IndexClient client, Server server) implements RebuildableIndex, LoggedIndex {

    /** Small, so that one audit needs several. */
    private static final int PAGE = 7;

    @Override
    public long settledPosition() {
        client.ask();
        long settled = server.settled();
        client.hear();
        return settled;
    }

    @Override
    public LogPage writesAfter(long position, int limit) {
        client.ask();
        LogPage page = server.log(position, Math.min(limit, PAGE));
        client.hear();
        return page;
    }

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

    @Override
    public Map<ProductKey, Fingerprint> fingerprints(Collection<ProductKey> keys) {
        return client.fingerprints(keys);
    }

    @Override
    public FingerprintPage fingerprints(@Nullable String cursor, int limit) {
        return client.fingerprints(cursor, limit);
    }

    @Override
    public AuditableIndex build(String label) {
        return client.build(label);
    }

    @Override
    public Map<String, IndexIdentity> builds() {
        return client.builds();
    }

    @Override
    public Receipt swap(String label) {
        return client.swap(label);
    }

    @Override
    public boolean drop(String label, IndexIdentity onlyIf) {
        return client.drop(label, onlyIf);
    }

    @Override
    public long count() {
        return client.count();
    }

    @Override
    public Map<ProductKey, Document> documents(Collection<ProductKey> keys) {
        return client.documents(keys);
    }
}
