package dev.stocktake;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a rebuild ended.
 *
 * @param ending in one word
 * @param at when, by the ledger's clock
 * @param documents how many the build held in the end
 * @param before how many the live index held then
 * @param changes what differs between the two; only of a dry run, null otherwise
 * @param words what happened, for the operator
 */
public record RebuildReport(
        Ending ending,
        Instant at,
        long documents,
        long before,
        @Nullable Changes changes,
        String words) {

    /** How it ended, in one word. */
    public enum Ending {
        /** The build is live. */
        SWAPPED_IN,
        /** What was live before is live again. */
        ROLLED_BACK,
        /** There was nothing that searchers could miss, so the live index was filled itself. */
        IN_PLACE,
        /** A dry run: the build was judged and removed. */
        LOOKED_AT,
        /** Somebody cancelled it; the live index is what it was. */
        CANCELLED,
        /** It could not be made; the live index is what it was, and {@link #words} says why. */
        FAILED
    }

    /**
     * What a swap would change for searchers.
     *
     * @param added documents that only the build holds
     * @param changed documents that both hold, with different content
     * @param removed documents that only the live index holds
     * @param unchanged documents that are the same in both
     */
    public record Changes(long added, long changed, long removed, long unchanged) {}

    private static final int LONGEST = 1_500;

    /** What would change, if it was a dry run. */
    public Optional<Changes> wouldChange() {
        return Optional.ofNullable(changes);
    }

    /** Whether the index holds now what was asked for. */
    boolean succeeded() {
        return ending != Ending.CANCELLED && ending != Ending.FAILED;
    }

    RebuildReport at(Instant time) {
        return new RebuildReport(ending, time, documents, before, changes, words);
    }

    String text() {
        String differing = changes == null
                ? ""
                : changes.added() + "," + changes.changed() + "," + changes.removed() + "," + changes.unchanged();
        String said = words.length() > LONGEST ? words.substring(0, LONGEST) : words;
        return ending + "|" + at.toEpochMilli() + "|" + documents + "|" + before + "|" + differing + "|" + said;
    }

    static RebuildReport parse(String text) {
        String[] fields = text.split("\\|", 6);
        return new RebuildReport(
                Ending.valueOf(fields[0]),
                Instant.ofEpochMilli(Long.parseLong(fields[1])),
                Long.parseLong(fields[2]),
                Long.parseLong(fields[3]),
                fields[4].isEmpty() ? null : changes(fields[4].split(",")),
                fields[5]);
    }

    private static Changes changes(String[] counts) {
        return new Changes(
                Long.parseLong(counts[0]),
                Long.parseLong(counts[1]),
                Long.parseLong(counts[2]),
                Long.parseLong(counts[3]));
    }
}
