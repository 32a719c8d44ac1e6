package dev.stocktake.testkit.engine;

import static dev.stocktake.testkit.engine.Shop.INDEX;
import static dev.stocktake.testkit.engine.Shop.document;
import static dev.stocktake.testkit.engine.Shop.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Document;
import dev.stocktake.Generation;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.RebuildReport;
import dev.stocktake.RebuildStatus;
import dev.stocktake.RefusedException;
import dev.stocktake.SearchIndex;
import dev.stocktake.Stocktake;
import dev.stocktake.StocktakeException;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncProgress;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSchedule;
import dev.stocktake.SyncSettings;
import dev.stocktake.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A build beside the live index, from the wish for it to its place. */
class RebuildTest {

    private final Shop shop = new Shop();

    @BeforeEach
    void fillTheLiveIndex() {
        shop.products(25).batches(4, 2);
        assertThat(shop.stocktake().run(SyncPolicy.full().inPlace()).complete()).isTrue();
    }

    private IndexIdentity identity() {
        return shop.index.identify().orElseThrow();
    }

    private RebuildStatus status(Stocktake stocktake) {
        return stocktake.rebuilds().status().orElseThrow();
    }

    private Stocktake watched(Consumer<SyncProgress> watcher) {
        return watched(shop.index, watcher);
    }

    private Stocktake watched(SearchIndex over, Consumer<SyncProgress> watcher) {
        return shop.builder(over)
                .listener(new SyncListener() {
                    @Override
                    public void progressed(SyncProgress now) {
                        watcher.accept(now);
                    }
                })
                .build();
    }

    /** Does something once, when so many documents are in the build. */
    private Stocktake when(long documents, Runnable action) {
        return when(shop.index, documents, action);
    }

    private Stocktake when(SearchIndex over, long documents, Runnable action) {
        AtomicReference<Runnable> once = new AtomicReference<>(action);
        return watched(over, now -> {
            boolean far = now.rebuilding()
                    .filter(status -> status.documents() >= documents)
                    .isPresent();
            Runnable left = far ? once.getAndSet(null) : null;
            if (left != null) {
                left.run();
            }
        });
    }

    private void assertSwapped(SyncReport report, IndexIdentity before) {
        assertThat(report.complete()).as("%s", report).isTrue();
        assertThat(report.rebuilt())
                .hasValueSatisfying(rebuilt -> assertThat(rebuilt.ending()).isEqualTo(RebuildReport.Ending.SWAPPED_IN));
        assertThat(identity()).isNotEqualTo(before);
        assertTrue();
    }

    private void assertTrue() {
        shop.assertIndexIsTrue();
        shop.assertLedgerIsEmpty();
        assertThat(shop.ledger.inTransaction(INDEX, LedgerTransaction::build)).isEmpty();
    }

    @Nested
    class AFullRun {

        @Test
        void buildsBesideTheLiveIndexAndSwapsTheBuildIn() {
            IndexIdentity before = identity();

            SyncReport report = shop.stocktake().run(SyncPolicy.full());

            assertSwapped(report, before);
            assertThat(report.counts().written()).isEqualTo(25);
            assertThat(report.rebuilt().orElseThrow().documents()).isEqualTo(25);
            assertThat(report.rebuilt().orElseThrow().before()).isEqualTo(25);
            assertThat(report.toString()).contains("rebuild=SWAPPED_IN");
            assertThat(shop.index.builds()).as("the old one is kept").containsValue(before);
        }

        @Test
        void letsSearchersSeeTheOldContentUntilThen() {
            for (int i = 0; i < 25; i++) {
                shop.stock(key(i), 99);
            }
            Map<ProductKey, Document> old = shop.index.documents();
            List<Map<ProductKey, Document>> seen = new ArrayList<>();
            Stocktake stocktake = watched(now -> seen.add(shop.index.documents()));

            stocktake.run(SyncPolicy.full());

            assertThat(seen)
                    .hasSizeGreaterThan(5)
                    .allMatch(content -> content.equals(old) || content.equals(shop.source.documents()));
            assertTrue();
        }

        @Test
        void letsNoDocumentInThatNobodyOfUsWrote() {
            shop.index.plant(ProductKey.of("alien"), document(key(1), 1));
            IndexIdentity before = identity();

            assertSwapped(shop.stocktake().run(SyncPolicy.full()), before);
        }

        @Test
        void fillsAnEmptyIndexAlsoWithWhatWasSetAsideBeforeItsFirstWalk() {
            Shop other = new Shop().products(10);
            other.index.refuse(key(4), "not today");
            Stocktake stocktake = other.stocktake();
            stocktake.sync(key(4).value());
            other.index.acceptAgain(key(4));

            SyncReport report = stocktake.run(SyncPolicy.full());

            assertThat(report.complete()).isTrue();
            other.assertIndexIsTrue();
        }

        @Test
        void fillsAnEmptyIndexInPlace() {
            Shop other = new Shop().products(10);

            SyncReport report = other.stocktake().run(SyncPolicy.full());

            assertThat(report.complete()).isTrue();
            assertThat(report.rebuilt().orElseThrow().ending()).isEqualTo(RebuildReport.Ending.IN_PLACE);
            assertThat(other.index.builds()).isEmpty();
            other.assertIndexIsTrue();
            other.assertLedgerIsEmpty();
        }

        @ParameterizedTest
        @MethodSource("dev.stocktake.testkit.engine.RebuildTest#withoutBuilds")
        void isMadeInPlaceWhereNothingCanBeBuilt(java.util.function.Function<Shop, SearchIndex> kind) {
            shop.stock(key(3), 77);

            SyncReport report = shop.stocktake(kind.apply(shop)).run(SyncPolicy.full());

            assertThat(report.complete()).isTrue();
            assertThat(report.rebuilt()).isEmpty();
            shop.assertIndexIsTrue();
        }

        @Test
        void worksWithoutALog() {
            IndexIdentity before = identity();

            assertSwapped(shop.stocktake(shop.index.withoutLog()).run(SyncPolicy.full()), before);
        }

