package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares everything again and again, so slowly that it harms nobody and so fast that no product waits longer than the bound
 * (R14). Goes on where it stood after a restart or in another instance, and knows what it achieved.
 *
 * <p>Belongs to the lane, like its thread.
 */
final class RollingAudit {

    private static final String CURSOR = "stocktake.audit";
    private static final Logger log = LoggerFactory.getLogger(Stocktake.class);

    /** A pass takes this part of the bound; the rest is for bad days. */
    private static final double PASS = 0.8;

    /** The comparison of the products takes this part of it. */
    private static final double PRODUCTS = 0.7;

    /** What waits longer than this part of it waits no longer. */
    private static final double HURRY = 0.9;

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Ports ports;
    private final Surroundings around;
    private final AuditPass.Maker passes;
    private @Nullable Duration bound;
    private @Nullable AuditState state;
    private Checkpoints checkpoints;
    private @Nullable AuditPass pass;
    private volatile Instant due = Instant.MIN;
    private @Nullable Entered entered;

    /** What a transaction came to, if it is committed. */
    private record Entered(AuditState state, Checkpoints checkpoints, Duration rest) {}

    RollingAudit(Ports ports, Surroundings around, AuditPass.Maker passes) {
        this.ports = ports;
        this.around = around;
        this.passes = passes;
        this.checkpoints = Checkpoints.since(ports.source()::compare, null);
    }

    private static @Nullable AuditState load(LedgerTransaction tx) {
        return tx.cursor(CURSOR).map(AuditState::parse).orElse(null);
    }

    /** How well the index is audited; null if it never was. */
    static @Nullable AuditStatus status(LedgerTransaction tx) {
        AuditState state = load(tx);
        DriftTotals drift = DriftTotals.load(tx);
        if (state == null) {
            return drift.isEmpty() ? null : new AuditStatus(null, null, null, drift.kinds(), drift.unseenBy());
        }
        return new AuditStatus(state.bound(), state.achieved(tx.now()), state.ended(), drift.kinds(), drift.unseenBy());
    }

    /** The lane begins anew, perhaps after another instance. */
    void open() {
        Found found = ports.inLedger(tx -> new Found(load(tx), tx.now()));
        AuditState before = state;
        Checkpoints known = checkpoints;
        become(found.state());
        if (found.state() != null) {
            boolean nobodyElse =
                    before != null && before.text().equals(found.state().text());
            checkpoints = nobodyElse ? known : checkpoints;
            due = around.clock().instant().plus(rest(found.state(), found.now()));
        }
    }

    private record Found(@Nullable AuditState state, Instant now) {}

    private void become(@Nullable AuditState known) {
        pass = null;
        state = known;
        checkpoints = known == null ? Checkpoints.since(ports.source()::compare, null) : checkpoints(known);
        due = Instant.MIN;
    }

    /** When which page was compared is not saved: whatever the pass has behind it may be as old as its beginning. */
    private Checkpoints checkpoints(AuditState known) {
        Checkpoints before = Checkpoints.since(ports.source()::compare, known.compared());
        ProductKey after = known.after();
        return after == null ? before : before.takenUp(after, known.started());
    }

    /** From now on every product is to be compared within this time. */
    void within(Duration time) {
        if (!time.equals(bound) && state != null && !time.equals(state.bound())) {
            due = Instant.MIN;
        }
        bound = time;
    }

    boolean due() {
        return bound != null && !around.clock().instant().isBefore(due);
    }

    /** How long until the next page is due. */
    Duration untilDue() {
        Instant at = due;
        Instant now = around.clock().instant();
        return at.isAfter(now) ? Duration.between(now, at) : Duration.ZERO;
    }

    /** Whether claims must wait, so that the index's listing does not move. */
    boolean holdsClaims() {
        return pass != null && pass.holdsClaims();
    }

    /** Lets claims wait for the listing of the index. */
    void holdClaims() {
        if (pass != null) {
            pass.holdClaims();
        }
    }

    /** Claims wait no longer. */
    void letClaimsGo() {
        if (pass != null) {
            pass.letClaimsGo();
        }
    }

    /** We wrote ourselves while claims waited for a listing: it would come to nothing. */
    void disturbed() {
        if (pass != null) {
            pass.disturbed();
        }
    }

    /** Whether the next step lists the index, which must not be written meanwhile. */
    boolean lists() {
        return pass != null && pass.lists();
    }

    // --- a step -----------------------------------------------------------------------------------------------------

    /** Compares the page that is due. */
    AuditPass.Step step(Lease lease, Findings findings) {
        AuditState now = current(lease);
        AuditPass current = pass;
        if (current == null) {
            current = passes.make(now.passes(), findings);
            current.resume(now.after());
            pass = current;
        }
        current.tell(findings);
        entered = null;
        AuditPass.Step step = current.step(this::enter);
        Entered done = entered;
        if (done != null && step != AuditPass.Step.DEPOSED) {
            state = done.state();
            checkpoints = done.checkpoints();
            due = around.clock().instant().plus(done.rest());
        }
        if (step == AuditPass.Step.OVER) {
            over(lease, current);
        } else if (step == AuditPass.Step.ANOTHER_INDEX) {
            due = around.clock().instant().plus(PAUSE);
        } else if (current.comparedAll()) {
            due = Instant.MIN;
        }
        return step;
    }

