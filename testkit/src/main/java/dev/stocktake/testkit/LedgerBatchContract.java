package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.BatchRecord;
import dev.stocktake.Claim;
import dev.stocktake.Generation;
import dev.stocktake.KeyPage;
import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Of {@link LedgerContract}: how batches end. */
abstract class LedgerBatchContract extends LedgerClaimContract {

    // --- submitted
    // ----------------------------------------------------------------------------------------------------

    @Test
    void remembersWhereTheWritesOfABatchStand() {
        Lease lease = lane();
        change(A);
        Claim claim = claim(lease);
        assertThat(done(tx -> tx.submitted(lease, claim, List.of(4L, 7L)))).isTrue();
        assertThat(done(tx -> tx.submitted(lease, claim, List.of(7L, 9L)))).isTrue();

        assertThat(record(claim).positions()).containsExactlyInAnyOrder(4L, 7L, 9L);
        assertThat(record(claim).state()).isEqualTo(BatchRecord.State.OPEN);
    }

    @Test
    void addsNoPositionToABatchThatIsClosed() {
        Lease lease = lane();
        change(A);
        Claim claim = claim(lease);
        suspect(lease, claim, NO_HOLD);

        assertThat(done(tx -> tx.submitted(lease, claim, List.of(4L)))).isFalse();
        assertThat(record(claim).positions()).isEmpty();
    }

    private BatchRecord record(Claim claim) {
        BatchRecord record = tx(tx -> tx.batches(List.of(claim.batchId()))).get(claim.batchId());
        if (record == null) {
            throw new AssertionError("Batch '" + claim.batchId() + "' should be remembered");
        }
        return record;
    }

    // --- confirm
    // ------------------------------------------------------------------------------------------------------

    @Test
    void forgetsTheMarksOfAConfirmedBatch() {
        Lease lease = lane();
        change(A, B);
        confirm(lease, claim(lease));

        assertThat(standing(A).settled()).isTrue();
        assertThat(standing(B).settled()).isTrue();
        assertThat(backlog().openBatches()).isZero();
    }

    @Test
    void keepsAMarkThatWasMadeBetweenClaimAndConfirm() {
        Lease lease = lane();
        change(A, B);
        Claim claim = claim(lease);
        change(A);
        confirm(lease, claim);

        assertThat(standing(A).marked()).isTrue();
        assertThat(standing(A).inFlight()).isFalse();
        assertThat(standing(B).settled()).isTrue();
        assertThat(keys(claim(lease))).containsExactly(A);
    }

    @Test
    void keepsAMarkThatWasMadeWhileAProductOfTheFrontierWasInFlight() {
        Lease lease = laneAtTheStart();
        Claim claim = claimPage(lease, true, A, B);
        change(A);
        confirm(lease, claim);

        assertThat(standing(A).marked()).isTrue();
        assertThat(standing(B).settled()).isTrue();
    }

    @Test
    void confirmsABatchOnce() {
        Lease lease = lane();
        change(A);
        Claim claim = claim(lease);
        confirm(lease, claim);
        change(A);

        assertThat(done(tx -> tx.confirm(lease, claim, Map.of()))).isFalse();
        assertThat(standing(A).marked()).isTrue();
    }

    @Test
    void confirmsNothingThatBecameSuspect() {
        Lease lease = lane();
        change(A);
        Claim claim = claim(lease);
        suspect(lease, claim, NO_HOLD);

        assertThat(done(tx -> tx.confirm(lease, claim, Map.of()))).isFalse();
        assertThat(done(tx -> tx.fail(lease, claim, AN_HOUR, 1))).isFalse();
        assertThat(standing(A).marked()).isTrue();
        assertThat(standing(A).notBefore()).isNull();
    }

    @Test
    void quarantinesARefusedProduct() {
        Lease lease = lane();
        change(A, B);
        Claim claim = claim(lease);
        assertThat(done(tx -> tx.confirm(lease, claim, Map.of(A, REFUSAL)))).isTrue();

        assertThat(standing(A).quarantine()).isEqualTo(REFUSAL);
        assertThat(standing(A).settled()).isFalse();
        assertThat(standing(B).settled()).isTrue();
        assertThat(backlog().marked()).isZero();
        assertThat(backlog().quarantined()).isEqualTo(1);
    }

