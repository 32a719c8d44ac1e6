package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.BatchRecord;
import dev.stocktake.Claim;
import dev.stocktake.Generation;
import dev.stocktake.KeyPage;
import dev.stocktake.Lease;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Of {@link LedgerContract}: batches begin, from marks and from the frontier. */
abstract class LedgerClaimContract extends LedgerMarkContract {

    // --- from marks
    // ---------------------------------------------------------------------------------------------------

    @Test
    void claimsWhatIsMarked() {
        Lease lease = lane();
        change(A);
        in(tx -> tx.mark(List.of(B), Reason.CHANGE, true));

        Claim claim = claim(lease);

        assertThat(claim.generation()).isEqualTo(generation());
        assertThat(keys(claim)).containsExactlyInAnyOrder(A, B);
        assertThat(item(claim, A).forced()).isFalse();
        assertThat(item(claim, A).reason()).isEqualTo(Reason.CHANGE);
        assertThat(item(claim, A).attempts()).isZero();
        assertThat(item(claim, A).refused()).isNull();
        assertThat(item(claim, B).forced()).isTrue();
    }

    @Test
    void remembersWhatItClaimed() {
        Lease lease = lane();
        change(A);
        Claim claim = claim(lease);

        Map<String, BatchRecord> remembered = tx(tx -> tx.batches(List.of(claim.batchId(), "unknown")));
        assertThat(remembered)
                .isEqualTo(Map.of(
                        claim.batchId(),
                        new BatchRecord(claim.batchId(), generation(), BatchRecord.State.OPEN, java.util.Set.of())));
        assertThat(standing(A).inFlight()).isTrue();
        assertThat(standing(A).marked()).isTrue();
    }

    @Test
    void claimsNothingWhenNothingIsMarked() {
        Lease lease = lane();

        assertThat(tryClaim(lease, 10)).isEmpty();
        assertThat(backlog().openBatches()).isZero();
    }

    @Test
    void claimsTheMostUrgentFirst() {
        Lease lease = lane();
        List<Reason> reasons = new ArrayList<>(List.of(Reason.values()));
        for (int i = reasons.size() - 1; i >= 0; i--) {
            mark(reasons.get(i), ProductKey.of("because of " + reasons.get(i)));
        }
        List<Reason> claimed = new ArrayList<>();
        for (Reason ignored : reasons) {
            claimed.add(tryClaim(lease, 1).orElseThrow().items().get(0).reason());
        }

        assertThat(claimed).isEqualTo(reasons);
    }

    @Test
    void claimsOnlyWhatIsMarkedForOneReasonIfTheRestMustWait() {
        claimsOnly(Reason.DEMAND);
    }

    @Test
    void claimsWhatIsLeastUrgentIfItIsItsTurn() {
        claimsOnly(Reason.SWEEP);
    }

    private void claimsOnly(Reason reason) {
        Lease lease = lane();
        change(A, B);
        mark(reason, C, D);
        long generation = generation();

        Claim one = tx(tx -> tx.claimOnly(lease, generation, nextBatch(), 1, reason))
                .orElseThrow();
        Claim other = tx(tx -> tx.claimOnly(lease, generation, nextBatch(), 10, reason))
                .orElseThrow();

        assertThat(keys(one)).hasSize(1);
        assertThat(List.of(keys(one).get(0), keys(other).get(0))).containsExactlyInAnyOrder(C, D);
        assertThat(keys(other)).hasSize(1);
        assertThat(maybe(tx -> tx.claimOnly(lease, generation, "none", 10, reason)))
                .isEmpty();
        assertThat(keys(claim(lease))).containsExactlyInAnyOrder(A, B);
    }

    @Test
    void claimsTheOldestFirst() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        for (ProductKey key : List.of(B, C, A)) {
            change(key);
            advance(Duration.ofSeconds(1));
        }
        change(B);

