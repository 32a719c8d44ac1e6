package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Backlog;
import dev.stocktake.Claim;
import dev.stocktake.Fingerprint;
import dev.stocktake.Generation;
import dev.stocktake.Intake;
import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.Refusal;
import dev.stocktake.Standing;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
    void countsNoFurtherThanItIsAsked() {
        assertThat(this.<Long>tx(tx -> tx.marked(10))).as("before the first").isZero();
        Lease lease = lane();
        in(tx -> tx.mark(List.of(A, B, C), Reason.CHANGE, false));
        Claim claim = tryClaim(lease, 1).orElseThrow();
        in(tx -> tx.fail(lease, claim, AN_HOUR, 1));

        assertThat(this.<Long>tx(tx -> tx.marked(Long.MAX_VALUE))).isEqualTo(3);
        assertThat(this.<Long>tx(tx -> tx.marked(3))).isEqualTo(3);
        assertThat(this.<Long>tx(tx -> tx.marked(2))).isEqualTo(2);
        assertThat(this.<Long>tx(tx -> tx.marked(0))).isZero();
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

    // --- when it changed
    // ----------------------------------------------------------------------------------------------

    private static final Instant NOON = Instant.parse("2026-03-29T12:00:00.123456Z");

    @Test
    void remembersWhenAProductChangedUntilThatIsApplied() {
        Lease lease = lane();
        hint(Intake.Hint.of(A, NOON), Intake.Hint.of(B));

        assertThat(standing(A).reason()).isEqualTo(Reason.CHANGE);
        assertThat(standing(A).changedAt()).isEqualTo(NOON);
        assertThat(standing(B).changedAt()).isNull();
        Claim claim = claim(lease);
        assertThat(item(claim, A).changedAt()).isEqualTo(NOON);
        assertThat(item(claim, B).changedAt()).isNull();
        confirm(lease, claim);
        change(A);
        assertThat(standing(A).changedAt()).isNull();
    }

    @Test
    void remembersTheEarliestOfTheChangesThatWereNotApplied() {
        Lease lease = lane();
        hint(
                Intake.Hint.of(A, NOON.plusSeconds(5)),
                Intake.Hint.of(A, NOON),
                Intake.Hint.of(A),
                Intake.Hint.of(B),
                Intake.Hint.of(C, NOON.plusSeconds(7)));
        hint(
                Intake.Hint.of(A, NOON.plusSeconds(1)),
                Intake.Hint.of(B, NOON.plusSeconds(2)),
                Intake.Hint.of(C, NOON.plusSeconds(6)));
        in(tx -> tx.mark(List.of(A), Reason.DEMAND, true));
        in(tx -> tx.markAll(false));
        Claim claim = claim(lease);
        fail(lease, claim);
        suspect(lease, claim(lease), NO_HOLD);

        assertThat(standing(A).changedAt()).isEqualTo(NOON);
        assertThat(standing(B).changedAt()).isEqualTo(NOON.plusSeconds(2));
        assertThat(standing(C).changedAt()).isEqualTo(NOON.plusSeconds(6));
        assertThat(item(claim(lease), A).changedAt()).isEqualTo(NOON);
    }

    @Test
    void countsWhatChangedDuringAWriteFromTheClaimOn() {
        Lease lease = lane();
        Instant inAnHour = tx(LedgerTransaction::now).plus(AN_HOUR).truncatedTo(ChronoUnit.MICROS);
        hint(Intake.Hint.of(A, NOON), Intake.Hint.of(B), Intake.Hint.of(C));
        Instant before = tx(LedgerTransaction::now);
        Claim claim = claim(lease);
        Instant after = tx(LedgerTransaction::now);
        hint(Intake.Hint.of(A, inAnHour), Intake.Hint.of(B, inAnHour), Intake.Hint.of(C));
        assertThat(standing(A).changedAt()).isEqualTo(NOON);

        confirm(lease, claim);

        assertThat(standing(A).changedAt()).isBetween(before.minusMillis(1), after);
        assertThat(standing(B).changedAt()).isEqualTo(inAnHour);
        assertThat(standing(C).changedAt()).isNull();
    }

    @Test
    void remembersAChangeThatWasRefused() {
        Lease lease = lane();
        hint(Intake.Hint.of(A, NOON));
        Claim claim = claim(lease);
        assertThat(done(tx -> tx.confirm(lease, claim, Map.of(A, REFUSAL)))).isTrue();
        hint(Intake.Hint.of(A, NOON.plusSeconds(1)));

        assertThat(item(claim(lease), A).changedAt()).isEqualTo(NOON);
    }

    @Test
    void remembersNoChangeThatWasAppliedOfAProductThatIsHeld() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        hint(Intake.Hint.of(A, NOON));
        suspect(lease, claim(lease), AN_HOUR);
        Claim held = claim(lease);
        assertThat(item(held, A).changedAt()).isEqualTo(NOON);
        confirm(lease, held);

        assertThat(standing(A).marked()).isTrue();
        assertThat(standing(A).changedAt()).isNull();
        advance(AN_HOUR);
        assertThat(item(claim(lease), A).changedAt()).isNull();
    }

    @Test
    void takesTimesFromBeforeTheCalendarAndBehindIt() {
        lane();
        hint(Intake.Hint.of(A, Instant.MIN), Intake.Hint.of(B, Instant.MAX), Intake.Hint.of(C, Instant.EPOCH));

        assertThat(standing(A).changedAt()).isBefore(NOON);
        assertThat(standing(B).changedAt()).isAfter(NOON);
        assertThat(standing(C).changedAt()).isBefore(NOON);
    }

    @Test
    void putsManyProductsOfOneChangeBehindSingleOnes() {
        Lease lease = lane();
        hint(
                new Intake.Hint(A, NOON, true),
                new Intake.Hint(B, NOON, true),
                Intake.Hint.of(B),
                new Intake.Hint(C, NOON, true),
                Intake.Hint.of(D));
        hint(Intake.Hint.of(C), new Intake.Hint(D, null, true));

        assertThat(standing(A).reason()).isEqualTo(Reason.FANOUT);
        assertThat(standing(B).reason()).isEqualTo(Reason.CHANGE);
        assertThat(standing(C).reason()).isEqualTo(Reason.CHANGE);
        assertThat(standing(D).reason()).isEqualTo(Reason.CHANGE);
        assertThat(keys(tryClaim(lease, 3).orElseThrow())).containsExactlyInAnyOrder(B, C, D);
        assertThat(keys(claim(lease))).containsExactly(A);
    }

    @Test
    void liftsAQuarantineWhenAFeedNamesTheProduct() {
        Lease lease = lane();
        quarantine(lease, A);
        hint(Intake.Hint.of(A, NOON));

        assertThat(standing(A).refusal()).isEmpty();
        assertThat(item(claim(lease), A).refused()).isEqualTo(REFUSAL);
    }

    @Test
    void takesThousandsOfHintsAtOnce() {
        Lease lease = lane();
        List<Intake.Hint> hints =
                many(5_000).stream().map(key -> Intake.Hint.of(key, NOON)).toList();
        in(tx -> tx.mark(hints));
        in(tx -> tx.mark(hints));
        in(tx -> tx.mark(List.<Intake.Hint>of()));

        assertThat(backlog().marked()).isEqualTo(5_000);
        Claim claim = tryClaim(lease, 5_000).orElseThrow();
        assertThat(claim.items()).hasSize(5_000).allMatch(item -> NOON.equals(item.changedAt()));
    }

    private void hint(Intake.Hint... hints) {
        in(tx -> tx.mark(List.of(hints)));
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

        assertThat(backlog).isEqualTo(new Backlog(0, 0, 0, 0, 0, 0, null, null, null, 0, null, backlog.now()));
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
    void tellsTheAgeOfTheOldestChangeThatIsNotApplied() {
        Lease lease = lane();
        Instant now = tx(LedgerTransaction::now).truncatedTo(ChronoUnit.MICROS);
        assertThat(backlog().oldestChange()).isNull();
        change(D);
        assertThat(backlog().oldestChange()).as("not known").isNull();
        hint(Intake.Hint.of(A, now.minus(AN_HOUR)), Intake.Hint.of(B, now.minusSeconds(60)));
        assertThat(backlog().oldestChange()).isEqualTo(now.minus(AN_HOUR));
        assertThat(backlog().oldestChangeAge().orElseThrow()).isBetween(AN_HOUR, AN_HOUR.plusMinutes(5));

        Claim claim = claim(lease);
        assertThat(done(tx -> tx.confirm(lease, claim, Map.of(A, REFUSAL)))).isTrue();

        assertThat(backlog().oldestChange()).as("set aside").isNull();
        hint(Intake.Hint.of(C, now.plus(AN_HOUR)));
        assertThat(backlog().oldestChangeAge()).as("of a clock that is ahead").contains(Duration.ZERO);
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
