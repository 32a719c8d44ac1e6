package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Document;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.Receipt;
import dev.stocktake.SearchIndex;
import dev.stocktake.UnavailableException;
import dev.stocktake.WriteBatch;
import dev.stocktake.WriteBatch.Upsert;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link SearchIndex} must promise: whole documents, in order, and the truth about what became of them.
 *
 * <p>An adapter's test extends it and provides an {@link IndexHarness}:
 *
 * <pre>{@code
 * class ShelfIndexContractTest extends SearchIndexContract {
 *     private final ShelfHarness harness = new ShelfHarness();
 *
 *     protected IndexHarness harness() {
 *         return harness;
 *     }
 * }
 * }</pre>
 */
public abstract class SearchIndexContract extends IndexContract {

    private static final int FULL_BATCH = 2_000;

    // --- what it is
    // ---------------------------------------------------------------------------------------------------

    @Test
    void tellsItsNameAndItsLimits() {
        assertThat(index().name()).isNotBlank().hasSizeLessThanOrEqualTo(200);
        assertThat(index().limits().maxProducts()).isPositive();
        assertThat(index().limits().maxBytes()).isPositive();
        assertThat(index().requestLife()).isGreaterThanOrEqualTo(Duration.ZERO);
    }

    @Test
    @Tag(UNPREPARED)
    void isNotThereBeforeItIsPrepared() {
        assertThat(index().identify()).isEmpty();
        IndexIdentity identity = index().prepare();

        assertThat(index().identify()).contains(identity);
        assertThat(harness().size()).isZero();
    }

    @Test
    void keepsItsIdentityAndItsDocumentsWhenItIsPreparedAgain() {
        IndexIdentity identity = index().prepare();
        put(A, "Lamp");

        assertThat(index().prepare()).isEqualTo(identity);
        assertThat(index().identify()).contains(identity);
        assertStored(A, "Lamp");
    }

    @Test
    void takesAnotherIdentityWhenItIsMadeAnew() {
        needs(Capability.RECREATION);
        put(A, "Lamp");
        IndexIdentity before = index().identify().orElseThrow();
        harness().recreate();

        assertThat(index().identify()).isPresent().get().isNotEqualTo(before);
        assertNotStored(A);
    }

    // --- writing
    // ------------------------------------------------------------------------------------------------------

    @Test
    void showsADocumentWhenItIsApplied() {
        put(A, "Lamp");

        assertStored(A, "Lamp");
        assertThat(harness().size()).isEqualTo(1);
    }

    @Test
    void replacesTheWholeDocument() {
        applied(write(upsert(
                A, Document.builder().put("title", "Lamp").put("colour", "red").build())));
        applied(write(
                upsert(A, Document.builder().put("title", "Lamp").put("size", 4).build())));

        assertStored(A, Document.builder().put("title", "Lamp").put("size", 4).build());
        assertThat(harness().size()).isEqualTo(1);
    }

    @Test
    void removesDocumentsAndKeepsTheOthers() {
        put(A, "Lamp");
        put(B, "Desk");
        applied(remove(A));

        assertNotStored(A);
        assertStored(B, "Desk");
    }

    @Test
    void removesWhatIsNotThere() {
        put(A, "Lamp");
        applied(remove(B, C));

        assertStored(A, "Lamp");
    }

    @Test
    void putsAndRemovesInOneBatch() {
        put(A, "Lamp");
        applied(write(List.of(upsert(B, "Desk"), upsert(C, "Chair")), List.of(A)));

        assertNotStored(A);
        assertStored(B, "Desk");
        assertStored(C, "Chair");
    }

    @Test
    void takesAnEmptyBatch() {
        applied(write(List.of(), List.of()));

        assertThat(harness().size()).isZero();
    }

    @Test
    void takesAFullBatch() {
        List<ProductKey> keys = many(Math.min(index().limits().maxProducts(), FULL_BATCH));
        applied(write(keys.stream().map(key -> upsert(key, "Lamp " + key)).toList(), List.of()));
        assertThat(harness().size()).isEqualTo(keys.size());

        applied(write(List.of(), keys));
        assertThat(harness().size()).isZero();
    }

    @Test
    void takesTheSameBatchTwice() {
        WriteBatch batch = new WriteBatch(nextBatch(), List.of(upsert(A, "Lamp")), List.of(B));
        applied(index().write(batch));
        applied(index().write(batch));

        assertStored(A, "Lamp");
        assertThat(harness().size()).isEqualTo(1);
    }

    @Test
    void takesTheLongestBatchId() {
        String longest = "a.Z_9-".repeat(10);
        applied(index().write(new WriteBatch(longest, List.of(upsert(A, "Lamp")), List.of())));

        assertStored(A, "Lamp");
    }

    @Test
    void appliesWritesInTheOrderInWhichTheyWereAccepted() {
        List<Receipt> receipts = new ArrayList<>();
        for (int i = 1; i <= 12; i++) {
            receipts.add(write(upsert(A, "Lamp " + i)));
            receipts.add(i % 2 == 0 ? remove(B) : write(upsert(B, "Desk " + i)));
        }
        receipts.forEach(this::applied);

        assertStored(A, "Lamp 12");
        assertNotStored(B);
    }

