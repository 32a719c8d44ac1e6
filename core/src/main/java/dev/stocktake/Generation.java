package dev.stocktake;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One content of an index, from its first document to its retirement, how far it has been walked, and where it stands.
 *
 * @param number grows with every generation of an index
 * @param state what part it plays
 * @param identity whose content it is
 * @param frontier where the walk over all keys stands
 * @param owedWalk the token of the walk over the index's own ids that is still owed, to find documents without a product;
 *     0 if none is owed
 * @param label of the {@linkplain RebuildableIndex#build build} that holds it; null for the one under the live name
 * @param unsettled until when a swap may still be executed that was sent for it; null if none was sent
 */
public record Generation(
        long number,
        State state,
        IndexIdentity identity,
        Frontier frontier,
        long owedWalk,
        @Nullable String label,
        @Nullable Instant unsettled) {

    /** The part a generation plays. */
    public enum State {
        /** Being filled beside the live one. */
        BUILDING,
        /** Being put in the place of the live one; nothing is claimed meanwhile, for it or any other. */
        SWAPPING,
        /** What searchers see. */
        LIVE,
        /** What searchers saw before. No longer written, and kept for a while, so that it can be brought back. */
        RETIRED
    }

    /**
     * How far the walk over all keys has come. Products beyond it have no row and are not yet true.
     *
     * @param after the last key claimed; null while the walk stands at its start
     * @param ended whether every key was claimed
     * @param forced whether the walk writes also what looks unchanged
     */
    public record Frontier(@Nullable ProductKey after, boolean ended, boolean forced) {

        /** Of a generation of which nothing has been walked. */
        public static final Frontier START = new Frontier(null, false, false);
    }

    /** One under the live name, of which no swap is on its way. */
    public Generation(long number, State state, IndexIdentity identity, Frontier frontier, long owedWalk) {
        this(number, state, identity, frontier, owedWalk, null, null);
    }

    /** Whether marks must reach it. */
    public boolean open() {
        return state != State.RETIRED;
    }

    /** The label of the build that holds it, if it is not the live one. */
    public Optional<String> place() {
        return Optional.ofNullable(label);
    }

    /** The same with another frontier. */
    public Generation at(Frontier other) {
        return new Generation(number, state, identity, other, owedWalk, label, unsettled);
    }

    /** The same, owing a walk under this token, or none if it is 0. */
    public Generation owing(long token) {
        return new Generation(number, state, identity, frontier, token, label, unsettled);
    }

    /** The same of other content. */
    public Generation of(IndexIdentity other) {
        return new Generation(number, state, other, frontier, owedWalk, label, unsettled);
    }

    /** The same in another part and place. */
    public Generation as(State next, @Nullable String place, @Nullable Instant until) {
        return new Generation(number, next, identity, frontier, owedWalk, place, until);
    }
}
