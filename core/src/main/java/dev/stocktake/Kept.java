package dev.stocktake;

/**
 * What marks were kept in. If another content is live since, whoever waits for them marks again: what has become live was told of
 * them only while it was open.
 *
 * @param live the live generation's number; 0 if there was none
 * @param swaps see {@link RebuildState#swaps}
 */
record Kept(long live, long swaps) {

    /** Nothing has been marked, or nothing was there to keep it. */
    static final Kept NOWHERE = new Kept(0, 0);

    static Kept now(LedgerTransaction tx) {
        return tx.live()
                .map(live -> new Kept(live.number(), RebuildState.swaps(tx)))
                .orElse(NOWHERE);
    }

    boolean nowhere() {
        return live == 0;
    }
}
