package dev.stocktake.testkit.engine;

import static dev.stocktake.testkit.engine.Shop.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The index is down for a working day, and the shop goes on selling. */
class LongOutageTest {

    private static final int PRODUCTS = 20_000;
    private static final int CHANGES = 50_000;
    private static final int ROUNDS = 100;
    private static final Duration OUTAGE = Duration.ofHours(8);
    private static final int DOCUMENTS_PER_SECOND = 2_000;

    private final Shop shop = new Shop().products(PRODUCTS);
    private final Random random = new Random(6);
    private long budget;

    @Test
    void costsOneWriteForEachProductThatChangedAndNoChangeIsLost() {
        Stocktake stocktake = shop.stocktake();
        stocktake.run(SyncPolicy.full().inPlace());
        long before = shop.index.documentsWritten();
        shop.index.down();

        goOnSelling(stocktake);
        shop.index.up();
        workAtARate();
        Instant up = shop.time.instant();
        SyncReport report = stocktake.run(SyncPolicy.smart());

        assertThat(report.complete()).isTrue();
        shop.assertIndexIsTrue();
        shop.assertLedgerIsEmpty();
        assertThat(shop.index.documentsWritten() - before).isBetween((long) PRODUCTS, (long) (PRODUCTS * 1.05));
        assertThat(Duration.between(up, shop.time.instant()))
                .isLessThanOrEqualTo(Duration.ofSeconds(2 * PRODUCTS / DOCUMENTS_PER_SECOND));
    }

    private void goOnSelling(Stocktake stocktake) {
        List<Integer> changed = new ArrayList<>(
                random.ints(CHANGES - PRODUCTS, 0, PRODUCTS).boxed().toList());
        for (int product = 0; product < PRODUCTS; product++) {
            changed.add(product);
        }
        Collections.shuffle(changed, random);
        Instant begin = shop.time.instant();
        for (int round = 0; round < ROUNDS; round++) {
            for (int change = 0; change < CHANGES / ROUNDS; change++) {
                int number = round * CHANGES / ROUNDS + change;
                shop.change(key(changed.get(number)), 1_000 + number);
            }
            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isFalse();
            Duration rest = Duration.between(
                    shop.time.instant(), begin.plus(OUTAGE.dividedBy(ROUNDS).multipliedBy(round + 1L)));
            shop.pass(rest.isNegative() ? Duration.ZERO : rest);
        }
        assertThat(Duration.between(begin, shop.time.instant())).isGreaterThanOrEqualTo(OUTAGE);
    }

    /** The index applies so many documents in a second, and only while somebody waits. */
    private void workAtARate() {
        shop.index.applyLater();
        shop.time.onSleep(nap -> {
            budget += nap.toMillis() * DOCUMENTS_PER_SECOND / 1_000;
            long written = shop.index.documentsWritten();
            while (budget > 0 && shop.index.apply()) {
                budget -= shop.index.documentsWritten() - written;
                written = shop.index.documentsWritten();
            }
            budget = Math.min(budget, 0);
        });
    }
}
