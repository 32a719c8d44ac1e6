package dev.stocktake;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Names products that may have changed since they were last taken.
 *
 * <p>A feed may repeat itself and may be late, but must not forget: where it cannot know what it missed it says
 * {@linkplain Intake#gap() gap}, and everything is marked. It carries no data, only "look at product p".
 *
 * <p>Taking is done in two steps, so that nothing is lost between them: {@link #take} reads, and the engine then marks
 * what was read, saves the cursor and {@linkplain Intake#acknowledge acknowledges}, all in one ledger transaction.
 *
 * <p>Thread-safe; two instances may take at once and then mark the same products, which is harmless.
 */
public interface ChangeFeed {

    /** How much of what changes a feed sees on its own. */
    enum Completeness {
        /** Every committed change of every product. */
        COMPLETE,
        /**
         * Every committed change that moves what the feed looks at (a timestamp, say), within its overlap; raw edits and
         * deletes may pass unseen. Complete only together with an audit.
         */
        WITHIN_OVERLAP,
        /** Whatever happens to reach it. */
        BEST_EFFORT
    }

    /** The feed's name, stable over restarts: its cursor is kept under it. At most 100 characters. */
    String name();

    /** What the feed promises to see. */
    Completeness completeness();

    /** In one sentence each, what this feed cannot see in this set-up; for {@link Guarantee}. */
    default List<String> blindSpots() {
        return List.of();
    }

    /**
     * Reads the next hints.
     *
     * @param cursor what the last acknowledged intake of this feed returned, null if there was none. A feed that is new
     *     to an index begins <em>now</em>: everything before is covered by the index's first full walk, which starts later
     * @param limit about how many products to name at most, positive
     * @throws UnavailableException if the database cannot be reached; nothing was taken
     */
    Intake take(@Nullable String cursor, int limit);

    /**
     * What {@link #take} would name next, for somebody who only looks: nothing is taken, confirmed, removed or begun by it, in
     * the database or here. A dry run of the audit asks, so that it does not call drift what is on its way.
     *
     * @param cursor as for {@link #take}
     * @param limit about how many products to name at most, positive
     * @return never acknowledged; empty if the feed has not begun, or cannot tell without taking
     * @throws UnavailableException if the database cannot be reached
     */
    default Optional<Intake> peek(@Nullable String cursor, int limit) {
        return Optional.empty();
    }

    /**
     * Checks what can be checked before the first run.
     *
     * @throws MisconfiguredException naming the setting
     */
    default void verify() {}

    /** How long after its commit a change may stay unseen by this feed if the feed is polled all the time; empty: unknown. */
    default Optional<Duration> delay() {
        return Optional.empty();
    }

    /**
     * How changes are seen, table by table, found out by looking at the database now: for every table that the feed knows
     * of, also those in which it sees nothing. Empty if it knows of no tables.
     *
     * @throws UnavailableException if the database cannot be reached
     * @throws MisconfiguredException if what the feed was told does not fit the database
     */
    default List<Coverage> coverage() {
        return List.of();
    }

    /**
     * Which rows lead to a product now, table by table, in bounded numbers; empty if the feed knows of no tables.
     *
     * @throws UnavailableException if the database cannot be reached
     * @throws MisconfiguredException if what the feed was told does not fit the database
     */
    default List<Contribution> contributions(ProductKey product) {
        return List.of();
    }

    /**
     * What was written for this feed and not taken yet; empty if the feed keeps nothing of the kind, or has not begun.
     *
     * @throws UnavailableException if the database cannot be reached
     */
    default Optional<Unread> unread() {
        return Optional.empty();
    }
}
