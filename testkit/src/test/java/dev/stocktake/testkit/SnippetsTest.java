package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Document;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the documentation shows, compiled and run. */
class SnippetsTest {

    @Test
    void aLostAnswer() {
        // region testing
        VirtualTime time = new VirtualTime();
        InMemoryProductSource source = new InMemoryProductSource();
        InMemoryIndex index = new InMemoryIndex("products");
        Stocktake stocktake = Stocktake.builder(source, index, new InMemoryLedger(time))
                .clock(time)
                .sleeper(time)
                .build();

        source.put(ProductKey.of(7), Document.of(Map.of("title", "Desk lamp")));
        index.loseReplyOfNext(); // applied, but the answer is lost
        SyncReport report = stocktake.run(SyncPolicy.full());

        assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.COMPLETE);
        assertThat(index.documents()).isEqualTo(source.documents());
        // endregion
        stocktake.close();
    }

    /** Stands for a technology that somebody writes an adapter for. */
    private static final class Shelf {

        private final InMemoryProductSource source = new InMemoryProductSource();

        void put(String id, String title) {
            source.put(new ProductKey(id), Document.of(Map.of("title", title)));
        }

        void remove(String id) {
            source.remove(new ProductKey(id));
        }
    }

    private static ProductSource shelfSource(Shelf shelf) {
        return shelf.source;
    }

    @Nested
    // region contract
    class ShelfSourceTest extends ProductSourceContract {

        private final Shelf shelf = new Shelf();

        @Override
        protected ProductSource source() {
            return shelfSource(shelf); // the adapter under test
        }

        @Override
        protected void save(ProductKey key, String title) {
            shelf.put(key.value(), title); // past the port, as the shop would
        }

        @Override
        protected void delete(ProductKey key) {
            shelf.remove(key.value());
        }

        @Override
        protected Map<Capability, String> missing() {
            return Map.of(
                    Capability.CALLERS_TRANSACTION, "a shelf has no transactions",
                    Capability.UNPUBLISHED_PRODUCTS, "what is on the shelf is for sale",
                    Capability.UNREADABLE_PRODUCTS, "a title cannot be damaged");
        }
    }
    // endregion
}
