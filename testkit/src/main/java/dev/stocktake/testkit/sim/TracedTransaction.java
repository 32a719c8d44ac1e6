package dev.stocktake.testkit.sim;

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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes down what a node does in the ledger, and commits what belongs to the same database. */
final class TracedTransaction implements LedgerTransaction {

    private static final String BRAKE = "stocktake.brake";
    private static final String REBUILT = "stocktake.rebuild.ended";

    private final LedgerTransaction tx;
    private final Node node;
    private final History history;
    private final World world;
    private final List<Runnable> effects = new ArrayList<>();
    private boolean changed;
    private boolean claimed;
    private boolean renewed;

    TracedTransaction(LedgerTransaction tx, Node node, World world) {
        this.tx = tx;
        this.node = node;
        this.history = world.history();
        this.world = world;
    }

    void committed() {
        effects.forEach(Runnable::run);
    }

    boolean changedAnything() {
        return changed;
    }

    boolean claimed() {
        return claimed;
    }

    boolean renewed() {
        return renewed;
    }

    private <T> T changing(T result) {
        changed = true;
        return result;
    }

    private void count(Happening what) {
        effects.add(() -> world.count(what));
    }

    private void note(Supplier<String> text, Supplier<Collection<ProductKey>> keys) {
        if (history.kept()) {
            effects.add(() -> history.note(() -> node + " " + text.get(), keys));
        }
    }

    private void event(Supplier<String> text) {
        note(text, List::of);
    }

    private static Collection<ProductKey> keys(Claim claim) {
        return claim.items().stream().map(Claim.Item::key).toList();
    }

    // --- changes ----------------------------------------------------------------------------------------------------

    @Override
    public Optional<Lease> acquire(String holder, Duration time, Duration hold) {
        int open = world.ledger().openBatches(IndexClient.NAME).size();
        Optional<Lease> lease = tx.acquire(holder, time, hold);
        lease.ifPresent(taken -> {
            event(() -> "takes the lane, epoch " + taken.epoch());
            count(Happening.LANE_TAKEN);
            effects.add(() -> world.checker().laneTaken(open));
        });
        changed |= lease.isPresent();
        return lease;
    }

    @Override
    public Optional<Generation> open(Lease lease, IndexIdentity identity, long auditPosition) {
        event(() -> "opens the first generation for " + identity);
        return changing(tx.open(lease, identity, auditPosition));
    }

    @Override
    public boolean adopt(Lease lease, long generation, IndexIdentity identity, Duration hold) {
        event(() -> "adopts " + identity);
        count(Happening.ADOPTED);
        return changing(tx.adopt(lease, generation, identity, hold));
    }

    @Override
    public List<Generation> retired() {
        return tx.retired();
    }

    @Override
    public Optional<Generation> openBuild(Lease lease, String label, IndexIdentity identity) {
        Optional<Generation> build = tx.openBuild(lease, label, identity);
        build.ifPresent(opened -> {
            event(() -> "begins generation " + opened.number() + " in build " + label + ", " + identity);
            count(Happening.REBUILD_BEGUN);
        });
        return changing(build);
    }

    @Override
    public boolean markAll(long generation, boolean forced) {
        boolean done = tx.markAll(generation, forced);
        event(() -> "marks everything in generation " + generation + ": " + done);
        return changing(done);
    }

    @Override
    public boolean beginSwap(Lease lease, long generation, Duration life) {
        boolean done = tx.beginSwap(lease, generation, life);
        event(() -> "is about to swap generation " + generation + " in: " + done);
        if (done && world.storm().strikes(Knob.SWAP_KILLS)) {
            effects.add(() -> world.time().after(world.dice().between(1, 400), node::die));
        }
        return changing(done);
    }

    @Override
    public boolean bringBack(Lease lease, long generation, Duration life) {
        boolean done = tx.bringBack(lease, generation, life);
        event(() -> "is about to bring generation " + generation + " back: " + done);
        return changing(done);
    }

    @Override
    public boolean retire(Lease lease, long generation) {
        boolean done = tx.retire(lease, generation);
        event(() -> "keeps generation " + generation + " where it stands: " + done);
        return changing(done);
    }

