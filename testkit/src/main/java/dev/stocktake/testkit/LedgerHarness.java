package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Backlog;
import dev.stocktake.BatchRecord;
import dev.stocktake.Claim;
import dev.stocktake.Generation;
import dev.stocktake.IndexIdentity;
import dev.stocktake.KeyPage;
import dev.stocktake.Lease;
import dev.stocktake.Ledger;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.Refusal;
import dev.stocktake.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the parts of {@link LedgerContract} share. */
abstract class LedgerHarness extends PortContract {

    static final String INDEX = "contract";
    static final IndexIdentity IDENTITY = new IndexIdentity("first content");
    static final Duration AN_HOUR = Duration.ofHours(1);
    static final Duration NO_HOLD = Duration.ZERO;

    static final ProductKey A = ProductKey.of("a");
    static final ProductKey B = ProductKey.of("b");
    static final ProductKey C = ProductKey.of("c");
    static final ProductKey D = ProductKey.of("d");

    private int batches;

    // --- what an adapter's test provides
    // ------------------------------------------------------------------------------

    /** The ledger under test, empty when a test begins; always the same one within a test. */
    protected abstract Ledger ledger();

    /** Moves the ledger's clock on. */
    protected void advance(Duration time) {
        throw unsupported(Capability.CLOCK_CONTROL);
    }

    /** How many rows all tables hold together, those for lanes, generations and cursors not counted. */
    protected long storedRows() {
        throw unsupported(Capability.COUNTED_ROWS);
    }

    // --- transactions
    // -------------------------------------------------------------------------------------------------

    final <T extends @Nullable Object> T tx(Function<LedgerTransaction, T> work) {
        return ledger().inTransaction(INDEX, work);
    }

    final void in(Consumer<LedgerTransaction> work) {
        ledger().<@Nullable Void>inTransaction(INDEX, tx -> {
            work.accept(tx);
            return null;
        });
    }

    final boolean done(Predicate<LedgerTransaction> work) {
        boolean done = tx(work::test);
        return done;
    }

    final <T> Optional<T> maybe(Function<LedgerTransaction, Optional<T>> work) {
        return tx(work);
    }

    final Optional<Lease> holder() {
        return tx(LedgerTransaction::holder);
    }

    final List<Generation> generations() {
        return tx(LedgerTransaction::generations);
    }

    final Backlog backlog() {
        return tx(LedgerTransaction::backlog);
    }

    final Map<ProductKey, Refusal> quarantined(int limit) {
        return tx(tx -> tx.quarantine(limit));
    }

    final long auditPosition() {
        return tx(LedgerTransaction::auditPosition);
    }

    // --- the lane and its generation
    // ----------------------------------------------------------------------------------

    final Lease acquire(String holder) {
        return tx(tx -> tx.acquire(holder, AN_HOUR, NO_HOLD)).orElseThrow();
    }

    /** A lane whose frontier stands at its start. */
    final Lease laneAtTheStart() {
        Lease lease = acquire("one");
        tx(tx -> tx.open(lease, IDENTITY, 0)).orElseThrow();
        return lease;
    }

    /** A lane whose frontier has met its end and to which no walk is owed. */
    final Lease lane() {
        Lease lease = laneAtTheStart();
        claimPage(lease, live(), KeyPage.of(null, List.of(), true)).orElseThrow();
        Generation live = live();
        assertThat(done(tx -> tx.walked(lease, live.number(), live.owedWalk()))).isTrue();
        return lease;
    }

    final Generation live() {
        return tx(LedgerTransaction::live).orElseThrow();
    }

    final long generation() {
        return live().number();
    }

    // --- short forms
    // --------------------------------------------------------------------------------------------------

    final void mark(Reason reason, ProductKey... keys) {
        in(tx -> tx.mark(Arrays.asList(keys), reason, false));
    }

    final void change(ProductKey... keys) {
        mark(Reason.CHANGE, keys);
    }

    final String nextBatch() {
        return "batch-" + ++batches;
    }

    final Optional<Claim> tryClaim(Lease lease, int limit) {
        long generation = generation();
        String id = nextBatch();
        return tx(tx -> tx.claim(lease, generation, id, limit));
    }

    final Claim claim(Lease lease) {
        return tryClaim(lease, 100).orElseThrow(() -> new AssertionError("There should be something to claim"));
    }

    /** The claim of a page that begins where the frontier stands. */
    final Claim claimPage(Lease lease, boolean end, ProductKey... keys) {
        Generation live = live();
        return claimPage(lease, live, KeyPage.of(live.frontier().after(), List.of(keys), end))
                .orElseThrow();
    }

    final Optional<Claim> claimPage(Lease lease, Generation seen, KeyPage page) {
        String id = nextBatch();
        return tx(tx -> tx.claimFrontier(lease, seen, id, page));
    }

    final void confirm(Lease lease, Claim claim) {
        assertThat(done(tx -> tx.confirm(lease, claim, Map.of()))).isTrue();
    }

    final void fail(Lease lease, Claim claim) {
        assertThat(done(tx -> tx.fail(lease, claim, Duration.ZERO, 0))).isTrue();
    }

    final void suspect(Lease lease, Claim claim, Duration hold) {
        assertThat(done(tx -> tx.suspect(lease, claim, hold))).isTrue();
    }

    final Standing standing(ProductKey key) {
        Standing standing = tx(tx -> tx.standing(List.of(key))).get(key);
        if (standing == null) {
            throw new AssertionError("There must be a standing of every product that was asked for");
        }
        return standing;
    }

    final BatchRecord.@Nullable State state(Claim claim) {
        BatchRecord record = tx(tx -> tx.batches(List.of(claim.batchId()))).get(claim.batchId());
        return record == null ? null : record.state();
    }

    static List<ProductKey> keys(Claim claim) {
        return claim.items().stream().map(Claim.Item::key).toList();
    }

    static Claim.Item item(Claim claim, ProductKey key) {
        return claim.items().stream()
                .filter(item -> item.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new AssertionError("Product '" + key + "' should be claimed by " + claim));
    }

    static List<ProductKey> many(int count) {
        List<ProductKey> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            keys.add(ProductKey.of("product-" + (100_000 + i)));
        }
        return keys;
    }
}
