package dev.stocktake;

import java.time.Instant;

/**
 * What the ledger remembers of an index's swaps, whichever generations they were sent for.
 *
 * @param contents how often the live name was seen to mean another content than before; two such changes may bring the same
 *     generation back, without the marks it had
 * @param mayComeUntil until when a swap may still be executed, for the first time or once more; {@link Instant#EPOCH} if none was
 *     ever sent
 */
record Swaps(long contents, Instant mayComeUntil) {

    private static final String CURSOR = "stocktake.rebuild.swaps";

    private static final Swaps NONE = new Swaps(0, Instant.EPOCH);

    static Swaps of(LedgerTransaction tx) {
        return tx.cursor(CURSOR).map(Swaps::parse).orElse(NONE);
    }

    private static Swaps parse(String text) {
        String[] parts = text.split("\\|", 2);
        return new Swaps(Long.parseLong(parts[0]), Instant.parse(parts[1]));
    }

    private void save(LedgerTransaction tx) {
        tx.saveCursor(CURSOR, contents + "|" + mayComeUntil);
    }

    /** The live name means another content from now on. */
    static void anotherContent(LedgerTransaction tx) {
        Swaps now = of(tx);
        new Swaps(now.contents + 1, now.mayComeUntil).save(tx);
    }

    /** One is sent, or was a moment ago. What was known of earlier ones stays known: it may be they that come. */
    static void mayCome(LedgerTransaction tx, Instant until) {
        Swaps now = of(tx);
        if (until.isAfter(now.mayComeUntil)) {
            new Swaps(now.contents, until).save(tx);
        }
    }

    /** The last one was never on its way. @param before until when those before it may come */
    static void cannotCome(LedgerTransaction tx, Instant before) {
        new Swaps(of(tx).contents, before).save(tx);
    }
}
