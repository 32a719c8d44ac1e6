package dev.stocktake;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A run of product keys, in the source's own order and without gaps.
 *
 * @param after the key behind which the page begins; null for the first page
 * @param keys the keys, ascending in the source's order; may be empty
 * @param end whether no key follows the page
 * @param problems rows whose id is unusable (null, blank, too long), in words; they are reported, never skipped silently
 */
public record KeyPage(@Nullable ProductKey after, List<ProductKey> keys, boolean end, List<String> problems) {

    /** Copies the lists. */
    public KeyPage {
        keys = List.copyOf(keys);
        problems = List.copyOf(problems);
        if (keys.isEmpty() && !end) {
            throw new IllegalArgumentException("A page of keys that is not the last must hold at least one key");
        }
    }

    /** A page without problems. */
    public static KeyPage of(@Nullable ProductKey after, List<ProductKey> keys, boolean end) {
        return new KeyPage(after, keys, end, List.of());
    }

    /** The last key of the page, empty if the page is. */
    public Optional<ProductKey> last() {
        return keys.isEmpty() ? Optional.empty() : Optional.of(keys.get(keys.size() - 1));
    }
}
