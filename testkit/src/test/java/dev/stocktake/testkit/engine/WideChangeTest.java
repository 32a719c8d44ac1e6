package dev.stocktake.testkit.engine;

import static dev.stocktake.testkit.engine.Shop.INDEX;
import static dev.stocktake.testkit.engine.Shop.document;
import static dev.stocktake.testkit.engine.Shop.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Intake;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** One change leads to very many products, such as a category's new name: what else is edited does not wait for all of them. */
class WideChangeTest {

    private static final int PAGES = 120;
    private static final int PRODUCTS_PER_PAGE = 4;
    private static final int EDIT_AT = 60;
    private static final Duration TAKING = Duration.ofMillis(500);

    private final Shop shop = new Shop().products(PAGES * PRODUCTS_PER_PAGE).batches(5, 2);
    private final Category category = new Category();
    private final Stocktake stocktake = shop.builder(shop.index).feed(category).build();

    /** Names its products page by page, as the change log follows an entry that leads to many. */
    private final class Category implements ChangeFeed {

        private final List<Integer> stockWhenTaken = new ArrayList<>();
        private boolean renamed;
        private boolean held = true;
        private int page;

        @Override
        public String name() {
            return "categories";
        }

        @Override
        public Completeness completeness() {
            return Completeness.COMPLETE;
        }

        @Override
        public Intake take(@Nullable String cursor, int limit) {
            if (!renamed) {
                return Intake.upTo(cursor == null ? "begun" : cursor, List.of(), false);
            }
            shop.pass(TAKING);
            shop.ledger.inTransaction(INDEX, tx -> {
                held &= tx.heldUntil()
                        .filter(shop.time.clock().instant()::isBefore)
                        .isPresent();
                return true;
            });
            if (page == EDIT_AT) {
                shop.change(key(0), 3);
            }
            stockWhenTaken.add(shop.index.document(key(0)).equals(Optional.of(document(key(0), 3))) ? 3 : 10);
            List<Intake.Hint> hints = new ArrayList<>();
            for (int i = page * PRODUCTS_PER_PAGE; i < (page + 1) * PRODUCTS_PER_PAGE; i++) {
                hints.add(new Intake.Hint(key(i), Instant.EPOCH, true));
            }
            page++;
            renamed = page < PAGES;
            return Intake.upTo("page " + page, List.of(), renamed).withHints(hints);
        }
    }

    private void rename() {
        stocktake.run(SyncPolicy.full().inPlace());
        for (int i = 1; i < PAGES * PRODUCTS_PER_PAGE; i++) {
            shop.stock(key(i), 5);
        }
        category.renamed = true;
    }

    private void assertAllAreTrueAfter(SyncReport report) {
        assertThat(report.complete()).as(report.toString()).isTrue();
        assertThat(category.page).isEqualTo(PAGES);
        shop.assertIndexIsTrue();
    }

    @Nested
    class ASmartSync {

        @Test
        void writesAnEditBeforeAllOfThemWereFollowed() {
            rename();
            stocktake.run(SyncPolicy.smart());

            assertThat(category.stockWhenTaken).hasSize(PAGES);
            assertThat(category.stockWhenTaken.indexOf(3)).isBetween(EDIT_AT + 1, EDIT_AT + 15);
        }

        @Test
        void isNotOverBeforeAllOfThemAreTrue() {
            rename();
            assertAllAreTrueAfter(stocktake.run(SyncPolicy.smart()));
            shop.assertLedgerIsEmpty();
        }

        @Test
        void keepsTheLaneWhileItTakesTheFirst() {
            shop.settings(SyncSettings.defaults()
                    .withLane(new SyncSettings.Lane(
                            Duration.ofSeconds(6),
                            Duration.ofMinutes(10),
                            Duration.ofMillis(20),
                            Duration.ofSeconds(1))));
            Stocktake hasty = shop.builder(shop.index).feed(category).build();
            rename();
            category.held = true;

            assertThat(hasty.run(SyncPolicy.smart()).complete()).isTrue();
            assertThat(category.held).as("the lease held at every page").isTrue();
        }

        @Test
        void takesAllOfThemAlsoWhereAnotherInstanceHasTheLane() {
            rename();
            shop.ledger.inTransaction(INDEX, tx -> tx.acquire("instance-9", Duration.ofMinutes(30), Duration.ZERO));
            SyncReport report = stocktake.run(SyncPolicy.smart());

            assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.ELSEWHERE);
            assertThat(category.page).isEqualTo(PAGES);
        }
    }

    @Nested
    class AnAudit {

        @Test
        void keepsTheLaneWhileItTakesAllOfThem() {
            rename();
            assertAllAreTrueAfter(stocktake.run(SyncPolicy.audit()));
            assertThat(category.held).as("the lease held at every page").isTrue();
        }
    }
}
