package dev.stocktake;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What holds with this set-up and what does not, computed from what the adapters declare and the schedule says.
 *
 * @param lossFree whether every committed change reaches the index in the end, whoever made it, once database and index can
 *     be reached
 * @param bound after how long at the latest a change that no feed saw is found by a walk over everything; null if never
 * @param lateWritesDetected whether a write that arrives late at the index is noticed
 * @param gaps what this set-up cannot see, a sentence each; also what a feed cannot see that promises every change
 */
public record Guarantee(boolean lossFree, @Nullable Duration bound, boolean lateWritesDetected, List<String> gaps) {

    /** Copies the list. */
    public Guarantee {
        gaps = List.copyOf(gaps);
    }

    /** After how long at the latest a change that no feed saw is found. */
    public Optional<Duration> worstCase() {
        return Optional.ofNullable(bound);
    }
}
