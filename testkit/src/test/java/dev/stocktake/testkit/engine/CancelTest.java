package dev.stocktake.testkit.engine;

import static dev.stocktake.testkit.engine.Shop.INDEX;
import static dev.stocktake.testkit.engine.Shop.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Whoever wanted a run changes his mind: it ends soon, leaves everything in order, and says that it is not complete. */
class CancelTest {

    private static final int PRODUCTS = 100;

    private final Shop shop = new Shop().products(PRODUCTS).batches(10, 2);
    private final Stocktake stocktake = shop.stocktake();

    private void filled() {
        assertThat(stocktake.run(SyncPolicy.full().inPlace()).complete()).isTrue();
        for (int i = 0; i < PRODUCTS; i++) {
            shop.stock(key(i), 3);
        }
    }

    private BooleanSupplier afterWrites(long writes) {
        long until = shop.index.writes() + writes;
        return () -> shop.index.writes() >= until;
    }

    private static void assertCancelled(SyncReport report) {
        assertThat(report.outcome()).as(report.toString()).isEqualTo(SyncReport.Outcome.INCOMPLETE);
        assertThat(report.problems()).anyMatch(problem -> problem.contains("cancelled"));
    }

    @Nested
    class AFullSync {

        @Test
        void writesNothingMore() {
            filled();
            long before = shop.index.writes();

            assertCancelled(stocktake.run(SyncPolicy.full().inPlace(), afterWrites(3)));

            assertThat(shop.index.writes() - before).isEqualTo(3);
            assertThat(shop.ledger.openBatches(INDEX)).isEmpty();
        }

        @Test
        void waitsForWhatTheIndexHasBeenGiven() {
            filled();
            shop.index.applyLater();
            shop.time.onSleep(nap -> shop.index.applyAll());

            SyncReport report = stocktake.run(SyncPolicy.full().inPlace(), afterWrites(2));

            assertCancelled(report);
            assertThat(report.counts().written()).isEqualTo(20);
            assertThat(shop.ledger.openBatches(INDEX)).isEmpty();
        }

        @Test
        void leavesTheRestToTheNextRun() {
            filled();
            stocktake.run(SyncPolicy.full().inPlace(), afterWrites(3));

            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void isRememberedEvenIfItIsCancelledFromTheBeginning() {
            filled();
            long before = shop.index.writes();
            assertCancelled(stocktake.run(SyncPolicy.full().inPlace(), () -> true));
            assertThat(shop.index.writes()).isEqualTo(before);

            stocktake.run(SyncPolicy.smart());
            shop.assertIndexIsTrue();
        }
    }

    @Nested
    class AQuestionThatFails {

        @Test
        void isNoAnswer() {
            filled();
            SyncReport report = stocktake.run(SyncPolicy.full().inPlace(), () -> {
                throw new IllegalStateException("nobody knows");
            });

            assertThat(report.complete()).as(report.toString()).isTrue();
            shop.assertIndexIsTrue();
        }
    }

    @Nested
    class AnAudit {

        @Test
        void comparesNothingMore() {
            filled();
            int[] asked = new int[1];

            SyncReport report = stocktake.run(SyncPolicy.audit().dryRun(), () -> ++asked[0] > 1);

            assertCancelled(report);
            assertThat(report.compared().orElseThrow().documents()).isZero();
            shop.assertLedgerIsEmpty();
        }

        @Test
        void thatRepairsStopsToo() {
            filled();
            SyncReport report = stocktake.run(SyncPolicy.audit(), afterWrites(1));

            assertCancelled(report);
            assertThat(stocktake.run(SyncPolicy.audit()).complete()).isTrue();
            shop.assertIndexIsTrue();
            shop.assertLedgerIsEmpty();
        }
    }

    @Nested
    class ARunThatWaits {

        private final Instant from = shop.time.clock().instant();

        private BooleanSupplier after(long seconds) {
            return () -> shop.time.clock().instant().isAfter(from.plusSeconds(seconds));
        }

        private Duration took() {
            return Duration.between(from, shop.time.clock().instant());
        }

        @Test
        void forAnIndexThatIsDownWaitsNoLonger() {
            filled();
            shop.index.down();

            assertCancelled(stocktake.run(SyncPolicy.full().inPlace(), after(2)));
            assertThat(took()).isLessThan(Duration.ofSeconds(10));
        }

        @Test
        void toBeginDoesNotSleepItsPauseOut() {
            filled();
            shop.index.down();

            assertCancelled(shop.stocktake().run(SyncPolicy.full().inPlace(), after(10)));
            assertThat(took()).isLessThan(Duration.ofSeconds(12));
        }

        @Test
        void forAnotherInstanceWaitsNoLonger() {
            filled();
            shop.ledger.inTransaction(INDEX, tx -> tx.acquire("instance-9", Duration.ofMinutes(30), Duration.ZERO));

            SyncReport report = stocktake.run(SyncPolicy.products(List.of(key(1))), after(2));

            assertCancelled(report);
            assertThat(report.problems()).noneMatch(problem -> problem.contains("within"));
            assertThat(took()).isLessThan(Duration.ofSeconds(10));
        }

        @Test
        void forASignOfLifeWaitsNoLonger() {
            filled();
            shop.ledger.inTransaction(INDEX, tx -> tx.acquire("instance-9", Duration.ofMinutes(30), Duration.ZERO));

            assertCancelled(stocktake.run(SyncPolicy.smart(), after(2)));
            assertThat(took()).isLessThan(Duration.ofSeconds(10));
        }
    }
}
