package dev.stocktake;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one table that lead to a product now, and what a feed can tell of them.
 *
 * @param table as the host named it
 * @param by how the feed sees changes of these rows
 * @param rows some of them, at most a few dozen; may be empty
 * @param more how many there are besides; where they are very many, at least so many
 */
public record Contribution(String table, Coverage.By by, List<Row> rows, int more) {

    /** Copies the list. */
    public Contribution {
        rows = List.copyOf(rows);
    }

    /**
     * A row.
     *
     * @param key its primary key as text, the parts of a longer one separated by commas; where there is none, what leads
     *     from it upward
     * @param stamp what its timestamp says, as far as the feed reads one; null if there is none
     * @param version what tells this state of the row from another: in PostgreSQL the number of the transaction that wrote
     *     it; null if the feed knows none
     */
    public record Row(
            String key, @Nullable Instant stamp, @Nullable String version) {

        /** What its timestamp says. */
        public Optional<Instant> stamped() {
            return Optional.ofNullable(stamp);
        }
    }
}
