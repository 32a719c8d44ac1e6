package dev.stocktake;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lists ids and fingerprints it holds, by ids and page by page.
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
}
