package dev.stocktake.testkit.engine;

import static dev.stocktake.testkit.engine.Shop.INDEX;
import static dev.stocktake.testkit.engine.Shop.document;
import static dev.stocktake.testkit.engine.Shop.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.BatchLimits;
import dev.stocktake.ChangeFeed;
import dev.stocktake.Document;
import dev.stocktake.Guarantee;
import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductOutcome;
import dev.stocktake.Reason;
import dev.stocktake.Stocktake;
import dev.stocktake.StoppedException;
import dev.stocktake.SyncCounts;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncProgress;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSchedule;
import dev.stocktake.SyncSettings;
import dev.stocktake.Truth;
import dev.stocktake.UnavailableException;
import dev.stocktake.testkit.InMemoryIndex;
import dev.stocktake.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StocktakeTest {

    private final Shop shop = new Shop();

    private static SyncPolicy only(ProductKey... keys) {
        return SyncPolicy.products(List.of(keys));
    }

    @Nested
    class AFullRun {

        @Test
        void fillsAnEmptyIndex() {
            SyncReport report = shop.products(25)
                    .batches(10, 3)
                    .stocktake()
                    .run(SyncPolicy.full().inPlace());

            assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.COMPLETE);
            assertThat(report.counts()).isEqualTo(new SyncCounts(25, 0, 25, 0, 0, 0));
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void writesNothingWhereNothingChanged() {
            Stocktake stocktake = shop.products(25).stocktake();
            stocktake.run(SyncPolicy.full().inPlace());
            long writes = shop.index.writes();

            SyncReport again = stocktake.run(SyncPolicy.full().inPlace());

            assertThat(again.counts()).isEqualTo(new SyncCounts(25, 25, 0, 0, 0, 0));
            assertThat(shop.index.writes()).isEqualTo(writes);
        }

        @Test
        void removesWhatIsNoLongerInTheSource() {
            Stocktake stocktake = shop.products(5).stocktake();
            stocktake.run(SyncPolicy.full().inPlace());
            shop.source.remove(key(2));

            SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

            assertThat(report.counts().deleted()).isEqualTo(1);
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void removesDocumentsThatSomebodyElsePutThere() {
            shop.products(3).index.prepare();
            shop.index.plant(ProductKey.of("alien"), document(key(1), 1));

            shop.stocktake().run(SyncPolicy.full().inPlace());

            shop.assertIndexIsTrue();
        }

        @Test
        void neverEmptiesTheIndexOnTheWay() {
            shop.products(20).batches(4, 2).stocktake().run(SyncPolicy.full().inPlace());
            for (int i = 0; i < 20; i++) {
                shop.stock(key(i), 99);
            }
            List<Integer> sizes = new ArrayList<>();
            Stocktake stocktake = shop.builder(shop.index)
                    .listener(new SyncListener() {
                        @Override
                        public void progressed(SyncProgress now) {
                            sizes.add(shop.index.documents().size());
                        }
                    })
                    .build();

            stocktake.run(SyncPolicy.full().inPlace());

            assertThat(sizes).hasSizeGreaterThan(3).containsOnly(20);
            shop.assertIndexIsTrue();
        }

        @Test
        void closesBatchesByCountAndByBytes() {
            shop.products(40).index.limits(new BatchLimits(1000, 350));

            shop.stocktake().run(SyncPolicy.full().inPlace());

            assertThat(shop.index.writes()).isBetween(5L, 20L);
            shop.assertIndexIsTrue();
        }

        @Test
        void closesBatchesByCount() {
            shop.products(25).batches(10, 3).stocktake().run(SyncPolicy.full().inPlace());

            assertThat(shop.index.writes()).isEqualTo(3);
        }

        @Test
        void hasSeveralBatchesOnTheirWayAtOnceAndNoMoreThanAllowed() {
            shop.products(50).batches(10, 3).index.applyLater();
            List<Integer> waiting = new ArrayList<>();
            shop.time.onSleep(nap -> {
                waiting.add(shop.index.waitingTasks());
                shop.index.apply();
            });

            SyncReport report = shop.stocktake().run(SyncPolicy.full().inPlace());

            assertThat(report.complete()).isTrue();
            assertThat(waiting).startsWith(3).allMatch(tasks -> tasks <= 3);
            assertThat(shop.index.documentsWritten()).isEqualTo(50);
            shop.assertIndexIsTrue();
        }

        @Test
        void worksOnAnIndexThatCanOnlyBeWritten() {
            Stocktake stocktake = shop.products(5).stocktake(shop.index.writeOnly());

            assertThat(stocktake.run(SyncPolicy.full().inPlace()).complete()).isTrue();

            shop.assertIndexIsTrue();
        }

        @Test
        void leavesNoBatchBehindWhetherOrNotTheIndexKeepsALog() {
            shop.products(5)
                    .stocktake(shop.index.withoutLog())
                    .run(SyncPolicy.full().inPlace());
            assertThat(shop.ledger.batches(INDEX)).isZero();

            shop.stock(key(1), 3);
            shop.stocktake().run(SyncPolicy.full().inPlace());
            assertThat(shop.ledger.batches(INDEX)).isZero();
        }
    }

    @Nested
    class ASmartRun {

        private final Stocktake stocktake = shop.products(50).stocktake();

        @Test
        void findsExactlyWhatChanged() {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.change(key(7), 0);

            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertThat(report.counts()).isEqualTo(new SyncCounts(1, 0, 1, 0, 0, 0));
            shop.assertIndexIsTrue();
            assertThat(shop.feed.pending()).isEmpty();
        }

        @Test
        void writesNothingWhereNothingChanged() {
            stocktake.run(SyncPolicy.full().inPlace());
            long writes = shop.index.writes();

            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertThat(report.counts()).isEqualTo(SyncCounts.NONE);
            assertThat(report.complete()).isTrue();
            assertThat(shop.index.writes()).isEqualTo(writes);
        }

        @Test
        void writesNothingForAHintThatProvesFalse() {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.feed.changed(key(1));

            assertThat(stocktake.run(SyncPolicy.smart()).counts()).isEqualTo(new SyncCounts(1, 1, 0, 0, 0, 0));
        }

        @Test
        void writesAHotProductOnce() {
            stocktake.run(SyncPolicy.full().inPlace());
            for (int i = 0; i < 1_000; i++) {
                shop.change(key(1), i);
            }
            long written = shop.index.documentsWritten();

            stocktake.run(SyncPolicy.smart());

            assertThat(shop.index.documentsWritten() - written).isEqualTo(1);
        }

        @Test
        void looksAtEverythingTheFirstTime() {
            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertThat(report.counts().written()).isEqualTo(50);
            shop.assertIndexIsTrue();
        }

        @Test
        void looksAtEverythingAfterAGap() {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.stock(key(3), 1);
            shop.feed.gap();

            stocktake.run(SyncPolicy.smart());

            shop.assertIndexIsTrue();
        }

        @Test
        void needsAFeedAndSaysSo() {
            Stocktake without = Stocktake.builder(shop.source, shop.index, shop.ledger)
                    .clock(shop.time)
                    .sleeper(shop.time)
                    .build();

            assertThatThrownBy(() -> without.run(SyncPolicy.smart()))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("feed(...)");
        }
    }

    @Nested
    class AProductRun {

        private final Stocktake stocktake = shop.products(50).batches(10, 1).stocktake();

        @Test
        void makesOneProductTrueAndReportsBeforeAndAfter() {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.stock(key(4), 0);

            SyncReport report = stocktake.run(only(key(4)));

            ProductOutcome outcome = report.products().get(key(4));
            assertThat(outcome.result()).isEqualTo(ProductOutcome.Result.WRITTEN);
            assertThat(outcome.before()).isNotNull().isNotEqualTo(outcome.after());
            assertThat(shop.index.document(key(4))).contains(document(key(4), 0));
        }

        @Test
        void leavesTheRestOfANewIndexToOtherRuns() {
            SyncReport report = stocktake.run(only(key(4), key(5)));

            assertThat(report.complete()).isTrue();
            assertThat(shop.index.documents()).containsOnlyKeys(key(4), key(5));
            assertThat(stocktake.status().walking()).isTrue();
        }

        @Test
        void removesAProductThatIsGone() {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.source.remove(key(4));

            SyncReport report = stocktake.sync(key(4).value(), "never-was");

            assertThat(report.products().get(key(4)).result()).isEqualTo(ProductOutcome.Result.DELETED);
            assertThat(report.products().get(ProductKey.of("never-was")).result())
                    .isEqualTo(ProductOutcome.Result.UNCHANGED);
            shop.assertIndexIsTrue();
        }

        @Test
        void saysWhyAProductIsNotTrue() {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.stock(key(4), 0);
            shop.index.refuse(key(4), "no such unit");

            SyncReport report = stocktake.run(only(key(4)));

            assertThat(report.products().get(key(4)).isTrue()).isFalse();
            assertThat(report.products().get(key(4)).reason()).contains("no such unit");
        }

        @Test
        void overtakesAFullSyncInProgress() {
            AtomicInteger reads = new AtomicInteger();
            List<ProductKey> order = new ArrayList<>();
            shop.source.afterRead(keys -> {
                order.addAll(keys);
                if (reads.incrementAndGet() == 1) {
                    shop.ledger.inTransaction(INDEX, tx -> {
                        tx.mark(List.of(key(49)), Reason.DEMAND, false);
                        return null;
                    });
                }
            });

            stocktake.run(SyncPolicy.full().inPlace());

            assertThat(order.indexOf(key(49))).isEqualTo(10);
            shop.assertIndexIsTrue();
        }
    }

    @Nested
    class AChangeInTheMiddle {

        private final Stocktake stocktake = shop.products(10).batches(5, 2).stocktake();

        @Test
        void betweenReadAndConfirmIsNotForgotten() {
            stocktake.run(SyncPolicy.full().inPlace());
            AtomicInteger reads = new AtomicInteger();
            shop.source.afterRead(keys -> {
                if (reads.incrementAndGet() == 1) {
                    shop.change(key(1), 77);
                    shop.ledger.inTransaction(INDEX, tx -> {
                        tx.mark(List.of(key(1)), Reason.CHANGE, false);
                        return null;
                    });
                }
            });
            shop.change(key(1), 5);

            stocktake.run(SyncPolicy.smart());

            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void ofAProductThatTheWalkHasPassedIsNotForgotten() {
            AtomicInteger reads = new AtomicInteger();
            shop.source.afterRead(keys -> {
                if (reads.incrementAndGet() == 1) {
                    shop.change(key(0), 3);
                    shop.change(key(9), 3);
                }
            });

            stocktake.run(SyncPolicy.full().inPlace());
            stocktake.run(SyncPolicy.smart());

            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }
    }

    @Nested
    class APoisonDocument {

        private final Stocktake stocktake = shop.products(16).stocktake();

        @Test
        void isQuarantinedAloneAndReported() {
            List<ProductKey> told = new ArrayList<>();
            shop.index.refuse(key(5), "bad unit");
            Stocktake listening = shop.builder(shop.index)
                    .listener(new SyncListener() {
                        @Override
                        public void quarantined(String index, ProductKey product, dev.stocktake.Refusal refusal) {
                            told.add(product);
                        }
                    })
                    .build();

            SyncReport report = listening.run(SyncPolicy.full().inPlace());

            assertThat(report.complete()).isTrue();
            assertThat(report.counts().written()).isEqualTo(15);
            assertThat(report.counts().refused()).isEqualTo(1);
            assertThat(report.problems()).anyMatch(problem -> problem.contains("bad unit"));
            assertThat(told).containsExactly(key(5));
            assertThat(listening.quarantine(10)).containsOnlyKeys(key(5));
            assertThat(shop.index.documents()).hasSize(15).doesNotContainKey(key(5));
        }

        @Test
        void costsNoMoreTasksThanHalvingNeeds() {
            shop.index.refuse(key(5), "bad unit");

            stocktake.run(SyncPolicy.full().inPlace());

            assertThat(shop.index.writes()).isLessThanOrEqualTo(1 + 2 * 4);
        }

        @Test
        void isTriedAgainWhenItsContentChanges() {
            shop.index.refuse(key(5), "bad unit");
            stocktake.run(SyncPolicy.full().inPlace());
            shop.index.acceptAgain(key(5));
            shop.change(key(5), 1);

            stocktake.run(SyncPolicy.smart());

            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void isNotSentAgainWhileItIsTheSame() {
            shop.index.refuse(key(5), "bad unit");
            stocktake.run(SyncPolicy.full().inPlace());
            long writes = shop.index.writes();
            shop.feed.changed(key(5));

            stocktake.run(SyncPolicy.smart());
            stocktake.run(SyncPolicy.full().inPlace());

            assertThat(shop.index.writes()).isEqualTo(writes);
            assertThat(stocktake.quarantine(10).get(key(5)).reason()).contains("bad unit");
        }

        @Test
        void isSentAgainOnRequest() {
            shop.index.refuse(key(5), "bad unit");
            stocktake.run(SyncPolicy.full().inPlace());
            shop.index.acceptAgain(key(5));

            stocktake.run(only(key(5)));

            shop.assertIndexIsTrue();
        }

        @Test
        void leavesTheLastGoodVersionInPlace() {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.index.refuse(key(5), "bad unit");
            shop.change(key(5), 1);

            stocktake.run(SyncPolicy.smart());

            assertThat(shop.index.document(key(5))).contains(document(key(5), 10));
        }

        @Test
        void inTheDatabaseFailsOneProductOnly() {
            shop.source.unreadable(key(3), "column 'price' is not a number");

            SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

            assertThat(report.complete()).isTrue();
            assertThat(stocktake.quarantine(10).get(key(3)).reason()).contains("'price'");
            assertThat(shop.index.documents()).hasSize(15);
        }
    }

    @Nested
    class AnIndexThatFails {

        private final Stocktake stocktake = shop.products(10).batches(5, 2).stocktake();

        @Test
        void forAMomentIsWaitedOut() {
            shop.index.rejectNext(2);

            SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

            assertThat(report.complete()).isTrue();
            assertThat(report.counts().retried()).isPositive();
            assertThat(shop.time.slept()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void isSentWhatIsTrueThenAndNotOnceMoreWhatItRejected() {
            shop.index.rejectNext(1);
            shop.time.onSleep(nap -> shop.stock(key(3), 77));

            stocktake.run(SyncPolicy.full().inPlace());

            assertThat(shop.index.document(key(3))).contains(document(key(3), 77));
        }

        @Test
        void isWorthOneWarningHoweverOftenItFailsAndOneLineWhenItIsOver() {
            shop.index.rejectNext(4);

            List<String> said = Said.by(() -> stocktake.run(SyncPolicy.full().inPlace()));

            assertThat(said)
                    .satisfiesExactly(
                            line -> assertThat(line).startsWith("WARN Index 'products' cannot be synced now"),
                            line -> assertThat(line).startsWith("INFO Index 'products' can be synced again"),
                            line -> assertThat(line).startsWith("INFO sync finished index='products' policy=full"));
        }

        @Test
        void isLeftAloneForAsLongAsTheOtherSideAsks() {
            AtomicInteger reads = new AtomicInteger();
            shop.source.beforeRead(keys -> {
                if (reads.incrementAndGet() == 1) {
                    throw new UnavailableException("busy", Duration.ofSeconds(33), null);
                }
            });

            assertThat(stocktake.run(SyncPolicy.full().inPlace()).complete()).isTrue();

            assertThat(shop.time.slept()).isBetween(Duration.ofSeconds(33), Duration.ofSeconds(40));
            shop.assertIndexIsTrue();
        }

        @Test
        void inItsOwnTasksIsAskedAgain() {
            shop.index.failNext(2);

            stocktake.run(SyncPolicy.full().inPlace());

            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void forLongEndsTheRunAndLosesNothing() {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.change(key(1), 0);
            shop.index.down();

            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.INCOMPLETE);
            assertThat(report.problems()).anyMatch(problem -> problem.contains("cannot be reached"));
            shop.index.up();
            shop.pass(Duration.ofHours(1));
            stocktake.run(SyncPolicy.smart());
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void inTheMiddleOfARunEndsItIncompleteAndLosesNothing() {
            AtomicInteger reads = new AtomicInteger();
            shop.source.afterRead(keys -> {
                if (reads.incrementAndGet() == 2) {
                    shop.index.down();
                }
            });

            SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

            assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.INCOMPLETE);
            assertThat(report.problems()).isNotEmpty();
            shop.index.up();
            shop.pass(Duration.ofHours(1));
            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void doesNotForgetWhatWasAskedForMeanwhile() {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.stock(key(1), 0);
            shop.index.down();

            SyncReport report = stocktake.run(only(key(1)));

            assertThat(report.products().get(key(1)).result()).isEqualTo(ProductOutcome.Result.PENDING);
            shop.index.up();
            stocktake.run(SyncPolicy.smart());
            shop.assertIndexIsTrue();
        }

        @Test
        void withAbsurdAdviceIsAskedAgainAfterTheRunsPatience() {
            AtomicInteger reads = new AtomicInteger();
            shop.source.beforeRead(keys -> {
                if (reads.incrementAndGet() == 1) {
                    throw new UnavailableException("maintenance", Duration.ofDays(1), null);
                }
            });

            stocktake.run(SyncPolicy.full().inPlace());

            assertThat(shop.time.slept()).isLessThan(Duration.ofMinutes(11));
        }

        @Test
        void doesNotTurnEveryProductIntoARow() {
            Shop large = new Shop().products(500).batches(10, 2);
            large.stocktake().run(SyncPolicy.products(List.of(key(1))));
            large.index.rejectNext(1_000);

            large.stocktake().run(SyncPolicy.full().inPlace());

            assertThat(large.ledger.rows(INDEX)).isLessThanOrEqualTo(100);
        }

        @ParameterizedTest
        @ValueSource(strings = {"reply lost", "never arrived", "arrives late", "arrives twice"})
        void toAnswerIsWrittenAgain(String how) {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.change(key(1), 1);
            switch (how) {
                case "reply lost" -> shop.index.loseReplyOfNext();
                case "never arrived" -> shop.index.dropNext();
                case "arrives late" -> shop.index.deliverNextLate();
                default -> shop.index.deliverNextTwice();
            }

            stocktake.run(SyncPolicy.smart());
            shop.change(key(1), 2);
            stocktake.run(SyncPolicy.smart());
            shop.index.deliver();
            stocktake.run(SyncPolicy.smart());

            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void andForgetsItsTasksIsWrittenAgain() {
            shop.index.applyLater();
            shop.time.onSleep(nap -> {
                if (shop.index.waitingTasks() > 0) {
                    shop.index.forgetTasks();
                    shop.index.applyAtOnce();
                }
            });

            stocktake.run(SyncPolicy.full().inPlace());

            shop.assertIndexIsTrue();
        }

        @Test
        void toApplyIsNotTakenForTrue() {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.index.applyLater();
            shop.change(key(1), 0);

            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.INCOMPLETE);
            assertThat(report.problems()).anyMatch(problem -> problem.contains("has not applied"));
            shop.index.applyAll();
            shop.index.applyAtOnce();
            stocktake.run(SyncPolicy.smart());
            shop.assertIndexIsTrue();
        }
    }

    @Nested
    class SomebodyElse {

        private final Stocktake stocktake = shop.products(10).stocktake();

        @Test
        void whoAltersADocumentIsFound() {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.index.alter(key(3), document(key(3), 666));

            stocktake.run(SyncPolicy.smart());

            shop.assertIndexIsTrue();
        }

        @Test
        void whoErasesADocumentIsFound() {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.index.erase(key(3));

            stocktake.run(SyncPolicy.smart());

            shop.assertIndexIsTrue();
        }

        @Test
        void whoDropsTheIndexIsFound() {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.index.drop();

            stocktake.run(SyncPolicy.smart());

            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void whoReplacesTheIndexInTheMiddleOfARunIsFound() {
            AtomicInteger reads = new AtomicInteger();
            shop.batches(2, 2).source.afterRead(keys -> {
                if (reads.incrementAndGet() == 3) {
                    shop.index.recreate();
                }
            });

            SyncReport report = shop.stocktake().run(SyncPolicy.full().inPlace());

            assertThat(report.complete()).isTrue();
            shop.assertIndexIsTrue();
        }
    }

    @Nested
    class ADeath {

        /** Not an Exception: nothing in the engine may survive it. */
        private static final class Killed extends Error {
            private static final long serialVersionUID = 1L;
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
        void beforeAnyCommitLosesNothing(int commit) {
            dies(() -> shop.ledger.beforeCommit(commit, () -> {
                throw new Killed();
            }));
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
        void afterAnyCommitLosesNothing(int commit) {
            dies(() -> shop.ledger.afterCommit(commit, () -> {
                throw new Killed();
            }));
        }

        private void dies(Runnable fault) {
            shop.products(10).batches(4, 2).stocktake().run(SyncPolicy.full().inPlace());
            for (int i = 0; i < 10; i += 2) {
                shop.change(key(i), 0);
            }
            shop.source.remove(key(9));
            fault.run();
            try {
                shop.stocktake().run(SyncPolicy.full().inPlace());
            } catch (Killed expected) {
                shop.pass(Duration.ofMinutes(2));
            }

            Stocktake next = shop.stocktake();
            next.run(SyncPolicy.full().inPlace());
            next.run(SyncPolicy.smart());

            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @ParameterizedTest
        @CsvSource({
            "1,lost reply",
            "1,lost commit",
            "2,lost reply",
            "3,lost reply",
            "3,lost commit",
            "4,lost reply",
            "5,lost reply",
            "5,lost commit",
            "6,lost reply"
        })
        void ofTheLedgersConnectionWhileTheLaneIsOpenedIsWaitedOut(int commit, String how) {
            Stocktake stocktake = shop.products(10).stocktake();
            shop.ledger.beforeCommit(
                    commit, how.equals("lost reply") ? shop.ledger::loseNextCommitReply : shop.ledger::loseNextCommit);

            assertThat(stocktake.run(SyncPolicy.full().inPlace()).complete()).isTrue();

            assertThat(shop.time.naps()).as("it waited for another try").isNotEmpty();
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void ofTheLedgersConnectionWhileMarkingIsTheCallersToTryAgain() {
            Stocktake stocktake = shop.products(10).stocktake();
            SyncPolicy lost = SyncPolicy.of("lost", marker -> {
                shop.ledger.loseNextCommitReply();
                marker.markEverything();
            });

            assertThatThrownBy(() -> stocktake.run(lost))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContainingAll("policy 'lost'", "run again");

            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();
            shop.assertIndexIsTrue();
        }

        @ParameterizedTest
        @CsvSource({"1,lost reply", "2,lost reply", "3,lost commit", "4,lost reply"})
        void ofTheLedgersConnectionWhileCommittingIsSurvived(int commit, String how) {
            shop.products(10).batches(4, 2).stocktake().run(SyncPolicy.full().inPlace());
            shop.change(key(1), 0);
            Stocktake stocktake = shop.stocktake();
            AtomicInteger reads = new AtomicInteger();
            shop.source.afterRead(keys -> {
                if (reads.incrementAndGet() == 1) {
                    shop.ledger.beforeCommit(
                            commit,
                            how.equals("lost reply") ? shop.ledger::loseNextCommitReply : shop.ledger::loseNextCommit);
                }
            });

            stocktake.run(SyncPolicy.smart());
            stocktake.run(SyncPolicy.smart());

            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }
    }

    @Nested
    class AGiantAmongSmallDocuments {

        @Test
        void doesNotSendItsNeighboursOneByOne() {
            shop.products(600).batches(100, 2);
            shop.source.put(
                    key(50),
                    Document.builder().put("title", "x".repeat(5_000_000)).build());

            assertThat(shop.stocktake().run(SyncPolicy.full().inPlace()).complete())
                    .isTrue();

            assertThat(shop.index.writes()).isBetween(6L, 9L);
        }

        @Test
        void mayBeTheFirstOfAll() {
            shop.products(600).batches(100, 2);
            shop.source.put(
                    key(0),
                    Document.builder().put("title", "x".repeat(5_000_000)).build());

            assertThat(shop.stocktake().run(SyncPolicy.full().inPlace()).complete())
                    .isTrue();

            assertThat(shop.index.writes()).isBetween(6L, 9L);
        }

        @Test
        void isNoGiantWhereAllAreLarge() {
            shop.batches(100, 2);
            for (int i = 0; i < 200; i++) {
                shop.source.put(
                        key(i),
                        Document.builder().put("title", i + "x".repeat(200_000)).build());
            }
            List<Integer> reads = new ArrayList<>();
            shop.source.beforeRead(keys -> reads.add(keys.size()));

            assertThat(shop.stocktake().run(SyncPolicy.full().inPlace()).complete())
                    .isTrue();

            assertThat(reads.subList(reads.size() / 2, reads.size())).allMatch(read -> read <= 5);
        }
    }

    @Nested
    class AnErrorInTheMiddle {

        @Test
        void isNotTakenForSuccessByTheNextRunOfTheSameInstance() {
            Stocktake stocktake = shop.products(10).batches(4, 2).stocktake();
            AtomicInteger reads = new AtomicInteger();
            shop.source.beforeRead(keys -> {
                if (reads.incrementAndGet() == 2) {
                    throw new OutOfMemoryError("pretended");
                }
            });

            assertThatThrownBy(() -> stocktake.run(SyncPolicy.full().inPlace())).isInstanceOf(OutOfMemoryError.class);
            stocktake.run(SyncPolicy.smart());

            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }
    }

    @Nested
    class InAShopThatNeverIdles {

        /** The index's log is read several times between two looks whether the run may end. */
        @Test
        void aRunEndsUnderAShortLeaseToo() {
            SyncSettings settings = SyncSettings.defaults();
            SyncSettings.Lane lane = settings.lane();
            shop.products(20)
                    .settings(settings.withLane(new SyncSettings.Lane(
                            Duration.ofSeconds(1), lane.patience(), lane.firstPoll(), lane.longestPoll())))
                    .batches(2, 1);
            Stocktake stocktake = shop.stocktake();
            stocktake.run(SyncPolicy.full().inPlace());
            AtomicInteger reads = new AtomicInteger();
            shop.source.beforeRead(keys -> {
                int edit = reads.incrementAndGet();
                if (edit > 1_000) {
                    throw new AssertionError("The run does not end");
                }
                shop.pass(Duration.ofMillis(100));
                mark(key(edit % 20), edit);
            });
            mark(key(0), 1);

            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();

            assertThat(reads.get()).as("it looks twice, five seconds apart").isGreaterThan(50);
        }

        private void mark(ProductKey key, int quantity) {
            shop.stock(key, quantity);
            shop.ledger.inTransaction(INDEX, tx -> {
                tx.mark(List.of(key), Reason.CHANGE, false);
                return null;
            });
        }
    }

    @Nested
    class ACallFromInsideARun {

        @Test
        void isRefusedWithoutHarm() {
            List<Throwable> refused = new ArrayList<>();
            Stocktake[] self = new Stocktake[1];
            shop.products(5).source.beforeRead(keys -> {
                try {
                    self[0].sync("p001");
                } catch (IllegalStateException e) {
                    refused.add(e);
                }
            });
            self[0] = shop.stocktake();

            assertThat(self[0].run(SyncPolicy.full().inPlace()).complete()).isTrue();

            assertThat(refused).isNotEmpty().allMatch(e -> e.getMessage().contains("inside one of its own runs"));
            shop.assertIndexIsTrue();
        }
    }

    @Nested
    class AFeed {

        @Test
        void thatIsNewToAnIndexIsStartedWithEverythingMarkedWhoeverTakesItFirst() {
            Stocktake without = Stocktake.builder(shop.products(5).source, shop.index, shop.ledger)
                    .clock(shop.time)
                    .sleeper(shop.time)
                    .instance("without")
                    .build();
            without.run(SyncPolicy.full().inPlace());
            shop.stock(key(1), 0);
            shop.ledger.inTransaction(INDEX, tx -> tx.acquire("busy", Duration.ofSeconds(30), Duration.ZERO));
            Stocktake with = shop.stocktake();

            assertThat(with.run(SyncPolicy.smart()).complete()).isTrue();

            shop.assertIndexIsTrue();
        }

        @Test
        void whoseEntriesLeadToNoProductIsAcknowledged() {
            AtomicInteger acknowledged = new AtomicInteger();
            ChangeFeed orphans = new ChangeFeed() {
                @Override
                public String name() {
                    return "orphans";
                }

                @Override
                public Completeness completeness() {
                    return Completeness.COMPLETE;
                }

                @Override
                public dev.stocktake.Intake take(String cursor, int limit) {
                    return dev.stocktake.Intake.queued(
                            List.of(), acknowledged.get() < 3, tx -> acknowledged.incrementAndGet());
                }
            };
            Stocktake stocktake =
                    shop.products(2).builder(shop.index).feed(orphans).build();

            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();

            assertThat(acknowledged.get()).isGreaterThanOrEqualTo(3);
        }
    }

    @Nested
    class TwoInstances {

        @Test
        void giveALaneThatWasTakenBetweenTwoRunsAnotherTry() throws InterruptedException {
            CountDownLatch asleep = new CountDownLatch(1);
            Stocktake first = shop.products(5)
                    .builder(shop.index)
                    .sleeper(nap -> {
                        if (Thread.currentThread().getName().equals("stocktake-" + INDEX)) {
                            asleep.countDown();
                            new CountDownLatch(1).await();
                        }
                        shop.time.sleep(nap);
                    })
                    .build();
            first.start(SyncSchedule.builder()
                    .every(Duration.ofDays(1), SyncPolicy.full().inPlace())
                    .build());
            try {
                assertThat(asleep.await(30, TimeUnit.SECONDS)).isTrue();
                first.run(only(key(1)));
                shop.pass(Duration.ofMinutes(2));
                shop.ledger.inTransaction(INDEX, tx -> tx.acquire("other", Duration.ofSeconds(30), Duration.ZERO));
                shop.pass(Duration.ofMinutes(2));
                shop.stock(key(1), 0);

                assertThat(first.run(only(key(1))).complete()).isTrue();
            } finally {
                first.close();
            }
        }

        @Test
        void takeTheWholeWorkOverFromAHolderThatWasKilled() {
            shop.products(5);
            shop.ledger.inTransaction(INDEX, tx -> tx.acquire("killed", Duration.ofSeconds(60), Duration.ZERO));

            SyncReport report = shop.stocktake().run(SyncPolicy.full().inPlace());

            assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.COMPLETE);
            assertThat(report.times().total()).isBetween(Duration.ofSeconds(55), Duration.ofSeconds(65));
            shop.assertIndexIsTrue();
        }

        @Test
        void leaveTheWorkToAHolderThatShowsASignOfLife() {
            shop.products(5);
            Lease lease = shop.ledger
                    .inTransaction(INDEX, tx -> tx.acquire("alive", Duration.ofSeconds(60), Duration.ZERO))
                    .orElseThrow();
            shop.time.onSleep(nap -> {
                if (shop.time.naps().size() == 20) {
                    shop.ledger.inTransaction(INDEX, tx -> tx.renew(lease, Duration.ofSeconds(60)));
                }
            });

            SyncReport report = shop.stocktake().run(SyncPolicy.full().inPlace());

            assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.ELSEWHERE);
            assertThat(shop.time.slept()).isLessThan(Duration.ofSeconds(30));
        }

        @Test
        void showASignOfLifeEveryFewSecondsWhileTheyWork() {
            shop.products(5).index.applyLater();
            List<Instant> signs = new ArrayList<>();
            shop.time.onSleep(nap -> {
                Optional<Instant> until = shop.ledger.inTransaction(INDEX, LedgerTransaction::heldUntil);
                if (signs.isEmpty() || !until.orElseThrow().equals(signs.get(signs.size() - 1))) {
                    signs.add(until.orElseThrow());
                }
                if (shop.time.slept().compareTo(Duration.ofSeconds(40)) > 0) {
                    shop.index.applyAtOnce();
                }
            });

            assertThat(shop.stocktake().run(SyncPolicy.full().inPlace()).complete())
                    .isTrue();

            assertThat(signs).hasSizeBetween(12, 25);
        }

        @Test
        void leaveTheWorkWithinSecondsToAHolderThatWorks() {
            shop.products(5);
            Lease lease = shop.ledger
                    .inTransaction(INDEX, tx -> tx.acquire("alive", Duration.ofSeconds(60), Duration.ZERO))
                    .orElseThrow();
            Instant[] renewed = {shop.time.instant()};
            shop.time.onSleep(nap -> {
                if (!shop.time.instant().isBefore(renewed[0].plusSeconds(2))) {
                    renewed[0] = shop.time.instant();
                    shop.ledger.inTransaction(INDEX, tx -> tx.renew(lease, Duration.ofSeconds(60)));
                }
            });

            assertThat(shop.stocktake().run(SyncPolicy.full().inPlace()).outcome())
                    .isEqualTo(SyncReport.Outcome.ELSEWHERE);
            assertThat(shop.time.slept()).isLessThanOrEqualTo(Duration.ofSeconds(3));
        }

        @Test
        void doTheWorkThemselvesWhenTheHolderGivesTheLaneBack() {
            shop.products(5);
            Lease lease = shop.ledger
                    .inTransaction(INDEX, tx -> tx.acquire("other", Duration.ofSeconds(60), Duration.ZERO))
                    .orElseThrow();
            shop.time.onSleep(nap -> shop.ledger.inTransaction(INDEX, tx -> tx.release(lease)));

            assertThat(shop.stocktake().run(SyncPolicy.full().inPlace()).complete())
                    .isTrue();
            assertThat(shop.time.slept()).isLessThan(Duration.ofSeconds(5));
        }

        @Test
        void shareOneLane() {
            shop.products(5);
            SyncReport[] other = new SyncReport[1];
            Stocktake second = shop.stocktake();
            shop.holderLives();
            shop.source.afterRead(keys -> {
                if (other[0] == null) {
                    other[0] = second.run(SyncPolicy.full().inPlace());
                }
            });

            SyncReport first = shop.stocktake().run(SyncPolicy.full().inPlace());

            assertThat(first.complete()).isTrue();
            assertThat(other[0].outcome()).isEqualTo(SyncReport.Outcome.ELSEWHERE);
            shop.assertIndexIsTrue();
        }

        @Test
        void takeOverFromAHolderThatIsGone() {
            shop.products(5).stocktake().run(SyncPolicy.full().inPlace());
            shop.ledger.inTransaction(INDEX, tx -> tx.acquire("gone", Duration.ofSeconds(30), Duration.ZERO));
            shop.stock(key(1), 0);

            SyncReport report = shop.stocktake().run(only(key(1)));

            assertThat(report.complete()).isTrue();
            assertThat(shop.time.slept()).isGreaterThanOrEqualTo(Duration.ofSeconds(29));
            shop.assertIndexIsTrue();
        }

        @Test
        void stopWhereTheLaneWasTakenFromThem() {
            shop.products(10).batches(2, 1);
            AtomicInteger reads = new AtomicInteger();
            shop.source.afterRead(keys -> {
                if (reads.incrementAndGet() == 2) {
                    shop.pass(Duration.ofMinutes(8));
                    shop.ledger.inTransaction(INDEX, tx -> tx.acquire("other", Duration.ofSeconds(30), Duration.ZERO));
                }
            });
            Stocktake paused = shop.stocktake();

            assertThatThrownBy(() -> paused.run(SyncPolicy.full().inPlace()))
                    .isInstanceOf(StoppedException.class)
                    .hasMessageContaining("taken over");

            shop.pass(Duration.ofMinutes(1));
            paused.run(SyncPolicy.full().inPlace());
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }
    }

    @Nested
    class AnInterrupt {

        @Test
        void endsTheRunKeepsTheFlagAndLosesNothing() {
            shop.products(10).index.applyLater();
            shop.time.onSleep(nap -> Thread.currentThread().interrupt());
            Stocktake stocktake = shop.stocktake();

            assertThatThrownBy(() -> stocktake.run(SyncPolicy.full().inPlace())).isInstanceOf(StoppedException.class);
            assertThat(Thread.interrupted()).isTrue();

            shop.time.onSleep(nap -> {});
            shop.index.applyAll();
            shop.index.applyAtOnce();
            stocktake.run(SyncPolicy.full().inPlace());
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }
    }

    @Nested
    class Looking {

        @Test
        void tellsWhatIsNotTrue() {
            Stocktake stocktake = shop.products(5).stocktake();
            assertThat(stocktake.status().known()).isFalse();
            assertThat(stocktake.status().clean()).isFalse();

            stocktake.run(SyncPolicy.full().inPlace());
            assertThat(stocktake.status().clean()).isTrue();

            shop.ledger.inTransaction(INDEX, tx -> {
                tx.mark(List.of(key(1)), Reason.CHANGE, false);
                return null;
            });
            shop.pass(Duration.ofMinutes(3));
            Truth truth = stocktake.status();
            assertThat(truth.clean()).isFalse();
            assertThat(truth.marked()).isEqualTo(1);
            assertThat(truth.oldestMarkAge()).contains(Duration.ofMinutes(3));
        }

        @Test
        void tellsWhatHoldsWithAnIncompleteFeed() {
            shop.feed.completeness(ChangeFeed.Completeness.WITHIN_OVERLAP);
            Stocktake stocktake = shop.stocktake();

            Guarantee alone = stocktake.guarantee(SyncSchedule.builder()
                    .every(Duration.ofSeconds(1), SyncPolicy.smart())
                    .build());
            Guarantee together = stocktake.guarantee(SyncSchedule.recommended());

            assertThat(alone.lossFree()).isFalse();
            assertThat(alone.gaps()).anyMatch(gap -> gap.contains("SyncPolicy.full()"));
            assertThat(together.lossFree()).isTrue();
            assertThat(together.worstCase()).contains(Duration.ofHours(1));
        }

        @Test
        void doesNotSufferFromAListenerThatFails() {
            Stocktake stocktake = shop.products(3)
                    .builder(shop.index)
                    .listener(new SyncListener() {
                        @Override
                        public void started(String index, String policy) {
                            throw new IllegalStateException("mine");
                        }
                    })
                    .build();

            assertThat(stocktake.run(SyncPolicy.full().inPlace()).complete()).isTrue();
        }
    }

    @Test
    void tellsEveryListenerWhateverAnotherThrows() {
        List<String> told = new ArrayList<>();
        SyncListener broken = new SyncListener() {
            @Override
            public void started(String index, String policy) {
                throw new IllegalStateException("mine");
            }

            @Override
            public void progressed(SyncProgress progress) {
                throw new IllegalStateException("mine");
            }

            @Override
            public void finished(SyncReport report) {
                throw new IllegalStateException("mine");
            }
        };
        SyncListener next = new SyncListener() {
            @Override
            public void started(String index, String policy) {
                told.add("started");
            }

            @Override
            public void finished(SyncReport report) {
                told.add("finished");
            }
        };
        Stocktake stocktake = shop.products(1)
                .builder(shop.index)
                .listener(broken)
                .listener(next)
                .listener(broken)
                .build();

        assertThat(stocktake.run(SyncPolicy.full().inPlace()).complete()).isTrue();
        assertThat(told).containsExactly("started", "finished");
    }

    @Nested
    class AClockThatJumps {

        @Test
        void backMakesNoDurationNegative() {
            shop.products(5);
            shop.index.applyLater();
            shop.time.onSleep(nap -> {
                shop.time.clock().advance(Duration.ofHours(-1));
                if (shop.time.naps().size() == 3) {
                    shop.index.applyAll();
                }
            });

            SyncReport report = shop.stocktake().run(SyncPolicy.full().inPlace());

            assertThat(report.complete()).isTrue();
            assertThat(report.times().total()).isBetween(Duration.ZERO, Duration.ofSeconds(10));
            assertThat(report.times().writing()).isGreaterThanOrEqualTo(Duration.ZERO);
        }

        @Test
        void backAgainAndAgainStillEndsAWait() {
            shop.products(1).stocktake().run(SyncPolicy.full().inPlace());
            Lease lease = shop.ledger
                    .inTransaction(INDEX, tx -> tx.acquire("other", Duration.ofSeconds(60), Duration.ZERO))
                    .orElseThrow();
            ManualClock wrong = new ManualClock();
            AtomicInteger naps = new AtomicInteger();
            Stocktake stocktake = shop.builder(shop.index)
                    .clock(wrong)
                    .sleeper(nap -> {
                        wrong.advance(naps.incrementAndGet() % 5 == 0 ? Duration.ofMinutes(-10) : nap);
                        shop.ledger.inTransaction(INDEX, tx -> tx.renew(lease, Duration.ofSeconds(60)));
                    })
                    .build();

            SyncReport report = stocktake.run(only(key(0)));

            assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.INCOMPLETE);
            assertThat(naps.get()).isLessThan(2_000);
        }
    }

    @Nested
    class WhileTheIndexIsListedAgain {

        private static final int FIRST_TRY = 8;

        private final ListedIndex listed = new ListedIndex(shop.products(FIRST_TRY).index);
        private final Stocktake stocktake = shop.stocktake(listed);

        private boolean isTrue(ProductKey key) {
            return shop.index
                    .documents()
                    .get(key)
                    .equals(shop.source.documents().get(key));
        }

        @Test
        void aProductThatSomebodyAskedForDoesNotWait() {
            stocktake.run(SyncPolicy.full().inPlace());
            List<String> seen = new ArrayList<>();
            listed.atPage(2, listed::move);
            listed.atPage(FIRST_TRY + 2, () -> {
                shop.stock(key(3), 0);
                shop.stock(key(4), 0);
                shop.ledger.inTransaction(INDEX, tx -> {
                    tx.mark(List.of(key(3)), Reason.DEMAND, false);
                    tx.mark(List.of(key(4)), Reason.CHANGE, false);
                    return true;
                });
            });
            listed.atPage(FIRST_TRY + 3, () -> seen.add("asked " + isTrue(key(3)) + ", changed " + isTrue(key(4))));

            SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

            assertThat(seen).containsExactly("asked true, changed false");
            assertThat(report.complete()).isTrue();
            assertThat(listed.pages())
                    .as("the try that we disturbed ourselves was made again")
                    .isEqualTo(8 + 2 + 8);
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void aQuestionThatWritesNothingDisturbsNobody() {
            stocktake.run(SyncPolicy.full().inPlace());
            listed.atPage(2, listed::move);
            listed.atPage(
                    FIRST_TRY + 2,
                    () -> shop.ledger.inTransaction(INDEX, tx -> {
                        tx.mark(List.of(key(3)), Reason.DEMAND, false);
                        return true;
                    }));

            assertThat(stocktake.run(SyncPolicy.full().inPlace()).complete()).isTrue();
            assertThat(listed.pages()).isEqualTo(8 + 8);
        }

        @Test
        void questionsWithoutEndAreAnsweredAndTheWalkIsLeftForLater() {
            stocktake.run(SyncPolicy.full().inPlace());
            AtomicInteger stock = new AtomicInteger();
            listed.atEachPage(() -> {
                shop.stock(key(3), stock.incrementAndGet());
                shop.ledger.inTransaction(INDEX, tx -> {
                    tx.mark(List.of(key(3)), Reason.DEMAND, false);
                    return true;
                });
            });

            SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

            assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.INCOMPLETE);
            assertThat(report.problems()).anyMatch(problem -> problem.contains("could not be listed in one piece"));
            assertThat(listed.pages()).isLessThan(20);
            shop.assertIndexIsTrue();
            assertThat(shop.ledger.owesWalk(INDEX)).isTrue();
        }
    }

    @Test
    void logsOneLinePerRun() {
        Stocktake stocktake = shop.products(3).stocktake();

        assertThat(Said.by(() -> stocktake.run(SyncPolicy.full().inPlace())))
                .singleElement()
                .asString()
                .contains("written=3");
        assertThat(Said.by(() -> stocktake.run(SyncPolicy.smart())))
                .singleElement()
                .asString()
                .contains("policy=smart outcome=COMPLETE found=0 unchanged=0 written=0");
    }

    @Test
    void printsOneLineOfNumbers() {
        SyncReport report = shop.products(3).stocktake().run(SyncPolicy.full().inPlace());

        assertThat(report.toString())
                .startsWith("sync finished index='products' policy=full outcome=COMPLETE found=3 unchanged=0 written=3")
                .doesNotContain("\n");
    }

    @Test
    void writesEverythingAnewWhenTheProjectionHasANewVersion() {
        Stocktake stocktake = shop.products(3).stocktake();
        stocktake.run(SyncPolicy.full().inPlace());
        shop.source.projectionVersion("2");

        assertThat(stocktake.run(SyncPolicy.full().inPlace()).counts().written())
                .isEqualTo(3);
    }

    @Test
    void refusesEverythingThatIsWrongWithItsSettingsAtOnce() {
        Stocktake.Builder builder = shop.batches(0, 0)
                .builder(new InMemoryIndex("x".repeat(201)))
                .feed(shop.feed)
                .instance(" ");

        assertThatThrownBy(builder::build)
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContainingAll(
                        "5 problems", "batch.maxProducts", "batch.maxInFlight", "instance", "index.name", "same name");
    }

    @Test
    void keepsEveryDocumentWithinTheMapItIsGiven() {
        Map<String, Object> fields = Map.of("a", 1);
        assertThat(Document.of(fields).fields()).isEqualTo(Map.of("a", 1L));
        assertThat(SyncSettings.defaults().batch().maxInFlight()).isPositive();
    }
}
