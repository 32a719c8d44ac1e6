package dev.stocktake;

import java.util.function.Function;

/**
 * Remembers what is not yet true, who may write, and what happened.
 *
 * <p>Sparse: only what is <em>not</em> true has a row. A product without a row, not beyond the frontier and not in flight is
 * clean. {@code LedgerContract} in the test kit proves what is said here and at {@link LedgerTransaction}.
 *
 * <p>Thread-safe.
 */
public interface Ledger {

    /**
     * Does {@code work} in one transaction on the books of one index, on a connection of its own, never in a transaction of
     * the caller. All of it is durable when this returns, none of it if this throws.
     *
     * <p>The work may be repeated (deadlock, serialisation failure), so it must not have effects of its own.
     *
     * @throws UnavailableException if the ledger cannot be reached; nothing was changed
     * @throws UnknownOutcomeException if the connection was lost while committing
     * @throws MisconfiguredException if its tables are missing or of another version
     */
    <T extends @org.jspecify.annotations.Nullable Object> T inTransaction(
            String index, Function<LedgerTransaction, T> work);

    /**
     * Checks what can be checked before the first run.
     *
     * @throws MisconfiguredException if the tables are missing or of another version, and what to do
     */
    default void verify() {}
}
