package dev.stocktake;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The index accepted a {@link WriteBatch}; whether it was applied is not known yet.
 *
 * @param positions where the writes stand in the index's order of application; empty if nothing had to be sent
 * @param refused products that the adapter itself left out, with the reason in words (too large, an id the index cannot
 *     hold); the rest of the batch was sent
 */
public record Receipt(List<Long> positions, Map<ProductKey, String> refused) {

    /** Copies both and keeps their order. */
    public Receipt {
        positions = List.copyOf(positions);
        refused = Collections.unmodifiableMap(new LinkedHashMap<>(refused));
    }

    /** A receipt for a batch of which nothing was refused. */
    public static Receipt at(Long... positions) {
        return new Receipt(List.of(positions), Map.of());
    }
}
