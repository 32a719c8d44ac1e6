package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Backlog;
import dev.stocktake.Claim;
import dev.stocktake.Fingerprint;
import dev.stocktake.Generation;
import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.Refusal;
import dev.stocktake.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Of {@link LedgerContract}: marks. */
abstract class LedgerMarkContract extends LedgerLaneContract {

    static final Refusal REFUSAL =
            new Refusal("field 'price' is not a number", new Fingerprint("0123456789abcdef0123456789abcdef"));

    @Test
    void remembersAMark() {
        lane();
        Instant before = tx(LedgerTransaction::now);
        change(A);

        Standing standing = standing(A);

        assertThat(standing.marked()).isTrue();
        assertThat(standing.inFlight()).isFalse();
        assertThat(standing.suspect()).isFalse();
        assertThat(standing.reason()).isEqualTo(Reason.CHANGE);
        assertThat(standing.since()).isBetween(before.minusMillis(1), tx(LedgerTransaction::now));
        assertThat(standing.attempts()).isZero();
        assertThat(standing.notBefore()).isNull();
        assertThat(standing.quarantine()).isNull();
    }

    @Test
    void answersForEveryProductItIsAskedFor() {
        lane();
        change(A);

        Map<ProductKey, Standing> standings = tx(tx -> tx.standing(List.of(A, B)));

        assertThat(standings).containsOnlyKeys(A, B);
        assertThat(standings.get(B)).isEqualTo(Standing.unmarked(false));
    }

    @Test
    void keepsTheMoreUrgentOfTwoReasons() {
        lane();
        mark(Reason.CHANGE, A, B);
        mark(Reason.SWEEP, A);
        mark(Reason.DEMAND, B);

        assertThat(standing(A).reason()).isEqualTo(Reason.CHANGE);
        assertThat(standing(B).reason()).isEqualTo(Reason.DEMAND);
    }

    @Test
    void staysSuspectWhenItIsMarkedWithoutForce() {
        lane();
        in(tx -> tx.mark(List.of(A), Reason.CHANGE, true));
        change(A);
        change(B);
        in(tx -> tx.mark(List.of(B), Reason.CHANGE, true));

        assertThat(standing(A).suspect()).isTrue();
        assertThat(standing(B).suspect()).isTrue();
    }

    @Test
    void keepsTheTimeOfTheFirstMark() {
        needs(Capability.CLOCK_CONTROL);
        lane();
        change(A);
        Instant first = standing(A).since();
        advance(Duration.ofMinutes(5));
        mark(Reason.DEMAND, A);

        assertThat(standing(A).since()).isEqualTo(first);
    }

    @Test
    void givesEveryMarkAnotherToken() {
        Lease lease = lane();
        change(A);
        Claim first = claim(lease);
        change(A);
        fail(lease, first);
        Claim second = claim(lease);

        assertThat(item(first, A).token()).isNotZero();
        assertThat(item(second, A).token())
                .isNotZero()
                .isNotEqualTo(item(first, A).token());
    }

    @Test
    void makesAPutOffProductDueAgain() {
        Lease lease = lane();
        change(A);
        Claim claim = claim(lease);
        in(tx -> tx.fail(lease, claim, AN_HOUR, 0));
        assertThat(tryClaim(lease, 10)).isEmpty();
        change(A);

        assertThat(keys(claim(lease))).containsExactly(A);
    }

    @Test
    void keepsMarksBeyondTheFrontier() {
        Lease lease = laneAtTheStart();
        claimPage(lease, false, A);
        change(C);

        assertThat(standing(C).marked()).isTrue();
        assertThat(keys(claim(lease))).containsExactly(C);
    }

    @Test
    void marksNothingWhenGivenNothing() {
        lane();
        in(tx -> tx.mark(List.of(), Reason.CHANGE, true));

        assertThat(backlog().marked()).isZero();
    }

    @Test
    void marksAProductOnceHoweverOftenItIsNamed() {
        lane();
        in(tx -> tx.mark(List.of(A, B, A, A), Reason.CHANGE, false));

        assertThat(backlog().marked()).isEqualTo(2);
    }

