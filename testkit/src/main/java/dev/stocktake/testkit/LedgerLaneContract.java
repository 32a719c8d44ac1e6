package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Backlog;
import dev.stocktake.BatchRecord;
import dev.stocktake.Claim;
import dev.stocktake.Generation;
import dev.stocktake.IndexIdentity;
import dev.stocktake.KeyPage;
import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Of {@link LedgerContract}: who may write, and for which generation. */
abstract class LedgerLaneContract extends LedgerHarness {

    // --- the lease
    // ----------------------------------------------------------------------------------------------------

    @Test
    void givesTheLaneToTheFirstWhoAsks() {
        Lease lease = acquire("one");

        assertThat(lease.index()).isEqualTo(INDEX);
        assertThat(lease.holder()).isEqualTo("one");
        assertThat(holder()).contains(lease);
    }

    @Test
    void isHeldByNobodyAtFirst() {
        assertThat(holder()).isEmpty();
    }

    @Test
    void keepsTheLaneForItsHolder() {
        Lease lease = acquire("one");

        assertThat(maybe(tx -> tx.acquire("two", AN_HOUR, NO_HOLD))).isEmpty();
        assertThat(holder()).contains(lease);
    }

    @Test
    void givesANewEpochToTheSameHolder() {
        Lease first = acquire("one");
        Lease second = acquire("one");

        assertThat(second.epoch()).isGreaterThan(first.epoch());
        assertThat(done(tx -> tx.renew(first, AN_HOUR))).isFalse();
        assertThat(done(tx -> tx.renew(second, AN_HOUR))).isTrue();
    }

    @Test
    void givesTheLaneToAnotherWhenItsTimeIsOver() {
        needs(Capability.CLOCK_CONTROL);
        Lease first = acquire("one");
        advance(AN_HOUR.plusSeconds(1));

        assertThat(holder()).isEmpty();
        Lease second = acquire("two");

        assertThat(second.epoch()).isGreaterThan(first.epoch());
        assertThat(done(tx -> tx.renew(first, AN_HOUR))).isFalse();
        assertThat(holder()).contains(second);
    }

    @Test
    void renewsALease() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = acquire("one");
        advance(Duration.ofMinutes(50));
        assertThat(done(tx -> tx.renew(lease, AN_HOUR))).isTrue();
        advance(Duration.ofMinutes(50));

