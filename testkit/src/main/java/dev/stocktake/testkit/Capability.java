package dev.stocktake.testkit;

/**
 * What not every technology behind a port can do, or not every test can bring about. A contract's subclass lists what is
 * missing with the reason, and the tests that need it are skipped under that reason; the lists together are the
 * compatibility table.
 */
public enum Capability {
    /** Sources: a product whose row exists but must not be in the index. */
    UNPUBLISHED_PRODUCTS,
    /** Sources: a row of which no document can be made. */
    UNREADABLE_PRODUCTS,
    /** Sources: the caller of the port can be in a transaction that still sees an older state. */
    CALLERS_TRANSACTION,
    /** Feeds: a change can be made in a transaction that stays open, and commits late or never. */
    OPEN_TRANSACTIONS,
    /** Feeds: deletions are seen. */
    DELETIONS,
    /** Feeds: the history that the feed reads from can be lost. */
    LOST_HISTORY,
    /** Feeds and ledgers: the test moves the clock. */
    CLOCK_CONTROL,
    /** Indexes: some document is refused by the index itself. */
    BAD_DOCUMENTS,
    /** Indexes: there is an address where no index answers. */
    UNREACHABLE,
    /** Indexes: the name can be bound to other content. */
    RECREATION,
    /** Indexes: somebody else can write. */
    FOREIGN_WRITES,
    /** Indexes: accepted writes can be held back. */
    HELD_BACK_WRITES,
    /** Indexes: the log of writes can be forgotten. */
    FORGOTTEN_LOG,
    /** Ledgers: the rows behind the port can be counted. */
    COUNTED_ROWS
}