        @Test
        void tellsHowFarItIs() {
            List<RebuildStatus> told = new ArrayList<>();
            Stocktake stocktake = watched(now -> {
                shop.pass(Duration.ofSeconds(1));
                now.rebuilding().ifPresent(told::add);
            });

            stocktake.run(SyncPolicy.full());

            assertThat(told).anySatisfy(status -> {
                assertThat(status.phase()).isEqualTo(RebuildStatus.Phase.BUILDING);
                assertThat(status.expected()).isEqualTo(25);
                assertThat(status.documents()).isBetween(1L, 24L);
                assertThat(status.perSecond()).isBetween(0.1, 25.0);
                assertThat(status.remainingTime()).isPresent();
                assertThat(status.words()).isEqualTo("the build is being filled beside the live index");
            });
            assertThat(told).anyMatch(status -> status.phase() == RebuildStatus.Phase.JUDGING);
            assertThat(stocktake.status().rebuild()).isNotNull();
            assertThat(status(stocktake).active()).isFalse();
            assertThat(status(stocktake).lastEnded()).isPresent();
        }
    }

    static List<java.util.function.Function<Shop, SearchIndex>> withoutBuilds() {
        return List.of(shop -> shop.index.withoutBuilds(), shop -> shop.index.writeOnly());
    }

    @Nested
    class Edits {

        @Test
        void areInTheLiveIndexBeforeTheBuildIsFull() {
            IndexIdentity before = identity();
            List<Boolean> seen = new ArrayList<>();
            Stocktake both = shop.builder(shop.index)
                    .listener(new SyncListener() {
                        private boolean edited;

                        @Override
                        public void progressed(SyncProgress now) {
                            if (!edited
                                    && now.rebuilding()
                                            .filter(status -> status.documents() >= 4)
                                            .isPresent()) {
                                edited = true;
                                mark(key(1), 55);
                            } else if (edited && identity().equals(before)) {
                                seen.add(shop.index
                                        .document(key(1))
                                        .equals(java.util.Optional.of(document(key(1), 55))));
                            }
                        }
                    })
                    .build();

            assertSwapped(both.run(SyncPolicy.full()), before);

            assertThat(seen).as("in the live index long before the swap").contains(true);
            assertThat(seen.indexOf(true)).isLessThan(seen.size() / 2);
        }

        private void mark(ProductKey product, int stock) {
            shop.change(product, stock);
            shop.ledger.inTransaction(INDEX, tx -> {
                tx.mark(List.of(product), dev.stocktake.Reason.CHANGE, false);
                return null;
            });
        }

        @Test
        void thatNeverEndDoNotKeepItFromBeingSwappedIn() {
            IndexIdentity before = identity();
            int[] edits = {0};
            Stocktake stocktake = watched(now -> {
                if (identity().equals(before)) {
                    mark(key(edits[0]++ % 25), edits[0]);
                }
            });

            SyncReport report = stocktake.run(SyncPolicy.full());

            assertThat(report.rebuilt().orElseThrow().ending()).isEqualTo(RebuildReport.Ending.SWAPPED_IN);
            shop.stocktake().run(SyncPolicy.smart());
            assertTrue();
        }

        @Test
        void ofTheLastMomentAreAppliedAfterTheSwap() {
            HookedLedger ledger = new HookedLedger(shop.ledger).after("beginSwap", () -> mark(key(2), 123));
            IndexIdentity before = identity();

            SyncReport report = shop.builder(shop.index, ledger).build().run(SyncPolicy.full());

            assertSwapped(report, before);
        }
    }

    @Nested
    class ADeath {

        private static final class Killed extends Error {
            private static final long serialVersionUID = 1L;
        }

        static IntStream commits() {
            return IntStream.rangeClosed(1, 70);
        }

        @ParameterizedTest
        @MethodSource("commits")
        void beforeAnyCommitLosesNothing(int commit) {
            dies(() -> shop.ledger.beforeCommit(commit, () -> {
                throw new Killed();
            }));
        }

        @ParameterizedTest
        @MethodSource("commits")
        void afterAnyCommitLosesNothing(int commit) {
            dies(() -> shop.ledger.afterCommit(commit, () -> {
                throw new Killed();
            }));
        }

        private void dies(Runnable fault) {
            shop.index.requestLife(Duration.ofMinutes(1));
            for (int i = 0; i < 10; i += 2) {
                shop.change(key(i), 0);
            }
            fault.run();
            try {
                shop.stocktake().run(SyncPolicy.full());
            } catch (Killed expected) {
                shop.pass(Duration.ofMinutes(2));
            }

            Stocktake next = shop.stocktake();
            SyncReport report = next.run(SyncPolicy.full());
            next.run(SyncPolicy.smart());

            assertThat(report.complete()).as("%s", report).isTrue();
            assertTrue();
            assertThat(shop.index.builds()).as("the old one, and no leftovers").hasSizeLessThanOrEqualTo(1);
        }
    }

    /** What may happen to a swap on its way. */
    enum Fate {
        REPLY_LOST,
        DROPPED,
        LATE,
        TWICE,
        DONE_TWICE,
        REJECTED,
        FAILED
    }

    @Nested
    class ASwap {

        private void meets(Fate fate) {
            switch (fate) {
                case REPLY_LOST -> shop.index.loseReplyOfNextSwap();
                case DROPPED -> shop.index.dropNextSwap();
                case LATE -> shop.index.deliverNextSwapLate();
                case TWICE -> shop.index.deliverNextSwapTwice();
                case DONE_TWICE -> shop.index.executeNextSwapTwice();
                case REJECTED -> shop.index.rejectNextSwap();
                case FAILED -> shop.index.failNextSwap();
            }
        }

        @ParameterizedTest
        @EnumSource
        void isMadeInTheEndWhateverHappensToIt(Fate fate) {
            shop.index.requestLife(Duration.ofMinutes(5));
            meets(fate);
            IndexIdentity before = identity();
            Stocktake stocktake = shop.stocktake();

            SyncReport report = stocktake.run(SyncPolicy.full());
            while (shop.index.deliver()) {
                stocktake.run(SyncPolicy.smart());
            }
            shop.pass(Duration.ofMinutes(6));
            stocktake.run(SyncPolicy.smart());

            assertThat(identity()).isNotEqualTo(before);
            assertThat(report.complete()).as("%s", report).isTrue();
            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();
            assertTrue();
        }

        @Test
        void thatComesLateIsRecognized() {
            shop.index.requestLife(Duration.ofMinutes(15));
            shop.index.deliverNextSwapLate();
            Stocktake stocktake = shop.stocktake();
            IndexIdentity before = identity();

            SyncReport first = stocktake.run(SyncPolicy.full());

            assertThat(first.complete()).as("nobody knows yet").isFalse();
            assertThat(first.problems()).anyMatch(problem -> problem.contains("may still be on its way"));
            assertThat(identity()).isEqualTo(before);
            shop.change(key(4), 44);
            stocktake.run(SyncPolicy.smart());
            assertThat(shop.index.deliver()).isTrue();
            assertThat(identity()).isNotEqualTo(before);
            shop.change(key(5), 45);

            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();
            assertTrue();
            assertThat(status(stocktake).lastEnded().orElseThrow().ending()).isEqualTo(RebuildReport.Ending.SWAPPED_IN);
        }

