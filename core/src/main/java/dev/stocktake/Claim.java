package dev.stocktake;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Products that one batch is about to make true; persisted before anything is read or sent.
 *
 * @param batchId the batch
 * @param generation for which generation
 * @param items the products, distinct
 */
public record Claim(String batchId, long generation, List<Item> items) {

    /** Copies the list. */
    public Claim {
        items = List.copyOf(items);
    }

    /**
     * A claimed product.
     *
     * @param key the product
     * @param token of its mark at the time of the claim; 0 for a product that came from the frontier and has no mark
     * @param forced write it even if it looks unchanged
     * @param reason why it was marked
     * @param attempts how often it was tried since it was marked
     * @param refused what was refused of it before and why, if it was; kept when a mark lifts the quarantine
     * @param changedAt when it changed, by the clock of the shop's database: of all changes that were not applied when it
     *     was claimed the earliest that is known; null if none is
     */
    public record Item(
            ProductKey key,
            long token,
            boolean forced,
            Reason reason,
            int attempts,
            @Nullable Refusal refused,
            @Nullable Instant changedAt) {}
}
