package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.BatchRecord;
import dev.stocktake.Claim;
import dev.stocktake.Generation;
import dev.stocktake.Generation.State;
import dev.stocktake.IndexIdentity;
import dev.stocktake.KeyPage;
import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Of {@link LedgerContract}: generations beside the live one. */
abstract class LedgerRebuildContract extends LedgerTimedContract {

    private static final IndexIdentity BUILT = new IndexIdentity("second content");
    private static final String LABEL = "b2";
    private static final Duration LIFE = Duration.ofMinutes(15);

    private Generation build(Lease lease) {
        return tx(tx -> tx.openBuild(lease, LABEL, BUILT)).orElseThrow();
    }

    /** A build of which everything was walked. */
    private Generation cleanBuild(Lease lease) {
        Generation build = build(lease);
        claimPage(lease, build, KeyPage.of(null, List.of(), true)).orElseThrow();
        return generation(build.number());
    }

    /** A build in the place of the first generation. */
    private Generation swapped(Lease lease) {
        Generation build = cleanBuild(lease);
        assertThat(done(tx -> tx.beginSwap(lease, build.number(), LIFE))).isTrue();
        assertThat(done(tx -> tx.swappedIn(lease, build.number(), NO_HOLD))).isTrue();
        return generation(build.number());
    }

    private Generation generation(long number) {
        return generations().stream()
                .filter(generation -> generation.number() == number)
                .findFirst()
                .orElseThrow(() -> new AssertionError("Generation " + number + " should be open"));
    }

    private List<Generation> retired() {
        return tx(LedgerTransaction::retired);
    }

    private Optional<Claim> tryClaim(Lease lease, Generation generation) {
        String id = nextBatch();
        return tx(tx -> tx.claim(lease, generation.number(), id, 100));
    }

    private Claim claim(Lease lease, Generation generation) {
        return tryClaim(lease, generation)
                .orElseThrow(() -> new AssertionError("There should be something to claim in " + generation));
    }

    private long marked(Generation generation) {
        return tx(tx -> tx.backlogOf(generation.number())).marked();
    }

    // --- open
    // ---------------------------------------------------------------------------------------------------------

    @Test
    void opensABuildBesideTheLiveGeneration() {
        Lease lease = lane();
        Generation live = live();

        Generation build = build(lease);

        assertThat(build.number()).isGreaterThan(live.number());
        assertThat(build.state()).isEqualTo(State.BUILDING);
        assertThat(build.identity()).isEqualTo(BUILT);
        assertThat(build.frontier()).isEqualTo(Generation.Frontier.START);
        assertThat(build.owedWalk()).isZero();
        assertThat(build.place()).contains(LABEL);
        assertThat(build.unsettled()).isNull();
        assertThat(generations()).containsExactly(live, build);
        assertThat(maybe(LedgerTransaction::live)).contains(live);
        assertThat(maybe(LedgerTransaction::build)).contains(build);
        assertThat(live.place()).isEmpty();
        assertThat(retired()).isEmpty();
    }

    @Test
    void opensOneBuildOnlyAndNoneBeforeThereIsALiveGeneration() {
        Lease lease = acquire("one");
        assertThat(maybe(tx -> tx.openBuild(lease, LABEL, BUILT))).isEmpty();
        tx(tx -> tx.open(lease, IDENTITY, 0)).orElseThrow();
        build(lease);

        assertThat(maybe(tx -> tx.openBuild(lease, "b3", new IndexIdentity("third"))))
                .isEmpty();
        assertThat(generations()).hasSize(2);
    }

    @Test
    void marksEveryOpenGeneration() {
        Lease lease = lane();
        change(A);
        Generation build = build(lease);
        change(B);
        in(tx -> tx.mark(List.of(dev.stocktake.Intake.Hint.of(C))));

        assertThat(keys(claim(lease, live()))).containsExactlyInAnyOrder(A, B, C);
        assertThat(keys(claim(lease, build))).containsExactlyInAnyOrder(B, C);
    }

