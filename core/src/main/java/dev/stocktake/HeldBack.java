package dev.stocktake;

import java.time.Instant;

/**
 * Deletions that the {@linkplain SyncSettings.Brakes brake} holds back.
 *
 * @param documents how many documents of the index have no product in the database
 * @param of how many documents the index holds
 * @param limit how many may be deleted without {@link SyncPolicy#allowingMassDeletion}
 * @param since since when, by the ledger's clock
 */
public record HeldBack(long documents, long of, long limit, Instant since) {

    String text() {
        return documents + "/" + of + "/" + limit + "/" + since.toEpochMilli();
    }

    static HeldBack parse(String text) {
        String[] parts = text.split("/", -1);
        return new HeldBack(
                Long.parseLong(parts[0]),
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]),
                Instant.ofEpochMilli(Long.parseLong(parts[3])));
    }

    /** What is held back, why, and how to go on. */
    public String sentence() {
        return "deletions are held back, as " + documents + " of its " + of
                + " documents have no product in the database any more and at most " + limit
                + " may be deleted unasked (brakes); an empty replica or a broken join looks like that. Everything else goes"
                + " on. If the products are really gone, run(SyncPolicy.full().inPlace().allowingMassDeletion());"
                + " if not, mend the"
                + " database or the query, and nothing is deleted";
    }
}