    @Test
    void quarantinesARefusedProductOfTheFrontier() {
        Lease lease = laneAtTheStart();
        Claim claim = claimPage(lease, true, A, B);
        assertThat(done(tx -> tx.confirm(lease, claim, Map.of(A, REFUSAL)))).isTrue();

        assertThat(quarantined(10)).isEqualTo(Map.of(A, REFUSAL));
        assertThat(standing(B).settled()).isTrue();
    }

    @Test
    void triesARefusedProductAgainIfItWasMarkedAnewMeanwhile() {
        Lease lease = laneAtTheStart();
        change(A);
        Claim marked = claim(lease);
        Claim walked = claimPage(lease, true, B);
        change(A, B);
        assertThat(done(tx -> tx.confirm(lease, marked, Map.of(A, REFUSAL)))).isTrue();
        assertThat(done(tx -> tx.confirm(lease, walked, Map.of(B, REFUSAL)))).isTrue();

        assertThat(quarantined(10)).isEmpty();
        assertThat(keys(claim(lease))).containsExactlyInAnyOrder(A, B);
    }

    // --- fail
    // ---------------------------------------------------------------------------------------------------------

    @Test
    void putsTheProductsOfAFailedBatchOff() {
        Lease lease = lane();
        change(A);
        Claim claim = claim(lease);
        in(tx -> tx.fail(lease, claim, AN_HOUR, 0));

        assertThat(standing(A).marked()).isTrue();
        assertThat(standing(A).inFlight()).isFalse();
        assertThat(standing(A).attempts()).isEqualTo(1);
        assertThat(standing(A).notBefore()).isNotNull();
        assertThat(standing(A).suspect()).isFalse();
        assertThat(tryClaim(lease, 10)).isEmpty();
    }

    @Test
    void countsAttempts() {
        Lease lease = lane();
        change(A);
        for (int attempts = 0; attempts < 3; attempts++) {
            Claim claim = claim(lease);
            assertThat(item(claim, A).attempts()).isEqualTo(attempts);
            fail(lease, claim);
        }
        assertThat(standing(A).attempts()).isEqualTo(3);
    }

    @Test
    void leavesDueWhatWasMarkedAnewDuringAFailure() {
        Lease lease = lane();
        change(A, B);
        Claim claim = claim(lease);
        change(A);
        in(tx -> tx.fail(lease, claim, AN_HOUR, 1));

        assertThat(standing(A).notBefore()).isNull();
        assertThat(standing(B).notBefore()).isNotNull();
        assertThat(keys(claim(lease))).containsExactly(A);
    }

    @Test
    void givesRowsToTheProductsOfTheFrontierWhoseBatchFailed() {
        Lease lease = laneAtTheStart();
        Claim claim = claimPage(lease, true, A, B, C);
        in(tx -> tx.fail(lease, claim, Duration.ZERO, 2));

        assertThat(standing(A).marked()).isTrue();
        assertThat(standing(A).suspect()).isFalse();
        assertThat(standing(A).reason()).isEqualTo(Reason.SWEEP);
        assertThat(standing(A).inFlight()).isFalse();
        assertThat(keys(tryClaim(lease, 10).orElseThrow())).as("split").hasSize(2);
        assertThat(keys(tryClaim(lease, 10).orElseThrow())).hasSize(1);
    }

    @Test
    void keepsTheForceOfTheFrontierThroughAFailure() {
        Lease lease = lane();
        in(tx -> tx.markAll(true));
        Claim claim = claimPage(lease, true, A, B);
        change(B);
        fail(lease, claim);

        assertThat(standing(A).suspect()).isTrue();
        assertThat(standing(B).suspect()).as("marked without force meanwhile").isTrue();
    }

    @Test
    void keepsTheSplitLimitThroughAFailureOfAnotherKind() {
        Lease lease = lane();
        change(A, B, C);
        Claim first = claim(lease);
        in(tx -> tx.fail(lease, first, Duration.ZERO, 1));
        Claim second = claim(lease);
        assertThat(second.items()).hasSize(1);
        fail(lease, second);

        assertThat(claim(lease).items()).hasSize(1);
    }

