package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Document;
import dev.stocktake.ProductKey;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The fakes fit the engine: what the engine's own tests look at in depth, once through. */
class EngineOnFakesTest {

    private final VirtualTime time = new VirtualTime();
    private final InMemoryLedger ledger = new InMemoryLedger(time);
    private final InMemoryProductSource source = new InMemoryProductSource();
    private final InMemoryIndex index = new InMemoryIndex("products");
    private final InMemoryChangeFeed feed = new InMemoryChangeFeed();
    private final RandomGenerator random = new Random(11);
    private final Stocktake stocktake = Stocktake.builder(source, index, ledger)
            .feed(feed)
            .clock(time)
            .sleeper(time)
            .random(random)
            .instance("one")
            .build();

    @BeforeEach
    void fill() {
        for (int i = 0; i < 2_500; i++) {
            source.put(ProductKey.of(i), lamp(i));
        }
    }

    @Test
    void fillsAnEmptyIndexAndLeavesNothingBehind() {
        SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

        assertThat(report.complete()).as(report.toString()).isTrue();
        assertThat(index.documents()).isEqualTo(source.documents());
        assertThat(ledger.rows("products")).isZero();
        assertThat(ledger.openBatches("products")).isEmpty();
        assertThat(ledger.isClean("products", ProductKey.of(77), source)).isTrue();
    }

    @Test
    void followsAChangeThatTheFeedNames() {
        stocktake.run(SyncPolicy.full().inPlace());
        long before = index.documentsWritten();
        source.put(ProductKey.of(5), lamp(-5));
        feed.changed(ProductKey.of(5));

        SyncReport report = stocktake.run(SyncPolicy.smart());

        assertThat(report.complete()).as(report.toString()).isTrue();
        assertThat(index.document(ProductKey.of(5))).contains(lamp(-5));
        assertThat(index.documentsWritten()).isEqualTo(before + 1);
        assertThat(feed.pending()).isEmpty();
    }

    @Test
    void waitsForTasksInVirtualTime() {
        index.applyLater();
        time.onSleep(nap -> index.apply());

        SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

        assertThat(report.complete()).as(report.toString()).isTrue();
        assertThat(index.documents()).isEqualTo(source.documents());
        assertThat(time.slept()).isPositive();
    }

    private static Document lamp(int number) {
        return Document.builder().put("title", "Lamp " + number).build();
    }
}
