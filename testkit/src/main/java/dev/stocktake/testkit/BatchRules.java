package dev.stocktake.testkit;

import dev.stocktake.BatchRecord;
import dev.stocktake.Claim;
import dev.stocktake.Generation;
import dev.stocktake.KeyPage;
import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.Refusal;
import dev.stocktake.testkit.Books.Batch;
import dev.stocktake.testkit.Books.Volume;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A batch from its claim to its end. */
final class BatchRules {

    private final Bookkeeping work;
    private final Books books;
    private final MarkRules marks;

    BatchRules(Bookkeeping work, MarkRules marks) {
        this.work = work;
        this.books = work.books();
        this.marks = marks;
    }

    // --- claim
    // --------------------------------------------------------------------------------------------------------

    /** R3. */
    Optional<Claim> claim(Lease lease, long generation, String batchId, int limit, Predicate<Reason> which) {
        Volume volume = books.volume(generation);
        if (!work.current(lease) || volume == null || !claimable(volume)) {
            return Optional.empty();
        }
        for (Row due : volume.rows().dueBy(work.now())) {
            volume.put(due.notBefore(null));
        }
        List<Claim.Item> items = mostUrgent(volume, limit, which);
        return items.isEmpty() ? Optional.empty() : Optional.of(open(new Claim(batchId, generation, items)));
    }

    /** R11. */
    private boolean claimable(Volume volume) {
        boolean swapping =
                books.open().stream().anyMatch(other -> other.generation().state() == Generation.State.SWAPPING);
        return volume.generation().open() && (!swapping || !work.keeps(LedgerRule.NO_CLAIMS_WHILE_SWAPPING));
    }

    private List<Claim.Item> mostUrgent(Volume volume, int limit, Predicate<Reason> which) {
        List<Claim.Item> items = new ArrayList<>();
        int splitLimit = 0;
        int most = limit;
        for (Row row : volume.rows().ready()) {
            if (items.size() == most) {
                break;
            }
            if (!which.test(row.mark().reason()) || mustWait(volume, row.key())) {
                continue;
            }
            if (items.isEmpty()) {
                splitLimit = row.tries().splitLimit();
                most = splitLimit == 0 ? limit : Math.min(limit, splitLimit);
            }
            if (row.tries().splitLimit() == splitLimit) {
                items.add(row.item());
            }
        }
        return items;
    }

    /** R5: one batch in flight per product and generation. */
    private boolean mustWait(Volume volume, ProductKey key) {
        return work.keeps(LedgerRule.ONE_IN_FLIGHT) && volume.inFlight(key);
    }

    /** A1: the frontier and the batch move together. */
    Optional<Claim> claimFrontier(Lease lease, Generation seen, String batchId, KeyPage page) {
        Volume volume = books.volume(seen.number());
        if (!work.current(lease) || volume == null || !claimable(volume) || !unmoved(volume, seen)) {
            return Optional.empty();
        }
        boolean forced = volume.generation().frontier().forced();
        List<Claim.Item> items = new ArrayList<>();
        for (ProductKey key : new LinkedHashSet<>(page.keys())) {
            if (volume.row(key) != null) {
                leaveToItsRow(volume, key, forced);
            } else if (mustWait(volume, key)) {
                marks.mark(volume, key, Reason.SWEEP, forced);
            } else {
                items.add(new Claim.Item(key, 0, forced, Reason.SWEEP, 0, null, null));
            }
        }
        advance(volume, page);
        Claim claim = new Claim(batchId, seen.number(), items);
        return Optional.of(items.isEmpty() ? claim : openFromFrontier(claim));
    }

    /** Whether the page still fits: not walked on since, and not everything marked since. */
    private static boolean unmoved(Volume volume, Generation seen) {
        Generation now = volume.generation();
        return !now.frontier().ended() && now.frontier().equals(seen.frontier()) && now.owedWalk() == seen.owedWalk();
    }

