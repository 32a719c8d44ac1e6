package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LedgerJsonTest {

    @Test
    void keepsItemsWithTheirTokensAndInTheirOrder() {
        Map<String, Long> items = new LinkedHashMap<>();
        List.of("b", "a", " a", "a ", "A", "\"", "\\", "{\"a\":1}", "\n\0", "ä", "🦆", "x".repeat(400))
                .forEach(key -> items.put(key, 1L + items.size()));
        items.put("from the frontier", 0L);
        items.put("the last token there is", Long.MAX_VALUE);

        Map<String, Long> read = LedgerJson.items(LedgerJson.items(items));

        assertThat(read).isEqualTo(items);
        assertThat(read.keySet()).containsExactlyElementsOf(items.keySet());
    }

    @Test
    void keepsEachPositionOnceAndSorted() {
        assertThat(LedgerJson.positions(LedgerJson.positions(List.of(9L, 3L, 9L, Long.MAX_VALUE))))
                .containsExactly(3L, 9L, Long.MAX_VALUE);
    }

    @Test
    void readsNothingAsEmpty() {
        assertThat(LedgerJson.items((String) null)).isEmpty();
        assertThat(LedgerJson.positions((String) null)).isEmpty();
    }

    @Test
    void doesNotGuessWhatSomebodyElseWrote() {
        assertThatThrownBy(() -> LedgerJson.items("a,b"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("stocktake_batch");
    }
}
