package dev.stocktake.testkit.engine;

import static dev.stocktake.testkit.engine.Shop.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.ProductKey;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.testkit.InMemoryIndex;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One document in twenty-five is refused by the index, and its whole task with it. */
class PoisonInACrowdTest {

    private static final int PRODUCTS = 4_000;
    private static final int POISON = PRODUCTS / 25;

    @ParameterizedTest
    @ValueSource(ints = {25, 100, 1_000})
    void isSetAsideByNameAndCostsNobodyElseAnything(int batch) {
        Set<ProductKey> poison = new LinkedHashSet<>();
        Random random = new Random(batch);
        while (poison.size() < POISON) {
            poison.add(key(random.nextInt(PRODUCTS)));
        }
        Shop healthy = new Shop().products(PRODUCTS).batches(batch, 2);
        healthy.stocktake().run(SyncPolicy.full().inPlace());
        Shop shop = new Shop().products(PRODUCTS).batches(batch, 2);
        InMemoryIndex index = shop.index;
        poison.forEach(key -> index.refuse(key, "no such unit"));
        Stocktake stocktake = shop.stocktake();

        SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

        double refused = refusedTasks(index);
        assertThat(report.complete()).isTrue();
        assertThat(report.counts().refused()).isEqualTo(POISON);
        assertThat(stocktake.quarantine(PRODUCTS).keySet()).isEqualTo(poison);
        assertThat(index.documents()).hasSize(PRODUCTS - POISON);
        double halvings = Math.log(batch) / Math.log(2);
        assertThat(refused / POISON).isLessThanOrEqualTo(halvings + 2);
        assertThat((double) (index.writes() - healthy.index.writes()) / POISON)
                .as("tasks more than without them, those of their neighbours included")
                .isLessThanOrEqualTo(2 * halvings + 2);
    }

    private static long refusedTasks(InMemoryIndex index) {
        return index.writesAfter(0, Integer.MAX_VALUE).writes().stream()
                .filter(entry -> !entry.applied())
                .count();
    }
}
