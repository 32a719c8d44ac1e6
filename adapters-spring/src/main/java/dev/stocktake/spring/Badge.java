package dev.stocktake.spring;

import dev.stocktake.AuditStatus;
import dev.stocktake.HeldBack;
import dev.stocktake.Truth;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of an index in a word and a sentence, for people.
 *
 * @param name the word
 * @param sentence what is behind it
 */
record Badge(Name name, String sentence) {

    /** The words; the first that fits is shown. */
    enum Name {
        /** The index was never looked at. */
        NEVER_SYNCED,
        /** Deletions wait for somebody's leave. */
        HELD_BACK,
        /** Everything is being looked at. */
        SYNCING,
        /** The oldest change waits longer than it may. */
        STALE,
        /** Products are quarantined. */
        QUARANTINE,
        /** Something waits, and not long. */
        CATCHING_UP,
        /** Nothing is known that is not true. */
        TRUE
    }

    static Badge of(Truth truth, Duration staleAfter) {
        return new Badge(name(truth, staleAfter), sentence(truth));
    }

    private static Name name(Truth truth, Duration staleAfter) {
        if (!truth.known()) {
            return Name.NEVER_SYNCED;
        }
        if (truth.heldBack() != null) {
            return Name.HELD_BACK;
        }
        if (isStale(truth, staleAfter)) {
            return Name.STALE;
        }
        if (truth.walking() || truth.orphansUnknown()) {
            return Name.SYNCING;
        }
        if (truth.quarantined() > 0) {
            return Name.QUARANTINE;
        }
        return truth.clean() ? Name.TRUE : Name.CATCHING_UP;
    }

    /** Whether the oldest change, or where nobody knows its time the oldest mark, waits too long. */
    static boolean isStale(Truth truth, Duration staleAfter) {
        return oldest(truth).filter(age -> age.compareTo(staleAfter) > 0).isPresent();
    }

    private static Optional<Duration> oldest(Truth truth) {
        return truth.oldestChangeAge().or(truth::oldestMarkAge);
    }

    private static String sentence(Truth truth) {
        if (!truth.known()) {
            return "The index was never looked at. It is filled by the first run.";
        }
        StringBuilder sentence = new StringBuilder(compared(truth.audit()));
        sentence.append(oldest(truth)
                .map(age -> " Oldest unapplied change " + Views.words(age) + ".")
                .orElse(" No change waits."));
        if (truth.quarantined() > 0) {
            sentence.append(" ")
                    .append(truth.quarantined())
                    .append(truth.quarantined() == 1 ? " product is" : " products are")
                    .append(" quarantined.");
        }
        HeldBack held = truth.heldBack();
        if (held != null) {
            sentence.append(" ").append(Long.toString(held.documents())).append(" deletions are held back.");
        }
        return sentence.toString();
    }

    private static String compared(@Nullable AuditStatus audit) {
        return audit == null || audit.achieved() == null
                ? "Not every product has been compared yet."
                : "Every product compared within the last " + Views.words(audit.achieved()) + ".";
    }
}
