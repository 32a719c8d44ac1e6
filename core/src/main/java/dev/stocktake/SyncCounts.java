package dev.stocktake;

/**
 * What a run did, in numbers of products.
 *
 * @param found looked at for the first time in this run: claimed and read
 * @param unchanged of these, already as the database says; nothing was sent
 * @param written put into the index
 * @param deleted removed from the index
 * @param refused quarantined
 * @param retried tried again after a failure, or written again as the outcome was unknown
 */
public record SyncCounts(long found, long unchanged, long written, long deleted, long refused, long retried) {

    /** Nothing done. */
    public static final SyncCounts NONE = new SyncCounts(0, 0, 0, 0, 0, 0);
}
