package dev.stocktake.testkit.engine;

import static dev.stocktake.testkit.engine.Shop.INDEX;
import static dev.stocktake.testkit.engine.Shop.document;
import static dev.stocktake.testkit.engine.Shop.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Freshness;
import dev.stocktake.Intake;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the engine does with the times of changes, those that were and those to come. */
class TimesTest {

    private final Shop shop = new Shop();

    private Instant now() {
        return shop.time.clock().instant();
    }

    @Nested
    class Freshly {

        private final Map<ProductKey, Duration> told = new HashMap<>();
        private final Stocktake stocktake = shop.products(9)
                .builder(shop.index)
                .listener(new SyncListener() {
                    @Override
                    public void applied(String index, Map<ProductKey, Duration> freshness) {
                        told.putAll(freshness);
                    }
                })
                .build();

        Freshly() {
            stocktake.run(SyncPolicy.full().inPlace());
        }

        private void change(int product, Duration ago) {
            shop.stock(key(product), 77);
            shop.feed.hinted(Intake.Hint.of(key(product), now().minus(ago)));
        }

        @Test
        void measuresEachChangeFromTheDatabaseToTheIndex() {
            change(1, Duration.ofSeconds(3));
            change(2, Duration.ofMinutes(4));
            shop.change(key(3), 5);

            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertThat(told).containsOnlyKeys(key(1), key(2));
            assertThat(told.get(key(1))).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(5));
            assertThat(told.get(key(2))).isBetween(Duration.ofMinutes(4), Duration.ofSeconds(245));
            assertThat(report.freshness().changes()).isEqualTo(2);
            assertThat(report.freshness().max()).isEqualTo(told.get(key(2)));
            assertThat(report.freshness().p50())
                    .isBetween(
                            told.get(key(1)), told.get(key(1)).multipliedBy(17).dividedBy(16));
            assertThat(report.toString()).contains("changes=2", "fresh_max=24");
            assertThat(stocktake.status().freshness()).isEqualTo(report.freshness());
            assertThat(stocktake.status().freshnessSinceStart()).isEqualTo(report.freshness());
            assertThat(stocktake.run(SyncPolicy.smart()).freshness()).isEqualTo(Freshness.NONE);
            shop.pass(Duration.ofMinutes(66));
            assertThat(stocktake.status().freshness()).isEqualTo(Freshness.NONE);
            assertThat(stocktake.status().freshnessSinceStart()).isEqualTo(report.freshness());
        }

        @Test
        void countsAChangeOfAClockThatIsAheadAsNoTimeAtAll() {
            change(1, Duration.ofMinutes(-4));

            assertThat(stocktake.run(SyncPolicy.smart()).freshness())
                    .isEqualTo(new Freshness(1, Duration.ZERO, Duration.ZERO, Duration.ZERO));
        }

        @Test
        void countsAChangeThatWasTriedAgainFromItsBeginning() {
            change(1, Duration.ZERO);
            shop.index.failNext(2);

            assertThat(stocktake.run(SyncPolicy.smart()).freshness().max()).isGreaterThan(Duration.ofSeconds(1));
        }

        @Test
        void countsAChangeThatTheIndexRefusedOnceItIsApplied() {
            shop.source.unreadable(key(1), "The price is text");
            shop.feed.hinted(Intake.Hint.of(key(1), now()));
            assertThat(stocktake.run(SyncPolicy.smart()).freshness()).isEqualTo(Freshness.NONE);
            shop.pass(Duration.ofHours(2));
            change(1, Duration.ZERO);

            assertThat(stocktake.run(SyncPolicy.smart()).freshness().max())
                    .isBetween(Duration.ofHours(2), Duration.ofHours(2).plusSeconds(5));
        }

        @Test
        void tellsTheAgeOfTheOldestChangeThatIsNotApplied() {
            shop.ledger.inTransaction(INDEX, tx -> {
                tx.mark(java.util.List.of(Intake.Hint.of(key(1), now().minusSeconds(40))));
                return null;
            });
            shop.pass(Duration.ofSeconds(2));

            assertThat(stocktake.status().oldestChangeAge()).contains(Duration.ofSeconds(42));
            assertThat(stocktake.status().oldestMarkAge()).contains(Duration.ofSeconds(2));
            stocktake.run(SyncPolicy.smart());
            assertThat(stocktake.status().oldestChangeAge()).isEmpty();
        }

