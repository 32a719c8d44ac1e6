package dev.stocktake;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the database says about one product at the moment it was read.
 *
 * <p>Immutable and thread-safe.
 */
public sealed interface Projection {

    /**
     * When this changes although no row does, by the clock of the shop's database: a sale that begins at noon. Of several such
     * times the next; null if there is none, or nobody knows.
     */
    @Nullable
    Instant recheckAt();

    /**
     * The product has this document.
     *
     * @param document the whole document, never a part of it
     * @param recheckAt when the document changes, or goes, although no row does
     */
    record Present(Document document, @Nullable Instant recheckAt) implements Projection {}

    /**
     * The product must not be in the index: deleted, unpublished, or unknown.
     *
     * @param recheckAt when that changes although no row does: the product is published then
     */
    record Absent(@Nullable Instant recheckAt) implements Projection {}

    /**
     * The row exists, but no document could be made of it. One unreadable product never fails its neighbours: it is
     * quarantined with the problem.
     *
     * @param problem what is wrong and where, for the shop's developers
     */
    record Unreadable(String problem) implements Projection {

        @Override
        public @Nullable Instant recheckAt() {
            return null;
        }
    }

    /** A product with this document. */
    static Projection of(Document document) {
        return new Present(document, null);
    }

    /** A product with this document until then, when it must be read again; null for as long as no row changes. */
    static Projection until(@Nullable Instant recheckAt, Document document) {
        return new Present(document, recheckAt);
    }

    /** A product that must not be in the index. */
    static Projection absent() {
        return new Absent(null);
    }

    /** A product that must not be in the index until then, when it must be read again. */
    static Projection absentUntil(@Nullable Instant recheckAt) {
        return new Absent(recheckAt);
    }

    /** A product of which no document could be made, with the reason. */
    static Projection unreadable(String problem) {
        return new Unreadable(problem);
    }
}