        /** A broken join, say; whoever asked for another rebuild has everything looked at again. */
        @Test
        void thatComesLateMeetsNoBuildThatWasEmptiedMeanwhile() {
            shop.index.requestLife(Duration.ofMinutes(15));
            shop.index.deliverNextSwapLate();
            Stocktake stocktake = shop.stocktake();
            stocktake.run(SyncPolicy.full());
            Map<ProductKey, Document> shown = shop.index.documents();
            shown.keySet().forEach(shop.source::remove);

            assertThat(stocktake.run(SyncPolicy.full()).complete()).isFalse();
            assertThat(shop.index.deliver()).isTrue();

            assertThat(shop.index.documents()).isEqualTo(shown);
        }

        @Test
        void isNotAskedForAgainAsLongAsTheFirstMayCome() {
            shop.index.requestLife(Duration.ofMinutes(15));
            shop.index.dropNextSwap();
            Stocktake stocktake = shop.stocktake();
            IndexIdentity before = identity();
            stocktake.run(SyncPolicy.full());

            shop.pass(Duration.ofMinutes(10));
            stocktake.run(SyncPolicy.smart());
            assertThat(identity()).isEqualTo(before);

            shop.pass(Duration.ofMinutes(5));
            stocktake.run(SyncPolicy.smart());
            assertThat(identity()).isNotEqualTo(before);
            assertTrue();
        }

        @Test
        void isLookedForByWhoeverTakesTheLaneInTheMiddle() {
            shop.index.requestLife(Duration.ofMinutes(15));
            HookedLedger ledger = new HookedLedger(shop.ledger).after("beginSwap", () -> {
                throw new StackOverflowError("the process dies");
            });
            assertThatThrownBy(() -> shop.builder(shop.index, ledger).build().run(SyncPolicy.full()))
                    .isInstanceOf(StackOverflowError.class);
            assertThat(shop.ledger.inTransaction(INDEX, LedgerTransaction::build))
                    .hasValueSatisfying(build -> assertThat(build.state()).isEqualTo(Generation.State.SWAPPING));
            shop.change(key(7), 70);
            shop.pass(Duration.ofMinutes(2));

            Stocktake next = shop.stocktake();
            assertThat(next.run(SyncPolicy.smart()).complete())
                    .as("edits go on")
                    .isTrue();
            assertThat(shop.index.document(key(7))).contains(document(key(7), 70));

            shop.pass(Duration.ofMinutes(15));
            next.run(SyncPolicy.smart());
            assertTrue();
            assertThat(status(next).lastEnded().orElseThrow().ending()).isEqualTo(RebuildReport.Ending.SWAPPED_IN);
        }
    }

    @Nested
    class TheGate {

        @Test
        void keepsABuildOutThatHoldsFarLessUntilSomebodyAgrees() {
            shop.settings(SyncSettings.defaults().withBrakes(new SyncSettings.Brakes(0.2, 3)));
            IndexIdentity before = identity();
            for (int i = 5; i < 25; i++) {
                shop.source.remove(key(i));
            }
            Stocktake stocktake = shop.stocktake();

            SyncReport held = stocktake.run(SyncPolicy.full());

            assertThat(held.complete()).isFalse();
            assertThat(held.problems())
                    .anyMatch(problem -> problem.contains("holds 5 documents")
                            && problem.contains("the live index 25")
                            && problem.contains("allowingMassDeletion"));
            assertThat(identity()).isEqualTo(before);
            assertThat(shop.index.documents()).hasSize(25);
            assertThat(status(stocktake).phase()).isEqualTo(RebuildStatus.Phase.WAITING);

            assertSwapped(stocktake.run(SyncPolicy.full().allowingMassDeletion()), before);
            assertThat(shop.index.documents()).hasSize(5);
        }

        @Test
        void looksAgainWhenTheDatabaseIsMended() {
            shop.settings(SyncSettings.defaults().withBrakes(new SyncSettings.Brakes(0.2, 3)));
            IndexIdentity before = identity();
            Map<ProductKey, Document> all = shop.source.documents();
            all.keySet().forEach(shop.source::remove);
            Stocktake stocktake = shop.stocktake();
            assertThat(stocktake.run(SyncPolicy.full()).complete()).isFalse();
            all.forEach(shop.source::put);

            shop.pass(Duration.ofMinutes(20));
            stocktake.run(SyncPolicy.smart());

            assertThat(identity()).isNotEqualTo(before);
            assertTrue();
        }

        @Test
        void fillsAgainWhatSomebodyTookOutOfTheBuild() {
            shop.settings(SyncSettings.defaults().withBrakes(new SyncSettings.Brakes(0.2, 3)));
            IndexIdentity before = identity();
            Stocktake stocktake = when(
                    20,
                    () -> shop.index
                            .build(shop.index.builds().keySet().iterator().next())
                            .write(new dev.stocktake.WriteBatch(
                                    "alien",
                                    List.of(),
                                    IntStream.range(0, 15).mapToObj(Shop::key).toList())));

            assertSwapped(stocktake.run(SyncPolicy.full()), before);
        }
    }

    @Nested
    class ADryRun {

        @Test
        void tellsWhatWouldChangeAndChangesNothing() {
            IndexIdentity before = identity();
            Map<ProductKey, Document> content = shop.index.documents();
            shop.stock(key(1), 99);
            shop.source.remove(key(2));
            shop.stock(ProductKey.of("new"), 1);

            SyncReport report = shop.stocktake().run(SyncPolicy.full().dryRun());

            assertThat(report.complete()).as("%s", report).isTrue();
            RebuildReport looked = report.rebuilt().orElseThrow();
            assertThat(looked.ending()).isEqualTo(RebuildReport.Ending.LOOKED_AT);
            assertThat(looked.wouldChange()).contains(new RebuildReport.Changes(1, 1, 1, 23));
            assertThat(identity()).isEqualTo(before);
            assertThat(shop.index.documents()).isEqualTo(content);
            assertThat(shop.index.builds()).isEmpty();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void saysThatTheGateWouldKeepItOut() {
            shop.settings(SyncSettings.defaults().withBrakes(new SyncSettings.Brakes(0.2, 3)));
            IntStream.range(5, 25).forEach(i -> shop.source.remove(key(i)));

            RebuildReport looked =
                    shop.stocktake().run(SyncPolicy.full().dryRun()).rebuilt().orElseThrow();

            assertThat(looked.words()).contains("would not be swapped in", "holds 5 documents");
            assertThat(looked.wouldChange()).contains(new RebuildReport.Changes(0, 0, 20, 5));
        }

        @Test
        void needsABuild() {
            assertThatThrownBy(() -> shop.stocktake(shop.index.withoutBuilds())
                            .run(SyncPolicy.full().dryRun()))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("audit().dryRun()");
        }
    }

