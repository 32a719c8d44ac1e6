package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.LoggedIndex;
import dev.stocktake.LoggedIndex.Entry;
import dev.stocktake.LoggedIndex.LogPage;
import dev.stocktake.ProductKey;
import dev.stocktake.Receipt;
import dev.stocktake.SearchIndex;
import dev.stocktake.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link LoggedIndex} must promise: its log shows every write that became final, in order, and is never silent
 * about what it cannot show.
 *
 * <p>An adapter's test extends it with the same {@link IndexHarness} as for {@link SearchIndexContract}.
 */
public abstract class LoggedIndexContract extends IndexContract {

    private LoggedIndex log() {
        SearchIndex index = index();
        if (index instanceof LoggedIndex logged) {
            return logged;
        }
        throw new AssertionError("The harness gives a " + index.getClass().getName() + ", which has no log");
    }

    @Test
    void showsItsWritesInOrderWithTheirBatchIds() {
        long start = log().settledPosition();
        List<Long> positions = new ArrayList<>();
        for (WriteBatch batch : List.of(
                new WriteBatch("first", List.of(upsert(A, "Lamp")), List.of()),
                new WriteBatch("second", List.of(upsert(B, "Desk")), List.of()),
                new WriteBatch("third", List.of(), List.of(A)))) {
            Receipt receipt = index().write(batch);
            applied(receipt);
            positions.addAll(receipt.positions());
        }

        LogPage page = log().writesAfter(start, 100);

        assertThat(page.writes())
                .extracting(Entry::batchId)
                .startsWith("first")
                .endsWith("third")
                .contains("second");
        assertThat(page.writes()).extracting(Entry::position).containsExactlyElementsOf(positions);
        assertThat(page.writes()).allMatch(Entry::applied);
        assertThat(page.hole()).isFalse();
        assertThat(page.more()).isFalse();
        assertThat(page.position()).isGreaterThanOrEqualTo(positions.get(positions.size() - 1));
    }

    @Test
    void showsABatchOfUpsertsAndDeletionsUnderAllItsPositions() {
        put(A, "Lamp");
        long start = log().settledPosition();
        Receipt receipt = index().write(new WriteBatch("mixed", List.of(upsert(B, "Desk")), List.of(A)));
        applied(receipt);

        List<Entry> writes = log().writesAfter(start, 100).writes();

        assertThat(writes).extracting(Entry::position).containsExactlyElementsOf(receipt.positions());
        assertThat(writes).extracting(Entry::batchId).containsOnly("mixed");
    }

    @Test
    void showsTheLongestBatchIdInFull() {
        long start = log().settledPosition();
        String longest = "a.Z_9-".repeat(10);
        applied(index().write(new WriteBatch(longest, List.of(upsert(A, "Lamp")), List.of())));

        assertThat(log().writesAfter(start, 10).writes())
                .extracting(Entry::batchId)
                .containsOnly(longest);
    }

    @Test
    void isSettledBehindEverythingThatWasApplied() {
        Receipt receipt = write(upsert(A, "Lamp"));
        applied(receipt);

        assertThat(receipt.positions()).isNotEmpty().allMatch(position -> position <= log().settledPosition());
    }

    @Test
    void showsNothingWhenNothingWasWritten() {
        put(A, "Lamp");
        long settled = log().settledPosition();

        LogPage page = log().writesAfter(settled, 10);

        assertThat(page.writes()).isEmpty();
        assertThat(page.position()).isGreaterThanOrEqualTo(settled);
        assertThat(page.hole()).isFalse();
        assertThat(page.more()).isFalse();
    }

    @Test
    void showsTheSameWhenItIsReadAgain() {
        long start = log().settledPosition();
        put(A, "Lamp");
        put(B, "Desk");

        assertThat(log().writesAfter(start, 10)).isEqualTo(log().writesAfter(start, 10));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 6, 7, 8, 100})
    void showsEveryWriteOnceInPagesOfAnySize(int limit) {
        long start = log().settledPosition();
        List<Long> written = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Receipt receipt = write(upsert(ProductKey.of(i), "Lamp"));
            applied(receipt);
            written.addAll(receipt.positions());
        }

        List<Long> shown = new ArrayList<>();
        long position = start;
        boolean more = true;
        while (more) {
            LogPage page = log().writesAfter(position, limit);
            page.writes().forEach(write -> shown.add(write.position()));
            assertThat(page.hole()).isFalse();
            assertThat(page.position()).isGreaterThanOrEqualTo(position);
            assertThat(page.position() > position || !page.more())
                    .as("a page that leads on")
                    .isTrue();
            position = page.position();
            more = page.more();
        }

        assertThat(shown).isEqualTo(written);
    }

    @Test
    void saysThatARefusedWriteChangedNothing() {
        needs(Capability.BAD_DOCUMENTS);
        long start = log().settledPosition();
        Receipt receipt =
                index().write(new WriteBatch("bad", List.of(upsert(A, harness().bad())), List.of()));
        await(receipt);

        assertThat(log().writesAfter(start, 10).writes()).noneMatch(Entry::applied);
    }

    @Test
    void showsWritesOfOthersWithoutABatchId() {
        needs(Capability.FOREIGN_WRITES);
        long start = log().settledPosition();
        put(A, "Lamp");
        harness().writeElsewhere(B, lamp("Somebody else's desk"));
        harness().eraseElsewhere(A);

        List<Entry> writes = log().writesAfter(start, 10).writes();

        assertThat(writes).hasSize(3).allMatch(Entry::applied);
        assertThat(writes.get(0).batchId()).isNotNull();
        assertThat(writes.get(1).batchId()).isNull();
        assertThat(writes.get(2).batchId()).isNull();
    }

    @Test
    void neverReadsPastAWriteThatIsNotFinal() {
        needs(Capability.HELD_BACK_WRITES);
        long start = log().settledPosition();
        put(A, "Lamp");
        harness().holdBack();
        Receipt held = write(upsert(B, "Desk"));
        long position = held.positions().get(0);

        LogPage page = log().writesAfter(start, 10);

        assertThat(page.writes()).hasSize(1);
        assertThat(page.position()).isLessThan(position);
        assertThat(log().settledPosition()).isLessThan(position);
        harness().letGo();
        applied(held);
        assertThat(log().writesAfter(page.position(), 10).writes())
                .extracting(Entry::position)
                .containsExactlyElementsOf(held.positions());
    }

    @Test
    void saysThatThereIsAHoleWhenTheLogStandsBeforeThePosition() {
        put(A, "Lamp");

        LogPage page = log().writesAfter(log().settledPosition() + 1_000_000, 10);

        assertThat(page.hole()).isTrue();
        assertThat(page.position()).as("where to go on").isLessThanOrEqualTo(log().settledPosition());
    }

    @Test
    void saysThatThereIsAHoleWhenTheLogWasForgotten() {
        needs(Capability.FORGOTTEN_LOG);
        long start = log().settledPosition();
        put(A, "Lamp");
        put(B, "Desk");
        harness().forgetLog();
        put(C, "Chair");

        assertThat(log().writesAfter(start, 10).hole()).isTrue();
    }
}
