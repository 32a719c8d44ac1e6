package dev.stocktake.testkit;

/**
 * The rules of {@link InMemoryLedger} that a test can take away, to prove that their absence is noticed. The numbers are
 * those of {@code docs/correctness.md}.
 */
enum LedgerRule {
    /** R1: a mark takes a new token. Without it a product that is marked again keeps the old one. */
    MARK_NEW_TOKEN,
    /** R1: a mark reaches every open generation. Without it only the live one. */
    MARK_EVERY_GENERATION,
    /** R4: confirm removes a mark only if its token is the claimed one. */
    TOKEN_CHECK,
    /** R4: whoever does not hold the current epoch changes nothing. */
    EPOCH_CHECK,
    /** R4: only an open batch is changed. Without it one that became suspect can still be confirmed. */
    OPEN_CHECK,
    /** R5: a product in flight is not claimed again. */
    ONE_IN_FLIGHT,
    /** R7: the products of a batch with an unknown outcome are marked. */
    SUSPECT_MARKS,
    /** R7: those marks are forced. */
    SUSPECT_FORCE,
    /** R8: a new epoch makes open batches suspect. */
    SUSPECT_ON_TAKEOVER,
    /** R3: a claim is durable before anything is sent. Without it a new epoch finds only batches whose writes were accepted. */
    CLAIM_FIRST,
    /**
     * A1: the frontier moves in the transaction that records the batch. Without it the batch is recorded only when the
     * ledger next hears of it; if its claimer dies before, nobody knows its products.
     */
    FRONTIER_IN_CLAIM,
    /** A1: marks of products beyond the frontier are kept. Needs {@link InMemoryLedger#keyOrder}. */
    KEEP_MARKS_BEYOND_FRONTIER,
    /** A2: when everything is marked, a walk over the index's ids is owed. */
    OWED_WALK,
    /** A4: while a late write may still land, confirm keeps the row. */
    HOLD,
    /** R15: when a document changes with time is remembered with its confirmation. */
    RECHECK,
    /** A4: a new generation inherits the rows that are held. */
    INHERIT_HOLDS,
    /** A5: the products of a suspect batch are kept until the log has shown its writes. Without it they are forgotten at once. */
    KEEP_SUSPECTS,
    /** A6: only what is clean is swapped in. */
    SWAP_ONLY_WHAT_IS_CLEAN,
    /** R11: no batch is open when a swap begins. */
    DRAIN_BEFORE_SWAP,
    /** R11: nothing is claimed while a generation is swapped in. */
    NO_CLAIMS_WHILE_SWAPPING,
    /** R11: the state of a generation is compared before it is set. */
    COMPARE_STATE
}
