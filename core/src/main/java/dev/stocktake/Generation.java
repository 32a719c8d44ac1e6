package dev.stocktake;

import org.jspecify.annotations.Nullable;

/**
 * One content of an index, from its first document to its retirement, and how far it has been walked.
 *
 * @param number grows with every generation of an index
 * @param state what part it plays
 * @param identity whose content it is
 * @param frontier where the walk over all keys stands
 * @param owedWalk the token of the walk over the index's own ids that is still owed, to find documents without a product;
 *     0 if none is owed
 */
public record Generation(long number, State state, IndexIdentity identity, Frontier frontier, long owedWalk) {

    /** The part a generation plays. */
    public enum State {
        /** Being filled beside the live one. */
        BUILDING,
        /** Being put in the place of the live one; nothing is claimed for it. */
        SWAPPING,
        /** What searchers see. */
        LIVE,
        /** No longer written. */
        RETIRED
    }

    /**
     * How far the walk over all keys has come. Products beyond it have no row and are not yet true.
     *
     * @param after the last key claimed; null while the walk stands at its start
     * @param ended whether every key was claimed
     * @param forced whether the walk writes also what looks unchanged
     */
    public record Frontier(@Nullable ProductKey after, boolean ended, boolean forced) {}

    /** Whether marks must reach it. */
    public boolean open() {
        return state != State.RETIRED;
    }
}
