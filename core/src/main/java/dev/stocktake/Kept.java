package dev.stocktake;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * What marks were kept in. If the live name means another content since, whoever waits for them marks again: what has become live
 * was told of them only while it was open, and what was made anew never was.
 *
 * @param live the live generation's number; 0 if there was none
 * @param contents see {@link Swaps#contents}
 */
record Kept(long live, long contents) {

    /** Nothing has been marked, or nothing was there to keep it. */
    static final Kept NOWHERE = new Kept(0, 0);

    /**
     * Marks products. What is live is looked up before: who reads what is committed meanwhile must not take what is live afterwards
     * for what the marks were kept in.
     *
     * @return what they are kept in
     */
    static Kept mark(LedgerTransaction tx, Collection<ProductKey> products, Reason reason) {
        Kept live = of(tx.live().orElse(null), Swaps.of(tx));
        tx.mark(products, reason, false);
        return live;
    }

    /** To be looked up after how the products stand, for the same reason. */
    static Kept of(@Nullable Generation live, Swaps swaps) {
        return live == null ? NOWHERE : new Kept(live.number(), swaps.contents());
    }

    boolean nowhere() {
        return live == 0;
    }
}