    @Override
    public boolean endSwap(Lease lease, long generation, boolean settled) {
        boolean done = tx.endSwap(lease, generation, settled);
        event(() -> "has not swapped generation " + generation + " in" + (settled ? "" : " yet") + ": " + done);
        return changing(done);
    }

    @Override
    public boolean swappedIn(Lease lease, long generation, Duration hold) {
        boolean done = tx.swappedIn(lease, generation, hold);
        event(() -> "sees that generation " + generation + " is live: " + done);
        return changing(done);
    }

    @Override
    public boolean swappedBack(Lease lease, long retired, Duration life, Duration hold) {
        boolean done = tx.swappedBack(lease, retired, life, hold);
        event(() -> "sees that generation " + retired + " is live again: " + done);
        // Everything is marked in these two. A build that was begun since was told nothing, and is counted before it is
        // live.
        if (done && tx.generations().size() <= 2) {
            effects.add(world.checker()::markedAll);
        }
        return changing(done);
    }

    @Override
    public boolean forget(Lease lease, long generation) {
        boolean done = tx.forget(lease, generation);
        event(() -> "forgets generation " + generation + ": " + done);
        return changing(done);
    }

    @Override
    public void mark(Collection<ProductKey> keys, Reason reason, boolean forced) {
        note(() -> "marks " + reason + (forced ? " forced" : ""), () -> keys);
        tx.mark(keys, reason, forced);
        effects.add(() -> world.checker().marked(keys));
        if (reason == Reason.AUDIT) {
            effects.add(() -> world.checker().foundByAudit(keys));
        }
        changed = true;
    }

    @Override
    public void mark(Collection<Intake.Hint> hints) {
        List<ProductKey> keys = hints.stream().map(Intake.Hint::product).toList();
        note(() -> "marks what a feed named", () -> keys);
        tx.mark(hints);
        effects.add(() -> world.checker().marked(keys));
        changed = true;
    }

    @Override
    public void markAll(boolean forced) {
        event(() -> "marks everything" + (forced ? ", forced" : ""));
        count(forced ? Happening.ALL_MARKED_FORCED : Happening.ALL_MARKED);
        tx.markAll(forced);
        effects.add(world.checker()::markedAll);
        changed = true;
    }

    @Override
    public Optional<Claim> claim(Lease lease, long generation, String batchId, int limit) {
        Optional<Claim> claim = tx.claim(lease, generation, batchId, limit);
        claim.ifPresent(this::noteClaim);
        return claim;
    }

    @Override
    public Optional<Claim> claimOnly(Lease lease, long generation, String batchId, int limit, Reason reason) {
        Optional<Claim> claim = tx.claimOnly(lease, generation, batchId, limit, reason);
        claim.ifPresent(this::noteClaim);
        return claim;
    }

    @Override
    public Optional<Claim> claimFrontier(Lease lease, Generation seen, String batchId, KeyPage page) {
        Optional<Claim> claim = tx.claimFrontier(lease, seen, batchId, page);
        claim.ifPresent(this::noteClaim);
        return changing(claim);
    }

    private void noteClaim(Claim claim) {
        claimed = true;
        effects.add(() -> world.checker().claimed(claim));
        note(() -> "claims batch " + claim.batchId() + " " + tokens(claim), () -> keys(claim));
    }

    private static List<String> tokens(Claim claim) {
        return claim.items().stream()
                .map(item -> item.key() + ":" + item.token() + (item.forced() ? "!" : ""))
                .toList();
    }

    @Override
    public boolean submitted(Lease lease, Claim claim, Collection<Long> positions) {
        boolean done = tx.submitted(lease, claim, positions);
        note(() -> "enters positions " + positions + " of batch " + claim.batchId() + ": " + done, () -> keys(claim));
        return done;
    }

    @Override
    public boolean confirm(
            Lease lease, Claim claim, Map<ProductKey, Refusal> refused, Map<ProductKey, Instant> rechecks) {
        boolean done = tx.confirm(lease, claim, refused, rechecks);
        note(
                () -> "confirms batch " + claim.batchId() + ": " + done
                        + (refused.isEmpty() ? "" : ", refused " + refused.keySet())
                        + (rechecks.isEmpty() ? "" : ", looks again " + rechecks),
                () -> keys(claim));
        if (done) {
            count(Happening.CONFIRMED);
            effects.add(() -> world.checker().refused(claim, refused.keySet()));
        }
        return changing(done);
    }

