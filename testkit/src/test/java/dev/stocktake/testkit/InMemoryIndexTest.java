package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.AuditableIndex;
import dev.stocktake.BatchLimits;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.IndexIdentity;
import dev.stocktake.LoggedIndex;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.Receipt;
import dev.stocktake.RefusedException;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import dev.stocktake.WriteBatch;
import dev.stocktake.WriteBatch.Upsert;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class InMemoryIndexTest {

    private static final ProductKey A = ProductKey.of("a");
    private static final ProductKey B = ProductKey.of("b");

    private final InMemoryIndex index = new InMemoryIndex("products");

    @BeforeEach
    void prepare() {
        index.prepare();
    }

    private static Document lamp(String title) {
        return Document.of(Map.of("title", title));
    }

    private static Upsert upsert(ProductKey key, String title) {
        return new Upsert(key, lamp(title), Fingerprint.of(lamp(title), "1"));
    }

    private Receipt put(String batch, Upsert... upserts) {
        return index.write(new WriteBatch(batch, Arrays.asList(upserts), List.of()));
    }

    private Outcome outcome(Receipt receipt) {
        return index.outcomes(List.of(receipt)).getOrDefault(receipt, Outcome.pending());
    }

    @Nested
    class WhenAWriteIsDisturbedOnItsWay {

        @Test
        void rejectsTheNextWrites() {
            index.rejectNext(2);

            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> put("one", upsert(A, "Lamp"))).isInstanceOf(UnavailableException.class);
            }
            assertThat(index.documents()).isEmpty();
            put("two", upsert(A, "Lamp"));
            assertThat(index.document(A)).contains(lamp("Lamp"));
        }

        @Test
        void appliesAWriteWhoseReplyIsLost() {
            index.loseReplyOfNext();

            assertThatThrownBy(() -> put("one", upsert(A, "Lamp"))).isInstanceOf(UnknownOutcomeException.class);
            assertThat(index.document(A)).contains(lamp("Lamp"));
        }

        @Test
        void dropsAWrite() {
            index.dropNext();

            assertThatThrownBy(() -> put("one", upsert(A, "Lamp"))).isInstanceOf(UnknownOutcomeException.class);
            assertThat(index.deliver()).isFalse();
            assertThat(index.documents()).isEmpty();
        }

        @Test
        void deliversAWriteLate() {
            index.deliverNextLate();
            assertThatThrownBy(() -> put("one", upsert(A, "Lamp"))).isInstanceOf(UnknownOutcomeException.class);
            put("two", upsert(A, "Floor lamp"));
            assertThat(index.onTheWire()).isEqualTo(1);

            assertThat(index.deliver()).isTrue();

            assertThat(index.document(A)).as("old over new").contains(lamp("Lamp"));
            assertThat(index.writesAfter(0, 10).writes())
                    .extracting(LoggedIndex.Entry::batchId)
                    .containsExactly("two", "one");
        }

        @Test
        void deliversAWriteTwice() {
            index.deliverNextTwice();
            Receipt receipt = put("one", upsert(A, "Lamp"));
            put("two", upsert(A, "Floor lamp"));
            index.deliver();

            assertThat(outcome(receipt)).isEqualTo(Outcome.applied());
            assertThat(index.document(A)).contains(lamp("Lamp"));
        }

        @Test
        void usesItsPlansUpInTheirOrder() {
            index.rejectNext(1);
            index.dropNext();

            assertThatThrownBy(() -> put("one", upsert(A, "Lamp"))).isInstanceOf(UnavailableException.class);
            assertThatThrownBy(() -> put("two", upsert(A, "Lamp"))).isInstanceOf(UnknownOutcomeException.class);
            put("three", upsert(A, "Lamp"));
            assertThat(index.writes()).isEqualTo(3);
        }

        @Test
        void answersNothingWhileItIsDown() {
            Receipt receipt = put("one", upsert(A, "Lamp"));
            index.down();

            assertThatThrownBy(() -> put("two", upsert(A, "Lamp"))).isInstanceOf(UnavailableException.class);
            assertThatThrownBy(index::identify).isInstanceOf(UnavailableException.class);
            assertThatThrownBy(() -> outcome(receipt)).isInstanceOf(UnavailableException.class);
            assertThatThrownBy(() -> index.fingerprints(List.of(A))).isInstanceOf(UnavailableException.class);
            assertThatThrownBy(() -> index.writesAfter(0, 1)).isInstanceOf(UnavailableException.class);
            index.up();
            assertThat(outcome(receipt)).isEqualTo(Outcome.applied());
        }
    }

    @Nested
    class WhenATaskFails {

        @Test
        void refusesATaskAsAWholeForOneProduct() {
            index.refuse(B, "field 'price' is not a number");

            Receipt receipt = put("one", upsert(A, "Lamp"), upsert(B, "Desk"));

            assertThat(outcome(receipt).kind()).isEqualTo(Outcome.Kind.REFUSED);
            assertThat(outcome(receipt).reason()).contains("'b'").contains("price");
            assertThat(index.documents()).isEmpty();
            index.acceptAgain(B);
            assertThat(outcome(put("two", upsert(B, "Desk")))).isEqualTo(Outcome.applied());
        }

        @Test
        void failsTheNextTasksForItsOwnReasons() {
            index.failNext(1);

            Receipt receipt = put("one", upsert(A, "Lamp"));

            assertThat(outcome(receipt).kind()).isEqualTo(Outcome.Kind.FAILED);
            assertThat(index.documents()).isEmpty();
            assertThat(index.writesAfter(0, 10).writes()).noneMatch(LoggedIndex.Entry::applied);
        }

        @Test
        void leavesOutADocumentThatIsTooLarge() {
            index.limits(new BatchLimits(10, 60));

            Receipt receipt = put("one", upsert(A, "Lamp"), upsert(B, "Desk ".repeat(20)));

            assertThat(receipt.refused()).containsOnlyKeys(B);
            assertThat(index.documents()).containsOnlyKeys(A);
        }

        @Test
        void refusesARequestThatIsTooLarge() {
            index.limits(new BatchLimits(1, 60));

            assertThatThrownBy(() -> put("one", upsert(A, "Lamp"), upsert(B, "Desk")))
                    .isInstanceOf(RefusedException.class);
        }
    }

    @Nested
    class WhenTasksWait {

        @Test
        void appliesThemOneByOneInTheirOrder() {
            index.applyLater();
            Receipt first = put("one", upsert(A, "Lamp"));
            Receipt second = put("two", upsert(A, "Floor lamp"));
            assertThat(outcome(first).kind()).isEqualTo(Outcome.Kind.PENDING);
            assertThat(index.settledPosition()).isZero();

            assertThat(index.apply()).isTrue();
            assertThat(index.document(A)).contains(lamp("Lamp"));
            assertThat(outcome(second).kind()).isEqualTo(Outcome.Kind.PENDING);
            assertThat(index.waitingTasks()).isEqualTo(1);

            index.applyAll();
            assertThat(index.document(A)).contains(lamp("Floor lamp"));
            assertThat(index.apply()).isFalse();
        }

        @Test
        void appliesForeignWritesInTurn() {
            index.applyLater();
            put("one", upsert(A, "Lamp"));
            index.erase(A);
            index.apply();
            assertThat(index.document(A)).isPresent();
            index.apply();

            assertThat(index.document(A)).isEmpty();
        }
    }

    @Nested
    class WhenTheIndexItselfSuffers {

        @Test
        void failsWhatWaitsWhenItIsDropped() {
            index.applyLater();
            Receipt receipt = put("one", upsert(A, "Lamp"));
            index.drop();
            index.applyAll();

            assertThat(index.identify()).isEmpty();
            assertThat(outcome(receipt).kind()).isEqualTo(Outcome.Kind.FAILED);
        }

        @Test
        void isEmptyAndAnotherWhenItIsMadeAnew() {
            IndexIdentity before = index.prepare();
            put("one", upsert(A, "Lamp"));
            index.recreate();

            assertThat(index.identify()).isPresent().get().isNotEqualTo(before);
            assertThat(index.documents()).isEmpty();
        }

        @Test
        void losesOutcomesThatItForgot() {
            Receipt receipt = put("one", upsert(A, "Lamp"));
            index.forgetTasks();

            assertThat(outcome(receipt).kind()).isEqualTo(Outcome.Kind.LOST);
            assertThat(index.writesAfter(0, 10).hole()).isTrue();
            assertThat(index.writesAfter(1, 10).hole()).isFalse();
        }

        @Test
        void givesPositionsTwiceAfterItWasPutBack() {
            put("one", upsert(A, "Lamp"));
            put("two", upsert(A, "Lamp"));
            index.regressTo(1);

            assertThat(index.writesAfter(2, 10).hole()).isTrue();
            assertThat(put("three", upsert(A, "Lamp")).positions()).containsExactly(2L);
        }

        @Test
        void showsWhatOthersDidWithoutAFingerprint() {
            put("one", upsert(A, "Lamp"));
            index.alter(A, lamp("Altered"));
            index.plant(B, lamp("Planted"));

            assertThat(index.fingerprints(List.of(A, B)))
                    .isEqualTo(Map.of(A, Fingerprint.UNKNOWN, B, Fingerprint.UNKNOWN));
            assertThat(index.writesAfter(1, 10).writes())
                    .hasSize(2)
                    .allMatch(entry -> entry.batchId() == null && entry.applied());
        }

        @Test
        void altersOnlyWhatIsThere() {
            assertThatThrownBy(() -> index.alter(A, lamp("Altered"))).isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void plantsAnOldDocumentWithItsOldFingerprint() {
            Fingerprint old = Fingerprint.of(lamp("Old"), "1");
            index.plant(A, lamp("Old"), old);

            assertThat(index.fingerprints(List.of(A))).isEqualTo(Map.of(A, old));
        }
    }

    @Nested
    class WhenItIsSeenAsLess {

        @Test
        void hasNoLogOrCannotBeRead() {
            assertThat(index.withoutLog()).isInstanceOf(AuditableIndex.class).isNotInstanceOf(LoggedIndex.class);
            assertThat(index.writeOnly()).isNotInstanceOf(AuditableIndex.class).isNotInstanceOf(LoggedIndex.class);
        }

        @Test
        void isTheSameIndex() {
            index.withoutLog().write(new WriteBatch("one", List.of(upsert(A, "Lamp")), List.of()));

            assertThat(index.document(A)).contains(lamp("Lamp"));
            assertThat(index.writeOnly().identify()).isEqualTo(index.identify());
        }
    }
}
