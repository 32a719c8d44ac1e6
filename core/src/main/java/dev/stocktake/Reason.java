package dev.stocktake;

/**
 * Why a product is marked, most urgent first: the order of the constants is the order in which products are claimed.
 */
public enum Reason {
    /** Somebody asked for this product and waits. */
    DEMAND,
    /** A change feed named it. */
    CHANGE,
    /** The outcome of a write is unknown: it must be written again. */
    SUSPECT,
    /** A comparison found the index different. */
    AUDIT,
    /** A walk over everything: full sync, gap of a feed, new mapping. */
    SWEEP
}