        @Test
        void looksAtEverythingWhenTheFeedSaysSoAndGoesOnInOrder() {
            shop.stock(key(4), 12);
            shop.source.remove(key(5));
            shop.feed.everythingChanged();
            change(6, Duration.ofSeconds(1));

            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertThat(report.complete()).isTrue();
            assertThat(told).containsOnlyKeys(key(6));
            assertThat(shop.feed.pending()).isEmpty();
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
            long reads = shop.source.reads();
            stocktake.run(SyncPolicy.smart());
            assertThat(shop.source.reads()).as("it was acknowledged").isEqualTo(reads);
        }
    }

    @Nested
    class WhenADocumentChangesWithTime {

        private final Instant noon = now().plus(Duration.ofHours(3));
        private final Stocktake stocktake = shop.products(9).stocktake();

        private void sellsFromNoon(int product) {
            shop.source.putUntil(noon, key(product), document(key(product), 10));
        }

        /** No row is written, and no feed sees anything. */
        private void becomesNoon() {
            shop.pass(Duration.between(now(), noon));
            for (int i = 0; i < 3; i++) {
                shop.stock(key(i), 99);
            }
        }

        @Test
        void looksAtItAgainThen() {
            sellsFromNoon(0);
            sellsFromNoon(1);
            sellsFromNoon(2);
            stocktake.run(SyncPolicy.full().inPlace());
            long read = shop.source.productsRead();
            stocktake.run(SyncPolicy.smart());
            assertThat(shop.source.productsRead()).isEqualTo(read);
            assertThat(stocktake.status().clean()).isTrue();

            becomesNoon();

            assertThat(stocktake.status().clean())
                    .as("it is known that it may be wrong")
                    .isFalse();
            assertThat(stocktake.status().dueRechecks()).isEqualTo(3);
            SyncReport report = stocktake.run(SyncPolicy.smart());
            assertThat(report.complete()).isTrue();
            assertThat(report.counts().written()).isEqualTo(3);
            assertThat(report.freshness().changes()).isEqualTo(3);
            assertThat(shop.source.productsRead()).isEqualTo(read + 3);
            assertThat(stocktake.status().clean()).isTrue();
            shop.assertIndexIsTrue();
            assertThat(shop.ledger.rechecks(INDEX)).isZero();
        }

        @Test
        void remembersTheTimeOfADocumentThatIsNotWritten() {
            stocktake.run(SyncPolicy.full().inPlace());
            sellsFromNoon(1);
            assertThat(stocktake.run(SyncPolicy.full().inPlace()).counts().written())
                    .isZero();
            becomesNoon();
            shop.stock(key(0), 10);
            shop.stock(key(2), 10);

            stocktake.run(SyncPolicy.smart());

            shop.assertIndexIsTrue();
        }

        @Test
        void forgetsTheTimeWithTheProduct() {
            sellsFromNoon(1);
            stocktake.run(SyncPolicy.full().inPlace());
            assertThat(shop.ledger.rechecks(INDEX)).isEqualTo(1);
            shop.source.remove(key(1));
            shop.feed.changed(key(1));

            stocktake.run(SyncPolicy.smart());

            assertThat(shop.ledger.rechecks(INDEX)).isZero();
        }

        @Test
        void marksItAlsoInTheMiddleOfALongRun() {
            sellsFromNoon(1);
            stocktake.run(SyncPolicy.full().inPlace());
            shop.source.afterRead(keys -> {
                if (now().isBefore(noon)) {
                    becomesNoon();
                }
            });
            shop.feed.changed(key(7));
            shop.feed.changed(key(8));

            stocktake.run(SyncPolicy.smart());

            assertThat(shop.index.documents().get(key(1))).isEqualTo(document(key(1), 99));
        }

        @Test
        void leavesOthersTimesToOtherRuns() {
            sellsFromNoon(1);
            stocktake.run(SyncPolicy.full().inPlace());
            becomesNoon();

            stocktake.run(SyncPolicy.products(key(2).value()));

            assertThat(shop.ledger.rechecks(INDEX)).isEqualTo(1);
        }

        /** A column with the beginning of the sale stays in the row when the sale has begun. */
        @Test
        void doesNotReadAgainAndAgainWhatNamesATimeThatHasPassed() {
            sellsFromNoon(1);
            stocktake.run(SyncPolicy.full().inPlace());
            shop.pass(Duration.between(now(), noon));
            long read = shop.source.productsRead();
            for (int i = 0; i < 200; i++) {
                stocktake.run(SyncPolicy.smart());
                shop.pass(Duration.ofSeconds(1));
            }

            assertThat(shop.source.productsRead() - read)
                    .as("at its time, and once more for clocks that differ")
                    .isEqualTo(2);
            assertThat(shop.ledger.rechecks(INDEX)).isZero();
            shop.pass(LedgerTransaction.CLOCK_TOLERANCE);
            stocktake.run(SyncPolicy.full().inPlace());
            assertThat(shop.ledger.rechecks(INDEX)).isZero();
        }
    }
}