    @Nested
    class SomebodyElse {

        @Test
        void whoCancelsItFindsTheLiveIndexAsItWas() {
            IndexIdentity before = identity();
            Stocktake other = shop.stocktake();
            Stocktake stocktake =
                    when(8, () -> assertThat(other.rebuilds().cancel()).isTrue());

            SyncReport report = stocktake.run(SyncPolicy.full());

            assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.INCOMPLETE);
            assertThat(report.rebuilt().orElseThrow().ending()).isEqualTo(RebuildReport.Ending.CANCELLED);
            assertThat(identity()).isEqualTo(before);
            assertThat(shop.index.builds()).isEmpty();
            assertTrue();
            assertThat(other.rebuilds().cancel()).as("there is none any more").isFalse();
        }

        /** Without a schedule nobody else would. */
        @Test
        void whoLetsItGoOnFinishesIt() {
            IndexIdentity before = identity();
            Stocktake other = shop.stocktake();
            when(8, () -> other.rebuilds().pause()).run(SyncPolicy.full());

            assertThat(other.finishRebuild().problems()).anyMatch(problem -> problem.contains("paused"));
            other.rebuilds().resume();
            SyncReport finished = other.finishRebuild();

            assertThat(finished.complete()).isTrue();
            assertThat(finished.rebuilt().orElseThrow().ending()).isEqualTo(RebuildReport.Ending.SWAPPED_IN);
            assertThat(identity()).isNotEqualTo(before);
            assertTrue();
        }

        @Test
        void whoCancelsWhatWasPausedRemovesIt() {
            IndexIdentity before = identity();
            Stocktake other = shop.stocktake();
            when(8, () -> other.rebuilds().pause()).run(SyncPolicy.full());

            other.rebuilds().cancel();
            SyncReport finished = other.finishRebuild();

            assertThat(finished.complete()).isFalse();
            assertThat(finished.rebuilt().orElseThrow().ending()).isEqualTo(RebuildReport.Ending.CANCELLED);
            assertThat(identity()).isEqualTo(before);
            assertThat(shop.index.builds()).isEmpty();
        }

        @Test
        void whoFinishesNoneAsksForNone() {
            IndexIdentity before = identity();

            SyncReport finished = shop.stocktake().finishRebuild();

            assertThat(finished.complete()).isTrue();
            assertThat(finished.rebuilt()).isEmpty();
            assertThat(identity()).isEqualTo(before);
        }

        @Test
        void whoPausesItLetsEditsGoOn() {
            IndexIdentity before = identity();
            Stocktake other = shop.stocktake();
            Stocktake stocktake = when(8, () -> other.rebuilds().pause());

            SyncReport paused = stocktake.run(SyncPolicy.full());

            assertThat(paused.complete()).isFalse();
            assertThat(paused.problems()).anyMatch(problem -> problem.contains("paused"));
            assertThat(status(other).phase()).isEqualTo(RebuildStatus.Phase.PAUSED);
            shop.change(key(3), 33);
            assertThat(other.run(SyncPolicy.smart()).complete()).isTrue();
            assertThat(shop.index.document(key(3))).contains(document(key(3), 33));
            assertThat(identity()).isEqualTo(before);

            other.rebuilds().resume();
            shop.pass(Duration.ofSeconds(2));
            assertThat(other.run(SyncPolicy.smart()).complete()).isTrue();
            assertThat(identity()).isNotEqualTo(before);
            assertTrue();
        }

        @Test
        void whoThrottlesItMakesItSlower() {
            Stocktake stocktake = shop.stocktake();
            stocktake.rebuilds().throttle(2);
            java.time.Instant from = shop.time.instant();

            assertThat(stocktake.run(SyncPolicy.full()).complete()).isTrue();

            assertThat(Duration.between(from, shop.time.instant())).isGreaterThan(Duration.ofSeconds(11));
            assertTrue();
            assertThatThrownBy(() -> stocktake.rebuilds().throttle(-1)).isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void whoDeclaresOtherSettingsMeanwhileGetsThoseOfToday() {
            IndexIdentity before = identity();
            shop.index.declareSettings("searchable: title");
            Stocktake stocktake = when(8, () -> shop.index.declareSettings("searchable: title, sku"));

            assertSwapped(stocktake.run(SyncPolicy.full()), before);

            assertThat(shop.index.settings()).isEqualTo("searchable: title, sku");
        }

        @Test
        void whoRemovesTheBuildHasItBegunAnew() {
            IndexIdentity before = identity();
            Stocktake stocktake =
                    when(8, () -> shop.index.builds().forEach((label, identity) -> shop.index.drop(label, identity)));

            assertSwapped(stocktake.run(SyncPolicy.full()), before);
        }

        @Test
        void whoDropsTheLiveIndexIsFound() {
            IndexIdentity before = identity();
            Stocktake stocktake = when(8, () -> shop.index.recreate());

            assertSwapped(stocktake.run(SyncPolicy.full()), before);
        }
    }

    @Nested
    class WhatWasLiveBefore {

        @Test
        void isBroughtBackAndIsTrueThen() {
            Stocktake stocktake = shop.stocktake();
            IndexIdentity before = identity();
            stocktake.run(SyncPolicy.full());
            IndexIdentity built = identity();
            shop.change(key(3), 33);
            stocktake.run(SyncPolicy.smart());

            SyncReport report = stocktake.rollback();

            assertThat(report.complete()).as("%s", report).isTrue();
            assertThat(report.rebuilt().orElseThrow().ending()).isEqualTo(RebuildReport.Ending.ROLLED_BACK);
            assertThat(identity()).isEqualTo(before);
            assertThat(shop.index.builds()).containsValue(built);
            assertTrue();
        }

        @Test
        void isNotThereWhereNothingWasRebuilt() {
            assertThatThrownBy(() -> shop.stocktake().rollback())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("nothing to roll back to");
        }

