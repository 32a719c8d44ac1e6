package dev.stocktake;

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
     * Asked for before products are marked, and after it was looked how they stand: who reads what is committed meanwhile must not
     * take what is live afterwards for what the marks were kept in.
     */
    static Kept now(LedgerTransaction tx) {
        return of(tx.live().orElse(null), Swaps.of(tx));
    }

    static Kept of(@Nullable Generation live, Swaps swaps) {
        return live == null ? NOWHERE : new Kept(live.number(), swaps.contents());
    }

    boolean nowhere() {
        return live == 0;
    }
}