    private void leaveToItsRow(Volume volume, ProductKey key, boolean forced) {
        if (forced) {
            marks.mark(volume, key, Reason.SWEEP, true);
        }
    }

    private static void advance(Volume volume, KeyPage page) {
        Generation generation = volume.generation();
        Generation.Frontier frontier = generation.frontier();
        ProductKey after = page.last().orElse(frontier.after());
        volume.become(generation.at(new Generation.Frontier(after, page.end(), frontier.forced())));
    }

    private Claim openFromFrontier(Claim claim) {
        if (work.keeps(LedgerRule.FRONTIER_IN_CLAIM)) {
            return open(claim);
        }
        books.unrecorded(claim);
        return claim;
    }

    private Claim open(Claim claim) {
        if (books.batch(claim.batchId()) != null) {
            throw new IllegalArgumentException("There is already a batch '" + claim.batchId() + "'");
        }
        books.put(new Batch(claim, BatchRecord.State.OPEN, Set.of(), work.now()));
        return claim;
    }

    // --- what became of it
    // --------------------------------------------------------------------------------------------

    boolean submitted(Lease lease, Claim claim, Collection<Long> positions) {
        Batch batch = mine(lease, claim);
        if (batch == null) {
            return false;
        }
        Set<Long> all = new HashSet<>(batch.positions());
        all.addAll(positions);
        books.put(new Batch(batch.claim(), batch.state(), all, batch.since()));
        return true;
    }

    /** R4. */
    boolean confirm(Lease lease, Claim claim, Map<ProductKey, Refusal> refused, Map<ProductKey, Instant> rechecks) {
        Batch batch = mine(lease, claim);
        if (batch == null) {
            return false;
        }
        close(batch, BatchRecord.State.CONFIRMED);
        Volume volume = volume(batch);
        for (Claim.Item item : batch.claim().items()) {
            Refusal refusal = refused.get(item.key());
            if (refusal == null) {
                settle(volume, item, batch.since());
            } else {
                quarantine(volume, item, refusal);
            }
            recheck(volume, item.key(), rechecks.get(item.key()), batch.since());
        }
        return true;
    }

    /** R15. */
    private void recheck(Volume volume, ProductKey key, @Nullable Instant at, Instant claimed) {
        Instant next =
                at == null ? null : LedgerTransaction.recheckTime(at, claimed).orElse(null);
        if (work.keeps(LedgerRule.RECHECK) && (next != null || volume.recheck(key) != null)) {
            volume.recheck(key, next);
        }
    }

    /** R15. */
    int markTimed(Lease lease, long generation, int limit) {
        Volume volume = books.volume(generation);
        if (!work.current(lease) || volume == null) {
            return 0;
        }
        List<Map.Entry<ProductKey, Instant>> due = volume.rechecks().stream()
                .filter(recheck -> !recheck.getValue().isAfter(work.now()))
                .limit(limit)
                .toList();
        due.forEach(recheck -> {
            marks.mark(volume, recheck.getKey(), Reason.TIMED, false, recheck.getValue());
            volume.recheck(recheck.getKey(), null);
        });
        return due.size();
    }

    private void settle(Volume volume, Claim.Item item, Instant claimed) {
        Row row = volume.row(item.key());
        if (row == null) {
            return;
        }
        if (!asClaimed(row, item)) {
            if (item.token() != 0) {
                volume.put(row.since(claimed).changedAt(unapplied(row, claimed)));
            }
            return;
        }
        Instant holdUntil = row.holdUntil();
        if (work.keeps(LedgerRule.HOLD) && holdUntil != null && claimed.isBefore(holdUntil)) {
            volume.put(row.notBefore(holdUntil).since(claimed).changedAt(null));
        } else {
            volume.remove(item.key());
        }
    }

    /** Of a product that was marked anew: what had changed before the claim was read after it. */
    private static @Nullable Instant unapplied(Row row, Instant claimed) {
        Instant changed = row.mark().changedAt();
        return changed == null || changed.isAfter(claimed) ? changed : claimed;
    }

