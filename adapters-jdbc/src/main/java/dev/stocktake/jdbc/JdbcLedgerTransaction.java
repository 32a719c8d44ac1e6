package dev.stocktake.jdbc;

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
import dev.stocktake.jdbc.LedgerBatches.Listed;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One transaction on the books of one index: who may do what; what it does to which table is said elsewhere. */
final class JdbcLedgerTransaction implements LedgerTransaction {

    private final LedgerSql sql;
    private final LedgerLane lane;
    private final LedgerGenerations generations;
    private final LedgerMarks marks;
    private final LedgerBatches batches;
    private final LedgerClaims claims;
    private final LedgerRechecks rechecks;
    private final LedgerClosing closing;
    private final LedgerView view;
    private final LedgerRebuilds rebuilds;

    JdbcLedgerTransaction(LedgerSql sql, KnownItems items) {
        this.sql = sql;
        lane = new LedgerLane(sql);
        generations = new LedgerGenerations(sql);
        marks = new LedgerMarks(sql);
        batches = new LedgerBatches(sql, items);
        claims = new LedgerClaims(sql, generations, marks, batches);
        rechecks = new LedgerRechecks(sql, marks);
        closing = new LedgerClosing(sql, marks, batches, rechecks);
        view = new LedgerView(sql, batches);
        rebuilds = new LedgerRebuilds(generations, marks, batches, closing);
    }

    @Override
    public Instant now() {
        return view.now();
    }

    @Override
    public Optional<Lease> acquire(String holder, Duration time, Duration hold) {
        Optional<Lease> lease = lane.acquire(holder, time);
        if (lease.isPresent()) {
            closing.suspectAll(hold);
        }
        return lease;
    }

    @Override
    public boolean renew(Lease lease, Duration time) {
        return lane.renew(lease, time);
    }

    @Override
    public boolean release(Lease lease) {
        return lane.release(lease);
    }

    @Override
    public Optional<Lease> holder() {
        return lane.holder();
    }

    @Override
    public Optional<Instant> heldUntil() {
        return lane.heldUntil();
    }

    @Override
    public List<Generation> generations() {
        return generations.open();
    }

    @Override
    public Optional<Generation> open(Lease lease, IndexIdentity identity, long auditPosition) {
        if (!lane.lock(lease) || generations.live().isPresent()) {
            return Optional.empty();
        }
        generations.create(identity);
        lane.auditPosition(auditPosition);
        return generations.live();
    }

    @Override
    public boolean adopt(Lease lease, long generation, IndexIdentity identity, Duration hold) {
        if (!lane.lock(lease) || !generations.adopt(generation, identity)) {
            return false;
        }
        closing.suspectAll(hold);
        markAll(true);
        return true;
    }

    @Override
    public List<Generation> retired() {
        return generations.retired();
    }

    @Override
    public Optional<Generation> openBuild(Lease lease, String label, IndexIdentity identity) {
        return lane.lock(lease) ? rebuilds.open(label, identity) : Optional.empty();
    }

    @Override
    public boolean markAll(long generation, boolean forced) {
        return rebuilds.markAll(generation, forced);
    }

    @Override
    public boolean beginSwap(Lease lease, long generation, Duration life) {
        return lane.lock(lease) && rebuilds.beginSwap(generation, life);
    }

    @Override
    public boolean bringBack(Lease lease, long generation, Duration life) {
        return lane.lock(lease) && rebuilds.bringBack(generation, life);
    }

    @Override
    public boolean retire(Lease lease, long generation) {
        return lane.lock(lease) && rebuilds.retire(generation);
    }

    @Override
    public boolean endSwap(Lease lease, long generation, boolean settled) {
        return lane.lock(lease) && rebuilds.endSwap(generation, settled);
    }

    @Override
    public boolean swappedIn(Lease lease, long generation, Duration hold) {
        return lane.lock(lease) && rebuilds.swappedIn(generation, hold);
    }

    @Override
    public boolean swappedBack(Lease lease, long retired, Duration life, Duration hold) {
        return lane.lock(lease) && rebuilds.swappedBack(retired, life, hold);
    }

    @Override
    public boolean forget(Lease lease, long generation) {
        return lane.lock(lease) && rebuilds.forget(generation);
    }

