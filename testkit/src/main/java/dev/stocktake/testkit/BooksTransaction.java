package dev.stocktake.testkit;

import dev.stocktake.Backlog;
import dev.stocktake.BatchRecord;
import dev.stocktake.Claim;
import dev.stocktake.Generation;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Intake;
import dev.stocktake.KeyPage;
import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.Refusal;
import dev.stocktake.Standing;
import dev.stocktake.testkit.Books.Batch;
import dev.stocktake.testkit.Books.Lane;
import dev.stocktake.testkit.Books.Volume;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One transaction on the books of one index. */
final class BooksTransaction implements LedgerTransaction {

    private final Bookkeeping work;
    private final Books books;
    private final MarkRules marks;
    private final BatchRules batches;
    private final RebuildRules rebuilds;
    private boolean over;

    BooksTransaction(Bookkeeping work) {
        this.work = work;
        this.books = work.books();
        this.marks = new MarkRules(work);
        this.batches = new BatchRules(work, marks);
        this.rebuilds = new RebuildRules(work, marks, batches);
    }

    void end() {
        over = true;
    }

    private void requireOpen() {
        if (over) {
            throw new IllegalStateException("A ledger transaction was used after its end");
        }
    }

    @Override
    public Instant now() {
        requireOpen();
        return work.now();
    }

    // --- who may write
    // ------------------------------------------------------------------------------------------------

    @Override
    public Optional<Lease> acquire(String holder, Duration time, Duration hold) {
        requireOpen();
        Lane lane = books.lane();
        if (lane.heldAt(work.now()) && !lane.holder().equals(holder)) {
            return Optional.empty();
        }
        books.forgetUnrecorded();
        if (!work.keeps(LedgerRule.CLAIM_FIRST)) {
            batches.forgetUnsent();
        }
        if (work.keeps(LedgerRule.SUSPECT_ON_TAKEOVER)) {
            batches.suspectAllOpen(hold);
        }
        books.lane(new Lane(lane.epoch() + 1, holder, work.now().plus(time)));
        return Optional.of(new Lease(work.index(), holder, lane.epoch() + 1));
    }

    @Override
    public boolean renew(Lease lease, Duration time) {
        return extend(lease, work.now().plus(time));
    }

    @Override
    public boolean release(Lease lease) {
        return extend(lease, Instant.MIN);
    }

    private boolean extend(Lease lease, Instant until) {
        requireOpen();
        if (!work.current(lease)) {
            return false;
        }
        books.lane(new Lane(lease.epoch(), lease.holder(), until));
        return true;
    }

    @Override
    public Optional<Lease> holder() {
        requireOpen();
        Lane lane = books.lane();
        return lane.heldAt(work.now())
                ? Optional.of(new Lease(work.index(), lane.holder(), lane.epoch()))
                : Optional.empty();
    }

    @Override
    public Optional<Instant> heldUntil() {
        requireOpen();
        Lane lane = books.lane();
        return lane.heldAt(work.now()) ? Optional.of(lane.until()) : Optional.empty();
    }

    // --- generations
    // --------------------------------------------------------------------------------------------------

    @Override
    public List<Generation> generations() {
        requireOpen();
        return books.open().stream().map(Volume::generation).toList();
    }

    @Override
    public Optional<Generation> open(Lease lease, IndexIdentity identity, long auditPosition) {
        requireOpen();
        if (!work.current(lease) || books.live() != null) {
            return Optional.empty();
        }
        Generation first = new Generation(
                books.nextGeneration(), Generation.State.LIVE, identity, Generation.Frontier.START, marks.owedWalk());
        books.add(first);
        books.auditPosition(auditPosition);
        return Optional.of(first);
    }

    @Override
    public boolean adopt(Lease lease, long generation, IndexIdentity identity, Duration hold) {
        requireOpen();
        Volume volume = books.volume(generation);
        if (!work.current(lease) || volume == null || !volume.generation().open()) {
            return false;
        }
        Generation old = volume.generation();
        volume.become(old.of(identity));
        batches.suspectAllOpen(hold);
        marks.markAll(true);
        return true;
    }

    // --- rebuild
    // ------------------------------------------------------------------------------------------------------

    @Override
    public List<Generation> retired() {
        requireOpen();
        return rebuilds.retired();
    }

    @Override
    public Optional<Generation> openBuild(Lease lease, String label, IndexIdentity identity) {
        requireOpen();
        return rebuilds.openBuild(lease, label, identity);
    }

    @Override
    public boolean markAll(long generation, boolean forced) {
        requireOpen();
        return rebuilds.markAll(generation, forced);
    }