    @Test
    void keepsValuesAsTheyAre() {
        Document document = Document.builder()
                .put("title", "Lampe „Gänseblümchen“ 🦆 \"quoted\" \\ back\nnew line")
                .put("empty", "")
                .put("price", new BigDecimal("12.50"))
                .put("stock", -3)
                .put("published", true)
                .put("tags", List.of("wood", "oak"))
                .put("none", List.of())
                .put("maker", Map.of("name", "Brummbär & Söhne", "since", 1987))
                .put("variants", List.of(Map.of("sku", "L-1", "stock", 4), Map.of("sku", "L-2", "stock", 0)))
                .build();
        applied(write(upsert(A, document)));

        assertStored(A, document);
    }

    @Test
    void tellsAwkwardKeysApart() {
        List<ProductKey> keys = awkwardKeys();
        List<Upsert> upserts =
                keys.stream().map(key -> upsert(key, "Lamp " + key)).toList();
        Receipt receipt = write(upserts, List.of());
        assertThat(receipt.refused())
                .as("keys that the index cannot hold; they must be refused or kept, never mixed up")
                .isEmpty();
        applied(receipt);
        keys.forEach(key -> assertStored(key, "Lamp " + key));
        assertThat(harness().size()).isEqualTo(keys.size());

        List<ProductKey> half = new ArrayList<>();
        for (int i = 0; i < keys.size(); i += 2) {
            half.add(keys.get(i));
        }
        applied(write(List.of(), half));
        for (int i = 0; i < keys.size(); i++) {
            assertThat(stored(keys.get(i)).isPresent()).as(keys.get(i).value()).isEqualTo(i % 2 != 0);
        }
    }

    @Test
    void takesWritesOfManyThreads() {
        Crowd.of(8).run(number -> {
            for (int i = 0; i < 5; i++) {
                ProductKey key = ProductKey.of(number * 100 + i);
                String id = "thread-" + number + "-" + i;
                applied(index().write(new WriteBatch(id, List.of(upsert(key, "Lamp " + key)), List.of())));
            }
        });

        assertThat(harness().size()).isEqualTo(40);
    }

    // --- refused
    // ------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void refusesABadDocumentWithoutShowingIt(int place) {
        needs(Capability.BAD_DOCUMENTS);
        put(B, "Desk before");
        List<Upsert> upserts = new ArrayList<>(List.of(upsert(A, "Lamp"), upsert(C, "Chair")));
        upserts.add(place, upsert(B, harness().bad()));

        Receipt receipt = write(upserts, List.of());
        Outcome outcome = await(receipt);

        assertStored(B, "Desk before");
        if (receipt.refused().containsKey(B)) {
            assertThat(receipt.refused().get(B)).isNotBlank();
            assertThat(outcome.kind()).as("of the rest").isEqualTo(Outcome.Kind.APPLIED);
            assertStored(A, "Lamp");
            assertStored(C, "Chair");
        } else {
            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.REFUSED);
            assertThat(outcome.reason()).isNotBlank();
            assertNotStored(A);
            assertNotStored(C);
        }
    }

    @Test
    void goesOnAfterABadDocument() {
        needs(Capability.BAD_DOCUMENTS);
        await(write(upsert(A, harness().bad())));
        put(A, "Lamp");

        assertStored(A, "Lamp");
    }

    // --- outcomes
    // -----------------------------------------------------------------------------------------------------

    @Test
    void answersForEveryReceipt() {
        Receipt first = write(upsert(A, "Lamp"));
        Receipt second = write(upsert(B, "Desk"));
        await(first);
        await(second);

        assertThat(index().outcomes(List.of(first, second))).containsOnlyKeys(first, second);
        assertThat(index().outcomes(List.of(first, second)).values())
                .extracting(Outcome::kind)
                .containsOnly(Outcome.Kind.APPLIED);
        assertThat(index().outcomes(List.of())).isEmpty();
    }

    @Test
    void takesAReceiptOfNothingForApplied() {
        Receipt nothing = Receipt.at();

        assertThat(outcome(nothing).kind()).isEqualTo(Outcome.Kind.APPLIED);
    }

    @Test
    void saysThatItDoesNotRememberAWriteThatItNeverSaw() {
        put(A, "Lamp");
        Receipt unknown = Receipt.at(987_654_321L);

        assertThat(outcome(unknown).kind()).isEqualTo(Outcome.Kind.LOST);
    }

    @Test
    void saysThatItDoesNotRememberAWriteThatItForgot() {
        needs(Capability.FORGOTTEN_LOG);
        Receipt receipt = write(upsert(A, "Lamp"));
        applied(receipt);
        harness().forgetLog();

        assertThat(outcome(receipt).kind()).isEqualTo(Outcome.Kind.LOST);
    }

    @Test
    void saysThatAWriteIsPendingUntilItIsApplied() {
        needs(Capability.HELD_BACK_WRITES);
        harness().holdBack();
        Receipt receipt = write(upsert(A, "Lamp"));

        assertThat(outcome(receipt).kind()).isEqualTo(Outcome.Kind.PENDING);
        assertNotStored(A);
        harness().letGo();
        applied(receipt);
        assertStored(A, "Lamp");
    }

    @Test
    void saysThatNothingWasDoneWhenNoIndexAnswers() {
        needs(Capability.UNREACHABLE);
        SearchIndex unreachable = harness().unreachable();
        WriteBatch batch = new WriteBatch(nextBatch(), List.of(upsert(A, "Lamp")), List.of());

        assertThatThrownBy(() -> unreachable.write(batch)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(unreachable::identify).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(unreachable::prepare).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> unreachable.outcomes(List.of(Receipt.at(1L))))
                .isInstanceOf(UnavailableException.class);
    }
}
