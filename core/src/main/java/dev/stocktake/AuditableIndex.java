package dev.stocktake;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lists ids and fingerprints it holds, by ids and page by page, and gives documents back.
 *
 * <p>A document without a readable fingerprint (not written by Stocktake) is listed with {@link Fingerprint#UNKNOWN}.
 */
public interface AuditableIndex extends SearchIndex {

    /**
     * The fingerprints stored with these products' documents, as applied now.
     *
     * @return an entry for each product that has a document, and for no other
     * @throws UnavailableException if the index cannot be reached
     */
    Map<ProductKey, Fingerprint> fingerprints(Collection<ProductKey> keys);

    /**
     * The next page of everything the index holds, in an order of its own.
     *
     * @param cursor {@link FingerprintPage#next()} of the page before; null for the first
     * @param limit how many entries at most, positive
     * @throws UnavailableException if the index cannot be reached
     */
    FingerprintPage fingerprints(@Nullable String cursor, int limit);

    /**
     * How many documents the index holds, as applied now, those of others included; 0 if there is no index.
     *
     * @throws UnavailableException if the index cannot be reached
     */
    long count();

    /**
     * These products' documents as the index gives them back, as applied now: without what the adapter added to them (a
     * fingerprint, an id that the document did not have). Compare them by {@link Document#differences}: numbers and the
     * order of fields may have changed on the way, and what an index never gives back is missing.
     *
     * <p>A large request is split; then not all documents are of the same moment. All of them are held in memory, so ask
     * for as many as fit.
     *
     * @return an entry for each product that has a document, and for no other
     * @throws UnavailableException if the index cannot be reached
     */
    Map<ProductKey, Document> documents(Collection<ProductKey> keys);
}
