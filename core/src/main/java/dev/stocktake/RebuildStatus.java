package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the rebuild of an index stands, whichever instance makes it.
 *
 * @param phase what is being done
 * @param words the same for people, with what it waits for
 * @param begun when the build was opened, by the ledger's clock; null if none is
 * @param documents how many documents it has looked at so far
 * @param expected about how many there will be
 * @param perSecond how many it looked at per second lately; 0 if that is not known
 * @param remaining how long the walk over all products will take at this rate; null if that is not known
 * @param last how the last one ended; null if there was none
 * @param canRollBack whether what was live before is kept, see {@link Stocktake#rollback}
 */
public record RebuildStatus(
        Phase phase,
        String words,
        @Nullable Instant begun,
        long documents,
        long expected,
        double perSecond,
        @Nullable Duration remaining,
        @Nullable RebuildReport last,
        boolean canRollBack) {

    /** What is being done. */
    public enum Phase {
        /** No rebuild was asked for. */
        NONE("no rebuild is on its way"),
        /** It was asked for, and whoever runs the lane has not begun. */
        ASKED_FOR("a rebuild was asked for and has not begun"),
        /** The build is being filled beside the live index. */
        BUILDING("the build is being filled beside the live index"),
        /** It is filled, and compared with database and live index. */
        JUDGING("the build is compared with the database and the live index"),
        /** The index was asked to put it in the place of the live one. */
        SWAPPING("the build is being put in the place of the live index"),
        /** A swap may still be on its way to the index; until that cannot be any more, none is asked for. */
        SETTLING("a swap may still be on its way to the index"),
        /** Somebody paused it: edits go on reaching the live index. */
        PAUSED("the rebuild is paused; edits go on reaching the live index"),
        /** It waits: for something to be repaired, or for somebody's leave. */
        WAITING("the rebuild waits"),
        /** Somebody cancelled it, and it is being removed. */
        CANCELLING("the rebuild is being cancelled");

        private final String words;

        Phase(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /** Whether one is on its way. */
    public boolean active() {
        return phase != Phase.NONE;
    }

    /** How long the walk over all products will take at this rate, if that is known. */
    public Optional<Duration> remainingTime() {
        return Optional.ofNullable(remaining);
    }

    /** How the last one ended, if there was one. */
    public Optional<RebuildReport> lastEnded() {
        return Optional.ofNullable(last);
    }
}