        @Test
        void isRemovedWhenItsTimeIsOverAndNotBefore() {
            Stocktake stocktake = shop.stocktake();
            stocktake.run(SyncPolicy.full());

            shop.pass(Duration.ofHours(23));
            stocktake.run(SyncPolicy.smart());
            assertThat(shop.index.builds()).hasSize(1);

            shop.pass(Duration.ofHours(2));
            stocktake.run(SyncPolicy.smart());
            assertThat(shop.index.builds()).isEmpty();
            assertThat(status(stocktake).canRollBack()).isFalse();
            assertTrue();
        }

        @Test
        void isNotRemovedAsLongAsASwapMayStillBeOnItsWay() {
            shop.index.requestLife(Duration.ofHours(30));
            Stocktake stocktake = shop.stocktake();
            stocktake.run(SyncPolicy.full());

            shop.pass(Duration.ofHours(26));
            stocktake.run(SyncPolicy.smart());

            assertThat(shop.index.builds()).hasSize(1);
        }

        @Test
        void isLeftAloneIfItIsSomethingElse() {
            Stocktake stocktake = shop.stocktake();
            stocktake.run(SyncPolicy.full());
            String label = shop.index.builds().keySet().iterator().next();
            shop.index.drop(label, shop.index.builds().get(label));
            IndexIdentity others = shop.index.build(label).prepare();

            shop.pass(Duration.ofHours(25));
            stocktake.run(SyncPolicy.smart());

            assertThat(shop.index.builds()).containsExactly(Map.entry(label, others));
        }

        @Test
        void makesRoomForTheNextBuild() {
            Stocktake stocktake = shop.stocktake();
            stocktake.run(SyncPolicy.full());
            shop.pass(Duration.ofHours(1));

            stocktake.run(SyncPolicy.full());

            assertThat(shop.index.builds()).hasSize(1);
            assertTrue();
        }
    }

    @Nested
    class SeveralInstances {

        @Test
        void makeOneRebuildAndAllAreToldHowItEnded() throws InterruptedException {
            IndexIdentity before = identity();
            AtomicReference<SyncReport> theirs = new AtomicReference<>();
            Stocktake second = shop.stocktake();
            Thread asks = new Thread(() -> theirs.set(second.run(SyncPolicy.full())));
            java.util.concurrent.CountDownLatch joined = new java.util.concurrent.CountDownLatch(1);
            Stocktake first = when(8, () -> {
                asks.start();
                await(() -> !shop.time.naps().isEmpty());
                joined.countDown();
            });
            shop.holderLives();

            SyncReport report = first.run(SyncPolicy.full());
            asks.join(20_000);

            assertThat(joined.getCount()).isZero();
            assertSwapped(report, before);
            assertThat(theirs.get().complete()).as("%s", theirs.get()).isTrue();
            assertThat(theirs.get().rebuilt().orElseThrow().ending()).isEqualTo(RebuildReport.Ending.SWAPPED_IN);
            assertThat(shop.index.builds())
                    .as("one old content, so one swap")
                    .hasSize(1)
                    .containsValue(before);
            assertThat(generations()).as("one rebuild").isEqualTo(2);
        }

        private long generations() {
            return shop.ledger
                    .inTransaction(INDEX, LedgerTransaction::live)
                    .orElseThrow()
                    .number();
        }

        private static void await(java.util.function.BooleanSupplier condition) {
            org.awaitility.Awaitility.await().until(condition::getAsBoolean);
        }

        @Test
        void goOnWithTheRebuildOfOneThatDied() {
            IndexIdentity before = identity();
            Stocktake first = when(8, () -> {
                throw new StackOverflowError("the process dies");
            });
            assertThatThrownBy(() -> first.run(SyncPolicy.full())).isInstanceOf(StackOverflowError.class);
            String label = shop.index.builds().keySet().iterator().next();
            shop.pass(Duration.ofMinutes(2));

            assertThat(shop.stocktake().run(SyncPolicy.smart()).complete()).isTrue();

            assertThat(identity()).isNotEqualTo(before);
            assertThat(shop.index.builds()).as("the same build").containsExactly(Map.entry(label, before));
            assertTrue();
        }
    }

    /** What was found by looking at how the engine could be misled, one after the other. */
    @Nested
    class NothingOfIt {

        private final AtomicReference<Runnable> before = new AtomicReference<>(() -> {});

        /** The index, with something that happens before each call of a method. */
        private SearchIndex index(String method) {
            return (SearchIndex) java.lang.reflect.Proxy.newProxyInstance(
                    SearchIndex.class.getClassLoader(),
                    dev.stocktake.testkit.InMemoryIndex.class.getInterfaces(),
                    (proxy, called, arguments) -> {
                        if (called.getName().equals(method)) {
                            before.get().run();
                        }
                        try {
                            return called.invoke(shop.index, arguments);
                        } catch (java.lang.reflect.InvocationTargetException e) {
                            throw e.getTargetException();
                        }
                    });
        }

        private void fails(StocktakeException failure) {
            before.set(() -> {
                throw failure;
            });
        }

        static List<StocktakeException> failures() {
            return List.of(
                    new MisconfiguredException("the key may not delete indexes"),
                    new RefusedException("not now", null),
                    new UnavailableException("too busy", null));
        }

        @ParameterizedTest
        @MethodSource("failures")
        void stopsTheLaneWhenAnOldContentCannotBeRemoved(StocktakeException failure) {
            Stocktake stocktake = shop.stocktake(index("drop"));
            stocktake.run(SyncPolicy.full());
            shop.pass(Duration.ofHours(25));
            fails(failure);

            for (int i = 0; i < 3; i++) {
                shop.change(key(i), 70 + i);
                SyncReport report = stocktake.run(SyncPolicy.smart());
                assertThat(report.complete()).as("%s", report).isTrue();
                shop.pass(Duration.ofMinutes(1));
            }
            assertThat(shop.index.builds()).hasSize(1);
            assertThat(status(stocktake).canRollBack()).isTrue();
            IndexIdentity next = identity();
            assertSwapped(stocktake.run(SyncPolicy.full()), next);

            before.set(() -> {});
            shop.pass(Duration.ofHours(25));
            stocktake.run(SyncPolicy.smart());
            assertThat(shop.index.builds()).isEmpty();
            assertTrue();
        }

        @Test
        void letsOthersWaitForWhatIsTrueAlready() {
            shop.stocktake().run(SyncPolicy.full());

            java.util.Optional<String> told =
                    shop.ledger.inTransaction(INDEX, tx -> tx.cursor("stocktake.rebuild.ended"));
            assertThat(told).hasValueSatisfying(ended -> assertThat(ended).startsWith("1|whole|SWAPPED_IN"));
        }