    @Test
    void marksThousandsAtOnce() {
        Lease lease = lane();
        List<ProductKey> keys = many(5_000);
        in(tx -> tx.mark(keys, Reason.CHANGE, false));
        in(tx -> tx.mark(keys, Reason.AUDIT, true));

        assertThat(backlog().marked()).isEqualTo(5_000);
        Claim claim = tryClaim(lease, 5_000).orElseThrow();
        assertThat(keys(claim)).containsExactlyInAnyOrderElementsOf(keys);
        confirm(lease, claim);
        assertThat(backlog().marked()).isZero();
    }

    @Test
    void tellsAwkwardKeysApart() {
        Lease lease = lane();
        List<ProductKey> awkward = AwkwardKeys.all();
        in(tx -> tx.mark(awkward, Reason.CHANGE, false));
        for (int i = 0; i < awkward.size(); i += 2) {
            ProductKey key = awkward.get(i);
            in(tx -> tx.mark(List.of(key), Reason.CHANGE, true));
        }

        Map<ProductKey, Standing> standings = tx(tx -> tx.standing(awkward));

        assertThat(standings).containsOnlyKeys(awkward);
        for (int i = 0; i < awkward.size(); i++) {
            assertThat(standing(awkward.get(i)).suspect())
                    .as(awkward.get(i).value())
                    .isEqualTo(i % 2 == 0);
        }
        assertThat(keys(claim(lease))).containsExactlyInAnyOrderElementsOf(awkward);
    }

    // --- quarantine
    // ---------------------------------------------------------------------------------------------------

    @Test
    void liftsAQuarantineAndRemembersWhatWasRefused() {
        Lease lease = lane();
        quarantine(lease, A);
        change(A);

        assertThat(standing(A).refusal()).isEmpty();
        assertThat(quarantined(10)).isEmpty();
        assertThat(item(claim(lease), A).refused()).isEqualTo(REFUSAL);
    }

    @Test
    void triesAloneWhatCameOutOfQuarantine() {
        Lease lease = lane();
        quarantine(lease, B);
        change(A, B, C);
        List<List<ProductKey>> claims = new ArrayList<>();
        tryClaim(lease, 10).ifPresent(claim -> claims.add(keys(claim)));
        tryClaim(lease, 10).ifPresent(claim -> claims.add(keys(claim)));

        assertThat(claims).hasSize(2).contains(List.of(B));
        assertThat(tryClaim(lease, 10)).isEmpty();
    }

    @Test
    void listsTheQuarantined() {
        Lease lease = lane();
        quarantine(lease, A);
        quarantine(lease, B);
        change(C);

        assertThat(quarantined(10)).isEqualTo(Map.of(A, REFUSAL, B, REFUSAL));
        assertThat(quarantined(1)).hasSize(1);
        assertThat(standing(A).quarantine()).isEqualTo(REFUSAL);
        assertThat(standing(A).settled()).isFalse();
    }

    @Test
    void remembersARefusalWithoutAFingerprintAndInManyWords() {
        Lease lease = lane();
        change(A);
        Claim claim = claim(lease);
        Refusal wordy = new Refusal("Größe 🦆 " + "far too long ".repeat(400), null);
        assertThat(done(tx -> tx.confirm(lease, claim, Map.of(A, wordy)))).isTrue();

        assertThat(quarantined(1)).hasEntrySatisfying(A, remembered -> {
            assertThat(remembered.fingerprint()).isNull();
            assertThat(remembered.reason()).startsWith("Größe 🦆 far too long");
        });
    }

    @Test
    void neverClaimsTheQuarantined() {
        Lease lease = lane();
        quarantine(lease, A);

        assertThat(tryClaim(lease, 10)).isEmpty();
    }

    final void quarantine(Lease lease, ProductKey key) {
        in(tx -> tx.mark(List.of(key), Reason.DEMAND, false));
        Claim claim = tryClaim(lease, 1).orElseThrow();
        assertThat(keys(claim)).containsExactly(key);
        assertThat(done(tx -> tx.confirm(lease, claim, Map.of(key, REFUSAL)))).isTrue();
    }

    // --- everything
    // ---------------------------------------------------------------------------------------------------

    @Test
    void marksEverythingWithoutWritingRows() {
        lane();
        in(tx -> tx.markAll(false));

        assertThat(live().frontier()).isEqualTo(new Generation.Frontier(null, false, false));
        assertThat(live().owedWalk()).isNotZero();
        assertThat(backlog().marked()).isZero();
    }

