package dev.stocktake;

/**
 * Where a run stands.
 *
 * @param index whose lane
 * @param policy the policy's name
 * @param phase what it is doing
 * @param counts what it has done so far
 * @param inFlight products handed to the index and not yet confirmed
 */
public record SyncProgress(String index, String policy, Phase phase, SyncCounts counts, long inFlight) {

    /** What a run is doing. */
    public enum Phase {
        /** Finding out what to look at. */
        MARKING,
        /** Reading products and handing them to the index. */
        SYNCING,
        /** Waiting until the index has applied what it accepted. */
        WAITING_FOR_INDEX,
        /** Waiting before something is tried again. */
        WAITING_TO_RETRY,
        /** Looking for documents without a product. */
        WALKING_INDEX,
        /** Comparing products with their documents. */
        COMPARING
    }
}
