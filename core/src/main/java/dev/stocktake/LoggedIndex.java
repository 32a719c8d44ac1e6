package dev.stocktake;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells, in order, which writes it applied.
 *
 * <p>The log is read past <em>final</em> states only: a page ends before the first write that may still be applied.
 */
public interface LoggedIndex extends SearchIndex {

    /**
     * The position up to which everything is final now. Where a new ledger begins to read.
     *
     * @throws UnavailableException if the index cannot be reached
     */
    long settledPosition();

    /**
     * What became final behind a position, oldest first.
     *
     * @param limit about how many writes at most, positive
     * @throws UnavailableException if the index cannot be reached
     */
    LogPage writesAfter(long position, int limit);

    /**
     * A page of the log.
     *
     * @param writes every write after the position asked for, up to {@code position}, oldest first
     * @param position how far the page reads; everything up to it is final
     * @param hole the log does not reach back to the position asked for, or stands before it: what happened in between
     *     cannot be known
     * @param more whether another call would find more at once
     */
    record LogPage(List<Entry> writes, long position, boolean hole, boolean more) {

        /** Copies the list. */
        public LogPage {
            writes = List.copyOf(writes);
        }
    }

    /**
     * A write whose state is final.
     *
     * @param position its place in the order of application
     * @param batchId the {@linkplain WriteBatch#id() batch} it carries, null if it carries none
     * @param applied whether it changed, or may have changed, what the index holds
     */
    record Entry(long position, @Nullable String batchId, boolean applied) {}
}
