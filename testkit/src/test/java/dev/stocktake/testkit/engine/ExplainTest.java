package dev.stocktake.testkit.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Contribution;
import dev.stocktake.Coverage;
import dev.stocktake.Document;
import dev.stocktake.Explanation;
import dev.stocktake.Fingerprint;
import dev.stocktake.ProductKey;
import dev.stocktake.Projection;
import dev.stocktake.Reason;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ExplainTest {

    private static final ProductKey KEY = Shop.key(1);

    private final Shop shop = new Shop().products(3);
    private final Stocktake stocktake = shop.stocktake();

    @Test
    void findsNothingWrongWithATrueProduct() {
        stocktake.run(SyncPolicy.full().inPlace());

        Explanation explanation = stocktake.explain(KEY);

        assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.TRUE);
        assertThat(explanation.expected()).isEqualTo(explanation.indexed().fingerprint());
        assertThat(explanation.differences()).isEmpty();
        assertThat(explanation.toString()).contains("true, the index holds what the database says");
    }

    @Test
    void namesTheFieldsThatNobodyKnewToBeWrong() {
        stocktake.run(SyncPolicy.full().inPlace());
        shop.stock(KEY, 0);

        Explanation explanation = stocktake.explain(KEY);

        assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.WRONG);
        assertThat(explanation.differences()).containsExactly(new Explanation.Difference("stock", 0L, 10L));
        assertThat(explanation.toString())
                .contains("wrong, and nobody knew")
                .contains("differs     stock: database 0, index 10");
    }

    /** As an audit does. */
    @Test
    void takesAFieldThatTheIndexDropsForTheNullThatItWasGiven() {
        Document given = Document.builder()
                .put("title", "Product " + KEY)
                .put("stock", 10)
                .put("subtitle", null)
                .build();
        shop.source.put(KEY, given);
        stocktake.run(SyncPolicy.full().inPlace());
        Fingerprint written = shop.index.fingerprints(List.of(KEY)).get(KEY);
        shop.index.plant(KEY, Shop.document(KEY, 10), written);

        assertThat(stocktake.explain(KEY).verdict()).isEqualTo(Explanation.Verdict.TRUE);

        shop.index.plant(KEY, Shop.document(KEY, 9), written);
        assertThat(stocktake.explain(KEY).differences()).containsExactly(new Explanation.Difference("stock", 10L, 9L));
    }

    @Test
    void isNotMisledByAWriteBetweenItsLooks() {
        stocktake.run(SyncPolicy.full().inPlace());
        AtomicBoolean sold = new AtomicBoolean();
        shop.source.afterRead(keys -> {
            if (!sold.getAndSet(true)) {
                shop.change(KEY, 0);
                stocktake.run(SyncPolicy.smart());
            }
        });

        Explanation explanation = stocktake.explain(KEY);

        assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.TRUE);
        assertThat(explanation.differences()).isEmpty();
    }

    @Test
    void tellsAKnownDifferenceFromAnUnknownOne() {
        stocktake.run(SyncPolicy.full().inPlace());
        shop.change(KEY, 0);
        shop.ledger.inTransaction(Shop.INDEX, tx -> {
            tx.mark(List.of(KEY), Reason.CHANGE, false);
            return null;
        });

        Explanation explanation = stocktake.explain(KEY);

        assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.PENDING);
        assertThat(explanation.toString()).contains("reason CHANGE");
    }

    @Test
    void saysThatTheWalkHasNotComeToAProduct() {
        assertThat(stocktake.explain(KEY).walkPending()).isTrue();
        assertThat(stocktake.explain(KEY).verdict()).isEqualTo(Explanation.Verdict.PENDING);
    }

    @Test
    void givesTheReasonOfAQuarantine() {
        stocktake.run(SyncPolicy.full().inPlace());
        shop.source.unreadable(KEY, "price is no number");
        stocktake.sync(KEY.value());

        Explanation explanation = stocktake.explain(KEY);

        assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.QUARANTINED);
        assertThat(explanation.database()).isInstanceOf(Projection.Unreadable.class);
        assertThat(explanation.toString()).contains("quarantined: price is no number");
    }

    @Test
    void remembersTheLastWriteByItsBatchAndItsPlaceInTheIndex() {
        stocktake.run(SyncPolicy.full().inPlace());

        assertThat(stocktake.explain(KEY).lastAccepted()).hasValueSatisfying(write -> {
            assertThat(write.batchId()).isNotEmpty();
            assertThat(write.positions()).isNotEmpty();
        });
        assertThat(shop.stocktake().explain(KEY).lastAccepted())
                .as("of another process")
                .isEmpty();
    }

    @Test
    void takesAnAbsentProductWithoutADocumentForTrueAndALeftOverOneForWrong() {
        stocktake.run(SyncPolicy.full().inPlace());
        assertThat(stocktake.explain("no such product").verdict()).isEqualTo(Explanation.Verdict.TRUE);

        shop.source.remove(KEY);

        assertThat(stocktake.explain(KEY).verdict()).isEqualTo(Explanation.Verdict.WRONG);
    }

    @Test
    void namesTheRowsThatLeadToTheProductAndTheFeedThatSeesThem() {
        shop.feed.contributes(
                KEY, new Contribution("stock", Coverage.By.TRIGGER, List.of(new Contribution.Row("7", null, null)), 2));

        Explanation explanation = stocktake.explain(KEY);

        assertThat(explanation.sights())
                .singleElement()
                .satisfies(sight -> assertThat(sight.feed()).isEqualTo("changes"));
        assertThat(explanation.toString()).contains("feed 'changes' by trigger: stock [7] and 2 more");
    }

    @Test
    void saysThatAnIndexWhichOnlyTakesWritesCannotTell() {
        Stocktake blind = shop.stocktake(shop.index.writeOnly());
        blind.run(SyncPolicy.full().inPlace());

        Explanation explanation = blind.explain(KEY);

        assertThat(explanation.indexed().readable()).isFalse();
        assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.UNKNOWN);
    }

    @Test
    void changesNothing() {
        stocktake.run(SyncPolicy.full().inPlace());
        shop.stock(KEY, 0);
        var before = shop.index.documents();

        stocktake.explain(KEY);

        assertThat(shop.index.documents()).isEqualTo(before);
        shop.assertLedgerIsEmpty();
    }
}