    /** The state in which the next page is compared: a new pass if the last one is over. */
    private AuditState current(Lease lease) {
        AuditState known = state;
        Duration wanted = bound;
        if (known != null && pass != null && Objects.equals(wanted, known.bound())) {
            return known;
        }
        boolean begins = pass == null && known != null && known.isOver();
        long documents = known == null ? passes.size() : 0;
        return save(lease, tx -> {
            AuditState next = known == null ? AuditState.fresh(tx.now(), documents) : known;
            return (begins ? next.begin(tx.now()) : next).within(wanted);
        });
    }

    private void enter(LedgerTransaction tx, Instant began, KeyPage page) {
        Checkpoints passed = checkpoints.passed(page, began);
        AuditState next = Objects.requireNonNull(state).page(page, passed.oldest());
        tx.saveCursor(CURSOR, next.text());
        entered = new Entered(next, passed, rest(next, tx.now()));
    }

    /** The part of the products that is done shall be the part of the time that is over. */
    private static Duration rest(AuditState next, Instant now) {
        Duration time = next.bound();
        if (time == null) {
            return Duration.ZERO;
        }
        Instant oldest = next.oldest();
        boolean hurries = oldest != null && oldest.plus(part(time, HURRY)).isBefore(now);
        if (hurries || next.products() == 0) {
            return Duration.ZERO;
        }
        double done = (double) next.done() / Math.max(next.products(), next.done());
        Instant target = next.started().plus(next.isOver() ? interval(next, time) : part(time, PRODUCTS * done));
        return target.isAfter(now) ? Duration.between(now, target) : Duration.ZERO;
    }

    /** From one pass to the next: after a short one soon, as the next takes its time for the last product, too. */
    private static Duration interval(AuditState over, Duration time) {
        Duration taken = Duration.between(over.started(), Objects.requireNonNull(over.ended()));
        Duration soon = taken.plus(part(time, PASS - PRODUCTS));
        Duration longest = part(time, PASS);
        return soon.compareTo(longest) < 0 ? soon : longest;
    }

    private static Duration part(Duration time, double part) {
        return Duration.ofMillis((long) (time.toMillis() * part));
    }

    private void over(Lease lease, AuditPass ended) {
        AuditState before = Objects.requireNonNull(state);
        AuditState after = save(lease, tx -> before.over(tx.now(), ended.listedSince()));
        pass = null;
        due = around.clock().instant().plus(rest(after, Objects.requireNonNull(after.ended())));
    }

    private AuditState save(Lease lease, Function<LedgerTransaction, AuditState> change) {
        AuditState saved = ports.inLedger(tx -> {
            AuditState next = change.apply(tx);
            if (passes.entitled(tx, lease)) {
                tx.saveCursor(CURSOR, next.text());
            }
            return next;
        });
        state = saved;
        return saved;
    }

    // --- what others compared ---------------------------------------------------------------------------------------

    /** A pass of somebody who asked for one compared everything. */
    void compared(Lease lease, AuditPass whole) {
        Instant since = Objects.requireNonNull(whole.since());
        AuditState known = state;
        become(save(
                lease,
                tx -> (known == null ? AuditState.fresh(tx.now(), 0) : known)
                        .everythingCompared(since, tx.now())
                        .over(tx.now(), whole.listedSince())));
    }

    /** A walk over all products that began then has compared everything, if anybody wants to know. */
    void walkedProducts(Lease lease, Instant since) {
        AuditState known = state;
        if (known != null) {
            become(save(lease, tx -> known.everythingCompared(since, tx.now())));
        }
    }

    /** A walk over the index's ids that began then has gone through. */
    void walkedIndex(Lease lease, Instant since) {
        AuditState known = state;
        if (known != null) {
            save(lease, tx -> known.listed(since));
        }
    }

    // --- does the bound hold? ---------------------------------------------------------------------------------------

    /** Says so once when it does not, once when it does again, and to every run meanwhile. */
    void judge(Lease lease, Run run) {
        AuditState known = state;
        Duration wanted = bound;
        if (known == null || wanted == null) {
            return;
        }
        Instant now = ports.inLedger(LedgerTransaction::now);
        AuditState judged = known.within(wanted);
        boolean misses = judged.misses(now);
        if (misses) {
            run.problem(sentence(judged, now));
        }
        if (misses != known.late()) {
            save(lease, tx -> judged.late(misses));
            if (misses) {
                log.warn("{}", sentence(judged, now));
            } else {
                log.info("Index '{}': every product was compared within {} again", ports.name(), wanted);
            }
        }
    }

    private String sentence(AuditState judged, Instant now) {
        Duration achieved = judged.achieved(now);
        return "Index '" + ports.name() + "' cannot be audited within " + judged.bound() + ": "
                + (achieved == null
                        ? "not every product has been compared yet"
                        : "the oldest comparison is " + achieved + " old")
                + "; the database or the index is too slow or was down. Give the audit more time, or the two more power";
    }
}
