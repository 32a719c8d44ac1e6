package dev.stocktake;

/**
 * What the database says about one product at the moment it was read.
 *
 * <p>Immutable and thread-safe.
 */
public sealed interface Projection {

    /**
     * The product has this document.
     *
     * @param document the whole document, never a part of it
     */
    record Present(Document document) implements Projection {}

    /** The product must not be in the index: deleted, unpublished, or unknown. */
    record Absent() implements Projection {}

    /**
     * The row exists, but no document could be made of it. One unreadable product never fails its neighbours: it is
     * quarantined with the problem.
     *
     * @param problem what is wrong and where, for the shop's developers
     */
    record Unreadable(String problem) implements Projection {}

    /** A product with this document. */
    static Projection of(Document document) {
        return new Present(document);
    }

    /** A product that must not be in the index. */
    static Projection absent() {
        return new Absent();
    }

    /** A product of which no document could be made, with the reason. */
    static Projection unreadable(String problem) {
        return new Unreadable(problem);
    }
}
