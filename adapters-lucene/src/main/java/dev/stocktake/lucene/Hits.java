package dev.stocktake.lucene;

import dev.stocktake.Document;
import dev.stocktake.ProductKey;
import java.util.List;

/**
 * What a {@link Search} found.
 *
 * @param total how many products match, exactly; may be more than were asked for
 * @param hits the best of them, best first
 */
public record Hits(long total, List<Hit> hits) {

    static final Hits NONE = new Hits(0, List.of());

    /** Copies the list. */
    public Hits {
        hits = List.copyOf(hits);
    }

    /**
     * One product that matches.
     *
     * @param key the product
     * @param document as it was written
     */
    public record Hit(ProductKey key, Document document) {}
}