    // --- suspect
    // ------------------------------------------------------------------------------------------------------

    @Test
    void marksTheProductsOfASuspectBatchForced() {
        Lease lease = laneAtTheStart();
        Claim walked = claimPage(lease, true, A);
        change(B);
        Claim marked = claim(lease);
        in(tx -> tx.submitted(lease, marked, List.of(5L)));
        suspect(lease, walked, NO_HOLD);
        suspect(lease, marked, NO_HOLD);

        for (ProductKey key : List.of(A, B)) {
            assertThat(standing(key).marked()).isTrue();
            assertThat(standing(key).suspect()).isTrue();
            assertThat(standing(key).inFlight()).isFalse();
        }
        assertThat(standing(A).reason()).isEqualTo(Reason.SUSPECT);
        assertThat(standing(B).reason()).isEqualTo(Reason.CHANGE);
        assertThat(record(marked).state()).isEqualTo(BatchRecord.State.SUSPECT);
        assertThat(record(marked).positions()).containsExactly(5L);
        assertThat(claim(lease).items()).hasSize(2).allMatch(Claim.Item::forced);
    }

    @Test
    void staysMarkedUntilAForcedWriteIsConfirmed() {
        Lease lease = lane();
        change(A);
        suspect(lease, claim(lease), NO_HOLD);
        confirm(lease, claim(lease));

        assertThat(standing(A).settled()).isTrue();
    }

    @Test
    void keepsAHeldProductMarkedWhenABatchClaimedBeforeTheHoldEndsIsConfirmed() {
        Lease lease = lane();
        change(A);
        suspect(lease, claim(lease), AN_HOUR);
        confirm(lease, claim(lease));

        assertThat(standing(A).marked()).isTrue();
        assertThat(standing(A).suspect()).isTrue();
        assertThat(standing(A).notBefore()).isNotNull();
        assertThat(tryClaim(lease, 10)).isEmpty();
    }

    @Test
    void holdsProductsOfTheFrontierToo() {
        Lease lease = laneAtTheStart();
        suspect(lease, claimPage(lease, true, A), AN_HOUR);
        confirm(lease, claim(lease));

        assertThat(standing(A).marked()).isTrue();
    }

    @Test
    void writesAHeldProductOnceMoreWhenItsHoldEnds() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        change(A);
        suspect(lease, claim(lease), Duration.ofMinutes(10));
        advance(Duration.ofMinutes(4));
        confirm(lease, claim(lease));
        advance(Duration.ofMinutes(5));
        assertThat(tryClaim(lease, 10)).isEmpty();
        advance(Duration.ofMinutes(1));

        Claim afterTheHold = claim(lease);

