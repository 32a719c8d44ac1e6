package dev.stocktake;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is read of a claimed batch, part by part in the order of its items: a few parts are begun before they are needed, the
 * others follow. Confined to the lane's thread.
 */
final class BatchReads {

    /** Some products of a batch, and what is looked up of them. */
    record Part(List<Claim.Item> items, Readers.Reading<Seen> seen) {}

    /**
     * Both sides of some products.
     *
     * @param held what the index holds of the unforced ones; null if it was not asked
     * @param spelt the documents among {@code now}
     */
    record Seen(
            Map<ProductKey, Projection> now,
            @Nullable Map<ProductKey, Fingerprint> held,
            Map<ProductKey, Spelt> spelt) {}

    /**
     * A document that was read.
     *
     * @param sent as the index spells it; null if it does not, or need not be sent it
     */
    record Spelt(
            Canonicalizer.Canonical canonical, @Nullable Object sent) {}

    /** Begins to read. */
    @FunctionalInterface
    interface Begin {

        /** @param whole these are all of the batch */
        Part of(List<Claim.Item> items, boolean whole);
    }

    private final List<Claim.Item> items;
    private final Deque<Part> begun = new ArrayDeque<>();
    private int from;

    BatchReads(List<Claim.Item> items) {
        this.items = items;
    }

    /**
     * Begins more, as long as fewer are under way.
     *
     * @param size how many products make a part
     * @param most parts under way
     */
    void ahead(Begin begin, int size, int most) {
        while (from < items.size() && begun.size() < most) {
            int to = Math.min(items.size(), from + size);
            begun.add(begin.of(items.subList(from, to), to - from == items.size()));
            from = to;
        }
    }

    /** The next part; it was begun, and may not have ended. */
    Part next() {
        return begun.remove();
    }

    /** Whether the last part was begun. */
    boolean allBegun() {
        return from == items.size();
    }

    /** Whether nothing is left, neither to be begun nor to be taken. */
    boolean over() {
        return allBegun() && begun.isEmpty();
    }

    /** Nobody needs them any more. */
    void forget() {
        begun.forEach(part -> part.seen().forget());
        begun.clear();
        from = items.size();
    }
}
