package dev.stocktake;

import java.util.List;

/**
 * A difference between database and index of which nobody knew until an audit compared them.
 *
 * @param product the product
 * @param kind how they differed
 * @param unseenBy the feeds that should have named the product: those that declare themselves {@linkplain
 *     ChangeFeed.Completeness#COMPLETE complete}; empty if none does, or if the change was made in the index
 */
public record Drift(ProductKey product, Kind kind, List<String> unseenBy) {

    /** How database and index differ. */
    public enum Kind {
        /** The product has a document, and the index has none. */
        MISSING,
        /** The index holds another document of the product, an older one most likely. */
        STALE,
        /** The index holds a document, and the product has none (any more). */
        ORPHAN,
        /** The index holds the fingerprint of what the database says, but another content: somebody altered the document. */
        ALTERED,
        /** The index holds a document without a fingerprint: somebody else wrote it. */
        ALIEN;

        /** Whether it can only have come about in the index, so that no feed could have seen it. */
        boolean madeInIndex() {
            return this == ALTERED || this == ALIEN;
        }
    }

    /** Copies the list. */
    public Drift {
        unseenBy = List.copyOf(unseenBy);
    }

    @Override
    public String toString() {
        return product + " " + kind + (unseenBy.isEmpty() ? "" : ", unseen by " + unseenBy);
    }
}