    @Override
    public void mark(Collection<ProductKey> keys, Reason reason, boolean forced) {
        marks.mark(keys, reason, forced);
    }

    @Override
    public void mark(Collection<Intake.Hint> hints) {
        marks.mark(hints);
    }

    @Override
    public void markAll(boolean forced) {
        generations.restart(forced, 0);
        marks.markAll(Reason.SWEEP, forced, 0);
    }

    @Override
    public Optional<Claim> claim(Lease lease, long generation, String batchId, int limit) {
        return lane.lock(lease) ? claims.claim(generation, batchId, limit) : Optional.empty();
    }

    @Override
    public Optional<Claim> claimOnly(Lease lease, long generation, String batchId, int limit, Reason reason) {
        return lane.lock(lease) ? claims.claimOnly(generation, batchId, limit, reason) : Optional.empty();
    }

    @Override
    public Optional<Claim> claimFrontier(Lease lease, Generation seen, String batchId, KeyPage page) {
        boolean follows = Objects.equals(page.after(), seen.frontier().after());
        return follows && lane.lock(lease) ? claims.claimFrontier(seen, batchId, page) : Optional.empty();
    }

    @Override
    public boolean submitted(Lease lease, Claim claim, Collection<Long> positions) {
        return lane.lock(lease) && batches.submitted(claim, positions);
    }

    @Override
    public boolean confirm(Lease lease, Claim claim, Map<ProductKey, Refusal> refused, Map<ProductKey, Instant> times) {
        return withOpen(lease, claim, batch -> closing.confirm(batch, refused, times));
    }

    @Override
    public int markTimed(Lease lease, long generation, int limit) {
        return lane.lock(lease) ? rechecks.mark(generation, limit) : 0;
    }

    @Override
    public boolean fail(Lease lease, Claim claim, Duration retryAfter, int splitLimit) {
        return withOpen(lease, claim, batch -> closing.fail(batch, retryAfter, splitLimit));
    }

    @Override
    public boolean suspect(Lease lease, Claim claim, Duration hold) {
        return withOpen(lease, claim, batch -> closing.suspect(batch, hold));
    }

    /** Compare-and-set: the epoch is the current one and the batch still open, and both stay so until the commit. */
    private boolean withOpen(Lease lease, Claim claim, Consumer<Listed> change) {
        Optional<Listed> batch = lane.lock(lease) ? batches.find(claim) : Optional.empty();
        batch.ifPresent(change);
        return batch.isPresent();
    }

    @Override
    public void oweWalk() {
        generations.oweWalk();
    }

    @Override
    public boolean walked(Lease lease, long generation, long owedWalk) {
        return lane.lock(lease) && generations.walked(generation, owedWalk);
    }

    @Override
    public long auditPosition() {
        return lane.auditPosition();
    }

    @Override
    public Map<String, BatchRecord> batches(Collection<String> ids) {
        return batches.remembered(ids);
    }

    @Override
    public void markBatch(String batchId) {
        batches.withItems(batchId)
                .ifPresent(batch -> marks.suspect(batch.items().keySet(), Duration.ZERO));
    }

    @Override
    public boolean auditTo(Lease lease, long from, long to, Collection<String> seen) {
        if (!lane.lock(lease) || lane.auditPosition() != from) {
            return false;
        }
        lane.auditPosition(to);
        batches.forget(to, seen);
        return true;
    }

    @Override
    public Optional<String> cursor(String feed) {
        return new LedgerCursors(sql).find(feed);
    }

    @Override
    public void saveCursor(String feed, String cursor) {
        new LedgerCursors(sql).save(feed, cursor);
    }

    @Override
    public Map<ProductKey, Standing> standing(Collection<ProductKey> keys) {
        return view.standing(keys);
    }

    @Override
    public Backlog backlog() {
        return view.backlog();
    }

    @Override
    public Backlog backlogOf(long generation) {
        return view.backlog(generation);
    }

    @Override
    public long marked(long most) {
        return view.marked(most);
    }

    @Override
    public Map<ProductKey, Refusal> quarantine(int limit) {
        return view.quarantine(limit);
    }

    @Override
    public <T> @Nullable T unwrap(Class<T> type) {
        return type == Connection.class ? type.cast(sql.connection()) : null;
    }
}