    private boolean asClaimed(Row row, Claim.Item item) {
        return row.mark().token() == item.token() || !work.keeps(LedgerRule.TOKEN_CHECK);
    }

    private void quarantine(Volume volume, Claim.Item item, Refusal refusal) {
        Row row = volume.row(item.key());
        if (row == null) {
            volume.put(fromFrontier(item).quarantined(refusal));
        } else if (row.mark().token() == item.token()) {
            volume.put(row.quarantined(refusal));
        }
    }

    boolean fail(Lease lease, Claim claim, Duration retryAfter, int splitLimit) {
        Batch batch = mine(lease, claim);
        if (batch == null) {
            return false;
        }
        close(batch, BatchRecord.State.FAILED);
        Instant retryAt = work.now().plus(retryAfter);
        for (Claim.Item item : batch.claim().items()) {
            putBack(volume(batch), item, retryAt, splitLimit);
        }
        return true;
    }

    private void putBack(Volume volume, Claim.Item item, Instant retryAt, int splitLimit) {
        Row row = volume.row(item.key());
        if (row == null) {
            volume.put(fromFrontier(item).failed(retryAt, splitLimit));
        } else if (row.mark().token() == item.token()) {
            volume.put(row.failed(retryAt, splitLimit));
        } else if (item.forced() && !row.mark().suspect()) {
            volume.put(row.forced());
        }
    }

    private Row fromFrontier(Claim.Item item) {
        return Row.fresh(item.key(), new Row.Mark(work.token(), work.now(), item.reason(), item.forced(), null));
    }

    boolean suspect(Lease lease, Claim claim, Duration hold) {
        Batch batch = mine(lease, claim);
        if (batch == null) {
            return false;
        }
        suspect(batch, hold);
        return true;
    }

    /** For {@link LedgerRule#CLAIM_FIRST}: their claimer is dead, and nobody else knows them. */
    void forgetUnsent() {
        for (Batch batch : books.batches()) {
            if (batch.open() && batch.positions().isEmpty()) {
                close(batch, BatchRecord.State.FAILED);
            }
        }
    }

    /** R8. */
    void suspectAllOpen(Duration hold) {
        for (Batch batch : books.batches()) {
            if (batch.open()) {
                suspect(batch, hold);
            }
        }
    }

    /** R7. */
    private void suspect(Batch batch, Duration hold) {
        books.put(new Batch(batch.claim(), BatchRecord.State.SUSPECT, batch.positions(), work.now()));
        marks.suspect(batch.claim().items().stream().map(Claim.Item::key).toList(), hold);
    }

    private @Nullable Batch mine(Lease lease, Claim claim) {
        if (!work.current(lease)) {
            return null;
        }
        Claim late = books.takeUnrecorded(claim.batchId());
        if (late != null) {
            open(late);
        }
        Batch batch = books.batch(claim.batchId());
        return batch == null || !(batch.open() || mayBeClosedTwice(batch)) ? null : batch;
    }

    private boolean mayBeClosedTwice(Batch batch) {
        return batch.state() == BatchRecord.State.SUSPECT && !work.keeps(LedgerRule.OPEN_CHECK);
    }

    /** A5: only open and suspect batches need their items, and the log has nothing more to show of the others. */
    private void close(Batch batch, BatchRecord.State state) {
        Claim claim = batch.claim();
        Claim withoutItems = new Claim(claim.batchId(), claim.generation(), List.of());
        books.put(new Batch(withoutItems, state, batch.positions(), work.now()));
        if (batch.positions().stream().allMatch(position -> position <= books.auditPosition())) {
            books.forget(claim.batchId());
        }
    }

    private Volume volume(Batch batch) {
        Volume volume = books.volume(batch.claim().generation());
        if (volume == null) {
            throw new IllegalStateException("A batch without a generation: " + batch);
        }
        return volume;
    }
}