    @Override
    public boolean beginSwap(Lease lease, long generation, Duration life) {
        requireOpen();
        return rebuilds.beginSwap(lease, generation, life);
    }

    @Override
    public boolean bringBack(Lease lease, long generation, Duration life) {
        requireOpen();
        return rebuilds.bringBack(lease, generation, life);
    }

    @Override
    public boolean retire(Lease lease, long generation) {
        requireOpen();
        return rebuilds.retire(lease, generation);
    }

    @Override
    public boolean endSwap(Lease lease, long generation, boolean settled) {
        requireOpen();
        return rebuilds.endSwap(lease, generation, settled);
    }

    @Override
    public boolean swappedIn(Lease lease, long generation, Duration hold) {
        requireOpen();
        return rebuilds.swappedIn(lease, generation, hold);
    }

    @Override
    public boolean swappedBack(Lease lease, long retired, Duration life, Duration hold) {
        requireOpen();
        return rebuilds.swappedBack(lease, retired, life, hold);
    }

    @Override
    public boolean forget(Lease lease, long generation) {
        requireOpen();
        return rebuilds.forget(lease, generation);
    }

    // --- mark
    // ---------------------------------------------------------------------------------------------------------

    @Override
    public void mark(Collection<ProductKey> keys, Reason reason, boolean forced) {
        requireOpen();
        marks.mark(keys, reason, forced);
    }

    @Override
    public void mark(Collection<Intake.Hint> hints) {
        requireOpen();
        marks.mark(hints);
    }

    @Override
    public void markAll(boolean forced) {
        requireOpen();
        marks.markAll(forced);
    }

    // --- claim, confirm
    // -----------------------------------------------------------------------------------------------

    @Override
    public Optional<Claim> claim(Lease lease, long generation, String batchId, int limit) {
        requireOpen();
        return batches.claim(lease, generation, batchId, limit, reason -> true);
    }

    @Override
    public Optional<Claim> claimOnly(Lease lease, long generation, String batchId, int limit, Reason reason) {
        requireOpen();
        return batches.claim(lease, generation, batchId, limit, marked -> marked == reason);
    }

    @Override
    public Optional<Claim> claimFrontier(Lease lease, Generation seen, String batchId, KeyPage page) {
        requireOpen();
        return batches.claimFrontier(lease, seen, batchId, page);
    }

    @Override
    public boolean submitted(Lease lease, Claim claim, Collection<Long> positions) {
        requireOpen();
        return batches.submitted(lease, claim, positions);
    }

    @Override
    public boolean confirm(
            Lease lease, Claim claim, Map<ProductKey, Refusal> refused, Map<ProductKey, Instant> rechecks) {
        requireOpen();
        return batches.confirm(lease, claim, refused, rechecks);
    }

    @Override
    public int markTimed(Lease lease, long generation, int limit) {
        requireOpen();
        return batches.markTimed(lease, generation, limit);
    }

    @Override
    public boolean fail(Lease lease, Claim claim, Duration retryAfter, int splitLimit) {
        requireOpen();
        return batches.fail(lease, claim, retryAfter, splitLimit);
    }

    @Override
    public boolean suspect(Lease lease, Claim claim, Duration hold) {
        requireOpen();
        return batches.suspect(lease, claim, hold);
    }

    // --- walk and audit
    // -----------------------------------------------------------------------------------------------

    @Override
    public void oweWalk() {
        requireOpen();
        marks.oweWalk();
    }

    @Override
    public boolean walked(Lease lease, long generation, long owedWalk) {
        requireOpen();
        Volume volume = books.volume(generation);
        if (!work.current(lease) || volume == null || volume.generation().owedWalk() != owedWalk) {
            return false;
        }
        Generation old = volume.generation();
        volume.become(old.owing(0));
        return true;
    }

    @Override
    public long auditPosition() {
        requireOpen();
        return books.auditPosition();
    }

    @Override
    public Map<String, BatchRecord> batches(Collection<String> ids) {
        requireOpen();
        Map<String, BatchRecord> found = new LinkedHashMap<>();
        for (String id : ids) {
            Batch batch = books.batch(id);
            if (batch != null) {
                found.put(id, batch.record());
            }
        }
        return found;
    }

    @Override
    public void markBatch(String batchId) {
        requireOpen();
        Batch batch = books.batch(batchId);
        if (batch != null) {
            marks.mark(batch.claim().items().stream().map(Claim.Item::key).toList(), Reason.SUSPECT, true);
        }
    }

