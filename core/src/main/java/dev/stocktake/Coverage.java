package dev.stocktake;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a feed sees changes of one table, as far as it can find out by looking at the database.
 *
 * @param table as the host named it
 * @param by what tells; {@link By#NOTHING} for a table that the feed knows of but does not see
 * @param within how long after its commit a change is named at the latest, if the feed is polled all the time; null if that
 *     is not known, or never
 * @param deletes whether a deleted row is seen
 * @param missing in a sentence each, what this feed does not see there or what makes it slow, with the next step; empty if
 *     nothing is to be done
 */
public record Coverage(String table, By by, @Nullable Duration within, boolean deletes, List<String> missing) {

    /** What tells that a row changed. */
    public enum By {
        /** A trigger that writes a change log. */
        TRIGGER,
        /** The database's own number of the transaction that wrote the row. */
        XMIN,
        /** A timestamp that the row's writers maintain. */
        TIMESTAMP,
        /** A query of the host that is asked again and again. */
        QUERY,
        /** Nothing: only a comparison of contents finds the change. */
        NOTHING
    }

    /** Copies the list. */
    public Coverage {
        missing = List.copyOf(missing);
    }

    /** A table in which the feed sees no change at all. */
    public static Coverage nothing(String table, String... missing) {
        return new Coverage(table, By.NOTHING, null, false, List.of(missing));
    }

    /** Whether the feed sees changes of this table at all. */
    public boolean sees() {
        return by != By.NOTHING;
    }

    /** How long after its commit a change is named at the latest. */
    public Optional<Duration> latest() {
        return Optional.ofNullable(within);
    }
}
