package dev.stocktake;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run did to one product that was asked for.
 *
 * @param result the end of it
 * @param before the fingerprint the index held before; null if it held no document, or was not asked
 * @param after the fingerprint of what the database says; null if there is no document
 * @param reason why the product is not true; if it is, empty, or that another run made it so
 */
public record ProductOutcome(
        Result result,
        @Nullable Fingerprint before,
        @Nullable Fingerprint after,
        String reason) {

    /** The end of it. */
    public enum Result {
        /** The index held something else, and now holds what the database says. */
        WRITTEN,
        /** The index held what the database says. */
        UNCHANGED,
        /** The database has no such product (any more), and now neither has the index. */
        DELETED,
        /** No document could be made or the index refused it; it is quarantined. */
        REFUSED,
        /** Not true yet; it stays marked. */
        PENDING
    }

    /** Whether the index now holds what the database said. */
    public boolean isTrue() {
        return result == Result.WRITTEN || result == Result.UNCHANGED || result == Result.DELETED;
    }

    /** What the index held before, if it was asked and held something. */
    public Optional<Fingerprint> heldBefore() {
        return Optional.ofNullable(before);
    }
}