        assertThat(item(afterTheHold, A).forced()).isTrue();
        confirm(lease, afterTheHold);
        assertThat(standing(A).settled()).isTrue();
    }

    @Test
    void goesByTheTimeOfTheClaimNotOfTheConfirm() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        change(A);
        suspect(lease, claim(lease), Duration.ofMinutes(10));
        Claim early = claim(lease);
        advance(Duration.ofMinutes(30));
        confirm(lease, early);

        assertThat(standing(A).marked()).isTrue();
        assertThat(keys(claim(lease))).as("due at once").containsExactly(A);
    }

    @Test
    void keepsTheLongerOfTwoHolds() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        change(A);
        suspect(lease, claim(lease), Duration.ofMinutes(30));
        suspect(lease, claim(lease), Duration.ofMinutes(5));
        advance(Duration.ofMinutes(10));
        confirm(lease, claim(lease));

        assertThat(standing(A).marked()).isTrue();
    }

    @Test
    void keepsAHoldThroughAnotherMark() {
        Lease lease = lane();
        change(A);
        suspect(lease, claim(lease), AN_HOUR);
        change(A);
        confirm(lease, claim(lease));

        assertThat(standing(A).marked()).isTrue();
    }

    // --- the owed walk
    // ------------------------------------------------------------------------------------------------

    @Test
    void ownsNoWalkAfterTheWalk() {
        Lease lease = laneAtTheStart();
        Generation live = live();
        assertThat(done(tx -> tx.walked(lease, live.number(), live.owedWalk()))).isTrue();

        assertThat(live().owedWalk()).isZero();
    }

    @Test
    void stillOwesAWalkIfEverythingWasMarkedOnTheWay() {
        Lease lease = laneAtTheStart();
        Generation begun = live();
        in(tx -> tx.markAll(false));
        long owed = live().owedWalk();

        assertThat(done(tx -> tx.walked(lease, begun.number(), begun.owedWalk())))
                .isFalse();
        assertThat(live().owedWalk()).isEqualTo(owed);
    }

    @Test
    void owesAWalkAndMarksNothing() {
        Lease lease = lane();
        Generation before = live();
        in(tx -> tx.walked(lease, before.number(), before.owedWalk()));
        change(A);
        in(LedgerTransaction::oweWalk);

        Generation owing = live();
        assertThat(owing.owedWalk()).isNotZero();
        assertThat(owing.frontier()).isEqualTo(before.frontier());
        assertThat(tx(LedgerTransaction::backlog).marked()).isEqualTo(1);
    }

    @Test
    void stillOwesAWalkIfAnotherWasOwedOnTheWay() {
        Lease lease = laneAtTheStart();
        Generation begun = live();
        in(LedgerTransaction::oweWalk);

        assertThat(done(tx -> tx.walked(lease, begun.number(), begun.owedWalk())))
                .isFalse();
        assertThat(live().owedWalk()).isNotIn(0L, begun.owedWalk());
    }

    // --- the audit
    // ----------------------------------------------------------------------------------------------------

    @Test
    void movesTheAuditPosition() {
        Lease lease = lane();
        assertThat(done(tx -> tx.auditTo(lease, 0, 12, List.of()))).isTrue();
        assertThat(auditPosition()).isEqualTo(12);
        assertThat(done(tx -> tx.auditTo(lease, 12, 12, List.of()))).isTrue();
    }

    @Test
    void movesTheAuditPositionFromNowhereElse() {
        Lease lease = lane();
        in(tx -> tx.auditTo(lease, 0, 12, List.of()));

        assertThat(done(tx -> tx.auditTo(lease, 0, 20, List.of()))).isFalse();
        assertThat(auditPosition()).isEqualTo(12);
    }

    @Test
    void movesTheAuditPositionBackWhenTheLogWasPutBack() {
        Lease lease = lane();
        in(tx -> tx.auditTo(lease, 0, 12, List.of()));

        assertThat(done(tx -> tx.auditTo(lease, 12, 3, List.of()))).isTrue();
        assertThat(auditPosition()).isEqualTo(3);
    }

    @Test
    void remembersAConfirmedBatchUntilTheAuditHasPassedItsPositions() {
        Lease lease = lane();
        Claim claim = submitted(lease, A, 5, 9);
        confirm(lease, claim);
        in(tx -> tx.auditTo(lease, 0, 8, List.of(claim.batchId())));
        assertThat(record(claim))
                .isEqualTo(new BatchRecord(
                        claim.batchId(), generation(), BatchRecord.State.CONFIRMED, java.util.Set.of(5L, 9L)));

        in(tx -> tx.auditTo(lease, 8, 9, List.of(claim.batchId())));
        assertThat(state(claim)).isNull();
    }

    @Test
    void remembersAFailedBatchUntilTheAuditHasPassedItsPositions() {
        Lease lease = lane();
        Claim claim = submitted(lease, A, 5);
        fail(lease, claim);
        assertThat(state(claim)).isEqualTo(BatchRecord.State.FAILED);

        in(tx -> tx.auditTo(lease, 0, 5, List.of()));
        assertThat(state(claim)).isNull();
    }

    @Test
    void remembersASuspectBatchUntilItsWriteWasSeen() {
        Lease lease = lane();
        Claim claim = submitted(lease, A, 5);
        suspect(lease, claim, NO_HOLD);
        in(tx -> tx.auditTo(lease, 0, 50, List.of("another")));
        assertThat(state(claim)).isEqualTo(BatchRecord.State.SUSPECT);

        in(tx -> tx.auditTo(lease, 50, 60, List.of(claim.batchId())));
        assertThat(state(claim)).isNull();
    }

    @Test
    void remembersASuspectBatchUntilAllOfItsKnownWritesWereSeen() {
        Lease lease = lane();
        Claim claim = submitted(lease, A, 5, 9);
        suspect(lease, claim, NO_HOLD);
        in(tx -> tx.auditTo(lease, 0, 8, List.of(claim.batchId())));
        assertThat(state(claim)).isEqualTo(BatchRecord.State.SUSPECT);

        in(tx -> tx.auditTo(lease, 8, 9, List.of(claim.batchId())));
        assertThat(state(claim)).isNull();
    }

    @Test
    void remembersAnOpenBatchWhateverTheAuditSaw() {
        Lease lease = lane();
        Claim claim = submitted(lease, A, 5);
        in(tx -> tx.auditTo(lease, 0, 50, List.of(claim.batchId())));

        assertThat(state(claim)).isEqualTo(BatchRecord.State.OPEN);
    }

    @Test
    void forgetsASuspectBatchAfterSevenDays() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        Claim claim = submitted(lease, A, 5);
        suspect(lease, claim, NO_HOLD);
        advance(Duration.ofDays(6));
        in(tx -> tx.auditTo(lease, 0, 1, List.of()));
        assertThat(state(claim)).isEqualTo(BatchRecord.State.SUSPECT);

        advance(Duration.ofDays(1).plusMinutes(1));
        in(tx -> tx.auditTo(lease, 1, 2, List.of()));
        assertThat(state(claim)).isNull();
    }

    @Test
    void marksTheProductsOfASuspectBatchAgainWhenItsWriteIsSeen() {
        Lease lease = laneAtTheStart();
        Claim late = claimPage(lease, true, A, B);
        suspect(lease, late, NO_HOLD);
        confirm(lease, claim(lease));
        assertThat(standing(A).settled()).isTrue();

        in(tx -> tx.markBatch(late.batchId()));

        assertThat(standing(A).suspect()).isTrue();
        assertThat(standing(B).suspect()).isTrue();
    }

    @Test
    void marksTheProductsOfAnOpenBatchAgain() {
        Lease lease = lane();
        change(A);
        Claim claim = claim(lease);
        in(tx -> tx.markBatch(claim.batchId()));
        confirm(lease, claim);

        assertThat(standing(A).suspect()).isTrue();
    }

    @Test
    void marksNothingForABatchItDoesNotKnow() {
        lane();
        in(tx -> tx.markBatch("unknown"));

        assertThat(backlog().marked()).isZero();
    }

    private Claim submitted(Lease lease, ProductKey key, long... positions) {
        change(key);
        Claim claim = claim(lease);
        List<Long> all = java.util.Arrays.stream(positions).boxed().toList();
        assertThat(done(tx -> tx.submitted(lease, claim, all))).isTrue();
        return claim;
    }

    // --- nothing left
    // -------------------------------------------------------------------------------------------------

    @Test
    void keepsNoRowsWhenAllIsTrue() {
        needs(Capability.COUNTED_ROWS);
        Lease lease = laneAtTheStart();
        Claim walked = claimPage(lease, true, A, B);
        in(tx -> tx.submitted(lease, walked, List.of(1L)));
        change(A, C, D);
        suspect(lease, walked, NO_HOLD);
        Claim failing = claim(lease);
        fail(lease, failing);
        Claim again = claim(lease);
        in(tx -> tx.submitted(lease, again, List.of(2L)));
        confirm(lease, again);
        assertThat(storedRows()).as("what the audit has not passed").isPositive();
        in(tx -> tx.auditTo(lease, 0, 2, List.of(walked.batchId(), again.batchId())));

        assertThat(storedRows()).isZero();
    }

    @Test
    void writesNoRowPerProductOfAWalk() {
        needs(Capability.COUNTED_ROWS);
        Lease lease = laneAtTheStart();
        long before = storedRows();
        Claim claim =
                claimPage(lease, live(), KeyPage.of(null, many(500), true)).orElseThrow();
        confirm(lease, claim);
        in(tx -> tx.auditTo(lease, 0, 1, List.of()));

        assertThat(storedRows()).isEqualTo(before);
    }
}