    @Test
    void settlesEachGenerationByItself() {
        Lease lease = lane();
        Generation build = build(lease);
        change(A);
        confirm(lease, claim(lease, live()));

        assertThat(standing(A).settled()).isTrue();
        assertThat(marked(build)).isEqualTo(1);
        confirm(lease, claim(lease, build));
        assertThat(marked(build)).isZero();
    }

    @Test
    void mayHaveAProductInFlightInBothGenerations() {
        Lease lease = lane();
        Generation build = build(lease);
        change(A);
        Claim live = claim(lease, live());
        Claim built = claim(lease, build);

        assertThat(keys(live)).isEqualTo(keys(built));
        assertThat(built.generation()).isEqualTo(build.number());
        change(A);
        assertThat(tryClaim(lease, build)).isEmpty();
        confirm(lease, live);
        assertThat(tryClaim(lease, build)).isEmpty();
        confirm(lease, built);
        assertThat(keys(claim(lease, build))).containsExactly(A);
    }

    @Test
    void walksABuildByItsOwnFrontier() {
        Lease lease = lane();
        Generation build = build(lease);

        Claim page =
                claimPage(lease, build, KeyPage.of(null, List.of(A, B), false)).orElseThrow();

        assertThat(keys(page)).containsExactly(A, B);
        assertThat(generation(build.number()).frontier()).isEqualTo(new Generation.Frontier(B, false, false));
        assertThat(live().frontier().ended()).isTrue();
        suspect(lease, page, NO_HOLD);
        assertThat(keys(claim(lease, generation(build.number())))).containsExactlyInAnyOrder(A, B);
        assertThat(keys(claim(lease, live())))
                .as("a mark reaches every generation")
                .containsExactlyInAnyOrder(A, B);
    }

    @Test
    void quarantinesInOneGenerationOnly() {
        Lease lease = lane();
        Generation build = build(lease);
        change(A);
        Claim claim = claim(lease, build);
        assertThat(done(tx -> tx.confirm(lease, claim, Map.of(A, new Refusal("too large", null)))))
                .isTrue();

        assertThat(quarantined(10)).isEmpty();
        assertThat(tx(tx -> tx.backlogOf(build.number())).quarantined()).isEqualTo(1);
        assertThat(standing(A).marked()).isTrue();
    }

    @Test
    void marksEverythingInOneGenerationOnly() {
        Lease lease = lane();
        Generation live = live();
        Generation build = cleanBuild(lease);
        change(A);
        confirm(lease, claim(lease, live));
        long token = item(claim(lease, build), A).token();

        assertThat(done(tx -> tx.markAll(build.number(), true))).isTrue();

        Generation again = generation(build.number());
        assertThat(again.frontier()).isEqualTo(new Generation.Frontier(null, false, true));
        assertThat(again.owedWalk()).isNotZero();
        assertThat(live()).isEqualTo(live);
        assertThat(standing(A).marked()).isFalse();
        Lease next = acquire("one");
        assertThat(item(claim(next, again), A).token()).isNotEqualTo(token);
        assertThat(done(tx -> tx.markAll(build.number() + 7, false))).isFalse();
    }

    @Test
    void inheritsWhatIsHeldBecauseALateWriteMayLand() {
        Lease lease = lane();
        change(A, B);
        Claim claim = claim(lease);
        suspect(lease, claim, AN_HOUR);
        change(C);

        Generation build = build(lease);

        Claim inherited = claim(lease, build);
        assertThat(keys(inherited)).containsExactlyInAnyOrder(A, B);
        assertThat(inherited.items()).allMatch(Claim.Item::forced);
        confirm(lease, inherited);
        assertThat(marked(build)).as("held as in the live one").isEqualTo(2);
        assertThat(tryClaim(lease, build)).isEmpty();
    }

    @Test
    void inheritsNothingWhoseHoldIsOver() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        change(A);
        suspect(lease, claim(lease), Duration.ofMinutes(10));
        advance(Duration.ofMinutes(11));

