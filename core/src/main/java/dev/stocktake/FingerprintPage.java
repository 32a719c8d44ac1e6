package dev.stocktake;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A page of what an index holds.
 *
 * @param entries the fingerprint of each document, by product
 * @param next where the next page begins; null if this is the last
 * @param version pages with the same version belong to one unmoved listing; if it changes on the way, entries may have
 *     slipped from one page to another and the walk may have missed some
 */
public record FingerprintPage(
        Map<ProductKey, Fingerprint> entries, @Nullable String next, String version) {

    /** Copies the entries and keeps their order, so that what follows from a page is the same every time. */
    public FingerprintPage {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }
}
