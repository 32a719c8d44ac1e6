package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Claim;
import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Of {@link LedgerContract}: products whose documents change with time (R15). */
abstract class LedgerTimedContract extends LedgerBatchContract {

    private static final int MANY = 1_000;

    @Test
    void marksAProductWhenItsTimeHasCome() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        Instant noon = inAnHour();
        confirm(lease, claimOf(lease, A, B), Map.of(A, noon));
        assertThat(markTimed(lease, 10)).isZero();
        assertThat(backlog().dueRechecks()).isZero();
        assertThat(backlog().nextRecheck()).isEqualTo(noon);

        advance(AN_HOUR);

        assertThat(backlog().dueRechecks()).isEqualTo(1);
        assertThat(standing(A).marked()).as("before somebody looked").isFalse();
        assertThat(markTimed(lease, 10)).isEqualTo(1);
        assertThat(standing(A).reason()).isEqualTo(Reason.TIMED);
        assertThat(standing(A).changedAt()).isEqualTo(noon);
        assertThat(standing(B).marked()).isFalse();
        assertThat(backlog().dueRechecks()).isZero();
        assertThat(backlog().nextRecheck()).isNull();
        assertThat(markTimed(lease, 10)).isZero();
        assertThat(item(claim(lease), A).changedAt()).isEqualTo(noon);
    }

    @Test
    void remembersTheTimeOfAProductThatTheWalkMet() {
        Lease lease = laneAtTheStart();
        Instant noon = inAnHour();
        confirm(lease, claimPage(lease, false, A, B), Map.of(B, noon));

        assertThat(backlog().nextRecheck()).isEqualTo(noon);
        confirm(lease, claimPage(lease, true, C, D), Map.of());
        assertThat(backlog().nextRecheck()).isEqualTo(noon);
    }

    @Test
    void takesTheTimeOfTheLastConfirmation() {
        Lease lease = lane();
        Instant noon = inAnHour();
        confirm(lease, claimOf(lease, A, B), Map.of(A, noon, B, noon.plusSeconds(9)));
        confirm(lease, claimOf(lease, A), Map.of(A, noon.plusSeconds(5)));
        assertThat(backlog().nextRecheck()).isEqualTo(noon.plusSeconds(5));
        confirm(lease, claimOf(lease, A), Map.of(A, noon.minusSeconds(5)));
        assertThat(backlog().nextRecheck()).isEqualTo(noon.minusSeconds(5));

        confirm(lease, claimOf(lease, A), Map.of());

        assertThat(backlog().nextRecheck())
                .as("of B, which was not in the batch")
                .isEqualTo(noon.plusSeconds(9));
        confirm(lease, claimOf(lease, B));
        assertThat(backlog().nextRecheck()).isNull();
    }

    @Test
    void keepsTheTimeWhileNothingIsConfirmed() {
        Lease lease = lane();
        Instant noon = inAnHour();
        confirm(lease, claimOf(lease, A), Map.of(A, noon));
        fail(lease, claimOf(lease, A));
        suspect(lease, claim(lease), NO_HOLD);
        in(tx -> tx.markAll(true));

        assertThat(backlog().nextRecheck()).isEqualTo(noon);
    }

    @Test
    void remembersTheTimeOfAProductThatWasMarkedMeanwhileOrRefused() {
        Lease lease = lane();
        Instant noon = inAnHour();
        Claim claim = claimOf(lease, A, B);
        change(A);
        assertThat(done(tx -> tx.confirm(lease, claim, Map.of(B, REFUSAL), Map.of(A, noon.plusSeconds(1), B, noon))))
                .isTrue();

        assertThat(backlog().nextRecheck()).isEqualTo(noon);
        assertThat(standing(A).marked()).isTrue();
        assertThat(standing(B).quarantine()).isEqualTo(REFUSAL);
    }

    @Test
    void liftsAQuarantineWhenTheTimeHasCome() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        Instant noon = inAnHour();
        Claim claim = claimOf(lease, A);
        assertThat(done(tx -> tx.confirm(lease, claim, Map.of(A, REFUSAL), Map.of(A, noon))))
                .isTrue();
        advance(AN_HOUR);

        assertThat(markTimed(lease, 10)).isEqualTo(1);
        assertThat(item(claim(lease), A).refused()).isEqualTo(REFUSAL);
    }

    @Test
    void makesAProductInFlightLookedAtAgainWhenItsTimeHasCome() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        Instant noon = inAnHour();
        confirm(lease, claimOf(lease, A), Map.of(A, noon));
        Claim before = claimOf(lease, A);
        advance(AN_HOUR);
        assertThat(markTimed(lease, 10)).isEqualTo(1);
        confirm(lease, before, Map.of(A, noon));

        assertThat(standing(A).marked()).as("it was read before its time").isTrue();
        assertThat(standing(A).reason()).isEqualTo(Reason.CHANGE);
    }

    @Test
    void marksAtMostSoManyAndTheEarliestFirst() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        Instant noon = inAnHour();
        confirm(
                lease,
                claimOf(lease, A, B, C, D),
                Map.of(A, noon.plusSeconds(3), B, noon.plusSeconds(1), C, noon.plusSeconds(2), D, noon.plus(AN_HOUR)));
        advance(AN_HOUR.plusSeconds(10));

        assertThat(markTimed(lease, 2)).isEqualTo(2);
        assertThat(standing(A).marked()).isFalse();
        assertThat(backlog().dueRechecks()).isEqualTo(1);
        assertThat(markTimed(lease, 2)).isEqualTo(1);
        assertThat(standing(A).marked()).isTrue();
        assertThat(standing(D).marked()).isFalse();
    }

    /** Such a time comes with every read, so it must not lead to a read each time. */
    @Test
    void looksOnceMoreAtATimeThatHadJustPassedAndNotAtAnOlderOne() {
        Lease lease = lane();
        Instant now = tx(LedgerTransaction::now).truncatedTo(ChronoUnit.MICROS);
        confirm(lease, claimOf(lease, A), Map.of(A, now.minus(AN_HOUR)));
        assertThat(backlog().nextRecheck()).isNull();
        confirm(lease, claimOf(lease, A), Map.of(A, now.minus(LedgerTransaction.CLOCK_TOLERANCE)));
        assertThat(backlog().nextRecheck()).isNull();

        Instant before = now.minusSeconds(1);
        confirm(lease, claimOf(lease, A), Map.of(A, before));

        assertThat(backlog().nextRecheck()).isEqualTo(before.plus(LedgerTransaction.CLOCK_TOLERANCE));
        confirm(lease, claimOf(lease, A), Map.of(A, Instant.MIN));
        assertThat(backlog().nextRecheck()).isNull();
    }

    @Test
    void takesAtOnceATimeThatCameBetweenTheReadAndTheConfirmation() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        Instant noon = inAnHour();
        Claim claim = claimOf(lease, A);
        advance(AN_HOUR.plusSeconds(5));
        confirm(lease, claim, Map.of(A, noon));

        assertThat(backlog().dueRechecks()).isEqualTo(1);
        assertThat(markTimed(lease, 10)).isEqualTo(1);
    }

    @Test
    void takesTimesThatNeverCome() {
        Lease lease = lane();
        confirm(lease, claimOf(lease, A), Map.of(A, Instant.MAX));

        assertThat(backlog().nextRecheck()).isAfter(inAnHour());
        assertThat(markTimed(lease, 10)).isZero();
    }

    @Test
    void ignoresTimesOfProductsThatAreNotInTheBatch() {
        Lease lease = lane();
        confirm(lease, claimOf(lease, A), Map.of(B, inAnHour()));

        assertThat(backlog().nextRecheck()).isNull();
    }

    @Test
    void letsOnlyTheHolderOfTheLaneMarkWhatIsDue() {
        needs(Capability.CLOCK_CONTROL);
        Lease deposed = lane();
        Claim claim = claimOf(deposed, A);
        confirm(deposed, claim, Map.of(A, inAnHour()));
        Claim late = claimOf(deposed, B);
        advance(AN_HOUR.plusSeconds(1));
        Lease lease = acquire("another");

        Instant later = inAnHour();
        assertThat(markTimed(deposed, 10)).isZero();
        assertThat(done(tx -> tx.confirm(deposed, late, Map.of(), Map.of(A, later, B, later))))
                .isFalse();
        assertThat(backlog().nextRecheck()).isBefore(later);
        assertThat(markTimed(lease, 10)).isEqualTo(1);
    }

    @Test
    void remembersThousandsOfTimes() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        Instant noon = inAnHour();
        List<ProductKey> keys = many(MANY);
        for (int round = 0; round < 3; round++) {
            in(tx -> tx.mark(keys, Reason.CHANGE, false));
            Map<ProductKey, Instant> times = new HashMap<>();
            for (int i = round; i < MANY; i++) {
                times.put(keys.get(i), noon.plusMillis(i));
            }
            confirm(lease, tryClaim(lease, MANY).orElseThrow(), times);
        }
        assertThat(backlog().nextRecheck()).isEqualTo(noon.plusMillis(2));
        advance(AN_HOUR.plus(Duration.ofMillis(MANY)));

        assertThat(backlog().dueRechecks()).isEqualTo(MANY - 2);
        assertThat(markTimed(lease, MANY)).isEqualTo(MANY - 2);
        assertThat(tryClaim(lease, MANY).orElseThrow().items()).hasSize(MANY - 2);
    }

    private Instant inAnHour() {
        return tx(LedgerTransaction::now).plus(AN_HOUR).truncatedTo(ChronoUnit.MICROS);
    }

    private Claim claimOf(Lease lease, ProductKey... keys) {
        change(keys);
        Claim claim = claim(lease);
        assertThat(keys(claim)).containsExactlyInAnyOrder(keys);
        return claim;
    }

    private void confirm(Lease lease, Claim claim, Map<ProductKey, Instant> rechecks) {
        assertThat(done(tx -> tx.confirm(lease, claim, Map.of(), rechecks))).isTrue();
    }

    private int markTimed(Lease lease, int limit) {
        long generation = generation();
        return tx(tx -> tx.markTimed(lease, generation, limit));
    }
}
