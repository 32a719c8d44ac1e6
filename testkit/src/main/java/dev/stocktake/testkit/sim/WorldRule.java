package dev.stocktake.testkit.sim;

/** Rules that neither engine nor ledger keep alone, with switches that only tests reach. */
enum WorldRule {
    /** R2: exactly the log entries that were read are removed; without it, a cursor says how far the log was read. */
    QUEUE_BY_ID,
    /** R3: products are read after they were claimed; without it, as they were before. */
    READ_AFTER_CLAIM,
    /** A3: the log of writes is read past final states only. */
    FINAL_STATES_ONLY,
    /** R13: a scan goes no further than the present less its overlap; without it, as far as the newest stamp it has met. */
    WATERMARK_CAPPED
}