        Generation build = build(lease);

        assertThat(marked(build)).isZero();
    }

    // --- begin to swap
    // ------------------------------------------------------------------------------------------------

    @Test
    void swapsAGenerationInThatIsClean() {
        Lease lease = lane();
        Generation live = live();
        Generation build = cleanBuild(lease);
        Instant before = tx(LedgerTransaction::now);

        assertThat(done(tx -> tx.beginSwap(lease, build.number(), LIFE))).isTrue();

        Generation swapping = generation(build.number());
        assertThat(swapping.state()).isEqualTo(State.SWAPPING);
        assertThat(swapping.place()).contains(LABEL);
        assertThat(swapping.unsettled()).isAfterOrEqualTo(before.plus(LIFE));
        assertThat(live()).isEqualTo(live);
        assertThat(done(tx -> tx.beginSwap(lease, build.number(), LIFE)))
                .as("once more")
                .isFalse();
    }

    /** What keeps a generation from being swapped in. */
    enum Unclean {
        NOT_WALKED,
        MARKED,
        PUT_OFF,
        WALK_OWED,
        IN_FLIGHT,
        LIVE_IN_FLIGHT
    }

    @ParameterizedTest
    @EnumSource
    void swapsNothingInThatIsNotClean(Unclean reason) {
        Lease lease = lane();
        Generation build = reason == Unclean.NOT_WALKED ? build(lease) : cleanBuild(lease);
        switch (reason) {
            case NOT_WALKED -> {}
            case MARKED -> {
                change(A);
                confirm(lease, claim(lease, live()));
            }
            case PUT_OFF -> {
                change(A);
                confirm(lease, claim(lease, live()));
                Claim claim = claim(lease, build);
                assertThat(done(tx -> tx.fail(lease, claim, AN_HOUR, 0))).isTrue();
            }
            case WALK_OWED -> in(LedgerTransaction::oweWalk);
            case IN_FLIGHT -> {
                change(A);
                claim(lease, build);
            }
            case LIVE_IN_FLIGHT -> {
                change(A);
                confirm(lease, claim(lease, build));
                claim(lease, live());
            }
        }
        Generation before = generation(build.number());

        assertThat(done(tx -> tx.beginSwap(lease, build.number(), LIFE))).isFalse();

        assertThat(generation(build.number())).isEqualTo(before);
    }

    @Test
    void swapsInWhatOnlyHasQuarantinedProducts() {
        Lease lease = lane();
        Generation build = cleanBuild(lease);
        change(A);
        confirm(lease, claim(lease, live()));
        Claim claim = claim(lease, build);
        assertThat(done(tx -> tx.confirm(lease, claim, Map.of(A, new Refusal("too large", null)))))
                .isTrue();

        assertThat(done(tx -> tx.beginSwap(lease, build.number(), LIFE))).isTrue();
    }

    @Test
    void swapsInWhatWaitsInTheLiveGenerationForAsLong() {
        Lease lease = lane();
        Generation build = cleanBuild(lease);
        change(A);

        assertThat(done(tx -> tx.beginSwap(lease, build.number(), LIFE))).isTrue();
        assertThat(done(tx -> tx.swappedIn(lease, build.number(), NO_HOLD))).isTrue();
        assertThat(keys(claim(lease, live()))).containsExactly(A);
    }

    @Test
    void swapsNothingInThatIsOlderThanTheLiveGeneration() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        Generation build = cleanBuild(lease);
        change(A);
        confirm(lease, claim(lease, live()));
        advance(Duration.ofSeconds(1));
        change(A);

        assertThat(done(tx -> tx.beginSwap(lease, build.number(), LIFE))).isFalse();
    }

    @Test
    void swapsNothingInThatIsOlderThanWhatWasAppliedToTheLiveGenerationMeanwhile() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        Generation build = cleanBuild(lease);
        change(A);
        advance(Duration.ofSeconds(1));
        Claim claim = claim(lease, live());
        advance(Duration.ofSeconds(1));
        change(A);
        confirm(lease, claim);

        assertThat(done(tx -> tx.beginSwap(lease, build.number(), LIFE)))
                .as("the live one has the first change, the build none, both wait for the second")
                .isFalse();

        advance(Duration.ofSeconds(1));
        Claim caughtUp = claim(lease, build);
        change(A);
        confirm(lease, caughtUp);
        assertThat(done(tx -> tx.beginSwap(lease, build.number(), LIFE)))
                .as("both have it, and both wait for the third")
                .isTrue();
    }

    @Test
    void swapsNothingInThatIsOlderThanWhatIsHeldInTheLiveGeneration() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        Generation build = cleanBuild(lease);
        change(A);
        suspect(lease, claim(lease, live()), AN_HOUR);
        advance(Duration.ofSeconds(1));
        confirm(lease, claim(lease, live()));

        assertThat(done(tx -> tx.beginSwap(lease, build.number(), LIFE))).isFalse();

        advance(Duration.ofSeconds(1));
        confirm(lease, claim(lease, build));
        assertThat(done(tx -> tx.beginSwap(lease, build.number(), LIFE)))
                .as("both wait until no late write can come")
                .isTrue();
    }

    @Test
    void swapsInWhatOnlyTheLiveGenerationHasMarksOf() {
        Lease lease = lane();
        Generation build = cleanBuild(lease);
        change(A);
        confirm(lease, claim(lease, build));

        assertThat(done(tx -> tx.beginSwap(lease, build.number(), LIFE))).isTrue();
    }

    @Test
    void claimsNothingWhileItSwaps() {
        Lease lease = lane();
        Generation build = cleanBuild(lease);
        assertThat(done(tx -> tx.beginSwap(lease, build.number(), LIFE))).isTrue();
        mark(Reason.DEMAND, A);
        long number = generation();
        assertThat(done(tx -> tx.markAll(number, false))).isTrue();
        Generation live = live();

        assertThat(tryClaim(lease, build)).isEmpty();
        assertThat(tryClaim(lease, live)).isEmpty();
        assertThat(maybe(tx -> tx.claimOnly(lease, live.number(), "demanded", 9, Reason.DEMAND)))
                .isEmpty();
        assertThat(claimPage(lease, live, KeyPage.of(null, List.of(B), true))).isEmpty();
        assertThat(live()).isEqualTo(live);
        assertThat(marked(build)).as("marks are kept").isEqualTo(1);
    }

    @Test
    void claimsAgainWhenTheSwapWasNotMade() {
        Lease lease = lane();
        Generation build = cleanBuild(lease);
        in(tx -> tx.beginSwap(lease, build.number(), LIFE));
        change(A);

        assertThat(done(tx -> tx.endSwap(lease, build.number(), false))).isTrue();

        Generation after = generation(build.number());
        assertThat(after.state()).isEqualTo(State.BUILDING);
        assertThat(after.unsettled()).as("it may still come").isNotNull();
        assertThat(keys(claim(lease, live()))).containsExactly(A);
        assertThat(keys(claim(lease, build))).containsExactly(A);
        assertThat(done(tx -> tx.endSwap(lease, build.number(), true))).isFalse();
        assertThat(generation(build.number())).isEqualTo(after);
    }

    @Test
    void knowsWhenASwapCannotBeMadeAnyMore() {
        Lease lease = lane();
        Generation build = cleanBuild(lease);
        in(tx -> tx.beginSwap(lease, build.number(), LIFE));

        assertThat(done(tx -> tx.endSwap(lease, build.number(), true))).isTrue();

        assertThat(generation(build.number()).unsettled()).isNull();
    }

    // --- swapped in
    // ---------------------------------------------------------------------------------------------------

    @Test
    void putsTheBuildInThePlaceOfTheLiveGeneration() {
        Lease lease = lane();
        Generation first = live();
        change(A);
        Generation build = cleanBuild(lease);
        in(tx -> tx.beginSwap(lease, build.number(), LIFE));
        change(B);

        assertThat(done(tx -> tx.swappedIn(lease, build.number(), NO_HOLD))).isTrue();

        Generation live = live();
        assertThat(live.number()).isEqualTo(build.number());
        assertThat(live.place()).isEmpty();
        assertThat(live.unsettled()).as("it may come once more").isNotNull();
        assertThat(generations()).containsExactly(live);
        assertThat(retired()).extracting(Generation::number).containsExactly(first.number());
        assertThat(retired().get(0).state()).isEqualTo(State.RETIRED);
        assertThat(retired().get(0).identity()).isEqualTo(first.identity());
        assertThat(retired().get(0).place()).contains(LABEL);
        assertThat(retired().get(0).unsettled()).isNull();
        assertThat(standing(A).marked()).as("was only marked in the old one").isFalse();
        assertThat(keys(claim(lease, live))).containsExactly(B);
    }

    @Test
    void takesASwapThatCameLate() {
        Lease lease = lane();
        Generation build = cleanBuild(lease);
        in(tx -> tx.beginSwap(lease, build.number(), LIFE));
        in(tx -> tx.endSwap(lease, build.number(), false));
        change(A, B);
        Claim ofLive = claim(lease, live());
        Claim ofBuild = claim(lease, build);

        assertThat(done(tx -> tx.swappedIn(lease, build.number(), NO_HOLD))).isTrue();

        assertThat(live().number()).isEqualTo(build.number());
        assertThat(state(ofLive)).isEqualTo(BatchRecord.State.SUSPECT);
        assertThat(state(ofBuild)).isEqualTo(BatchRecord.State.SUSPECT);
        Claim again = claim(lease, live());
        assertThat(keys(again)).containsExactlyInAnyOrder(A, B);
        assertThat(again.items()).allMatch(Claim.Item::forced);
    }

    @Test
    void keepsNoRowsOfWhatIsRetired() {
        needs(Capability.COUNTED_ROWS);
        Lease lease = lane();
        Generation build = cleanBuild(lease);
        change(A, B);
        Claim walked = claim(lease, build);
        confirm(lease, walked);
        in(tx -> tx.beginSwap(lease, build.number(), LIFE));

        in(tx -> tx.swappedIn(lease, build.number(), NO_HOLD));

        assertThat(storedRows()).isZero();
        change(C);
        assertThat(storedRows()).as("marks do not reach it").isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"LIVE", "RETIRED"})
    void swapsInNothingThatIsInAnotherState(State state) {
        Lease lease = lane();
        long first = generation();
        swapped(lease);
        long number = state == State.LIVE ? generation() : first;
        List<Generation> before = generations();

        assertThat(done(tx -> tx.swappedIn(lease, number, NO_HOLD))).isFalse();
        assertThat(done(tx -> tx.beginSwap(lease, number, LIFE))).isFalse();
        assertThat(done(tx -> tx.endSwap(lease, number, true))).isFalse();

        assertThat(generations()).isEqualTo(before);
        assertThat(retired()).extracting(Generation::number).containsExactly(first);
    }

    @Test
    void buildsAgainAfterASwap() {
        Lease lease = lane();
        long first = generation();
        long second = swapped(lease).number();
        Generation third =
                tx(tx -> tx.openBuild(lease, "b3", new IndexIdentity("third"))).orElseThrow();
        claimPage(lease, third, KeyPage.of(null, List.of(), true)).orElseThrow();
        in(tx -> tx.beginSwap(lease, third.number(), LIFE));
        in(tx -> tx.swappedIn(lease, third.number(), NO_HOLD));

        assertThat(retired()).extracting(Generation::number).containsExactly(second, first);
        assertThat(retired()).extracting(Generation::label).containsExactly("b3", LABEL);
    }

    // --- back
    // ---------------------------------------------------------------------------------------------------------

    @Test
    void bringsARetiredGenerationBack() {
        Lease lease = lane();
        long first = generation();
        Generation second = swapped(lease);
        change(A);

        assertThat(done(tx -> tx.bringBack(lease, first, LIFE))).isTrue();

        Generation back = generation(first);
        assertThat(back.state()).isEqualTo(State.SWAPPING);
        assertThat(back.place()).contains(LABEL);
        assertThat(back.frontier()).isEqualTo(Generation.Frontier.START);
        assertThat(back.owedWalk()).isNotZero();
        assertThat(back.unsettled()).isNotNull();
        assertThat(live().number()).isEqualTo(second.number());
        change(B);
        assertThat(marked(back)).isEqualTo(1);
        assertThat(done(tx -> tx.swappedIn(lease, first, NO_HOLD))).isTrue();
        assertThat(generation()).isEqualTo(first);
        assertThat(retired()).extracting(Generation::number).containsExactly(second.number());
        assertThat(retired().get(0).place()).contains(LABEL);
    }

    @Test
    void bringsNothingBackWhileSomethingIsBuiltOrInFlight() {
        Lease lease = lane();
        long first = generation();
        swapped(lease);
        change(A);
        Claim claim = claim(lease);
        assertThat(done(tx -> tx.bringBack(lease, first, LIFE))).as("in flight").isFalse();
        confirm(lease, claim);
        Generation build =
                tx(tx -> tx.openBuild(lease, "b3", new IndexIdentity("third"))).orElseThrow();

        assertThat(done(tx -> tx.bringBack(lease, first, LIFE)))
                .as("another one is built")
                .isFalse();
        long live = generation();
        assertThat(done(tx -> tx.bringBack(lease, live, LIFE))).as("live").isFalse();
        assertThat(done(tx -> tx.forget(lease, build.number()))).isTrue();
        assertThat(done(tx -> tx.bringBack(lease, first, LIFE))).isTrue();
    }

    @Test
    void triesOnceMoreToBringBackWhatDidNotComeBack() {
        Lease lease = lane();
        long first = generation();
        swapped(lease);
        in(tx -> tx.bringBack(lease, first, LIFE));
        in(tx -> tx.endSwap(lease, first, true));
        assertThat(generation(first).state()).isEqualTo(State.BUILDING);

        assertThat(done(tx -> tx.beginSwap(lease, first, LIFE)))
                .as("it is not clean")
                .isFalse();
        assertThat(done(tx -> tx.bringBack(lease, first, LIFE))).isTrue();
        assertThat(generation(first).state()).isEqualTo(State.SWAPPING);
    }

    @Test
    void inheritsWhatIsHeldWhenAGenerationIsBroughtBack() {
        Lease lease = lane();
        long first = generation();
        swapped(lease);
        change(A);
        suspect(lease, claim(lease), AN_HOUR);

        in(tx -> tx.bringBack(lease, first, LIFE));
        in(tx -> tx.swappedIn(lease, first, NO_HOLD));

        Claim inherited = claim(lease);
        assertThat(item(inherited, A).forced()).isTrue();
        confirm(lease, inherited);
        assertThat(standing(A).marked()).isTrue();
    }

    @Test
    void seesThatASwapWasUndone() {
        Lease lease = lane();
        long first = generation();
        Generation second = swapped(lease);
        change(A);
        Claim claim = claim(lease);
        change(B);

        assertThat(done(tx -> tx.swappedBack(lease, first, LIFE, NO_HOLD))).isTrue();

        Generation live = live();
        assertThat(live.number()).isEqualTo(first);
        assertThat(live.place()).isEmpty();
        assertThat(live.frontier()).isEqualTo(new Generation.Frontier(null, false, true));
        assertThat(live.owedWalk()).isNotZero();
        Generation swapping = generation(second.number());
        assertThat(swapping.state()).isEqualTo(State.SWAPPING);
        assertThat(swapping.place()).contains(LABEL);
        assertThat(swapping.frontier()).isEqualTo(new Generation.Frontier(null, false, true));
        assertThat(swapping.owedWalk()).isNotZero();
        assertThat(swapping.unsettled()).isNotNull();
        assertThat(state(claim)).isEqualTo(BatchRecord.State.SUSPECT);
        assertThat(retired()).isEmpty();
        assertThat(marked(swapping)).isEqualTo(2);

        assertThat(done(tx -> tx.swappedBack(lease, first, LIFE, NO_HOLD))).isFalse();
        assertThat(done(tx -> tx.swappedIn(lease, second.number(), NO_HOLD))).isTrue();
        assertThat(generation()).isEqualTo(second.number());
        assertThat(retired()).extracting(Generation::number).containsExactly(first);
    }

    // --- forget
    // -------------------------------------------------------------------------------------------------------

    @Test
    void forgetsABuildAndItsRows() {
        Lease lease = lane();
        Generation live = live();
        Generation build = build(lease);
        change(A);
        confirm(lease, claim(lease, live));
        Claim claim = claim(lease, build);
        assertThat(done(tx -> tx.forget(lease, build.number())))
                .as("a batch is open")
                .isFalse();
        fail(lease, claim);

        assertThat(done(tx -> tx.forget(lease, build.number()))).isTrue();

        assertThat(generations()).containsExactly(live);
        assertThat(marked(build)).isZero();
        assertThat(done(tx -> tx.forget(lease, build.number()))).isFalse();
        assertThat(done(tx -> tx.forget(lease, live.number()))).isFalse();
        Generation next =
                tx(tx -> tx.openBuild(lease, "b3", new IndexIdentity("third"))).orElseThrow();
        assertThat(next.number()).isGreaterThan(build.number());
        assertThat(marked(next)).isZero();
    }

    @Test
    void forgetsARetiredGeneration() {
        needs(Capability.COUNTED_ROWS);
        Lease lease = lane();
        long first = generation();
        swapped(lease);

        assertThat(done(tx -> tx.forget(lease, first))).isTrue();

        assertThat(retired()).isEmpty();
        assertThat(storedRows()).isZero();
        assertThat(done(tx -> tx.bringBack(lease, first, LIFE))).isFalse();
    }

    @Test
    void keepsWhatIsNotBroughtBackAfterAll() {
        Lease lease = lane();
        long first = generation();
        swapped(lease);
        Generation before = retired().get(0);
        in(tx -> tx.bringBack(lease, first, LIFE));
        assertThat(done(tx -> tx.retire(lease, first))).as("it is swapped").isFalse();
        in(tx -> tx.endSwap(lease, first, true));
        change(A);

        assertThat(done(tx -> tx.retire(lease, first))).isTrue();

        assertThat(retired()).singleElement().satisfies(kept -> {
            assertThat(kept.number()).isEqualTo(first);
            assertThat(kept.place()).isEqualTo(before.place());
            assertThat(kept.identity()).isEqualTo(before.identity());
        });
        assertThat(done(tx -> tx.retire(lease, first))).as("it is retired").isFalse();
        long second = live().number();
        assertThat(done(tx -> tx.retire(lease, second))).as("it is live").isFalse();
        assertThat(done(tx -> tx.bringBack(lease, first, LIFE))).isTrue();
    }

    @Test
    void forgetsNothingThatIsSwapped() {
        Lease lease = lane();
        Generation build = cleanBuild(lease);
        in(tx -> tx.beginSwap(lease, build.number(), LIFE));

        assertThat(done(tx -> tx.forget(lease, build.number()))).isFalse();
    }

    @Test
    void stillKnowsABatchWhoseGenerationIsForgotten() {
        Lease lease = lane();
        Generation build = build(lease);
        change(A);
        confirm(lease, claim(lease, live()));
        Claim claim = claim(lease, build);
        in(tx -> tx.submitted(lease, claim, List.of(5L)));
        suspect(lease, claim, NO_HOLD);
        confirm(lease, claim(lease, live()));
        in(tx -> tx.forget(lease, build.number()));

        assertThat(state(claim)).isEqualTo(BatchRecord.State.SUSPECT);
        in(tx -> tx.markBatch(claim.batchId()));
        assertThat(standing(A).suspect()).isTrue();
    }

    // --- who may
    // ------------------------------------------------------------------------------------------------------

    /** Everything here that takes a lease. */
    enum RebuildUnderLease {
        OPEN_BUILD,
        BEGIN_SWAP,
        BRING_BACK,
        END_SWAP,
        SWAPPED_IN,
        SWAPPED_BACK,
        FORGET
    }

    @ParameterizedTest
    @EnumSource
    void rebuildsNothingUnderAnOldEpoch(RebuildUnderLease action) {
        Lease first = lane();
        long retired = generation();
        swapped(first);
        boolean builds = action == RebuildUnderLease.BEGIN_SWAP
                || action == RebuildUnderLease.END_SWAP
                || action == RebuildUnderLease.SWAPPED_IN;
        long number = builds ? another(first, action) : retired;
        Lease current = acquire("one");
        List<Generation> open = generations();
        List<Generation> kept = retired();

        assertThat(done(tx -> attempt(tx, action, first, number))).isFalse();
        assertThat(done(tx -> attempt(tx, action, new Lease(INDEX, "two", current.epoch()), number)))
                .isFalse();

        assertThat(generations()).isEqualTo(open);
        assertThat(retired()).isEqualTo(kept);
        assertThat(done(tx -> attempt(tx, action, current, number))).isTrue();
    }

    private long another(Lease lease, RebuildUnderLease action) {
        Generation build =
                tx(tx -> tx.openBuild(lease, "b3", new IndexIdentity("third"))).orElseThrow();
        claimPage(lease, build, KeyPage.of(null, List.of(), true)).orElseThrow();
        if (action == RebuildUnderLease.END_SWAP) {
            in(tx -> tx.beginSwap(lease, build.number(), LIFE));
        }
        return build.number();
    }

    private static boolean attempt(LedgerTransaction tx, RebuildUnderLease action, Lease lease, long generation) {
        return switch (action) {
            case OPEN_BUILD -> tx.openBuild(lease, "b4", BUILT).isPresent();
            case BEGIN_SWAP -> tx.beginSwap(lease, generation, LIFE);
            case BRING_BACK -> tx.bringBack(lease, generation, LIFE);
            case END_SWAP -> tx.endSwap(lease, generation, true);
            case SWAPPED_IN -> tx.swappedIn(lease, generation, NO_HOLD);
            case SWAPPED_BACK -> tx.swappedBack(lease, generation, LIFE, NO_HOLD);
            case FORGET -> tx.forget(lease, generation);
        };
    }

    // --- times
    // --------------------------------------------------------------------------------------------------------

    @Test
    void remembersTimesForEachGenerationByItself() {
        needs(Capability.CLOCK_CONTROL);
        Lease lease = lane();
        Generation build = build(lease);
        Instant noon = tx(LedgerTransaction::now).plus(AN_HOUR);
        ProductKey key = A;
        Claim page =
                claimPage(lease, build, KeyPage.of(null, List.of(key), true)).orElseThrow();
        assertThat(done(tx -> tx.confirm(lease, page, Map.of(), Map.of(key, noon))))
                .isTrue();
        advance(AN_HOUR.plusSeconds(1));

        assertThat(tx(tx -> tx.backlogOf(build.number())).dueRechecks()).isEqualTo(1);
        assertThat(backlog().dueRechecks()).isZero();
        int marked = tx(tx -> tx.markTimed(lease, build.number(), 10));
        assertThat(marked).isEqualTo(1);
        assertThat(standing(key).marked()).isFalse();
        assertThat(marked(build)).isEqualTo(1);
    }
}