    @Test
    void owesAnotherWalkEachTimeEverythingIsMarked() {
        laneAtTheStart();
        long first = live().owedWalk();
        in(tx -> tx.markAll(false));
        long second = live().owedWalk();
        in(tx -> tx.markAll(false));

        assertThat(second).isNotZero().isNotEqualTo(first);
        assertThat(live().owedWalk()).isNotZero().isNotEqualTo(second);
    }

    @Test
    void marksTheRowsThatAreThereWhenEverythingIsMarked() {
        Lease lease = lane();
        change(A);
        Claim claim = claim(lease);
        in(tx -> tx.mark(List.of(B), Reason.DEMAND, false));

        in(tx -> tx.markAll(true));
        confirm(lease, claim);

        assertThat(standing(A).marked()).as("marked anew while in flight").isTrue();
        assertThat(standing(A).suspect()).isTrue();
        assertThat(standing(B).suspect()).isTrue();
        assertThat(standing(B).reason()).isEqualTo(Reason.DEMAND);
    }

    @Test
    void liftsQuarantinesWhenEverythingIsMarked() {
        Lease lease = lane();
        quarantine(lease, A);
        in(tx -> tx.markAll(false));

        assertThat(standing(A).refusal()).isEmpty();
        assertThat(standing(A).marked()).isTrue();
    }

    @Test
    void marksNoRowForcedWhenEverythingIsMarkedWithoutForce() {
        lane();
        change(A);
        in(tx -> tx.markAll(false));

        assertThat(standing(A).suspect()).isFalse();
        assertThat(live().frontier().forced()).isFalse();
    }

    @Test
    void keepsTheForceOfAWalkThatHadNotEnded() {
        Lease lease = lane();
        in(tx -> tx.markAll(true));
        claimPage(lease, false, A);
        in(tx -> tx.markAll(false));

        assertThat(live().frontier()).isEqualTo(new Generation.Frontier(null, false, true));
    }

    @Test
    void forgetsTheForceOfAWalkThatHadEnded() {
        Lease lease = lane();
        in(tx -> tx.markAll(true));
        claimPage(lease, true, A);
        in(tx -> tx.markAll(false));

        assertThat(live().frontier()).isEqualTo(new Generation.Frontier(null, false, false));
    }

    // --- the backlog
    // --------------------------------------------------------------------------------------------------

    @Test
    void countsWhatIsNotYetTrue() {
        Lease lease = lane();
        quarantine(lease, D);
        in(tx -> tx.mark(List.of(B), Reason.CHANGE, true));
        mark(Reason.DEMAND, A);
        Claim claim = tryClaim(lease, 1).orElseThrow();
        assertThat(keys(claim)).containsExactly(A);
        change(C);

        Backlog backlog = backlog();

        assertThat(backlog.marked()).isEqualTo(3);
        assertThat(backlog.due()).isEqualTo(2);
        assertThat(backlog.suspect()).isEqualTo(1);
        assertThat(backlog.quarantined()).isEqualTo(1);
        assertThat(backlog.inFlight()).isEqualTo(1);
        assertThat(backlog.openBatches()).isEqualTo(1);
        assertThat(backlog.nextDue()).isNull();
        assertThat(backlog.oldest()).isEqualTo(standing(B).since());
    }

    @Test
    void countsNothingWhenAllIsTrue() {
        lane();

        Backlog backlog = backlog();

        assertThat(backlog).isEqualTo(new Backlog(0, 0, 0, 0, 0, 0, null, null, backlog.now()));
    }

    @Test
    void tellsWhenTheNextPutOffProductIsDue() {
        Lease lease = lane();
        change(A);
        Claim claim = claim(lease);
        Instant before = tx(LedgerTransaction::now);
        in(tx -> tx.fail(lease, claim, AN_HOUR, 0));

        Backlog backlog = backlog();

        assertThat(backlog.due()).isZero();
        assertThat(backlog.marked()).isEqualTo(1);
        assertThat(backlog.nextDue())
                .isBetween(before.plus(AN_HOUR).minusMillis(1), backlog.now().plus(AN_HOUR));
        assertThat(standing(A).notBefore()).isEqualTo(backlog.nextDue());
    }

    @Test
    void tellsTheAgeOfTheOldestMark() {
        needs(Capability.CLOCK_CONTROL);
        lane();
        change(A);
        advance(Duration.ofMinutes(7));
        change(B);
        advance(Duration.ofMinutes(3));

        assertThat(backlog().oldestAge()).contains(Duration.ofMinutes(10));
    }
}
