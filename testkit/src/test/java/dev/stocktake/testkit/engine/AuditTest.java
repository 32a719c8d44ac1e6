package dev.stocktake.testkit.engine;

import static dev.stocktake.testkit.engine.Shop.INDEX;
import static dev.stocktake.testkit.engine.Shop.document;
import static dev.stocktake.testkit.engine.Shop.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.stocktake.AuditReport;
import dev.stocktake.AuditStatus;
import dev.stocktake.AuditableIndex;
import dev.stocktake.ChangeFeed;
import dev.stocktake.Drift;
import dev.stocktake.Fingerprint;
import dev.stocktake.Guarantee;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.RollingRuns;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSchedule;
import dev.stocktake.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Everything is compared with everything, within a bound; and it is told what nobody had known. */
class AuditTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private final Shop shop = new Shop();
    private final List<Drift> told = new ArrayList<>();

    /** An index in the same process, which keeps no log: what others do there only an audit sees. */
    private final AuditableIndex index = shop.index.withoutLog();

    private Stocktake stocktake = filled(50);

    private Stocktake filled(int products) {
        Stocktake filling = instance();
        shop.products(products);
        filling.run(SyncPolicy.full().inPlace());
        return filling;
    }

    private Stocktake instance() {
        return shop.builder(index)
                .listener(new SyncListener() {
                    @Override
                    public void drifted(String name, Drift drift) {
                        told.add(drift);
                    }
                })
                .build();
    }

    private AuditReport audit() {
        return audit(stocktake.run(SyncPolicy.audit()));
    }

    private static AuditReport audit(SyncReport report) {
        assertThat(report.compared()).as(report.toString()).isPresent();
        return report.compared().orElseThrow();
    }

    private static Fingerprint fingerprint(ProductKey key, int stock) {
        return Fingerprint.of(document(key, stock), "1");
    }

    @Nested
    class OfEverything {

        @Test
        void writesAndMarksNothingWhereNothingDiffers() {
            long writes = shop.index.writes();

            SyncReport report = stocktake.run(SyncPolicy.audit());

            assertThat(report.complete()).isTrue();
            assertThat(report.counts().found()).isZero();
            assertThat(audit(report).products()).isEqualTo(50);
            assertThat(audit(report).documents()).isEqualTo(50);
            assertThat(audit(report).total()).isZero();
            assertThat(shop.index.writes()).isEqualTo(writes);
            shop.assertLedgerIsEmpty();
        }

        @Test
        void findsAndRepairsWhatNoFeedSaw() {
            shop.stock(key(1), 0);
            shop.stock(ProductKey.of("new"), 3);
            shop.source.remove(key(2));

            AuditReport found = audit();

            assertThat(found.drift())
                    .isEqualTo(Map.of(Drift.Kind.STALE, 1L, Drift.Kind.MISSING, 1L, Drift.Kind.ORPHAN, 1L));
            assertThat(found.unseenBy()).isEqualTo(Map.of("changes", 3L));
            assertThat(found.examples())
                    .contains(new Drift(key(1), Drift.Kind.STALE, List.of("changes")))
                    .isEqualTo(told);
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void findsAndRepairsWhatSomebodyDidInTheIndex() {
            shop.index.alter(key(1), document(key(1), 77));
            shop.index.plant(ProductKey.of("alien"), document(key(1), 1));
            shop.index.erase(key(3));
            shop.index.plant(key(4), document(key(4), 9), fingerprint(key(4), 9));

            AuditReport found = audit();

            assertThat(found.drift())
                    .isEqualTo(Map.of(
                            Drift.Kind.ALIEN, 1L,
                            Drift.Kind.ORPHAN, 1L,
                            Drift.Kind.MISSING, 1L,
                            Drift.Kind.STALE, 1L));
            assertThat(found.examples()).contains(new Drift(key(1), Drift.Kind.ALIEN, List.of()));
            assertThat(found.unseenBy()).containsEntry(AuditReport.NO_FEED, 1L);
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void findsAnAlteredDocumentThatKeptItsFingerprintWhenItsTurnComes() {
            shop.index.plant(key(4), document(key(4), 9), fingerprint(key(4), 10));
            long found = 0;
            for (int pass = 0; pass < 200; pass++) {
                shop.pass(Duration.ofSeconds(1));
                found += stocktake
                        .run(SyncPolicy.audit())
                        .compared()
                        .orElseThrow()
                        .drift()
                        .getOrDefault(Drift.Kind.ALTERED, 0L);
            }

            assertThat(found).isEqualTo(1);
            shop.assertIndexIsTrue();
        }

        @Test
        void saysThatNoFeedShouldHaveSeenItWhereNoneIsComplete() {
            shop.feed.completeness(ChangeFeed.Completeness.WITHIN_OVERLAP);
            shop.stock(key(1), 0);

            assertThat(audit().unseenBy()).isEqualTo(Map.of(AuditReport.NO_FEED, 1L));
        }

        @Test
        void namesAtMostTwentyExamplesAndCountsTheRest() {
            IntStream.range(0, 50).forEach(i -> shop.stock(key(i), 0));

            AuditReport found = audit();

            assertThat(found.total()).isEqualTo(50);
            assertThat(found.examples()).hasSize(AuditReport.MOST_EXAMPLES);
            assertThat(told).hasSize(AuditReport.MOST_EXAMPLES);
        }

        @Test
        void goesOnAfterAnOutage() {
            shop.stock(key(1), 0);
            shop.source.failNext(2, new UnavailableException("The database is restarting", null));

            assertThat(audit().total()).isEqualTo(1);
            shop.assertIndexIsTrue();
        }

        @Test
        void isRefusedWhereTheIndexCannotListWhatItHolds() {
            Stocktake blind = shop.stocktake(shop.index.writeOnly());

            assertThatThrownBy(() -> blind.run(SyncPolicy.audit()))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("SyncPolicy.full()");
            assertThatThrownBy(() -> blind.run(SyncPolicy.audit().dryRun())).isInstanceOf(MisconfiguredException.class);
            assertThatThrownBy(() -> blind.start(SyncSchedule.recommended()))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("SyncPolicy.full()");
        }

        @Test
        void marksForOthersWhereAnotherInstanceHasTheLane() {
            shop.stock(key(1), 0);
            shop.source.remove(key(2));
            SyncReport[] beside = new SyncReport[1];
            Stocktake holder = shop.holderLives()
                    .builder(index)
                    .listener(new WhileRunning(() -> beside[0] = instance().run(SyncPolicy.audit())))
                    .build();
            shop.change(key(30), 1);

            holder.run(SyncPolicy.smart());
            holder.run(SyncPolicy.smart());

            assertThat(beside[0].outcome()).isEqualTo(SyncReport.Outcome.ELSEWHERE);
            assertThat(audit(beside[0]).total()).isEqualTo(2);
            shop.assertIndexIsTrue();
        }

        /** It is no drift, as it may be a change of this moment that a feed is about to name; or one that none ever will. */
        @Test
        void marksForOthersAlsoWhatBecomesAnotherDifferenceBetweenTwoLooks() {
            shop.stock(key(1), 0);
            AtomicInteger values = new AtomicInteger(100);
            SyncReport[] beside = new SyncReport[1];
            Stocktake holder = shop.holderLives()
                    .builder(index)
                    .listener(new WhileRunning(() -> {
                        shop.source.afterRead(keys -> {
                            if (beside[0] == null && keys.contains(key(1))) {
                                shop.stock(key(1), values.incrementAndGet());
                            }
                        });
                        beside[0] = instance().run(SyncPolicy.audit());
                    }))
                    .build();
            shop.change(key(30), 1);

            holder.run(SyncPolicy.smart());
            holder.run(SyncPolicy.smart());

            assertThat(values).as("changed at each look").hasValueGreaterThan(102);
            assertThat(audit(beside[0]).total()).isZero();
            assertThat(audit(beside[0]).known()).isEqualTo(1);
            shop.assertIndexIsTrue();
        }

        /** Another may have found it and made it true meanwhile, and then it was no drift any more. */
        @Test
        void marksForOthersAndCallsNoDriftWhatItSawBeforeItStoodStill() {
            shop.stock(key(1), 0);
            AtomicInteger looks = new AtomicInteger();
            SyncReport[] beside = new SyncReport[1];
            Stocktake holder = shop.holderLives()
                    .builder(index)
                    .listener(new WhileRunning(() -> {
                        shop.source.afterRead(keys -> {
                            if (beside[0] == null && keys.contains(key(1)) && looks.incrementAndGet() == 3) {
                                shop.pass(Duration.ofSeconds(30));
                            }
                        });
                        beside[0] = instance().run(SyncPolicy.audit());
                    }))
                    .build();
            shop.change(key(30), 1);

            holder.run(SyncPolicy.smart());
            holder.run(SyncPolicy.smart());

            assertThat(looks).hasValue(3);
            assertThat(audit(beside[0]).total()).isZero();
            assertThat(audit(beside[0]).known()).isEqualTo(1);
            shop.assertIndexIsTrue();
        }
    }

    @Nested
    class WhatSomebodyKnows {

        @Test
        void isNoDriftWhenAFeedNamesIt() {
            shop.change(key(1), 0);

            AuditReport found = audit();

            assertThat(found.total()).isZero();
            assertThat(found.known()).isEqualTo(1);
            shop.assertIndexIsTrue();
            assertThat(shop.feed.pending()).isEmpty();
        }

        @Test
        void isNoDriftWhenItChangesWhileTheAuditReads() {
            shop.source.afterRead(keys -> {
                if (keys.size() > 1) {
                    shop.change(key(5), (int) shop.source.reads());
                }
            });

            assertThat(audit().total()).isZero();
        }

        /** What is in flight was read before the change, and would be confirmed. */
        @Test
        void isNoDriftButLookedAtAgainWhenItIsInFlight() {
            AtomicBoolean first = new AtomicBoolean(true);
            shop.source.afterRead(keys -> {
                if (first.getAndSet(false)) {
                    shop.stock(key(1), 7);
                }
            });
            shop.index.applyLater();
            shop.time.onSleep(nap -> shop.index.applyAll());
            shop.stock(key(1), 5);
            shop.ledger.inTransaction(Shop.INDEX, tx -> {
                tx.mark(List.of(key(1)), Reason.CHANGE, false);
                return null;
            });

            AuditReport found = audit();

            assertThat(found.total()).isZero();
            assertThat(found.known()).isEqualTo(1);
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void isNoDriftWhenItIsMarkedAndPutOff() {
            shop.stock(key(1), 0);
            shop.ledger.inTransaction(INDEX, tx -> {
                tx.mark(List.of(key(1)), Reason.CHANGE, false);
                return null;
            });

            assertThat(audit().total()).isZero();
        }

        @Test
        void isNoDriftWhenItIsQuarantinedWithJustThisContent() {
            shop.index.refuse(key(1), "no such unit");
            shop.change(key(1), 0);
            stocktake.run(SyncPolicy.smart());

            assertThat(audit().total()).isZero();
            assertThat(stocktake.status().quarantined()).isEqualTo(1);
        }

        @Test
        void isDriftWhenAQuarantinedProductWasMendedUnseen() {
            shop.index.refuse(key(1), "no such unit");
            shop.change(key(1), 0);
            stocktake.run(SyncPolicy.smart());
            shop.index.acceptAgain(key(1));
            shop.stock(key(1), 3);

            assertThat(audit().drift()).isEqualTo(Map.of(Drift.Kind.STALE, 1L));
            shop.assertIndexIsTrue();
        }

        @Test
        void isNoDriftWhenTheLogTellsIt() {
            stocktake = shop.stocktake(shop.index);
            shop.index.alter(key(1), document(key(1), 77));

            SyncReport report = stocktake.run(SyncPolicy.audit());

            assertThat(audit(report).total()).isZero();
            shop.assertIndexIsTrue();
        }

        @Test
        void isNoDriftWhereDeletionsAreHeldBack() {
            filled(300);
            IntStream.range(0, 200).forEach(i -> shop.source.remove(key(i)));
            stocktake.run(SyncPolicy.full().inPlace());

            AuditReport found = audit();

            assertThat(found.total()).isZero();
            assertThat(shop.index.documents()).hasSize(300);
        }
    }

    @Nested
    class ManyOrphans {

        @Test
        void areCountedBeforeTheFirstIsDeleted() {
            filled(300);
            IntStream.range(0, 200).forEach(i -> shop.source.remove(key(i)));

            SyncReport report = stocktake.run(SyncPolicy.audit());

            assertThat(report.complete()).isFalse();
            assertThat(report.problems()).anyMatch(problem -> problem.contains("200 of its 300"));
            assertThat(audit(report).drift()).isEqualTo(Map.of(Drift.Kind.ORPHAN, 200L));
            assertThat(shop.index.documents()).hasSize(300);
        }

        @Test
        void areDeletedIfTheyAreFewEnough() {
            filled(1_000);
            IntStream.range(0, 150).forEach(i -> shop.source.remove(key(i)));

            assertThat(stocktake.run(SyncPolicy.audit()).counts().deleted()).isEqualTo(150);
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }
    }

    @Nested
    class ADryRun {

        @Test
        void tellsWhatDiffersAndTouchesNothing() {
            shop.stock(key(1), 0);
            shop.source.remove(key(2));
            shop.index.erase(key(3));
            shop.change(key(4), 0);
            Stocktake fresh = instance();
            String before = books();
            long writes = shop.index.writes();

            SyncReport report = fresh.run(SyncPolicy.audit().dryRun());

            assertThat(report.complete()).isTrue();
            assertThat(audit(report).dryRun()).isTrue();
            assertThat(audit(report).drift())
                    .isEqualTo(Map.of(Drift.Kind.STALE, 1L, Drift.Kind.ORPHAN, 1L, Drift.Kind.MISSING, 1L));
            assertThat(audit(report).known()).isEqualTo(1);
            assertThat(books()).isEqualTo(before);
            assertThat(shop.index.writes()).isEqualTo(writes);
            assertThat(shop.feed.pending()).containsExactly(key(4));
        }

        @Test
        void takesFromNoFeed() {
            shop.stock(key(1), 0);
            shop.feed.failNext(1_000, new UnavailableException("somebody has taken", null));

            SyncReport report = instance().run(SyncPolicy.audit().dryRun());

            assertThat(report.complete()).as(report.toString()).isTrue();
            assertThat(audit(report).total()).isEqualTo(1);
        }

        @Test
        void knowsWhatAFeedWillSayOfAllProducts() {
            shop.stock(key(1), 0);
            shop.feed.everythingChanged();

            AuditReport found = audit(instance().run(SyncPolicy.audit().dryRun()));

            assertThat(found.known()).isEqualTo(1);
            assertThat(found.total()).isZero();
        }

        private String books() {
            return shop.ledger
                    .inTransaction(
                            INDEX,
                            tx -> tx.holder() + " " + tx.generations() + " " + tx.backlog() + " " + tx.cursor("changes")
                                    + tx.cursor("stocktake.audit") + tx.cursor("stocktake.drift"))
                    .replaceAll("now=[^]]*", "");
        }

        @Test
        void comparesAnIndexThatWasNeverSynced() {
            Shop other = new Shop();
            other.products(3).index.prepare();
            other.index.plant(key(1), document(key(1), 10));

            SyncReport report = other.stocktake().run(SyncPolicy.audit().dryRun());

            assertThat(audit(report).drift()).isEqualTo(Map.of(Drift.Kind.MISSING, 2L, Drift.Kind.ALIEN, 1L));
            boolean opened = other.ledger.inTransaction(INDEX, tx -> tx.live().isPresent());
            assertThat(opened).isFalse();
        }

        @Test
        void belongsIntoNoSchedule() {
            assertThatThrownBy(() -> stocktake.run(SyncPolicy.of(
                            "mine", marker -> SyncPolicy.audit().dryRun().mark(marker))))
                    .isInstanceOf(MisconfiguredException.class);
        }

        @Test
        void saysIfThereIsNoIndex() {
            shop.index.drop();

            SyncReport report = stocktake.run(SyncPolicy.audit().dryRun());

            assertThat(report.complete()).isFalse();
            assertThat(report.problems()).anyMatch(problem -> problem.contains("is not there"));
        }
    }

    @Nested
    class AnotherIndex {

        @Test
        void countsForNothing() {
            shop.source.afterRead(keys -> {
                if (shop.source.reads() == 2) {
                    shop.index.recreate();
                }
            });
            stocktake = instance();

            SyncReport report = stocktake.run(SyncPolicy.audit());

            assertThat(audit(report).total()).isZero();
            shop.assertIndexIsTrue();
        }
    }

    @Nested
    class WithinABound {

        private final SyncPolicy slice = RollingRuns.within(HOUR);

        private AuditStatus status() {
            return Objects.requireNonNull(stocktake.status().audit());
        }

        private void let(Duration time, Duration step) {
            for (Duration over = Duration.ZERO; over.compareTo(time) < 0; over = over.plus(step)) {
                stocktake.run(slice);
                shop.pass(step);
            }
        }

        @Test
        void achievesItAndSaysSo() {
            filled(3_000);
            let(Duration.ofHours(3), Duration.ofSeconds(20));

            assertThat(status().bound()).isEqualTo(HOUR);
            assertThat(status().holds()).isTrue();
            assertThat(status().oldestComparison().orElseThrow()).isLessThanOrEqualTo(HOUR);
            assertThat(status().ended()).isNotNull();
        }

        @Test
        void findsWhatNoFeedSawWithinIt() {
            filled(3_000);
            let(Duration.ofHours(2), Duration.ofSeconds(20));
            shop.stock(key(7), 0);
            shop.stock(key(2_990), 0);
            shop.source.remove(key(1_500));

            let(HOUR, Duration.ofSeconds(20));

            shop.assertIndexIsTrue();
            assertThat(status().drift()).isEqualTo(Map.of(Drift.Kind.STALE, 2L, Drift.Kind.ORPHAN, 1L));
            assertThat(status().unseenBy()).isEqualTo(Map.of("changes", 3L));
            assertThat(told).hasSize(3);
        }

        @Test
        void spreadsItsWorkOverTheTime() {
            filled(3_000);
            let(HOUR, Duration.ofSeconds(20));
            long most = 0;
            long all = 0;
            for (int i = 0; i < 360; i++) {
                long before = shop.source.productsRead();
                stocktake.run(slice);
                shop.pass(Duration.ofSeconds(10));
                most = Math.max(most, shop.source.productsRead() - before);
                all += shop.source.productsRead() - before;
            }

            assertThat(all).isBetween(3_000L, 6_000L);
            assertThat(most).isLessThanOrEqualTo(500);
        }

        @Test
        void goesOnWhereAnotherInstanceStood() {
            filled(3_000);
            let(HOUR, Duration.ofSeconds(20));
            long before = shop.source.productsRead();
            for (int i = 0; i < 240; i++) {
                stocktake = instance();
                stocktake.run(slice);
                shop.pass(Duration.ofSeconds(20));
            }

            assertThat(shop.source.productsRead() - before)
                    .as("each only knows when the pass began, so they hurry a little")
                    .isBetween(3_000L, 8_000L);
            assertThat(status().holds()).isTrue();
        }

        @Test
        void doesNotTakeWhatWasComparedBeforeARestartForComparedSince() {
            filled(3_000);
            let(HOUR, Duration.ofSeconds(20));
            letAPassEnd();
            let(Duration.ofMinutes(30), Duration.ofSeconds(20));
            shop.pass(Duration.ofMinutes(15));

            stocktake = instance();
            letAPassEnd();

            assertThat(status().oldestComparison().orElseThrow()).isBetween(Duration.ofMinutes(35), HOUR);
        }

        private void letAPassEnd() {
            Instant ended = status().ended();
            while (Objects.equals(ended, status().ended())) {
                let(Duration.ofSeconds(20), Duration.ofSeconds(20));
            }
        }

        @Test
        void saysOnceWhenItDoesNotHoldAndToEveryRunMeanwhile() {
            let(Duration.ofHours(2), Duration.ofMinutes(1));
            shop.pass(Duration.ofHours(5));

            SyncReport late = stocktake.run(slice);

            assertThat(late.problems()).anyMatch(problem -> problem.contains("cannot be audited within PT1H"));
            let(HOUR, Duration.ofMinutes(1));
            assertThat(stocktake.run(slice).problems()).isEmpty();
            assertThat(status().holds()).isTrue();
        }

        @Test
        void saysInTheLogOnceThatItDoesNotHoldAndOnceThatItHoldsAgain() {
            let(Duration.ofHours(2), Duration.ofMinutes(1));

            List<String> said = Said.by(() -> {
                shop.pass(Duration.ofHours(5));
                let(HOUR.multipliedBy(2), Duration.ofMinutes(1));
            });

            assertThat(said)
                    .filteredOn(line -> line.startsWith("WARN"))
                    .singleElement(STRING)
                    .contains("cannot be audited within PT1H");
            assertThat(said)
                    .filteredOn(line -> line.contains("compared within"))
                    .singleElement(STRING)
                    .startsWith("INFO")
                    .contains("every product was compared within PT1H again");
        }

        @Test
        void countsAFullRunAsAComparisonOfEverything() {
            let(HOUR, Duration.ofMinutes(1));
            shop.pass(Duration.ofHours(5));
            stocktake.run(SyncPolicy.full().inPlace());

            assertThat(status().oldestComparison().orElseThrow()).isLessThan(Duration.ofMinutes(1));
        }

        @Test
        void countsAnAuditThatSomebodyAskedFor() {
            stocktake.run(SyncPolicy.audit());

            assertThat(status().bound()).isNull();
            assertThat(status().holds()).isTrue();
            assertThat(status().oldestComparison().orElseThrow()).isLessThan(Duration.ofMinutes(1));
        }

        @Test
        void isUnknownUntilEverythingWasComparedOnce() {
            assertThat(stocktake.status().audit()).isNull();
            filled(3_000);
            stocktake.run(SyncPolicy.of("one", marker -> {
                slice.mark(marker);
                shop.source.failNext(1_000, new UnavailableException("down", null));
            }));

            assertThat(status().oldestComparison()).isEmpty();
            assertThat(status().holds()).isFalse();
        }

        @Test
        void letsChangesGoFirst() {
            let(HOUR, Duration.ofMinutes(1));
            shop.change(key(3), 5);
            List<Integer> sizes = new ArrayList<>();
            shop.source.afterRead(keys -> sizes.add(keys.size()));
            shop.pass(HOUR);

            stocktake.run(SyncPolicy.of("both", marker -> {
                marker.takeChanges();
                slice.mark(marker);
            }));

            assertThat(sizes.get(0)).isEqualTo(1);
            assertThat(sizes).hasSizeGreaterThan(1);
        }
    }

    @Nested
    class TheGuarantee {

        private Guarantee of(SyncSchedule.Builder schedule) {
            return stocktake.guarantee(schedule.build());
        }

        @Test
        void isTheAuditsBoundWhereAFeedIsIncomplete() {
            shop.feed.completeness(ChangeFeed.Completeness.WITHIN_OVERLAP);
            Guarantee guarantee = of(SyncSchedule.builder()
                    .every(Duration.ofSeconds(1), SyncPolicy.smart())
                    .audit(HOUR));

            assertThat(guarantee.lossFree()).isTrue();
            assertThat(guarantee.worstCase()).contains(HOUR);
        }

        @Test
        void isTheSmallerOfTwoBounds() {
            assertThat(of(SyncSchedule.builder()
                                    .audit(HOUR)
                                    .every(
                                            Duration.ofMinutes(5),
                                            SyncPolicy.full().inPlace()))
                            .worstCase())
                    .contains(Duration.ofMinutes(5));
            assertThat(of(SyncSchedule.builder().every(Duration.ofMinutes(7), SyncPolicy.audit()))
                            .worstCase())
                    .contains(Duration.ofMinutes(7));
        }

        @Test
        void saysWhatIsNeverFoundWithoutOne() {
            Guarantee guarantee = of(SyncSchedule.builder().every(Duration.ofSeconds(1), SyncPolicy.smart()));

            assertThat(guarantee.gaps()).anyMatch(gap -> gap.contains("audit(...)"));
        }
    }

    @Test
    void refusesAScheduleWithTwoBoundsOrNone() {
        assertThatThrownBy(() -> SyncSchedule.builder().audit(HOUR).audit(HOUR).build())
                .hasMessageContaining("audit must be called only once");
        assertThatThrownBy(() -> SyncSchedule.builder().audit(Duration.ZERO).build())
                .hasMessageContaining("'audit'.within must be at least");
        assertThat(SyncSchedule.builder().audit(HOUR).build()).hasToString("[audit within PT1H]");
    }
}
