package dev.stocktake;

import java.util.List;

/**
 * A difference between database and index of which nobody knew until an audit compared them.
 *
 * <p>What was changed, database or index, cannot be told from the difference alone, except for {@link Kind#ALTERED} and
 * {@link Kind#ALIEN}: a document that somebody deleted or overwrote in the index, with a fingerprint, looks like a change that
 * no feed saw. A change that a feed would have named later, because it is behind by design ({@link ChangeFeed#delay}), is
 * drift too.
 *
 * @param product the product
 * @param kind how they differed
 * @param unseenBy the feeds that should have named the product: those that declare themselves {@linkplain
 *     ChangeFeed.Completeness#COMPLETE complete}, if the change was made in the database; empty if none does, or if the change
 *     can only have been made in the index
 */
public record Drift(ProductKey product, Kind kind, List<String> unseenBy) {

    /** How database and index differ. */
    public enum Kind {
        /** The product has a document, and the index has none: nobody wrote it, or somebody deleted it there. */
        MISSING,
        /** The index holds another document of the product: an older one most likely, or one that somebody put there. */
        STALE,
        /** The index holds a document, and the product has none (any more), or somebody put a document there. */
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
