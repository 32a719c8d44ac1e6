package dev.stocktake.testkit;

import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.WriteBatch;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The documents under one name of an index. Guarded by the index's lock. */
final class IndexContent {

    private record Stored(Document document, Fingerprint fingerprint) {}

    private final TreeMap<String, Stored> documents = new TreeMap<>();
    private final IndexIdentity identity;
    private final Objections objections;
    private String settings = "";

    IndexContent(IndexIdentity identity, Objections objections) {
        this.identity = identity;
        this.objections = objections;
    }

    IndexIdentity identity() {
        return identity;
    }

    String settings() {
        return settings;
    }

    void settings(String declared) {
        settings = declared;
    }

    /** Applies all of a batch or, for one bad document, nothing. */
    Outcome apply(WriteBatch batch) {
        for (WriteBatch.Upsert upsert : batch.upserts()) {
            String objection = objections.to(upsert);
            if (objection != null) {
                return Outcome.refused("Document of product '" + upsert.key() + "': " + objection);
            }
        }
        for (WriteBatch.Upsert upsert : batch.upserts()) {
            documents.put(upsert.key().value(), new Stored(upsert.document(), upsert.fingerprint()));
        }
        batch.deletions().forEach(key -> documents.remove(key.value()));
        return Outcome.applied();
    }

    Map<ProductKey, Document> documents() {
        Map<ProductKey, Document> all = new LinkedHashMap<>();
        documents.forEach((key, stored) -> all.put(ProductKey.of(key), stored.document()));
        return all;
    }

    Map<ProductKey, Document> documents(Collection<ProductKey> keys) {
        Map<ProductKey, Document> found = new LinkedHashMap<>();
        keys.forEach(key -> document(key).ifPresent(document -> found.put(key, document)));
        return found;
    }

    int size() {
        return documents.size();
    }

    Optional<Document> document(ProductKey key) {
        return Optional.ofNullable(documents.get(key.value())).map(Stored::document);
    }

    Map<ProductKey, Fingerprint> fingerprints(Collection<ProductKey> keys) {
        Map<ProductKey, Fingerprint> found = new LinkedHashMap<>();
        for (ProductKey key : keys) {
            Stored stored = documents.get(key.value());
            if (stored != null) {
                found.put(key, stored.fingerprint());
            }
        }
        return found;
    }

    /** Pages follow the keys, so that no document slips from one to another, whatever is written. */
    FingerprintPage fingerprints(@Nullable String cursor, int limit) {
        Map<ProductKey, Fingerprint> entries = new LinkedHashMap<>();
        String last = null;
        Map<String, Stored> behind = cursor == null ? documents : documents.tailMap(cursor, false);
        for (Map.Entry<String, Stored> entry : behind.entrySet()) {
            if (entries.size() == limit) {
                return new FingerprintPage(entries, last, identity.value());
            }
            last = entry.getKey();
            entries.put(ProductKey.of(last), entry.getValue().fingerprint());
        }
        return new FingerprintPage(entries, null, identity.value());
    }
}
