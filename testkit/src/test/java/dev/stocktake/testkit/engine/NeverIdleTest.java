package dev.stocktake.testkit.engine;

import static dev.stocktake.testkit.engine.Shop.INDEX;
import static dev.stocktake.testkit.engine.Shop.document;
import static dev.stocktake.testkit.engine.Shop.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Drift;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.RollingRuns;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A shop in which marks wait all the time: walks, listings and comparisons get their turn all the same. */
class NeverIdleTest {

    private static final int PRODUCTS = 60;
    private static final ProductKey NOBODYS = ProductKey.of("nobody's");
    private static final Duration READING = Duration.ofMillis(200);
    private static final int MOST_READS = 10_000;

    private final Shop shop = new Shop();
    private final ListedIndex index = new ListedIndex(shop.index);
    private final List<Collection<ProductKey>> reads = new ArrayList<>();
    private Stocktake stocktake = filled();
    private int changes;

    private Stocktake filled() {
        Stocktake filling = shop.products(PRODUCTS).batches(40, 2).stocktake(index);
        filling.run(SyncPolicy.full().inPlace());
        shop.source.afterRead(this::shopGoesOn);
        return filling;
    }

    /** While some products are read, others change; so there are always some that nobody has looked at yet. */
    private void shopGoesOn(Collection<ProductKey> keys) {
        reads.add(keys);
        shop.pass(READING);
        assertThat(reads.size())
                .as("reads, as a run that never ends would make")
                .isLessThan(MOST_READS);
        for (int i = 0; i < 3; i++) {
            ProductKey key = key(changes++ % (PRODUCTS / 2));
            shop.stock(key, changes);
            mark(key, Reason.CHANGE);
        }
    }

    private void mark(ProductKey key, Reason reason) {
        shop.ledger.inTransaction(INDEX, tx -> {
            tx.mark(List.of(key), reason, false);
            return true;
        });
    }

    private void plantNobodys() {
        shop.index.plant(NOBODYS, document(key(1), 1));
    }

    @Nested
    class AFullSync {

        @Test
        void comesToItsEnd() {
            plantNobodys();
            shop.stock(key(PRODUCTS - 1), 77);

            SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

            assertThat(report.complete()).as(report.toString()).isTrue();
            assertThat(shop.index.document(key(PRODUCTS - 1))).contains(document(key(PRODUCTS - 1), 77));
            assertThat(shop.index.document(NOBODYS)).isEmpty();
            assertThat(stocktake.status().orphansUnknown()).isFalse();
        }

        @Test
        void leavesMostOfTheTimeToWhatChanged() {
            stocktake.run(SyncPolicy.full().inPlace());

            long ofTheWalk = reads.stream()
                    .filter(keys -> keys.stream()
                            .allMatch(key ->
                                    key.value().compareTo(key(PRODUCTS / 2).value()) >= 0))
                    .count();
            assertThat(ofTheWalk).isBetween(1L, reads.size() / 4L);
        }

        @Test
        void readsWhatSomebodyAsksForBeforeTheListingIsThrough() {
            index.atPage(2, () -> mark(key(PRODUCTS - 1), Reason.DEMAND));
            index.atPage(3, () -> assertThat(reads.get(reads.size() - 1)).containsExactly(key(PRODUCTS - 1)));

            assertThat(stocktake.run(SyncPolicy.full().inPlace()).complete()).isTrue();
            assertThat(index.pages()).isGreaterThan(3);
        }

        @Test
        void comesToItsEndWhereSomebodyAlwaysAsksForProductsByName() {
            shop.source.afterRead(keys -> mark(key(changes % (PRODUCTS / 2)), Reason.DEMAND));

            assertThat(stocktake.run(SyncPolicy.full().inPlace()).problems())
                    .singleElement()
                    .asString()
                    .contains("could not be listed in one piece");
            assertThat(stocktake.status().walking()).isFalse();
        }

        @Test
        void doesNotHoldUpChangesByAListingThatFails() {
            index.atEachPage(() -> {
                throw new UnavailableException("too busy to list", null);
            });

            SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

            assertThat(report.complete()).isFalse();
            assertThat(report.counts().written()).isGreaterThan(PRODUCTS / 2);
            assertThat(shop.index.documents().get(key(0))).isNotEqualTo(document(key(0), 10));
        }
    }

    /** Always more than one batch can hold. */
    @Nested
    class UrgentChanges {

        @Test
        void doNotKeepTheLessUrgentWaitingForEver() {
            stocktake = shop.batches(2, 2).stocktake(index);
            plantNobodys();
            shop.stock(key(PRODUCTS - 1), 77);
            shop.stock(key(PRODUCTS - 2), 78);
            mark(key(PRODUCTS - 2), Reason.FANOUT);

            SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

            assertThat(report.complete()).as(report.toString()).isTrue();
            assertThat(shop.index.document(key(PRODUCTS - 1))).contains(document(key(PRODUCTS - 1), 77));
            assertThat(shop.index.document(key(PRODUCTS - 2))).contains(document(key(PRODUCTS - 2), 78));
            assertThat(shop.index.document(NOBODYS)).isEmpty();
        }
    }

    @Nested
    class AnAudit {

        @Test
        void comesToItsEnd() {
            plantNobodys();
            shop.stock(key(PRODUCTS - 1), 77);

            SyncReport report = stocktake.run(SyncPolicy.audit());

            assertThat(report.complete()).as(report.toString()).isTrue();
            assertThat(report.compared().orElseThrow().drift())
                    .isEqualTo(Map.of(Drift.Kind.STALE, 1L, Drift.Kind.ORPHAN, 1L));
            assertThat(shop.index.document(NOBODYS)).isEmpty();
        }

        @Test
        void saysSoWhereTheListingFails() {
            index.atEachPage(() -> {
                throw new UnavailableException("too busy to list", null);
            });

            SyncReport report = stocktake.run(SyncPolicy.audit());

            assertThat(report.problems()).anyMatch(problem -> problem.contains("could not be listed in one piece"));
        }
    }

    @Nested
    class TheRollingAudit {

        private final Duration bound = Duration.ofMinutes(5);
        private final Instant start = shop.time.instant();
        private final SyncPolicy both = SyncPolicy.of("both", marker -> {
            marker.takeChanges();
            RollingRuns.within(bound).mark(marker);
        });

        private void let(Duration time) {
            Instant end = shop.time.instant().plus(time);
            while (shop.time.instant().isBefore(end)) {
                stocktake.run(both);
            }
        }

        @Test
        void holdsItsBound() {
            let(bound);
            plantNobodys();
            shop.stock(key(PRODUCTS - 1), 77);

            let(bound);

            assertThat(Objects.requireNonNull(stocktake.status().audit()).holds())
                    .isTrue();
            assertThat(shop.index.document(NOBODYS)).isEmpty();
            assertThat(shop.index.document(key(PRODUCTS - 1))).contains(document(key(PRODUCTS - 1), 77));
        }

        @Test
        void endsWithARunWhoseProductsAreMarkedAgainWheneverTheyAreRead() {
            shop.source.afterRead(keys -> {
                for (int i = 0; i < PRODUCTS / 2; i++) {
                    mark(key(i), Reason.CHANGE);
                }
                if (shop.time.instant().isAfter(start.plus(bound.multipliedBy(3)))) {
                    stocktake.close();
                }
            });

            SyncReport report = stocktake.run(both);

            assertThat(report.complete()).as(report.toString()).isTrue();
            assertThat(stocktake.status().clean()).as("marked again").isFalse();
        }
    }
}