        assertThat(keys(tryClaim(lease, 1).orElseThrow())).containsExactly(B);
        assertThat(keys(tryClaim(lease, 1).orElseThrow())).containsExactly(C);
        assertThat(keys(tryClaim(lease, 1).orElseThrow())).containsExactly(A);
    }

    @Test
    void claimsNoMoreThanTheLimit() {
        Lease lease = lane();
        change(A, B, C);

        assertThat(keys(tryClaim(lease, 2).orElseThrow())).hasSize(2);
        assertThat(keys(tryClaim(lease, 2).orElseThrow())).hasSize(1);
        assertThat(tryClaim(lease, 2)).isEmpty();
    }

    @Test
    void claimsNothingThatIsInFlight() {
        Lease lease = lane();
        change(A);
        Claim first = claim(lease);
        change(A);

        assertThat(tryClaim(lease, 10)).isEmpty();
        confirm(lease, first);
        assertThat(keys(claim(lease))).containsExactly(A);
    }

    @Test
    void claimsNothingThatIsInFlightFromTheFrontier() {
        Lease lease = laneAtTheStart();
        Claim first = claimPage(lease, true, A);
        change(A);

        assertThat(tryClaim(lease, 10)).isEmpty();
        confirm(lease, first);
        assertThat(keys(claim(lease))).containsExactly(A);
    }

    @Test
    void claimsForNoGenerationThatItDoesNotKnow() {
        Lease lease = lane();
        change(A);
        long unknown = generation() + 7;

        assertThat(maybe(tx -> tx.claim(lease, unknown, "nothing", 10))).isEmpty();
        assertThat(standing(A).inFlight()).isFalse();
    }

    @Test
    void claimsWhatWasPutOffWhenItIsDue() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        change(A);
        Claim claim = claim(lease);
        in(tx -> tx.fail(lease, claim, Duration.ofMinutes(10), 0));
        advance(Duration.ofMinutes(9));
        assertThat(tryClaim(lease, 10)).isEmpty();
        advance(Duration.ofMinutes(1));

        assertThat(backlog().due()).isEqualTo(1);
        assertThat(standing(A).attempts()).isEqualTo(1);
        assertThat(item(claim(lease), A).attempts()).isEqualTo(1);
    }

    @Test
    void claimsNoMoreTogetherThanTheirSplitLimit() {
        Lease lease = lane();
        change(A, B, C, D);
        Claim claim = claim(lease);
        in(tx -> tx.fail(lease, claim, Duration.ZERO, 2));

        assertThat(keys(tryClaim(lease, 10).orElseThrow())).hasSize(2);
        assertThat(keys(tryClaim(lease, 1).orElseThrow())).hasSize(1);
        assertThat(keys(tryClaim(lease, 10).orElseThrow())).hasSize(1);
        assertThat(tryClaim(lease, 10)).isEmpty();
    }

    @Test
    void claimsOnlyProductsOfOneSplitLimitTogether() {
        Lease lease = lane();
        change(A, B);
        Claim claim = claim(lease);
        in(tx -> tx.fail(lease, claim, Duration.ZERO, 50));
        change(C, D);

        List<ProductKey> first = keys(tryClaim(lease, 10).orElseThrow());
        List<ProductKey> second = keys(tryClaim(lease, 10).orElseThrow());

        assertThat(List.of(
                        List.copyOf(new java.util.TreeSet<>(texts(first))),
                        List.copyOf(new java.util.TreeSet<>(texts(second)))))
                .containsExactlyInAnyOrder(List.of("a", "b"), List.of("c", "d"));
    }

    private static List<String> texts(List<ProductKey> keys) {
        return keys.stream().map(ProductKey::value).toList();
    }

    // --- from the frontier
    // --------------------------------------------------------------------------------------------

    @Test
    void claimsAPageAndMovesTheFrontierBehindIt() {
        Lease lease = laneAtTheStart();
        Generation seen = live();

        Claim claim =
                claimPage(lease, seen, KeyPage.of(null, List.of(A, B), false)).orElseThrow();

        assertThat(claim.items())
                .containsExactly(
                        new Claim.Item(A, 0, false, Reason.SWEEP, 0, null, null),
                        new Claim.Item(B, 0, false, Reason.SWEEP, 0, null, null));
        assertThat(claim.generation()).isEqualTo(seen.number());
        assertThat(live().frontier()).isEqualTo(new Generation.Frontier(B, false, false));
        assertThat(live().owedWalk()).as("is another matter").isEqualTo(seen.owedWalk());
        assertThat(state(claim)).isEqualTo(BatchRecord.State.OPEN);
        assertThat(standing(A).inFlight()).isTrue();
        assertThat(standing(A).marked()).isFalse();
        assertThat(backlog().inFlight()).isEqualTo(2);
    }

    @Test
    void endsTheFrontierWithTheLastPage() {
        Lease lease = laneAtTheStart();
        claimPage(lease, false, A, B);
        claimPage(lease, true, C);

        assertThat(live().frontier().ended()).isTrue();
    }

    @Test
    void endsTheFrontierWithAnEmptyPage() {
        Lease lease = laneAtTheStart();
        claimPage(lease, false, A, B);

        Claim claim = claimPage(lease, true);

        assertThat(claim.items()).isEmpty();
        assertThat(live().frontier().ended()).isTrue();
        assertThat(state(claim)).as("a batch without products").isNull();
    }

    @Test
    void claimsNoPageThatWasReadElsewhere() {
        Lease lease = laneAtTheStart();
        Generation early = live();
        claimPage(lease, false, A, B);
        Generation moved = live();

        Optional<Claim> claim = claimPage(lease, early, KeyPage.of(null, List.of(A, B, C), true));

        assertThat(claim).isEmpty();
        assertThat(live()).isEqualTo(moved);
        assertThat(standing(C).inFlight()).isFalse();
    }

    @Test
    void claimsNoPageThatWasReadBeforeEverythingWasMarked() {
        Lease lease = laneAtTheStart();
        Generation early = live();
        in(tx -> tx.markAll(false));
        Generation marked = live();

        Optional<Claim> claim = claimPage(lease, early, KeyPage.of(null, List.of(A, C), true));

        assertThat(claim)
                .as("a product that nobody named may have come since the page was read")
                .isEmpty();
        assertThat(live()).isEqualTo(marked);
    }

    @Test
    void leavesAMarkedProductToItsRow() {
        Lease lease = laneAtTheStart();
        change(B);

        Claim claim = claimPage(lease, false, A, B, C);

        assertThat(keys(claim)).containsExactly(A, C);
        assertThat(standing(B).suspect()).isFalse();
        assertThat(keys(claim(lease))).containsExactly(B);
    }

    @Test
    void opensNoBatchWhenEveryProductOfThePageHasARow() {
        Lease lease = laneAtTheStart();
        change(A, B);

        Claim claim = claimPage(lease, false, A, B);

        assertThat(claim.items()).isEmpty();
        assertThat(state(claim)).isNull();
        assertThat(live().frontier().after()).isEqualTo(B);
    }

    @Test
    void forcesWhatAForcedFrontierPasses() {
        Lease lease = lane();
        in(tx -> tx.markAll(true));
        change(B);

        Claim claim = claimPage(lease, true, A, B);

        assertThat(keys(claim)).containsExactly(A);
        assertThat(item(claim, A).forced()).isTrue();
        assertThat(standing(B).suspect())
                .as("a row that a forced frontier passes")
                .isTrue();
    }

    @Test
    void marksAnewARowThatAForcedFrontierPasses() {
        Lease lease = lane();
        in(tx -> tx.markAll(true));
        change(B);
        Claim unforced = claim(lease);
        claimPage(lease, true, A, B);
        confirm(lease, unforced);

        assertThat(standing(B).marked()).isTrue();
        assertThat(standing(B).suspect()).isTrue();
    }

    @Test
    void marksAProductThatIsInFlightWithoutARow() {
        Lease lease = laneAtTheStart();
        Claim first = claimPage(lease, true, A);
        in(tx -> tx.markAll(false));

        Claim second = claimPage(lease, true, A, B);

        assertThat(keys(second)).containsExactly(B);
        assertThat(standing(A).marked()).isTrue();
        confirm(lease, first);
        assertThat(standing(A).marked())
                .as("claimed before everything was marked")
                .isTrue();
        assertThat(standing(A).inFlight()).isFalse();
    }

    @Test
    void walksThousandsAtOnce() {
        Lease lease = laneAtTheStart();
        List<ProductKey> keys = many(5_000);
        Claim claim = claimPage(lease, live(), KeyPage.of(null, keys, true)).orElseThrow();

        assertThat(keys(claim)).containsExactlyElementsOf(keys);
        assertThat(backlog().inFlight()).isEqualTo(5_000);
        confirm(lease, claim);
        assertThat(backlog().inFlight()).isZero();
    }

    @Test
    void standsExactlyAtTheKeyItWasMovedTo() {
        Lease lease = laneAtTheStart();
        for (ProductKey key : AwkwardKeys.all()) {
            claimPage(lease, false, key);
            assertThat(live().frontier().after()).isEqualTo(key);
            assertThat(standing(key).inFlight()).as(key.value()).isTrue();
        }
        assertThat(backlog().inFlight()).isEqualTo(AwkwardKeys.all().size());
    }
}
