package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class KnownItemsTest {

    private final KnownItems known = new KnownItems();

    @Test
    void knowsWhatWasOpenedHereUntilItIsClosed() {
        known.opened("products", "b1", Map.of("p1", 7L));

        assertThat(known.of("products", "b1")).contains(Map.of("p1", 7L));
        assertThat(known.of("brands", "b1")).isEmpty();

        known.closed("products", "b1");
        assertThat(known.of("products", "b1")).isEmpty();
    }

    @Test
    void takesTheLastTryOfATransactionThatWasRepeated() {
        known.opened("products", "b1", Map.of("p1", 7L));
        known.opened("products", "b1", Map.of("p2", 8L));

        assertThat(known.of("products", "b1")).contains(Map.of("p2", 8L));
    }

    @Test
    void forgetsTheOldestOfTooMany() {
        for (int i = 0; i < 100; i++) {
            known.opened("products", "b" + i, Map.of("p" + i, 1L));
        }

        assertThat(known.of("products", "b0")).isEmpty();
        assertThat(known.of("products", "b99")).isPresent();
    }
}