    @Override
    public boolean auditTo(Lease lease, long from, long to, Collection<String> seen) {
        requireOpen();
        if (!work.current(lease) || books.auditPosition() != from) {
            return false;
        }
        books.auditPosition(to);
        for (Batch batch : books.batches()) {
            if (needless(batch, to, seen)) {
                books.forget(batch.claim().batchId());
            }
        }
        return true;
    }

    /** A5. */
    private boolean needless(Batch batch, long position, Collection<String> seen) {
        return switch (batch.state()) {
            case OPEN -> false;
            case CONFIRMED, FAILED -> passed(batch, position);
            case SUSPECT ->
                !work.keeps(LedgerRule.KEEP_SUSPECTS)
                        || (seen.contains(batch.claim().batchId()) && passed(batch, position))
                        || !batch.since().plus(work.suspectsKept()).isAfter(work.now());
        };
    }

    private static boolean passed(Batch batch, long position) {
        return batch.positions().stream().allMatch(at -> at <= position);
    }

    // --- feeds
    // --------------------------------------------------------------------------------------------------------

    @Override
    public Optional<String> cursor(String feed) {
        requireOpen();
        return Optional.ofNullable(books.cursor(feed));
    }

    @Override
    public void saveCursor(String feed, String cursor) {
        requireOpen();
        books.cursor(feed, cursor);
    }

    // --- looking
    // ------------------------------------------------------------------------------------------------------

    @Override
    public Map<ProductKey, Standing> standing(Collection<ProductKey> keys) {
        requireOpen();
        Volume live = books.live();
        Map<ProductKey, Standing> standings = new LinkedHashMap<>();
        for (ProductKey key : keys) {
            Row row = live == null ? null : live.row(key);
            boolean inFlight = live != null && live.inFlight(key);
            standings.put(key, row == null ? Standing.unmarked(inFlight) : row.standing(inFlight, work.now()));
        }
        return standings;
    }

    @Override
    public Backlog backlog() {
        requireOpen();
        return backlog(books.live());
    }

    @Override
    public Backlog backlogOf(long generation) {
        requireOpen();
        Volume volume = books.volume(generation);
        return backlog(volume == null || !volume.generation().open() ? null : volume);
    }

    private Backlog backlog(@Nullable Volume live) {
        if (live == null) {
            return new Backlog(0, 0, 0, 0, 0, 0, null, null, null, 0, null, work.now());
        }
        for (Row due : live.rows().dueBy(work.now())) {
            live.put(due.notBefore(null));
        }
        Rows rows = live.rows();
        List<Instant> rechecks =
                live.rechecks().stream().map(Map.Entry::getValue).toList();
        long quarantined = rows.quarantined().size();
        return new Backlog(
                counted(rows.size() - quarantined),
                counted(rows.ready().size()
                        - live.inFlight().stream()
                                .filter(key -> ready(live, key))
                                .count()),
                counted(rows.suspects()),
                counted(quarantined),
                live.inFlight().size(),
                books.batches().stream().filter(batch -> openIn(live, batch)).count(),
                rows.oldest().orElse(null),
                rows.oldestChange().orElse(null),
                rows.nextDue().orElse(null),
                counted(rechecks.stream().filter(at -> !at.isAfter(work.now())).count()),
                rechecks.isEmpty() ? null : rechecks.get(0),
                work.now());
    }

    private static long counted(long count) {
        return Math.min(count, Backlog.MOST_COUNTED);
    }

    @Override
    public long marked(long most) {
        requireOpen();
        Volume live = books.live();
        return live == null
                ? 0
                : Math.min(most, live.rows().size() - live.rows().quarantined().size());
    }

    private static boolean ready(Volume live, ProductKey key) {
        Row row = live.row(key);
        return row != null && !row.quarantined() && row.tries().notBefore() == null;
    }

    private static boolean openIn(Volume live, Batch batch) {
        return batch.open() && batch.claim().generation() == live.generation().number();
    }

    @Override
    public Map<ProductKey, Refusal> quarantine(int limit) {
        requireOpen();
        Map<ProductKey, Refusal> refusals = new LinkedHashMap<>();
        Volume live = books.live();
        if (live != null) {
            live.rows().quarantined().stream().limit(limit).forEach(row -> {
                Refusal refusal = row.objection().quarantine();
                if (refusal != null) {
                    refusals.put(row.key(), refusal);
                }
            });
        }
        return refusals;
    }

    @Override
    public <T> @Nullable T unwrap(Class<T> type) {
        return type == CommitEffects.class ? type.cast((CommitEffects) work::onCommit) : null;
    }

    /** Lets {@link InMemoryChangeFeed} forget its entries if and when the transaction commits. */
    @FunctionalInterface
    interface CommitEffects {

        void onCommit(Runnable effect);
    }
}
