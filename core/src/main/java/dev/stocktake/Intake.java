package dev.stocktake;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ChangeFeed} read in one go: hints, and how to acknowledge them.
 *
 * <p>Immutable; not meant to outlive the pass that took it.
 */
public final class Intake {

    private final Set<ProductKey> products;
    private final boolean gap;
    private final boolean more;
    private final @Nullable String cursor;
    private final @Nullable Consumer<LedgerTransaction> acknowledgement;

    private Intake(
            Collection<ProductKey> products,
            boolean gap,
            boolean more,
            @Nullable String cursor,
            @Nullable Consumer<LedgerTransaction> acknowledgement) {
        this.products = java.util.Collections.unmodifiableSet(new LinkedHashSet<>(products));
        this.gap = gap;
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
        return new Intake(products, false, more, cursor, null);
    }

    /**
     * Hints of a feed that is a queue.
     *
     * @param acknowledgement removes exactly the entries that were read, in the transaction that marks; it may run more
     *     than once
     */
    public static Intake queued(
            Collection<ProductKey> products, boolean more, Consumer<LedgerTransaction> acknowledgement) {
        return new Intake(products, false, more, null, acknowledgement);
    }

    /** The feed may have missed anything: mark everything, and go on from {@code cursor}. */
    public static Intake gap(@Nullable String cursor) {
        return new Intake(List.of(), true, cursor != null, cursor, null);
    }

    /** The products named, in the order they were met. */
    public Set<ProductKey> products() {
        return products;
    }

    /** Whether the feed may have missed changes. */
    public boolean gap() {
        return gap;
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
        return !gap && products.isEmpty() && acknowledgement == null && (cursor == null || cursor.equals(saved));
    }
}
