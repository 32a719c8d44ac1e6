package dev.stocktake;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Documents to put and products to remove, in one request as far as the index allows.
 *
 * @param id travels with the write into the index's write log, where it has one; 1 to 60 characters of
 *     {@code [A-Za-z0-9_.-]}
 * @param upserts whole documents; each replaces what the index holds for its product
 * @param deletions products that must not be in the index; unknown ones are no error
 */
public record WriteBatch(String id, List<Upsert> upserts, List<ProductKey> deletions) {

    /** Copies the lists. */
    public WriteBatch {
        upserts = List.copyOf(upserts);
        deletions = List.copyOf(deletions);
    }

    /**
     * One document to put.
     *
     * @param key the product
     * @param document all its fields, without id and fingerprint: the adapter adds both
     * @param fingerprint to be stored with the document and given back by {@link AuditableIndex}
     * @param spelt what {@link SearchIndex#spell} made of these three; null if nobody asked it, or it made nothing
     */
    public record Upsert(
            ProductKey key,
            Document document,
            Fingerprint fingerprint,
            @Nullable Object spelt) {

        /** One that the index has yet to spell. */
        public Upsert(ProductKey key, Document document, Fingerprint fingerprint) {
            this(key, document, fingerprint, null);
        }
    }

    /** The products the batch touches, those to put first. */
    public List<ProductKey> products() {
        return Stream.concat(upserts.stream().map(Upsert::key), deletions.stream())
                .toList();
    }

    /** How many products the batch touches. */
    public int size() {
        return upserts.size() + deletions.size();
    }
}