        @Test
        void endsARebuildAsADryRunThatItJoinedInTheLastMoment() throws InterruptedException {
            IndexIdentity old = identity();
            Stocktake second = shop.stocktake();
            AtomicReference<SyncReport> theirs = new AtomicReference<>();
            Thread joins = new Thread(() -> theirs.set(second.run(SyncPolicy.full())));
            AtomicInteger counted = new AtomicInteger();
            before.set(() -> {
                if (counted.incrementAndGet() == 3) {
                    joins.start();
                    org.awaitility.Awaitility.await()
                            .until(() -> shop.ledger
                                    .inTransaction(INDEX, tx -> tx.cursor("stocktake.rebuild"))
                                    .orElse("")
                                    .startsWith("REBUILD"));
                }
            });
            shop.holderLives();

            shop.stocktake(index("count")).run(SyncPolicy.full().dryRun());
            joins.join(20_000);

            assertThat(counted.get()).as("it was compared").isGreaterThanOrEqualTo(3);
            assertSwapped(theirs.get(), old);
        }

        @Test
        void swapsInWhatADryRunBuilt() {
            shop.index.requestLife(Duration.ofMinutes(15));
            shop.index.deliverNextSwapTwice();
            shop.stocktake().run(SyncPolicy.full());
            IndexIdentity built = identity();
            AtomicReference<Boolean> again = new AtomicReference<>(false);
            Stocktake looks = when(8, () -> again.set(shop.index.deliver()));

            looks.run(SyncPolicy.full().dryRun());
            assertThat(again.get()).as("the first swap is executed once more").isTrue();
            for (int i = 0; i < 20; i++) {
                shop.pass(Duration.ofMinutes(2));
                looks.run(SyncPolicy.smart());
            }

            assertThat(identity()).as("the build of the full run").isEqualTo(built);
            assertThat(status(looks).lastEnded().orElseThrow().ending()).isEqualTo(RebuildReport.Ending.LOOKED_AT);
            assertTrue();
        }

        /** A request that was carried out, and is nothing, may have been delivered twice, too. */
        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void asksForNoOtherSwapAsLongAsTheFirstMayComeASecondTime(boolean fails) {
            shop.index.requestLife(Duration.ofMinutes(5));
            if (fails) {
                shop.index.failNextSwap();
            } else {
                shop.index.executeNextSwapTwice();
            }
            IndexIdentity old = identity();
            List<Instant> asked = new ArrayList<>();
            before.set(() -> asked.add(shop.time.clock().instant()));

            shop.stocktake(index("swap")).run(SyncPolicy.full());

            assertThat(asked).hasSize(2);
            assertThat(Duration.between(asked.get(0), asked.get(1))).isGreaterThanOrEqualTo(Duration.ofMinutes(5));
            assertThat(identity()).isNotEqualTo(old);
            assertTrue();
        }

        private final AtomicReference<Runnable> after = new AtomicReference<>(() -> {});

        /** Over the index with something that happens before each call of a method, and something that happens after each step. */
        private Stocktake between(String method) {
            return watched(index(method), now -> after.get().run());
        }

        private static void once(AtomicReference<Runnable> hook, Runnable action) {
            hook.set(() -> {
                hook.set(() -> {});
                action.run();
            });
        }

        private String label() {
            return shop.index.builds().keySet().iterator().next();
        }

        /** Two swaps of which nobody knows, around the next write. */
        private void swapsAroundTheNextWrite() {
            String label = label();
            once(before, () -> {
                shop.index.swap(label);
                once(after, () -> shop.index.swap(label));
            });
        }

        private void assertReadBack(SyncReport report, IndexIdentity live) {
            assertThat(identity()).as("the swaps cannot be told by the name").isEqualTo(live);
            assertThat(report.complete()).as("%s", report).isTrue();
            assertThat(report.counts().retried()).isPositive();
            assertThat(shop.index.documents()).containsEntry(key(3), Shop.document(key(3), 33));
        }

        @Test
        void confirmsNothingThatASwapMadeOnceMoreHasTakenAway() {
            shop.index.requestLife(Duration.ofMinutes(15));
            Stocktake stocktake = between("write");
            stocktake.run(SyncPolicy.full());
            IndexIdentity built = identity();
            shop.change(key(3), 33);
            swapsAroundTheNextWrite();

            assertReadBack(stocktake.sync(List.of(key(3))), built);
            assertTrue();
        }

        /** What a request that came twice may still do is not undone by a later one that was turned away. */
        @Test
        void remembersThatASwapMayComeWhateverBecomesOfTheNext() {
            shop.index.requestLife(Duration.ofMinutes(15));
            Stocktake stocktake = between("write");
            stocktake.run(SyncPolicy.full());
            shop.index.swap(label());
            shop.index.rejectNextSwap();
            stocktake.sync(List.of(key(4)));
            IndexIdentity live = identity();
            shop.stock(key(3), 33);
            swapsAroundTheNextWrite();

            assertReadBack(stocktake.sync(List.of(key(3))), live);
        }

        /** What is left of a swap that was undone has no request of its own, and would wait for ever. */
        @Test
        void letsLeaveThatIsGivenHelpABuildThatNobodyAskedFor() {
            shop.settings(SyncSettings.defaults().withBrakes(new SyncSettings.Brakes(0.2, 3)));
            shop.index.requestLife(Duration.ofMinutes(5));
            Stocktake stocktake = shop.stocktake();
            stocktake.run(SyncPolicy.full());
            shop.index.swap(label());
            shop.index.executeNextSwapTwice();
            stocktake.run(SyncPolicy.smart());
            for (int i = 0; i < 20; i++) {
                shop.source.remove(key(i));
                shop.feed.changed(key(i));
            }
            shop.pass(Duration.ofMinutes(6));
            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isFalse();
            assertThat(status(stocktake).phase()).isEqualTo(RebuildStatus.Phase.WAITING);

            SyncReport report = stocktake.run(SyncPolicy.full().allowingMassDeletion());
            for (int i = 0; i < 3 && !report.complete(); i++) {
                shop.pass(Duration.ofMinutes(6));
                report = stocktake.run(SyncPolicy.full().allowingMassDeletion());
            }

            assertThat(report.complete()).as("%s", report).isTrue();
            assertTrue();
        }