        assertThat(maybe(tx -> tx.acquire("two", AN_HOUR, NO_HOLD))).isEmpty();
        assertThat(holder()).contains(lease);
    }

    @Test
    void renewsALeaseThatHasRunOutAsLongAsNobodyTookIt() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = acquire("one");
        advance(AN_HOUR.multipliedBy(3));

        assertThat(done(tx -> tx.renew(lease, AN_HOUR))).isTrue();
        assertThat(maybe(tx -> tx.acquire("two", AN_HOUR, NO_HOLD))).isEmpty();
    }

    @Test
    void tellsUntilWhenTheLaneIsHeld() {
        assertThat(heldUntil()).isEmpty();
        Lease lease = acquire("one");
        Instant until = heldUntil().orElseThrow();
        assertThat(until).isAfter(tx(LedgerTransaction::now));

        in(tx -> tx.renew(lease, AN_HOUR.multipliedBy(2)));
        assertThat(heldUntil().orElseThrow()).isAfter(until);

        in(tx -> tx.release(lease));
        assertThat(heldUntil()).isEmpty();
    }

    private Optional<Instant> heldUntil() {
        return tx(LedgerTransaction::heldUntil);
    }

    @Test
    void letsAnotherAcquireAfterARelease() {
        Lease first = acquire("one");
        assertThat(done(tx -> tx.release(first))).isTrue();

        assertThat(holder()).isEmpty();
        assertThat(acquire("two").epoch()).isGreaterThan(first.epoch());
    }

    @Test
    void keepsTheBooksOfTwoIndexesApart() {
        Lease lease = lane();
        change(A);

        boolean apart = ledger().inTransaction("other", tx -> {
            assertThat(tx.acquire("two", AN_HOUR, NO_HOLD)).isPresent();
            assertThat(tx.generations()).isEmpty();
            assertThat(tx.backlog().marked()).isZero();
            return !tx.renew(lease, AN_HOUR);
        });
        assertThat(apart).as("a lease of another index is none").isTrue();
        assertThat(standing(A).marked()).isTrue();
    }

    @Test
    void makesEveryOpenBatchSuspectWhenTheLaneIsTaken() {
        Lease old = laneAtTheStart();
        Claim walked = claimPage(old, true, A);
        change(B);
        Claim marked = claim(old);

        Lease lease = acquire("one");

        assertThat(state(walked)).isEqualTo(BatchRecord.State.SUSPECT);
        assertThat(state(marked)).isEqualTo(BatchRecord.State.SUSPECT);
        assertThat(standing(A).inFlight()).isFalse();
        assertThat(standing(B).inFlight()).isFalse();
        assertThat(claim(lease).items())
                .allMatch(Claim.Item::forced)
                .extracting(Claim.Item::key)
                .containsExactlyInAnyOrder(A, B);
    }

    @Test
    void holdsWhatBecameSuspectWhenTheLaneWasTaken() {
        Lease old = lane();
        change(A);
        claim(old);

        Lease lease = tx(tx -> tx.acquire("one", AN_HOUR, AN_HOUR)).orElseThrow();
        confirm(lease, claim(lease));

        assertThat(standing(A).marked())
                .as("a write of the former holder may still land")
                .isTrue();
    }

    /** Everything that takes a lease. */
    enum UnderLease {
        RENEW,
        RELEASE,
        OPEN,
        ADOPT,
        CLAIM,
        CLAIM_ONLY,
        CLAIM_FRONTIER,
        SUBMITTED,
        CONFIRM,
        FAIL,
        SUSPECT,
        WALKED,
        AUDIT_TO
    }

    @ParameterizedTest
    @EnumSource
    void changesNothingUnderAnOldEpoch(UnderLease action) {
        Lease old = acquire("one");
        Lease current = acquire("one");
        if (action != UnderLease.OPEN) {
            tx(tx -> tx.open(current, IDENTITY, 7)).orElseThrow();
        }
        in(tx -> tx.mark(List.of(A, B), Reason.CHANGE, false));
        Claim claim = action == UnderLease.OPEN ? new Claim("none", 1, List.of()) : claim(current);
        mark(Reason.DEMAND, C);
        Books before = books(claim);

        assertThat(done(tx -> attempt(tx, action, old, claim))).isFalse();

        assertThat(books(claim)).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void changesNothingForAnotherHolderOfTheSameEpoch(UnderLease action) {
        Lease current = acquire("one");
        if (action != UnderLease.OPEN) {
            tx(tx -> tx.open(current, IDENTITY, 7)).orElseThrow();
        }
        in(tx -> tx.mark(List.of(A, B), Reason.CHANGE, false));
        Claim claim = action == UnderLease.OPEN ? new Claim("none", 1, List.of()) : claim(current);
        mark(Reason.DEMAND, C);
        Books before = books(claim);
        Lease beforeTheBooksWereEmptied = new Lease(INDEX, "two", current.epoch());

        assertThat(done(tx -> attempt(tx, action, beforeTheBooksWereEmptied, claim)))
                .isFalse();

        assertThat(books(claim)).isEqualTo(before);
    }

    private static boolean attempt(LedgerTransaction tx, UnderLease action, Lease lease, Claim claim) {
        Generation live = tx.live().orElse(null);
        long generation = live == null ? 1 : live.number();
        return switch (action) {
            case RENEW -> tx.renew(lease, AN_HOUR.multipliedBy(2));
            case RELEASE -> tx.release(lease);
            case OPEN -> tx.open(lease, IDENTITY, 9).isPresent();
            case ADOPT -> tx.adopt(lease, generation, new IndexIdentity("other"), NO_HOLD);
            case CLAIM -> tx.claim(lease, generation, "late", 10).isPresent();
            case CLAIM_ONLY ->
                tx.claimOnly(lease, generation, "late", 10, Reason.CHANGE).isPresent();
            case CLAIM_FRONTIER ->
                live == null
                        || tx.claimFrontier(lease, live, "late", KeyPage.of(null, List.of(D), true))
                                .isPresent();
            case SUBMITTED -> tx.submitted(lease, claim, List.of(3L));
            case CONFIRM -> tx.confirm(lease, claim, Map.of());
            case FAIL -> tx.fail(lease, claim, AN_HOUR, 1);
            case SUSPECT -> tx.suspect(lease, claim, AN_HOUR);
            case WALKED -> tx.walked(lease, generation, live == null ? 0 : live.owedWalk());
            case AUDIT_TO -> tx.auditTo(lease, tx.auditPosition(), 99, List.of(claim.batchId()));
        };
    }

    private record Books(Object holder, List<Generation> generations, Object standings, Object batch, long position) {}

    private Books books(Claim claim) {
        return tx(tx -> new Books(
                tx.holder(),
                tx.generations(),
                tx.standing(List.of(A, B, C, D)),
                tx.batches(List.of(claim.batchId(), "late")),
                tx.auditPosition()));
    }

    // --- generations
    // --------------------------------------------------------------------------------------------------

    @Test
    void opensTheFirstGenerationLive() {
        Lease lease = acquire("one");

        Generation opened = tx(tx -> tx.open(lease, IDENTITY, 42)).orElseThrow();

        assertThat(opened.state()).isEqualTo(Generation.State.LIVE);
        assertThat(opened.identity()).isEqualTo(IDENTITY);
        assertThat(opened.frontier()).isEqualTo(new Generation.Frontier(null, false, false));
        assertThat(opened.owedWalk()).isNotZero();
        assertThat(generations()).containsExactly(opened);
        assertThat(maybe(LedgerTransaction::live)).contains(opened);
        assertThat(auditPosition()).isEqualTo(42);
    }

    @Test
    void opensOneLiveGenerationOnly() {
        Lease lease = laneAtTheStart();
        Generation live = live();

        assertThat(maybe(tx -> tx.open(lease, new IndexIdentity("other"), 9))).isEmpty();
        assertThat(generations()).containsExactly(live);
    }

    @Test
    void hasNothingToSayBeforeTheFirstGeneration() {
        change(A);

        assertThat(generations()).isEmpty();
        assertThat(maybe(LedgerTransaction::live)).isEmpty();
        assertThat(standing(A).settled()).isTrue();
        assertThat(quarantined(10)).isEmpty();
        Backlog backlog = backlog();
        assertThat(List.of(
                        backlog.marked(),
                        backlog.due(),
                        backlog.suspect(),
                        backlog.quarantined(),
                        backlog.inFlight(),
                        backlog.openBatches()))
                .containsOnly(0L);
    }

    @Test
    void adoptsOtherContentAndMarksEverythingForced() {
        Lease lease = lane();
        change(A, B);
        Claim claim = tryClaim(lease, 1).orElseThrow();
        IndexIdentity other = new IndexIdentity("restored content");

        assertThat(done(tx -> tx.adopt(lease, generation(tx), other, NO_HOLD))).isTrue();

        assertThat(live().identity()).isEqualTo(other);
        assertThat(live().frontier()).isEqualTo(new Generation.Frontier(null, false, true));
        assertThat(live().owedWalk()).isNotZero();
        assertThat(state(claim)).isEqualTo(BatchRecord.State.SUSPECT);
        assertThat(standing(A).suspect()).isTrue();
        assertThat(standing(B).suspect()).isTrue();
        assertThat(standing(A).inFlight()).isFalse();
    }

    @Test
    void adoptsNothingForAGenerationItDoesNotKnow() {
        Lease lease = lane();
        Generation before = live();

        assertThat(done(tx -> tx.adopt(lease, before.number() + 7, new IndexIdentity("other"), NO_HOLD)))
                .isFalse();
        assertThat(live()).isEqualTo(before);
    }

    private static long generation(LedgerTransaction tx) {
        return tx.live().orElseThrow().number();
    }
}