    @Override
    public int markTimed(Lease lease, long generation, int limit) {
        int marked = tx.markTimed(lease, generation, limit);
        if (marked > 0) {
            event(() -> "marks " + marked + " products whose time has come");
            count(Happening.TIME_CAME);
            changed = true;
        }
        return marked;
    }

    @Override
    public boolean fail(Lease lease, Claim claim, Duration retryAfter, int splitLimit) {
        boolean done = tx.fail(lease, claim, retryAfter, splitLimit);
        note(() -> "fails batch " + claim.batchId() + ", split " + splitLimit + ": " + done, () -> keys(claim));
        count(Happening.FAILED);
        return changing(done);
    }

    @Override
    public boolean suspect(Lease lease, Claim claim, Duration hold) {
        boolean done = tx.suspect(lease, claim, hold);
        note(() -> "suspects batch " + claim.batchId() + ": " + done, () -> keys(claim));
        count(Happening.SUSPECTED);
        return changing(done);
    }

    @Override
    public void oweWalk() {
        event(() -> "owes a walk");
        tx.oweWalk();
        changed = true;
    }

    @Override
    public boolean walked(Lease lease, long generation, long owedWalk) {
        boolean done = tx.walked(lease, generation, owedWalk);
        event(() -> "has walked the index: " + done);
        count(Happening.INDEX_WALKED);
        return changing(done);
    }

    @Override
    public void markBatch(String batchId) {
        event(() -> "finds suspect batch " + batchId + " applied");
        count(Happening.LATE_WRITE_FOUND);
        tx.markBatch(batchId);
        changed = true;
    }

    @Override
    public boolean auditTo(Lease lease, long from, long to, Collection<String> seen) {
        boolean done = tx.auditTo(lease, from, to, seen);
        event(() -> "audits from " + from + " to " + to + ": " + done);
        return changing(done);
    }

    // --- the rest ---------------------------------------------------------------------------------------------------

    @Override
    public <T> @Nullable T unwrap(Class<T> type) {
        return type == LogFeed.Effects.class ? type.cast((LogFeed.Effects) effects::add) : tx.unwrap(type);
    }

    @Override
    public Instant now() {
        return tx.now();
    }

    @Override
    public boolean renew(Lease lease, Duration time) {
        renewed = true;
        return tx.renew(lease, time);
    }

    @Override
    public boolean release(Lease lease) {
        return tx.release(lease);
    }

    @Override
    public Optional<Lease> holder() {
        return tx.holder();
    }

    @Override
    public Optional<Instant> heldUntil() {
        return tx.heldUntil();
    }

    @Override
    public List<Generation> generations() {
        return tx.generations();
    }

    @Override
    public long auditPosition() {
        return tx.auditPosition();
    }

    @Override
    public Map<String, BatchRecord> batches(Collection<String> ids) {
        return tx.batches(ids);
    }

    @Override
    public Optional<String> cursor(String feed) {
        return tx.cursor(feed);
    }

    @Override
    public void saveCursor(String feed, String cursor) {
        tx.saveCursor(feed, cursor);
        if (feed.equals(REBUILT)) {
            event(() -> "ends a rebuild: " + cursor);
            if (cursor.contains("|CANCELLED|")) {
                count(Happening.REBUILD_CANCELLED);
            } else if (cursor.contains("|ROLLED_BACK|")) {
                count(Happening.BROUGHT_BACK);
            }
        }
        if (feed.equals(BRAKE) && cursor.contains("/")) {
            event(() -> "holds deletions back: " + cursor);
            count(Happening.DELETION_HELD_BACK);
        }
        if (feed.equals(LogFeed.NAME) && !cursor.isEmpty()) {
            effects.add(() -> world.shop().gapIsKnown(Long.parseLong(cursor)));
        }
    }

    @Override
    public Map<ProductKey, Standing> standing(Collection<ProductKey> keys) {
        return tx.standing(keys);
    }

    @Override
    public Backlog backlog() {
        return tx.backlog();
    }

    @Override
    public Backlog backlogOf(long generation) {
        return tx.backlogOf(generation);
    }

    @Override
    public long marked(long most) {
        return tx.marked(most);
    }

    @Override
    public Map<ProductKey, Refusal> quarantine(int limit) {
        return tx.quarantine(limit);
    }
}