        /** Searchers see it, and whoever waits beside the lane is not told that all is true until it is. */
        @Test
        void isNotWholeWhenAWriteCameLateIntoTheBuildBeforeItWasSwapped() {
            Stocktake stocktake = when(index("swap"), 8, shop.index::deliverNextLate);
            AtomicReference<Boolean> landed = new AtomicReference<>(false);
            once(before, () -> landed.set(shop.index.deliver()));

            SyncReport report = stocktake.run(SyncPolicy.full());

            assertThat(landed.get()).as("it came in the last moment").isTrue();
            java.util.Optional<String> told =
                    shop.ledger.inTransaction(INDEX, tx -> tx.cursor("stocktake.rebuild.ended"));
            assertThat(told).hasValueSatisfying(ended -> assertThat(ended).contains("|part|"));
            assertThat(report.complete()).as("%s", report).isTrue();
            assertTrue();
        }

        @Test
        void putsOffWhatTheIndexNeverGivesBack() {
            shop.index.requestLife(Duration.ofMinutes(15));
            AtomicReference<Boolean> lies = new AtomicReference<>(false);
            SearchIndex liar = (SearchIndex) java.lang.reflect.Proxy.newProxyInstance(
                    SearchIndex.class.getClassLoader(),
                    dev.stocktake.testkit.InMemoryIndex.class.getInterfaces(),
                    (proxy, called, arguments) -> {
                        Object answer = called.invoke(shop.index, arguments);
                        return lies.get() && called.getName().equals("fingerprints") ? Map.of() : answer;
                    });
            Stocktake stocktake = shop.stocktake(liar);
            stocktake.run(SyncPolicy.full());
            lies.set(true);
            shop.change(key(3), 33);
            long writes = shop.index.writes();

            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertThat(shop.index.writes() - writes)
                    .as("it tries less and less often")
                    .isBetween(2L, 60L);
            assertThat(report.toString()).contains("does not hold all of it");
            lies.set(false);
            shop.pass(Duration.ofMinutes(2));
            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();
            assertTrue();
        }

        @Test
        void marksAgainWhereTheIndexWasMadeAnewBetweenTwoLooksOfAWaiter() {
            Stocktake holder = shop.stocktake(index("writesAfter"));
            holder.run(SyncPolicy.smart());
            waitsFor(() -> {
                holder.run(SyncPolicy.smart());
                shop.index.recreate();
                diesWhenItHasTheLane(holder);
            });
            shop.stock(key(3), 33);

            SyncReport report = shop.stocktake().sync(List.of(key(3)));

            assertThat(report.complete()).as("%s", report).isTrue();
            assertThat(shop.index.documents()).containsEntry(key(3), Shop.document(key(3), 33));
        }

        /** The lane is elsewhere at first; when somebody has waited for it once, something happens. */
        private void waitsFor(Runnable meanwhile) {
            Duration minute = Duration.ofMinutes(1);
            Lease elsewhere = shop.ledger
                    .inTransaction(INDEX, tx -> tx.acquire("elsewhere", minute, minute))
                    .orElseThrow();
            AtomicReference<Runnable> left = new AtomicReference<>(() -> {
                boolean released = shop.ledger.inTransaction(INDEX, tx -> tx.release(elsewhere));
                assertThat(released).isTrue();
                meanwhile.run();
            });
            shop.time.onSleep(
                    nap -> Objects.requireNonNull(left.getAndSet(() -> {})).run());
        }

        /** Before it does anything but writing down what the live name means. */
        private void diesWhenItHasTheLane(Stocktake holder) {
            before.set(() -> {
                throw new StackOverflowError("the process dies");
            });
            assertThatThrownBy(() -> holder.run(SyncPolicy.smart())).isInstanceOf(StackOverflowError.class);
            before.set(() -> {});
            boolean released = shop.ledger.inTransaction(
                    INDEX, tx -> tx.release(tx.holder().orElseThrow()));
            assertThat(released).isTrue();
        }

        private void swapAndSee(Stocktake holder, String label) {
            shop.index.swap(label);
            diesWhenItHasTheLane(holder);
        }

        @Test
        void marksAgainWhereTwoSwapsWereMadeBetweenTwoLooksOfAWaiter() {
            shop.index.requestLife(Duration.ofMinutes(15));
            Stocktake holder = shop.stocktake(index("writesAfter"));
            holder.run(SyncPolicy.full());
            IndexIdentity built = identity();
            String label = label();
            swapAndSee(holder, label);
            IndexIdentity old = identity();
            waitsFor(() -> {
                swapAndSee(holder, label);
                swapAndSee(holder, label);
            });
            shop.stock(key(3), 33);

            SyncReport report = shop.stocktake().sync(List.of(key(3)));

            assertThat(identity())
                    .as("what was live is live again")
                    .isEqualTo(old)
                    .isNotEqualTo(built);
            assertThat(report.complete()).as("%s", report).isTrue();
            assertThat(shop.index.documents()).containsEntry(key(3), Shop.document(key(3), 33));
        }

        @Test
        void isTakenForTheRollbackThatSomebodyAskedFor() {
            shop.index.requestLife(Duration.ofMinutes(15));
            shop.index.deliverNextSwapTwice();
            IndexIdentity old = identity();
            Stocktake stocktake = shop.stocktake();
            stocktake.run(SyncPolicy.full());
            assertThat(identity()).isNotEqualTo(old);
            stocktake.rebuilds().pause();
            assertThat(stocktake.rollback().complete()).isFalse();
            assertThat(shop.index.deliver()).isTrue();
            assertThat(identity()).as("by a swap that came twice").isEqualTo(old);

            stocktake.rebuilds().resume();
            for (int i = 0; i < 20; i++) {
                shop.pass(Duration.ofMinutes(2));
                stocktake.run(SyncPolicy.smart());
            }

            assertThat(identity()).as("what somebody asked for").isEqualTo(old);
            assertTrue();
        }

        @Test
        void destroysWhatCouldNotBeBroughtBack() {
            IndexIdentity old = identity();
            Stocktake stocktake = shop.stocktake(index("swap"));
            stocktake.run(SyncPolicy.full());
            fails(new RefusedException("no swaps today", null));

            SyncReport refused = stocktake.rollback();

            assertThat(refused.rebuilt().orElseThrow().ending()).isEqualTo(RebuildReport.Ending.FAILED);
            assertThat(shop.index.builds()).containsValue(old);
            assertThat(status(stocktake).canRollBack()).isTrue();
            before.set(() -> {});
            shop.change(key(3), 33);
            assertThat(stocktake.rollback().complete()).isTrue();
            assertThat(identity()).isEqualTo(old);
            assertTrue();
        }

