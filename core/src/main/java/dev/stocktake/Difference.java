package dev.stocktake;

import org.jspecify.annotations.Nullable;

/**
 * What one look at both sides told of a product.
 *
 * @param now the fingerprint of what the database says; null if it has no document, or none could be made
 * @param held the fingerprint the index holds; null if it holds no document
 * @param unreadable whether no document could be made of the row
 */
record Difference(
        Drift.Kind kind,
        @Nullable Fingerprint now,
        @Nullable Fingerprint held,
        boolean unreadable) {

    /** Whether it is just this content that is set aside. */
    boolean isWhatWasRefused(Refusal refusal) {
        return unreadable || (now != null && now.equals(refusal.fingerprint()));
    }
}
