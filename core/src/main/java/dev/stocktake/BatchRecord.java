package dev.stocktake;

import java.util.Set;

/**
 * What the ledger remembers of a batch.
 *
 * @param id the batch
 * @param generation for which generation
 * @param state what became of it
 * @param positions where its writes stand in the index's log, as far as the index told
 */
public record BatchRecord(String id, long generation, State state, Set<Long> positions) {

    /** What became of a batch. */
    public enum State {
        /** Claimed; perhaps read, sent and accepted. Its products are in flight. */
        OPEN,
        /** Applied. */
        CONFIRMED,
        /** Certainly not applied, or not in full. */
        FAILED,
        /** Unknown: applied now, later or never. Its items are kept until the log tells. */
        SUSPECT
    }

    /** Copies the set. */
    public BatchRecord {
        positions = Set.copyOf(positions);
    }
}
