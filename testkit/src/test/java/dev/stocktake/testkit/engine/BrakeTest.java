package dev.stocktake.testkit.engine;

import static dev.stocktake.testkit.engine.Shop.INDEX;
import static dev.stocktake.testkit.engine.Shop.document;
import static dev.stocktake.testkit.engine.Shop.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.stocktake.Claim;
import dev.stocktake.Document;
import dev.stocktake.Generation;
import dev.stocktake.HeldBack;
import dev.stocktake.Lease;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductOutcome;
import dev.stocktake.Reason;
import dev.stocktake.Stocktake;
import dev.stocktake.StoppedException;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSchedule;
import dev.stocktake.SyncSettings;
import dev.stocktake.testkit.InMemoryChangeFeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** More deletions than somebody agreed to wait until somebody does. */
class BrakeTest {

    private static final int PRODUCTS = 300;

    private final Shop shop = new Shop();
    private Stocktake stocktake = filled(PRODUCTS);

    private Stocktake filled(int products) {
        Stocktake filling = shop.products(products).batches(50, 2).stocktake();
        filling.run(SyncPolicy.full().inPlace());
        return filling;
    }

    private static List<ProductKey> keys(int from, int to) {
        return IntStream.range(from, to).mapToObj(Shop::key).toList();
    }

    private void removeSilently(int from, int to) {
        keys(from, to).forEach(shop.source::remove);
    }

    private void remove(int from, int to) {
        removeSilently(from, to);
        shop.feed.changed(keys(from, to));
    }

    private void assertNothingWasDeleted() {
        assertThat(shop.index.documents()).hasSize(PRODUCTS);
    }

