package dev.stocktake;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands.
 *
 * @param index whose lane
 * @param policy the policy's name
 * @param phase what it is doing
 * @param counts what it has done so far
 * @param inFlight products handed to the index and not yet confirmed
 * @param rebuild where the rebuild stands, if the run works on one; null otherwise
 */
public record SyncProgress(
        String index,
        String policy,
        Phase phase,
        SyncCounts counts,
        long inFlight,
        @Nullable RebuildStatus rebuild) {

    /** A run that works on no rebuild. */
    public SyncProgress(String index, String policy, Phase phase, SyncCounts counts, long inFlight) {
        this(index, policy, phase, counts, inFlight, null);
    }

    /** Where the rebuild stands, if the run works on one. */
    public Optional<RebuildStatus> rebuilding() {
        return Optional.ofNullable(rebuild);
    }

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
        COMPARING,
        /** Building beside the live index, judging the build or putting it in its place; {@link #rebuilding} tells more. */
        REBUILDING
    }
}
