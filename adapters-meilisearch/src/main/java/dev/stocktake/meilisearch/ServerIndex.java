package dev.stocktake.meilisearch;

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

/** One index of the server by its name: the live one or a build. Thread-safe. */
final class ServerIndex implements AuditableIndex {

    private final MeilisearchIndex.Options options;
    private final Listing listing;
    private final StoredDocuments documents;
    private final ControlPlane control;
    private final BatchWriter writer;
    private final Outcomes outcomes;

    /**
     * @param options of this index
     * @param wire with a translator for it
     * @param family the live index's
     */
    ServerIndex(
            MeilisearchIndex.Options options,
            MeilisearchIndex.Wire wire,
            Family family,
            ServerVersion version,
            SentWrites sent) {
        this.options = options;
        this.listing = new Listing(options, wire);
        this.documents = new StoredDocuments(options, wire.http(), wire.translator());
        this.control = new ControlPlane(options, wire, family, listing, version);
        this.writer = new BatchWriter(options, wire, sent);
        this.outcomes = new Outcomes(family, wire.queue(), sent);
    }

    @Override
    public String name() {
        return options.uid();
    }

    @Override
    public BatchLimits limits() {
        return options.limits();
    }

    @Override
    public Optional<IndexIdentity> identify() {
        return listing.identity();
    }

    @Override
    public IndexIdentity prepare() {
        return control.prepare();
    }

    @Override
    public Object spell(ProductKey key, Document document, Fingerprint fingerprint) {
        return writer.spell(new WriteBatch.Upsert(key, document, fingerprint));
    }

    @Override
    public Receipt write(WriteBatch batch) {
        return writer.write(batch);
    }

    @Override
    public Map<Receipt, Outcome> outcomes(Collection<Receipt> receipts) {
        return outcomes.of(receipts);
    }

    @Override
    public Duration requestLife() {
        return options.requestLife();
    }

    @Override
    public Map<ProductKey, Fingerprint> fingerprints(Collection<ProductKey> keys) {
        return listing.of(keys);
    }

    @Override
    public FingerprintPage fingerprints(@Nullable String cursor, int limit) {
        return listing.page(cursor, limit);
    }

    @Override
    public long count() {
        return listing.count();
    }

    @Override
    public Map<ProductKey, Document> documents(Collection<ProductKey> keys) {
        return documents.of(keys);
    }

    @Override
    public String toString() {
        return options.words();
    }
}