    private static void assertHeldBack(SyncReport report, int documents, int of) {
        assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.INCOMPLETE);
        assertThat(report.counts().deleted()).isZero();
        assertThat(report.problems())
                .anySatisfy(problem -> assertThat(problem)
                        .contains(documents + " of its " + of)
                        .contains("run(SyncPolicy.full().inPlace().allowingMassDeletion())"));
    }

    @Nested
    class EveryWay {

        @Test
        void keepsTheIndexWhenTheSourceIsSuddenlyEmpty() {
            removeSilently(0, PRODUCTS);

            assertHeldBack(stocktake.run(SyncPolicy.full().inPlace()), PRODUCTS, PRODUCTS);
            assertNothingWasDeleted();
        }

        @Test
        void keepsTheIndexWhenAJoinBreaksAndEveryRowLosesItsDocument() {
            keys(0, PRODUCTS).forEach(shop.source::unpublish);

            assertHeldBack(stocktake.run(SyncPolicy.full().inPlace()), PRODUCTS, PRODUCTS);
            assertNothingWasDeleted();
        }

        @Test
        void keepsTheIndexWhenAFeedNamesDeletionsByTheHundred() {
            remove(0, 200);

            assertHeldBack(stocktake.run(SyncPolicy.smart()), 200, PRODUCTS);
            assertNothingWasDeleted();
            assertThat(shop.ledger.rows(INDEX)).as("rows").isZero();
        }

        @Test
        void keepsTheIndexWhenEverythingIsMarkedForcedAsSomebodyElseWroteIt() {
            removeSilently(0, PRODUCTS);
            shop.index.alter(key(1), document(key(1), 99));

            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertHeldBack(report, PRODUCTS, PRODUCTS);
            assertNothingWasDeleted();
        }

        @Test
        void keepsTheIndexWhenDeletionsTrickleIn() {
            removeSilently(0, PRODUCTS);
            for (int i = 0; i < PRODUCTS; i++) {
                shop.feed.changed(key(i));
                stocktake.run(SyncPolicy.smart());
            }

            assertThat(shop.index.documents()).hasSizeGreaterThan(PRODUCTS - 110);
        }

        @Test
        void saysThatAnIndexWithoutAListHasNoBrake() {
            Stocktake blind = shop.stocktake(shop.index.writeOnly());
            remove(0, PRODUCTS);

            blind.run(SyncPolicy.smart());

            assertThat(shop.index.documents()).isEmpty();
            assertThat(blind.guarantee(SyncSchedule.recommended()).gaps())
                    .anyMatch(gap -> gap.contains("nothing holds back deletions"));
        }
    }

    /** So few that the least that may always go would be all of them. */
    @Nested
    class ASmallShop {

        private static final int FEW = 60;

        private final Shop small = new Shop();

        private Stocktake of(int products) {
            Stocktake filling = small.products(products).stocktake();
            filling.run(SyncPolicy.full().inPlace());
            return filling;
        }

        private void isGone(int from, int to) {
            keys(from, to).forEach(small.source::remove);
            small.feed.changed(keys(from, to));
        }

        @ParameterizedTest
        @ValueSource(ints = {10, FEW, 100})
        void isNotEmptiedByAnEmptySource(int products) {
            stocktake = of(products);
            keys(0, products).forEach(small.source::remove);

            assertHeldBack(stocktake.run(SyncPolicy.full().inPlace()), products, products);
            assertThat(small.index.documents()).hasSize(products);
        }

        @Test
        void norByAFeedThatNamesEveryProduct() {
            stocktake = of(FEW);
            isGone(0, FEW);

            assertHeldBack(stocktake.run(SyncPolicy.smart()), FEW, FEW);
            assertThat(small.index.documents()).hasSize(FEW);
        }

        @Test
        void norByAGap() {
            stocktake = of(FEW);
            keys(0, FEW).forEach(small.source::remove);
            small.feed.gap();

            assertHeldBack(stocktake.run(SyncPolicy.smart()), FEW, FEW);
            assertThat(small.index.documents()).hasSize(FEW);
        }

        @Test
        void norByAnAudit() {
            stocktake = of(FEW);
            keys(0, FEW).forEach(small.source::remove);

            assertThat(stocktake.run(SyncPolicy.audit()).outcome()).isEqualTo(SyncReport.Outcome.INCOMPLETE);
            assertThat(small.index.documents()).hasSize(FEW);
        }

        /** It has no document that would stay. */
        @Test
        void norBesideAProductThatIsQuarantined() {
            stocktake = of(FEW);
            ProductKey refused = key(200);
            small.index.refuse(refused, "too heavy");
            small.change(refused, 1);
            stocktake.run(SyncPolicy.smart());
            isGone(0, FEW);
            small.feed.changed(refused);

            assertHeldBack(stocktake.run(SyncPolicy.smart()), FEW, FEW);
            assertThat(small.index.documents()).hasSize(FEW);
        }

        @Test
        void getsItsEditsMeanwhileAndIsRightAgainWhenTheSourceIs() {
            stocktake = of(FEW);
            Map<ProductKey, Document> before = small.source.documents();
            isGone(0, FEW);
            stocktake.run(SyncPolicy.smart());

            before.forEach(small.source::put);
            small.source.put(key(1), document(key(1), 7));

            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();
            assertThat(small.index.documents()).isEqualTo(small.source.documents());
        }

        @Test
        void mayLoseAllButOne() {
            stocktake = of(FEW);
            isGone(1, FEW);

            assertThat(stocktake.run(SyncPolicy.smart()).counts().deleted()).isEqualTo(FEW - 1);
        }

        @Test
        void losesAllIfSomebodyAllowsIt() {
            stocktake = of(FEW);
            isGone(0, FEW);
            stocktake.run(SyncPolicy.smart());

            assertThat(stocktake.run(SyncPolicy.smart().allowingMassDeletion()).complete())
                    .isTrue();
            assertThat(small.index.documents()).isEmpty();
        }

        @Test
        void isNotAskedHowManyDocumentsItHasWhileOthersStay() {
            stocktake = of(FEW);
            small.feed.changed(keys(30, FEW));
            isGone(0, 30);

            ListedIndex listed = new ListedIndex(small.index);
            small.stocktake(listed).run(SyncPolicy.smart());

            assertThat(small.index.documents()).hasSize(FEW - 30);
            assertThat(listed.counts()).isZero();
        }

        @Test
        void ofNineMayBeEmptied() {
            stocktake = of(9);
            isGone(0, 9);

            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();
            assertThat(small.index.documents()).isEmpty();
        }
    }

    @Nested
    class TheLimit {

        @ParameterizedTest
        @CsvSource({"300, 100", "1000, 200"})
        void isTheShareOrTheLeastWhicheverIsMore(int products, int limit) {
            stocktake = filled(products);
            remove(0, limit);
            assertThat(stocktake.run(SyncPolicy.smart()).counts().deleted()).isEqualTo(limit);

            stocktake = filled(products);
            remove(0, limit + 1);
            assertHeldBack(stocktake.run(SyncPolicy.smart()), limit + 1, products);
            assertThat(shop.index.documents()).hasSize(products);
        }

        @ParameterizedTest
        @CsvSource({"300, 100", "1000, 200"})
        void holdsForAWalkOverEverything(int products, int limit) {
            stocktake = filled(products);
            removeSilently(0, limit);
            assertThat(stocktake.run(SyncPolicy.full().inPlace()).counts().deleted())
                    .isEqualTo(limit);

            stocktake = filled(products);
            removeSilently(0, limit + 1);
            assertHeldBack(stocktake.run(SyncPolicy.full().inPlace()), limit + 1, products);
            assertThat(shop.index.documents()).hasSize(products);
        }

        @Test
        void isNotForgottenByACountThatWasMadeBefore() {
            HookedLedger books = new HookedLedger(shop.ledger)
                    .failsNext("walked")
                    .after("walked", () -> {
                        removeSilently(0, PRODUCTS);
                        mark(0, 60);
                    })
                    .after("walked", () -> mark(60, 120));

            SyncReport report = shop.builder(shop.index, books)
                    .build()
                    .run(SyncPolicy.full().inPlace());

            assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.INCOMPLETE);
            assertThat(report.counts().deleted()).isEqualTo(60);
            assertThat(shop.index.documents()).hasSize(PRODUCTS - 60);
        }

        private void mark(int from, int to) {
            shop.ledger.inTransaction(INDEX, tx -> {
                tx.mark(keys(from, to), Reason.CHANGE, false);
                return true;
            });
        }

        @Test
        void isNotPassedInTwoSteps() {
            shop.settings(SyncSettings.defaults().withBrakes(new SyncSettings.Brakes(0.2, 200)));
            stocktake = shop.stocktake();
            removeSilently(0, PRODUCTS);
            shop.feed.changed(keys(0, 120));
            assertThat(stocktake.run(SyncPolicy.smart()).counts().deleted()).isEqualTo(120);

            assertHeldBack(stocktake.run(SyncPolicy.full().inPlace()), PRODUCTS, PRODUCTS);
            assertThat(shop.index.documents()).hasSize(PRODUCTS - 120);
        }

        @Test
        void isOneOfTenMinutes() {
            remove(0, 60);
            stocktake.run(SyncPolicy.smart());
            shop.pass(Duration.ofMinutes(10));
            remove(60, 120);

            assertThat(stocktake.run(SyncPolicy.full().inPlace()).complete()).isTrue();
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void countsADeletionOnceHoweverOftenItFails() {
            remove(0, 60);
            shop.index.failNext(2);

            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();
            assertThat(stocktake.run(SyncPolicy.full().inPlace()).complete()).isTrue();
            shop.assertIndexIsTrue();
        }

        @Test
        void isNotReachedByWhatSomebodyAllowed() {
            remove(0, 200);
            stocktake.run(SyncPolicy.full().inPlace().allowingMassDeletion());
            remove(200, 260);

            assertThat(stocktake.run(SyncPolicy.full().inPlace()).complete()).isTrue();
            shop.assertIndexIsTrue();
        }

        @Test
        void isNotReachedByOtherWork() {
            remove(0, 90);
            keys(90, PRODUCTS).forEach(key -> shop.change(key, 5));

            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertThat(report.complete()).isTrue();
            assertThat(report.counts().deleted()).isEqualTo(90);
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void canBeSetAndSwitchedOff() {
            shop.settings(SyncSettings.defaults().withBrakes(new SyncSettings.Brakes(0, 0)));
            remove(0, 1);
            assertHeldBack(shop.stocktake().run(SyncPolicy.smart()), 1, PRODUCTS);

            shop.settings(SyncSettings.defaults().withBrakes(new SyncSettings.Brakes(1, 0)));
            remove(0, PRODUCTS);
            shop.stocktake().run(SyncPolicy.full().inPlace());
            assertThat(shop.index.documents()).isEmpty();
        }

        @Test
        void isWeighedOnceForABatchHoweverManyPartsItIsReadIn() {
            int[] asked = new int[1];
            HookedLedger books = new HookedLedger(shop.ledger).afterEach("marked", () -> asked[0]++);
            stocktake = shop.batches(PRODUCTS, 1).builder(shop.index, books).build();
            stocktake.run(SyncPolicy.smart());
            int idle = asked[0];
            long reads = shop.source.reads();
            long writes = shop.index.writes();
            IntStream.range(0, 80).filter(i -> i % 4 == 0).forEach(i -> shop.source.remove(key(i)));
            shop.feed.changed(keys(0, 80));

            SyncReport report = stocktake.run(SyncPolicy.smart());

            long batches = shop.index.writes() - writes;
            assertThat(report.counts().deleted()).isEqualTo(20);
            assertThat(shop.source.reads() - reads).as("parts").isGreaterThan(batches);
            assertThat(asked[0] - 2L * idle).as("questions").isEqualTo(batches);
        }

        @Test
        void letsGoWhatWasCountedEvenWhereMoreIsMarkedThanItAllows() {
            removeSilently(0, 20);
            stocktake = shop.batches(10, 1).stocktake();
            shop.source.afterRead(read -> {
                shop.pass(Duration.ofMillis(200));
                shop.ledger.inTransaction(INDEX, tx -> {
                    List<ProductKey> others = new ArrayList<>(keys(20, PRODUCTS));
                    others.removeAll(read);
                    tx.mark(others, Reason.CHANGE, false);
                    return true;
                });
            });

            stocktake.run(SyncPolicy.full().inPlace());

            assertThat(shop.index.documents()).hasSize(PRODUCTS - 20);
        }

        @Test
        void neverKeepsAProductThatSomebodyAskedForByName() {
            removeSilently(0, PRODUCTS);
            stocktake.run(SyncPolicy.full().inPlace());

            SyncReport report = stocktake.sync(key(7).value());

            assertThat(report.complete()).isTrue();
            assertThat(report.products().get(key(7)).result()).isEqualTo(ProductOutcome.Result.DELETED);
            assertThat(shop.index.documents()).hasSize(PRODUCTS - 1);
        }

        @Test
        void keepsHundredsOfProductsThatSomebodyAskedForByName() {
            removeSilently(0, PRODUCTS);

            SyncReport report = stocktake.sync(keys(0, PRODUCTS));

            assertThat(report.complete()).isFalse();
            assertThat(report.counts().deleted()).isEqualTo(100);
            assertThat(report.products().values())
                    .filteredOn(outcome -> outcome.result() == ProductOutcome.Result.PENDING)
                    .hasSize(PRODUCTS - 100)
                    .allSatisfy(outcome -> assertThat(outcome.reason()).contains("its deletion waits"));
        }
    }

    @Nested
    class WhileItHolds {

        private void hold() {
            removeSilently(0, 150);
            stocktake.run(SyncPolicy.full().inPlace());
        }

        @Test
        void everythingElseGoesOn() {
            hold();
            shop.change(key(200), 77);
            shop.change(ProductKey.of("new"), 1);

            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertThat(report.counts().written()).isEqualTo(2);
            assertThat(shop.index.document(key(200))).contains(document(key(200), 77));
            assertHeldBack(report, 150, PRODUCTS + 1);
        }

        @Test
        void evenASmallDeletionWaits() {
            hold();
            remove(200, 201);

            stocktake.run(SyncPolicy.smart());

            assertNothingWasDeleted();
        }

        @Test
        void saysSo() {
            hold();

            HeldBack heldBack = stocktake.status().heldBack();

            assertThat(heldBack).isNotNull();
            assertThat(Objects.requireNonNull(heldBack).documents()).isEqualTo(150);
            assertThat(heldBack.of()).isEqualTo(PRODUCTS);
            assertThat(heldBack.limit()).isEqualTo(100);
            assertThat(stocktake.status().orphansUnknown()).isTrue();
            assertThat(stocktake.status().clean()).isFalse();
        }

        @Test
        void aRestartDoesNotLetGo() {
            hold();
            remove(150, 160);

            assertHeldBack(shop.stocktake().run(SyncPolicy.smart()), 160, PRODUCTS);
            assertNothingWasDeleted();
        }

        @Test
        void aRestartBeforeTheCountForgetsNothing() {
            ListedIndex listed = new ListedIndex(shop.index);
            stocktake = shop.stocktake(listed);
            keys(0, 150).forEach(shop.source::unpublish);
            listed.atPage(1, () -> {
                throw new StoppedException("killed", null);
            });
            assertThatThrownBy(() -> stocktake.run(SyncPolicy.full().inPlace())).isInstanceOf(StoppedException.class);
            keys(0, 150).forEach(key -> shop.stock(key, 77));

            SyncReport report = shop.stocktake(listed).run(SyncPolicy.smart());

            assertThat(report.complete()).isTrue();
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void aRunThatLosesTheLaneCallsNothingPaidThatSomebodyElsePaidWithMarks() {
            removeSilently(0, 150);
            shop.settings(SyncSettings.defaults().withLane(shortLease()));
            HookedLedger books =
                    new HookedLedger(shop.ledger).afterEach("backlog", this::anotherInstancePaysWhatIsHeldWithMarks);
            stocktake = shop.builder(shop.index, books).build();

            assertHeldBack(stocktake.run(SyncPolicy.full().inPlace()), 150, PRODUCTS);
            assertNothingWasDeleted();
            assertThat(shop.ledger.rows(INDEX)).isEqualTo(150);
            assertThat(shop.ledger.owesWalk(INDEX)).isFalse();
        }

        private static SyncSettings.Lane shortLease() {
            SyncSettings.Lane usual = SyncSettings.defaults().lane();
            return new SyncSettings.Lane(
                    Duration.ofSeconds(10), usual.patience(), usual.firstPoll(), usual.longestPoll());
        }

        private void anotherInstancePaysWhatIsHeldWithMarks() {
            if (shop.stocktake().status().heldBack() == null) {
                return;
            }
            shop.pass(shortLease().lease().plusSeconds(1));
            shop.ledger.inTransaction(INDEX, tx -> {
                Lease lease = tx.acquire("another instance", Duration.ofMinutes(1), Duration.ZERO)
                        .orElseThrow();
                Generation live = tx.live().orElseThrow();
                tx.saveCursor("stocktake.brake", "");
                tx.mark(keys(0, 150), Reason.SWEEP, true);
                return tx.walked(lease, live.number(), live.owedWalk());
            });
        }

        @Test
        void saysSoOnceAndOnceWhenItIsOver() {
            List<String> said = Said.by(() -> {
                hold();
                stocktake.run(SyncPolicy.smart());
                stocktake.run(SyncPolicy.full().inPlace());
                keys(0, 150).forEach(key -> shop.stock(key, 10));
                stocktake.run(SyncPolicy.smart());
                stocktake.run(SyncPolicy.smart());
            });

            assertThat(said)
                    .filteredOn(line -> line.startsWith("WARN"))
                    .singleElement(STRING)
                    .contains("deletions are held back, as 150 of its 300", "for example: p000, p001");
            assertThat(said)
                    .filteredOn(line -> line.contains("no longer held back"))
                    .singleElement(STRING)
                    .startsWith("INFO")
                    .contains("they are few enough now, 0 of 300");
        }

        @Test
        void aBrakeThatIsSwitchedOffHoldsNothing() {
            hold();
            keys(0, 10).forEach(key -> shop.stock(key, 77));
            shop.settings(SyncSettings.defaults().withBrakes(new SyncSettings.Brakes(1, 0)));
            stocktake = shop.stocktake();

            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertThat(report.complete()).isTrue();
            assertThat(report.counts().deleted()).isEqualTo(140);
            assertThat(stocktake.status().heldBack()).isNull();
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void itLetsGoByItselfWhenTheProductsAreThereAgain() {
            hold();
            keys(0, 149).forEach(key -> shop.stock(key, 10));

            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertThat(report.complete()).isTrue();
            assertThat(report.counts().deleted()).isEqualTo(1);
            assertThat(stocktake.status().heldBack()).isNull();
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }
    }

    /** Its mark is done by somebody else, who holds its deletion back or does not. */
    @Nested
    class WhoWaitsForAProduct {

        private static final Duration LONG = Duration.ofHours(1);

        private void hold() {
            removeSilently(0, 150);
            stocktake.run(SyncPolicy.full().inPlace());
        }

        private Lease another() {
            return shop.ledger.inTransaction(
                    INDEX,
                    tx -> tx.acquire("another instance", LONG, Duration.ZERO).orElseThrow());
        }

        /** The other's brake leaves the deletion undone, so its mark goes. */
        private void confirm(Lease lease) {
            shop.ledger.inTransaction(INDEX, tx -> {
                long live = tx.live().orElseThrow().number();
                Claim claim = tx.claim(lease, live, "other-1", 10).orElseThrow();
                return tx.confirm(lease, claim, Map.of());
            });
        }

        private SyncReport sync(ProductKey key, Lease other, Runnable afterwards) {
            HookedLedger books = new HookedLedger(shop.ledger).after("mark", () -> {
                confirm(other);
                afterwards.run();
            });
            return shop.builder(shop.index, books).build().sync(key.value());
        }

        @Test
        void isNotToldThatItIsTrueWhenItsDeletionIsHeldBack() {
            hold();

            SyncReport report = sync(key(7), another(), () -> {});

            assertThat(report.complete()).isFalse();
            assertThat(report.products().get(key(7)).result()).isEqualTo(ProductOutcome.Result.PENDING);
            assertNothingWasDeleted();
        }

        @Test
        void isNotToldSoWhenTheProductIsThereAgainAndItsDocumentIsOld() {
            hold();

            SyncReport report = sync(key(7), another(), () -> shop.stock(key(7), 77));

            assertThat(report.complete()).isFalse();
            assertThat(report.products().get(key(7)).result()).isEqualTo(ProductOutcome.Result.PENDING);
        }

        @Test
        void makesItTrueItselfAsSoonAsTheLaneIsFree() {
            hold();
            Lease other = another();

            SyncReport report = sync(key(7), other, () -> shop.ledger.inTransaction(INDEX, tx -> tx.release(other)));

            assertThat(report.complete()).isTrue();
            assertThat(report.products().get(key(7)).result()).isEqualTo(ProductOutcome.Result.DELETED);
            assertThat(shop.index.document(key(7))).isEmpty();
        }

        @Test
        void doesNotWaitForOthersWhichAreHeldBack() {
            hold();

            SyncReport report = sync(key(200), another(), () -> {});

            assertThat(report.complete()).isTrue();
            assertThat(report.products().get(key(200)).result()).isEqualTo(ProductOutcome.Result.WRITTEN);
        }

        @Test
        void goesOnWaitingWhenTheIndexIsDown() {
            hold();

            SyncReport report = sync(key(200), another(), shop.index::down);

            assertThat(report.complete()).isFalse();
            assertThat(report.products().get(key(200)).result()).isEqualTo(ProductOutcome.Result.PENDING);
        }
    }

    @Nested
    class WhenSomebodyAllowsIt {

        @Test
        void everythingWithoutAProductGoes() {
            removeSilently(0, PRODUCTS);
            stocktake.run(SyncPolicy.full().inPlace());

            SyncReport report = stocktake.run(SyncPolicy.full().inPlace().allowingMassDeletion());

            assertThat(report.complete()).isTrue();
            assertThat(report.policy()).isEqualTo("full");
            assertThat(report.counts().deleted()).isEqualTo(PRODUCTS);
            assertThat(stocktake.status().heldBack()).isNull();
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void aSmartRunMayToo() {
            remove(0, 200);

            assertThat(stocktake
                            .run(SyncPolicy.smart().allowingMassDeletion())
                            .counts()
                            .deleted())
                    .isEqualTo(200);
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void whatWasReadWrongMeanwhileIsLookedAtAgain() {
            removeSilently(0, 150);
            stocktake.run(SyncPolicy.full().inPlace());
            shop.feed.changed(key(1));
            stocktake.run(SyncPolicy.smart());
            shop.stock(key(1), 77);

            SyncReport report = stocktake.run(SyncPolicy.smart().allowingMassDeletion());

            assertThat(report.complete()).isTrue();
            assertThat(report.counts().deleted()).isEqualTo(149);
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void itIsForThisTimeOnly() {
            stocktake.run(SyncPolicy.full().inPlace().allowingMassDeletion());
            removeSilently(0, 150);
            stocktake.run(SyncPolicy.full().inPlace().allowingMassDeletion());
            removeSilently(150, PRODUCTS);

            assertHeldBack(stocktake.run(SyncPolicy.full().inPlace()), 150, 150);
        }

        @Test
        void itIsForgottenAfterADay() {
            removeSilently(0, 150);
            shop.index.down();
            stocktake.run(SyncPolicy.full().inPlace().allowingMassDeletion());
            shop.index.up();
            shop.pass(Duration.ofHours(25));

            assertHeldBack(stocktake.run(SyncPolicy.smart()), 150, PRODUCTS);
        }

        @Test
        void whoeverRunsTheLaneDoesIt() {
            removeSilently(0, 150);
            Stocktake holder = shop.holderLives()
                    .builder(shop.index)
                    .listener(new WhileRunning(() ->
                            shop.stocktake().run(SyncPolicy.full().inPlace().allowingMassDeletion())))
                    .build();

            holder.run(SyncPolicy.full().inPlace());
            holder.run(SyncPolicy.smart());

            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }
    }

    @Nested
    class WhenSomebodyAllowsSoMany {

        private SyncReport allowing(long documents) {
            return stocktake.run(SyncPolicy.full().inPlace().allowingMassDeletion(documents));
        }

        @Test
        void theseGo() {
            removeSilently(0, 150);
            stocktake.run(SyncPolicy.full().inPlace());

            SyncReport report = allowing(150);

            assertThat(report.complete()).as(report.toString()).isTrue();
            assertThat(report.counts().deleted()).isEqualTo(150);
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void noneOfMoreGoes() {
            removeSilently(0, 150);
            stocktake.run(SyncPolicy.full().inPlace());

            assertHeldBack(allowing(149), 150, PRODUCTS);
            assertThat(shop.index.documents()).hasSize(PRODUCTS);
        }

        @Test
        void noneGoesIfOthersFollowBeforeItIsDone() {
            removeSilently(0, 150);
            shop.index.down();
            allowing(150);
            shop.index.up();
            removeSilently(150, 160);

            assertHeldBack(stocktake.run(SyncPolicy.smart()), 160, PRODUCTS);
            assertThat(shop.index.documents()).hasSize(PRODUCTS);
        }

        @Test
        void onlyTheseGoIfTheSourceIsEmptyInTheMiddleOfIt() {
            removeSilently(0, 150);
            stocktake.run(SyncPolicy.full().inPlace());
            shop.source.afterRead(keys -> {
                if (keys.contains(key(0))) {
                    remove(150, PRODUCTS);
                }
            });

            allowing(150);
            stocktake.run(SyncPolicy.full().inPlace());

            assertThat(stocktake.status().heldBack()).isNotNull();
            assertThat(shop.index.documents().keySet()).contains(key(150), key(PRODUCTS - 1));
        }

        @Test
        void aRunThatTakesChangesMayToo() {
            remove(0, 150);

            assertThat(stocktake
                            .run(SyncPolicy.smart().allowingMassDeletion(150))
                            .counts()
                            .deleted())
                    .isEqualTo(150);
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void aRebuildIsNoPlaceForIt() {
            assertThatThrownBy(() -> SyncPolicy.full().allowingMassDeletion(150))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("full().inPlace().allowingMassDeletion(150)");
        }
    }

    /** More than a process remembers one by one. */
    @Nested
    class TenThousandProductsThatSeemToBeGone {

        private static final int ALL = 13_000;
        private static final int GONE = 11_500;

        private Stocktake instance() {
            SyncSettings settings = SyncSettings.defaults().withBrakes(new SyncSettings.Brakes(0.95, 100));
            return shop.settings(settings).stocktake(shop.index);
        }

        private void seemToBeGone() {
            for (int i = PRODUCTS; i < ALL; i++) {
                shop.stock(key(i), 10);
            }
            stocktake = instance();
            stocktake.run(SyncPolicy.full().inPlace());
            keys(0, GONE).forEach(shop.source::unpublish);
        }

        private void areThereAgain() {
            keys(0, GONE).forEach(key -> shop.stock(key, 77));
        }

        @Test
        void areAllLookedAtAgainWhenTheyAreThereAfterAll() {
            seemToBeGone();
            HookedLedger books = new HookedLedger(shop.ledger).afterEach("claimFrontier", () -> {
                if (walkOverProductsEnded()) {
                    areThereAgain();
                }
            });

            SyncReport report = shop.builder(shop.index, books)
                    .build()
                    .run(SyncPolicy.full().inPlace());

            assertThat(report.complete()).as(report.toString()).isTrue();
            assertThat(report.counts().deleted()).isZero();
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        private boolean walkOverProductsEnded() {
            return shop.ledger.inTransaction(
                    INDEX, tx -> tx.live().orElseThrow().frontier().ended());
        }

        @Test
        void goIfTheyAreReallyGone() {
            seemToBeGone();

            SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

            assertThat(report.complete()).as(report.toString()).isTrue();
            assertThat(shop.index.documents()).hasSize(ALL - GONE);
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }
    }

    @Test
    void refusesAFeedUnderANameThatItKeepsForItself() {
        assertThatThrownBy(() -> Stocktake.builder(shop.source, shop.index, shop.ledger)
                        .feed(new InMemoryChangeFeed("stocktake.brake"))
                        .build())
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("stocktake.");
    }

    @Test
    void namesWrongSettings() {
        shop.settings(SyncSettings.defaults().withBrakes(new SyncSettings.Brakes(1.5, -1)));

        assertThatThrownBy(shop::stocktake)
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("brakes.share must be between 0 and 1, not 1.5")
                .hasMessageContaining("brakes.atLeast");
    }
}
