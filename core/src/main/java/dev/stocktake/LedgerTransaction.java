package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The books of one index, inside one transaction of a {@link Ledger}.
 *
 * <p>The rule numbers are those of {@code docs/correctness.md}. Methods that take a {@link Lease} change nothing and answer
 * {@code false} or empty if its holder and epoch are no longer the current ones: a deposed holder cannot touch the books. Everything
 * about time is the ledger's own clock (a database's, in a database), so instances need not agree on the time.
 *
 * <p>Confined to the thread and to the call of {@link Ledger#inTransaction}.
 */
public interface LedgerTransaction {

    /** The ledger's time. */
    Instant now();

    // --- who may write
    // ------------------------------------------------------------------------------------------------

    /**
     * Takes the lane, if nobody else holds it or the other holder's time is over: a <em>new</em> epoch, always. In the same
     * transaction every batch that is still open becomes suspect (R8), as {@link #suspect} does it.
     *
     * @param hold see {@link #suspect}
     * @return empty if another holder has time left; the same holder may always take a new epoch
     */
    Optional<Lease> acquire(String holder, Duration time, Duration hold);

    /** Extends the lease, also one that has run out, as long as nobody else took it. */
    boolean renew(Lease lease, Duration time);

    /** Ends the lease at once, so that another may acquire; the epoch stays. */
    boolean release(Lease lease);

    /** Who holds the lane now; empty if nobody, or the time is over. */
    Optional<Lease> holder();

    /** Until when {@link #holder} has time left; later with every renewal. Empty as {@link #holder} is. */
    Optional<Instant> heldUntil();

    // --- generations
    // --------------------------------------------------------------------------------------------------

    /** All generations that marks must reach, oldest first. */
    List<Generation> generations();

    /** The live one of them; empty before the first. */
    default Optional<Generation> live() {
        return generations().stream()
                .filter(generation -> generation.state() == Generation.State.LIVE)
                .findFirst();
    }

    /**
     * The one of them that is being built or swapped in; the oldest if there are two, as where a swap came twice while another
     * was being built.
     */
    default Optional<Generation> build() {
        return generations().stream()
                .filter(generation -> generation.state() != Generation.State.LIVE)
                .findFirst();
    }

    /**
     * Opens the first generation, live at once: its frontier stands at the start, not forced, and a walk over the index's
     * ids is owed.
     *
     * @param auditPosition where the log of writes is read from
     * @return empty if the lease is over or a live generation exists
     */
    Optional<Generation> open(Lease lease, IndexIdentity identity, long auditPosition);

    /**
     * The name is bound to other content than the generation's (dropped and made anew by somebody, restored): takes it as
     * the generation's from now on, makes every open batch suspect and marks everything, forced.
     */
    boolean adopt(Lease lease, long generation, IndexIdentity identity, Duration hold);

    // --- rebuild
    // ------------------------------------------------------------------------------------------------------

    /** Generations that are kept to be brought back, the last first. Marks do not reach them. */
    List<Generation> retired();

    /**
     * Opens a generation beside the live one: {@link Generation.State#BUILDING}, its frontier at the start, not forced, no
     * walk owed. Marks reach it from now on (R1). It inherits the rows of the live one that are held because a late write may
     * still land (A4): that write is addressed to a name, and the name will move.
     *
     * @param label of the build that holds its content, prepared before
     * @param identity of that content
     * @return empty if the lease is over, there is no live generation, or another one is being built or swapped in
     */
    Optional<Generation> openBuild(Lease lease, String label, IndexIdentity identity);

    /**
     * Everything is to be looked at once more in one generation, as {@link #markAll} does it in all. No lease needed: who
     * asks for a rebuild while one is on its way wants products looked at that it has behind it.
     *
     * @return false if there is no such open generation
     */
    boolean markAll(long generation, boolean forced);

    /**
     * From {@link Generation.State#BUILDING} to {@link Generation.State#SWAPPING}, by compare-and-set (R11). Only what is clean
     * may be swapped in (A6): its frontier has ended, it has no rows but quarantined ones and those of products that wait in the
     * live generation for at least as long (searchers see nothing older than before), no walk is owed to it, and no batch of
     * the index is open. Nothing is claimed any more, for any generation, until it is in another state.
     *
     * @param life how long the request may be on its way that is sent next; so long the swap counts as unsettled
     * @return false if the lease is over, the generation is in another state or not clean, or another one is swapping
     */
    boolean beginSwap(Lease lease, long generation, Duration life);

    /**
     * From {@link Generation.State#RETIRED} or {@link Generation.State#BUILDING} to {@link Generation.State#SWAPPING}, whatever
     * it lacks: what was live before is brought back. One that was retired gets marks from now on, inherits as in {@link
     * #openBuild}, and everything in it is marked, as nobody knows what has changed since.
     *
     * @return false if the lease is over, the generation is in another state, a batch of the index is open, or another one is
     *     being built (from retirement) or swapped in
     */
    boolean bringBack(Lease lease, long generation, Duration life);

    /**
     * From {@link Generation.State#SWAPPING} to {@link Generation.State#BUILDING}: the swap was not made, as far as one sees.
     *
     * @param settled whether it cannot be made any more; otherwise it stays unsettled until its time is over
     * @return false if the lease is over or the generation is in another state
     */
    boolean endSwap(Lease lease, long generation, boolean settled);

    /**
     * From {@link Generation.State#SWAPPING} or {@link Generation.State#BUILDING} to {@link Generation.State#LIVE}: the live name
     * has been seen to be bound to its content. What was live is retired and stands where this one stood; its rows are
     * forgotten. Batches that are still open become suspect: their name has moved.
     *
     * @param hold see {@link #suspect}
     * @return false if the lease is over or the generation is in another state
     */
    boolean swappedIn(Lease lease, long generation, Duration hold);

    /**
     * The live name has been seen to be bound to the content of a retired generation: a swap was made twice, or late (R10). That
     * one is {@link Generation.State#LIVE} again, what was live stands in its place and is {@link Generation.State#SWAPPING},
     * open batches become suspect, and everything is marked, forced, in both.
     *
     * @param retired the generation that searchers see
     * @param life as in {@link #beginSwap}
     * @param hold see {@link #suspect}
     * @return false if the lease is over, that generation is not retired, or another one is swapping
     */
    boolean swappedBack(Lease lease, long retired, Duration life, Duration hold);

    /**
     * From {@link Generation.State#BUILDING} to {@link Generation.State#RETIRED}: it is not brought back after all, and is kept
     * where it stands. Its rows are forgotten.
     *
     * @return false if the lease is over, it is in another state, or a batch of it is open
     */
    boolean retire(Lease lease, long generation);

    /**
     * Forgets a generation that is {@link Generation.State#BUILDING} or {@link Generation.State#RETIRED}, and its rows.
     *
     * @return false if the lease is over, it is in another state, or a batch of it is open
     */
    boolean forget(Lease lease, long generation);

    // --- mark
    // ---------------------------------------------------------------------------------------------------------

    /**
     * Marks products in every open generation (R1): a new token, due at once, the more urgent of the two reasons, suspect if
     * it was or {@code forced} is; {@code since} stays that of the first mark, until a confirmation that leaves it; a quarantine
     * is lifted (what was refused is kept, {@link Claim.Item#refused}), and a product that was refused with a fingerprint is
     * then tried alone. Also for keys beyond the frontier. No lease needed.
     */
    void mark(Collection<ProductKey> keys, Reason reason, boolean forced);

    /**
     * Marks what a feed named: as {@link #mark(Collection, Reason, boolean)} with {@link Reason#CHANGE}, or
     * {@link Reason#FANOUT} where the hint is wide, not forced. Of the times of a product's changes the earliest is
     * remembered until what was claimed after it was applied.
     */
    void mark(Collection<Intake.Hint> hints);

    /**
     * Marks everything without writing rows (A2): in every open generation the frontier returns to its start (forced if it
     * was forced and had not ended, or {@code forced} is), every existing row is marked as {@link #mark} would with
     * {@link Reason#SWEEP}, and a walk over the index's ids is owed under a new token. No lease needed.
     */
    void markAll(boolean forced);

    // --- timed changes
    // ------------------------------------------------------------------------------------------------

    /**
     * R15: marks products of a generation whose time has come, as {@link #mark(Collection, Reason, boolean)} with {@link
     * Reason#TIMED}, the earliest first. The time counts as that of the change, and is forgotten in the same step.
     *
     * @param limit how many at most, positive
     * @return how many; 0 if the lease is over
     */
    int markTimed(Lease lease, long generation, int limit);

    /** How far the clocks of the shop's database, of the mapping and of the ledger may be apart, see {@link #recheckTime}. */
    Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

    /**
     * When a product is looked at again whose document says that it changes at a time (R15). A time after the claim is taken
     * as it is. One that is not has passed already when the product was read, which needs no second look if all clocks agree:
     * there is one all the same, {@link #CLOCK_TOLERANCE} after the time, and none if that is over, too. So a document that
     * names a time of long ago again and again is not read again and again.
     *
     * @param claimed when the batch was claimed, by the ledger's clock
     * @return empty if it needs no second look
     */
    static Optional<Instant> recheckTime(Instant recheckAt, Instant claimed) {
        if (recheckAt.isAfter(claimed)) {
            return Optional.of(recheckAt);
        }
        return recheckAt.isAfter(claimed.minus(CLOCK_TOLERANCE))
                ? Optional.of(recheckAt.plus(CLOCK_TOLERANCE))
                : Optional.empty();
    }

    // --- claim, confirm
    // -----------------------------------------------------------------------------------------------

    /**
     * Opens a batch of marked products (R3): due, not quarantined, not in flight (R5). Most urgent reason first, then
     * oldest. All items have the same split limit (see {@link #fail}) as the first, and are at most that many.
     *
     * @param batchId new
     * @param limit how many at most, positive
     * @return empty if there is nothing to claim, the lease is over, the generation is not open, or any is swapping (R11)
     */
    Optional<Claim> claim(Lease lease, long generation, String batchId, int limit);

    /** As {@link #claim}, but only products that are marked for this reason. */
    Optional<Claim> claimOnly(Lease lease, long generation, String batchId, int limit, Reason reason);

    /**
     * Moves the frontier over a page of keys and opens a batch of them, in one step (A1). The page was read before. A key
     * that has a row is left to its row (if the frontier is forced, the row is marked forced); a key in flight without a row
     * gets a mark; the rest become items without a token, forced if the frontier is.
     *
     * @param seen the generation as it was when the page was read
     * @return the claim, without items if there was nothing to open (then no batch exists); empty if the lease is over, the
     *     frontier is not where {@code seen} says, everything was marked since (also while the frontier stood at its start: the
     *     page may lack a product that nobody named), or any generation is swapping
     */
    Optional<Claim> claimFrontier(Lease lease, Generation seen, String batchId, KeyPage page);

    /** Adds where writes of an open batch stand in the index's order. */
    boolean submitted(Lease lease, Claim claim, Collection<Long> positions);

    /**
     * Closes an open batch as applied (R4): the mark of each item goes, if its token is still the claimed one and its hold
     * is not longer than the batch is old (A4: claimed before {@code holdUntil} keeps the row, due then). An item without a
     * token removes nothing.
     *
     * <p>The changes whose time the claim carried are applied: that time is forgotten with the mark. Of a mark that stays
     * because it was made anew, nobody knows how much was read after the claim; its changes count from the claim on, if that
     * is later than the time that is remembered. Of one that stays for its hold, none is left. Either is marked since the
     * claim, if that is later than it was: what was marked before has been applied.
     *
     * @param refused items that were left out: each becomes a quarantined row, unless it was marked anew meanwhile
     * @param rechecks when items must be looked at again (R15, {@link #recheckTime}); what was remembered before of any item
     *     of the batch is forgotten. Others than items are ignored
     */
    boolean confirm(Lease lease, Claim claim, Map<ProductKey, Refusal> refused, Map<ProductKey, Instant> rechecks);

    /** Closes an open batch as applied, where no item must be looked at again. */
    default boolean confirm(Lease lease, Claim claim, Map<ProductKey, Refusal> refused) {
        return confirm(lease, claim, refused, Map.of());
    }

    /**
     * Closes an open batch as not applied. Items from the frontier get rows (with their force). Rows whose token is still
     * the claimed one get one attempt more, are put off and are split; rows marked anew stay due.
     *
     * @param retryAfter how long they are put off
     * @param splitLimit how many products at most may share their next batch; 0 to leave it as it was
     */
    boolean fail(Lease lease, Claim claim, Duration retryAfter, int splitLimit);

    /**
     * Closes an open batch as unknown (R7): every item gets a forced mark in every open generation, and the batch is
     * remembered with its items until the log has shown all that is known of it or seven days are over.
     *
     * @param hold how long a request may still be on its way (A4); zero where the index has a log of writes
     */
    boolean suspect(Lease lease, Claim claim, Duration hold);

    // --- walk and audit
    // -----------------------------------------------------------------------------------------------

    /**
     * In every open generation a walk over the index's ids is owed from now on, under a new token, as after {@link #markAll};
     * nothing is marked. What is left in the index without a product is known by that. No lease needed.
     */
    void oweWalk();

    /** The walk over the index's ids that was owed under this token has been made; false if a later one is owed (A2). */
    boolean walked(Lease lease, long generation, long owedWalk);

    /** How far the index's log of writes has been read. */
    long auditPosition();

    /** The batches of these that are remembered. */
    Map<String, BatchRecord> batches(Collection<String> ids);

    /** Marks every item of a remembered batch, forced. */
    void markBatch(String batchId);

    /**
     * Moves the position from which the log is read next, and forgets what is no longer needed: confirmed and failed
     * batches whose positions all lie before it, suspect ones of which a write was seen and no known position lies ahead,
     * expired ones (A5).
     *
     * @param seen batches whose writes were met on the way
     * @return false if the lease is over or the position is not {@code from}
     */
    boolean auditTo(Lease lease, long from, long to, Collection<String> seen);

    // --- feeds
    // --------------------------------------------------------------------------------------------------------

    /** What {@link #saveCursor} kept for a feed; empty if nothing ever was. */
    Optional<String> cursor(String feed);

    /** Keeps a feed's place; at most 2,000 characters, may be empty. No lease needed. */
    void saveCursor(String feed, String cursor);

    // --- looking
    // ------------------------------------------------------------------------------------------------------

    /** What is remembered of these products in the live generation; an entry for each. */
    Map<ProductKey, Standing> standing(Collection<ProductKey> keys);

    /** The live generation in numbers, counted up to {@link Backlog#MOST_COUNTED}; all zero before the first. */
    Backlog backlog();

    /** An open generation in numbers; all zero if there is no such. */
    Backlog backlogOf(long generation);

    /**
     * How many products of the live generation have a mark, quarantined ones not counted; 0 before the first.
     *
     * @param most where the count ends: if there are more, the answer is this
     */
    long marked(long most);

    /** Quarantined products of the live generation, by key, at most {@code limit}. */
    Map<ProductKey, Refusal> quarantine(int limit);

    /**
     * The technology beneath, for adapters of the same kind: a feed that keeps its queue in the ledger's own database
     * removes what was read in this transaction.
     *
     * @return null if the ledger has nothing of that type
     */
    default <T> @Nullable T unwrap(Class<T> type) {
        return null;
    }
}
