package dev.stocktake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long ago the product was compared that waits longest. */
class CheckpointsTest {

    private static final Comparator<ProductKey> ORDER = Comparator.comparing(ProductKey::value);

    @Test
    void nothingIsKnownBeforeTheEndOfTheFirstPass() {
        Checkpoints first = Checkpoints.since(ORDER, null).passed(page("b", false), at(1));

        assertThat(first.oldest()).isNull();
        assertThat(first.passed(page("d", true), at(2)).oldest()).isEqualTo(at(1));
    }

    @Test
    void aPartCountsUntilTheNextPassHasComeBehindIt() {
        Checkpoints whole = Checkpoints.since(ORDER, null)
                .passed(page("b", false), at(1))
                .passed(page("d", false), at(2))
                .passed(page("f", true), at(3));

        Checkpoints next = whole.passed(page("a", false), at(4));
        assertThat(next.oldest()).as("'b' is still to come").isEqualTo(at(1));
        assertThat(next.passed(page("c", false), at(5)).oldest()).isEqualTo(at(2));
    }

    @Test
    void whatAPassHadBehindItWhenItWasTakenUpIsAsOldAsItsBeginning() {
        Checkpoints takenUp = Checkpoints.since(ORDER, at(1)).takenUp(new ProductKey("c"), at(10));

        assertThat(takenUp.oldest()).isEqualTo(at(1));
        assertThat(takenUp.passed(page("f", true), at(500)).oldest()).isEqualTo(at(10));
    }

    @Test
    void joinedPartsAreAsOldAsTheOlder() {
        Checkpoints parts = Checkpoints.since(ORDER, null);
        for (int i = 0; i < 2_000; i++) {
            parts = parts.passed(page(String.format("%06d", i), i == 1_999), at(i));
        }
        for (int i = 0; i < 1_500; i++) {
            parts = parts.passed(page(String.format("%06d", i), false), at(10_000 + i));
            assertThat(parts.oldest()).isBeforeOrEqualTo(at(i + 1)).isAfterOrEqualTo(at(Math.max(0, i - 64)));
        }
    }

    private static KeyPage page(String last, boolean end) {
        return KeyPage.of(null, List.of(new ProductKey(last)), end);
    }

    private static Instant at(int second) {
        return Instant.ofEpochSecond(second);
    }
}
