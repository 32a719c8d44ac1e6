package dev.stocktake;

import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ChangeFeed} read in one go: hints, and how to acknowledge them.
 *
 * <p>Immutable; not meant to outlive the pass that took it.
 */
public final class Intake {

    /**
     * A product that may have changed.
     *
     * @param product the product
     * @param changedAt when it changed, by the clock of the shop's database: of several changes the earliest; null if the
     *     feed does not know
     * @param wide whether it is one of very many that one change concerns (a renamed category): it is made true behind
     *     everything that concerns single products
     */
    public record Hint(ProductKey product, @Nullable Instant changedAt, boolean wide) {

        /** A hint of a feed that knows nothing but the product. */
        public static Hint of(ProductKey product) {
            return new Hint(product, null, false);
        }

        /** A hint with the time of the change. */
        public static Hint of(ProductKey product, Instant changedAt) {
            return new Hint(product, changedAt, false);
        }

        /** This hint and another one of the same product in one: the earlier change, and wide only if both are. */
        public Hint and(Hint other) {
            return new Hint(product, earlier(changedAt, other.changedAt), wide && other.wide);
        }

        private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
            if (one == null || other == null) {
                return one == null ? other : one;
            }
            return one.isBefore(other) ? one : other;
        }
    }

    private final Map<ProductKey, Hint> hints;
    private final boolean gap;
    private final boolean everything;
    private final boolean more;
    private final @Nullable String cursor;
    private final @Nullable Consumer<LedgerTransaction> acknowledgement;

    private Intake(
            Map<ProductKey, Hint> hints,
            boolean gap,
            boolean everything,
            boolean more,
            @Nullable String cursor,
            @Nullable Consumer<LedgerTransaction> acknowledgement) {
        this.hints = hints;
        this.gap = gap;
        this.everything = everything;
        this.more = more;
        this.cursor = cursor;
        this.acknowledgement = acknowledgement;
    }

    /**
     * Hints of a feed that remembers its place in a cursor.
     *
     * @param cursor where to go on, opaque, at most 2,000 characters; null keeps the cursor that is saved
     * @param more whether another {@code take} would find more at once
     */
    public static Intake upTo(@Nullable String cursor, Collection<ProductKey> products, boolean more) {
        return new Intake(hints(products), false, false, more, cursor, null);
    }

    /**
     * Hints of a feed that is a queue.
     *
     * @param acknowledgement removes exactly the entries that were read, in the transaction that marks; it may run more
     *     than once
     */
    public static Intake queued(
            Collection<ProductKey> products, boolean more, Consumer<LedgerTransaction> acknowledgement) {
        return new Intake(hints(products), false, false, more, null, acknowledgement);
    }

    /** The feed may have missed anything: mark everything, and go on from {@code cursor}. */
    public static Intake gap(@Nullable String cursor) {
        return new Intake(Map.of(), true, false, cursor != null, cursor, null);
    }

    private static Map<ProductKey, Hint> hints(Collection<ProductKey> products) {
        Map<ProductKey, Hint> hints = new LinkedHashMap<>();
        products.forEach(product -> hints.putIfAbsent(product, Hint.of(product)));
        return hints;
    }

    /**
     * This intake with these hints besides, for a feed that knows more than the product's key. Of several hints of one
     * product the earliest change counts, and it is wide only if all are.
     */
    public Intake withHints(Collection<Hint> others) {
        Map<ProductKey, Hint> all = new LinkedHashMap<>(hints);
        others.forEach(hint -> all.merge(hint.product(), hint, Hint::and));
        return new Intake(all, gap, everything, more, cursor, acknowledgement);
    }

    /**
     * This intake with everything besides: what was read says that every product may have changed (a table was emptied by
     * {@code TRUNCATE}). Unlike after a {@linkplain #gap gap} nothing was missed: what was read is acknowledged, and the
     * feed goes on in order.
     */
    public Intake withEverything() {
        return new Intake(hints, gap, true, more, cursor, acknowledgement);
    }

    /** The products named, in the order they were met. */
    public Set<ProductKey> products() {
        return Collections.unmodifiableSet(hints.keySet());
    }

    /** A hint for each of the {@link #products}, in the same order. */
    public List<Hint> hints() {
        return List.copyOf(hints.values());
    }

    /** Whether the feed may have missed changes. */
    public boolean gap() {
        return gap;
    }

    /** Whether every product may have changed, beside those that are named. */
    public boolean everything() {
        return everything;
    }

    /** Whether another take would find more at once. */
    public boolean more() {
        return more;
    }

    /** Where to go on; null to keep what is saved. */
    public @Nullable String cursor() {
        return cursor;
    }

    /** Tells the feed, inside the transaction that marks, that its hints are safe. */
    public void acknowledge(LedgerTransaction transaction) {
        if (acknowledgement != null) {
            acknowledgement.accept(transaction);
        }
    }

    /** Whether there is nothing in it that the ledger would have to know. */
    boolean isEmpty(String saved) {
        return !gap
                && !everything
                && hints.isEmpty()
                && acknowledgement == null
                && (cursor == null || cursor.equals(saved));
    }
}