        @Test
        void destroysWhatSomebodyChangedTheirMindAbout() {
            shop.index.requestLife(Duration.ofMinutes(15));
            IndexIdentity old = identity();
            Stocktake stocktake = shop.stocktake();
            stocktake.run(SyncPolicy.full());
            shop.index.dropNextSwap();
            assertThat(stocktake.rollback().complete()).isFalse();

            assertThat(stocktake.rebuilds().cancel()).isTrue();
            shop.pass(Duration.ofMinutes(16));
            stocktake.run(SyncPolicy.smart());

            assertThat(status(stocktake).lastEnded().orElseThrow().ending()).isEqualTo(RebuildReport.Ending.CANCELLED);
            assertThat(shop.index.builds()).containsValue(old);
            assertThat(stocktake.rollback().complete()).isTrue();
            assertThat(identity()).isEqualTo(old);
            assertTrue();
        }

        @Test
        void isRemovedForADryRun() {
            IndexIdentity old = identity();
            Stocktake stocktake = shop.stocktake();
            stocktake.run(SyncPolicy.full());

            shop.pass(Duration.ofHours(1));
            assertThat(stocktake.run(SyncPolicy.full().dryRun()).complete()).isTrue();

            assertThat(shop.index.builds()).containsValue(old);
            assertThat(stocktake.rollback().complete()).isTrue();
            assertThat(identity()).isEqualTo(old);
        }

        @Test
        void isRemovedForABuildThatCannotBeMade() {
            IndexIdentity old = identity();
            Stocktake stocktake = shop.stocktake(index("count"));
            stocktake.run(SyncPolicy.full());
            shop.pass(Duration.ofHours(1));
            fails(new RefusedException("no room", null));

            assertThat(stocktake.run(SyncPolicy.full()).rebuilt().orElseThrow().ending())
                    .isEqualTo(RebuildReport.Ending.FAILED);

            assertThat(shop.index.builds()).containsValue(old);
        }

        @Test
        void saysThatTheLastSwapWasNotMade() {
            shop.index.requestLife(Duration.ofMinutes(15));
            Stocktake stocktake = shop.stocktake();
            stocktake.run(SyncPolicy.full());

            SyncReport next = stocktake.run(SyncPolicy.full());

            assertThat(next.problems()).anyMatch(problem -> problem.contains("the last swap was made"));
        }
    }

    /** A schedule on its thread, in virtual time: what it waits for is over at once. */
    @Nested
    class ASchedule {

        private final SyncSchedule weekly = SyncSchedule.builder()
                .every(Duration.ofDays(7), SyncPolicy.full())
                .every(Duration.ofSeconds(10), SyncPolicy.smart())
                .build();

        @Test
        void goesOnAtThePaceThatWasAskedFor() {
            IndexIdentity before = identity();
            AtomicReference<java.time.Instant> swapped = new AtomicReference<>();
            Stocktake stocktake = watched(now -> {
                if (!identity().equals(before)) {
                    swapped.compareAndSet(null, shop.time.instant());
                }
            });
            stocktake.rebuilds().throttle(4);
            java.time.Instant from = shop.time.instant();

            try (stocktake) {
                stocktake.start(weekly);
                org.awaitility.Awaitility.await().until(() -> swapped.get() != null);
            }

            assertThat(Duration.between(from, swapped.get())).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(30));
        }

        private void letTheGateWait() {
            shop.settings(SyncSettings.defaults().withBrakes(new SyncSettings.Brakes(0.2, 3)));
            IntStream.range(5, 25).forEach(i -> shop.source.remove(key(i)));
        }

        @Test
        void noticesWithinSecondsWhatIsSaidElsewhere() {
            letTheGateWait();
            Stocktake other = shop.stocktake();
            java.time.Instant from = shop.time.instant();
            AtomicReference<java.time.Instant> cancelled = new AtomicReference<>();
            shop.time.onSleep(nap -> {
                java.time.Instant now = shop.time.instant();
                if (now.isAfter(from.plus(Duration.ofMinutes(20))) && cancelled.compareAndSet(null, now)) {
                    other.rebuilds().cancel();
                }
            });

            try (Stocktake stocktake = shop.stocktake()) {
                stocktake.start(weekly);
                org.awaitility.Awaitility.await()
                        .until(() -> other.rebuilds()
                                .status()
                                .flatMap(RebuildStatus::lastEnded)
                                .isPresent());
            }

            RebuildReport ended = status(other).lastEnded().orElseThrow();
            assertThat(ended.ending()).isEqualTo(RebuildReport.Ending.CANCELLED);
            assertThat(Duration.between(cancelled.get(), ended.at())).isLessThan(Duration.ofSeconds(30));
        }

        @Test
        void takesLeaveFromElsewhereAndTellsHowItEnded() {
            letTheGateWait();
            shop.holderLives();
            IndexIdentity before = identity();
            Stocktake other = shop.stocktake();

            try (Stocktake stocktake = shop.stocktake()) {
                stocktake.start(weekly);
                org.awaitility.Awaitility.await()
                        .until(() -> other.rebuilds()
                                .status()
                                .filter(status -> status.phase() == RebuildStatus.Phase.WAITING)
                                .isPresent());

                SyncReport report = other.run(SyncPolicy.full().allowingMassDeletion());

                assertThat(report.rebuilt().orElseThrow().ending()).isEqualTo(RebuildReport.Ending.SWAPPED_IN);
            }
            assertThat(identity()).isNotEqualTo(before);
        }
    }

    @Test
    void isNotDoneByTheRecommendedScheduleUnasked() {
        assertThat(SyncSchedule.recommended().toString()).contains("full").doesNotContain("rebuild");
        assertThat(shop.stocktake().guarantee(SyncSchedule.recommended()).gaps())
                .noneMatch(gap -> gap.contains("built beside"));
        SyncSchedule weekly = SyncSchedule.builder()
                .every(Duration.ofDays(7), SyncPolicy.full())
                .build();
        assertThat(shop.stocktake(shop.index.withoutBuilds()).guarantee(weekly).gaps())
                .anyMatch(gap -> gap.contains("Nothing can be built beside the index"));
    }

    @Test
    void leavesOfProcessesThatDiedAreRemovedWhenTheNextOneBegins() {
        shop.index.build("bleft").prepare();

        shop.stocktake().run(SyncPolicy.full());

        assertThat(shop.index.builds()).doesNotContainKey("bleft").hasSize(1);
    }
}
