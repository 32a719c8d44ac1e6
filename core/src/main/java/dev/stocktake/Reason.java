package dev.stocktake;

/**
 * Why a product is marked, most urgent first: the order of the constants is the order in which products are claimed. Single
 * products go before masses, and what is known to differ before what only may.
 */
public enum Reason {
    /** Somebody asked for this product and waits. */
    DEMAND,
    /** A change feed named it. */
    CHANGE,
    /** Its time has come, see {@link Projection.Present#recheckAt}: one price list may do that to many at once. */
    TIMED,
    /** The outcome of a write is unknown: it must be written again. */
    SUSPECT,
    /** A comparison found the index different. */
    AUDIT,
    /**
     * A change feed named it among very many, all for one change: a renamed category. Behind everything that concerns one
     * product, so that a sold-out product does not wait for a hundred thousand new captions.
     */
    FANOUT,
    /** A walk over everything: full sync, gap of a feed, new mapping. */
    SWEEP
}
