package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Document;
import dev.stocktake.ProductKey;
import dev.stocktake.Projection;
import dev.stocktake.UnavailableException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InMemoryProductSourceTest {

    private static final ProductKey A = ProductKey.of("a");
    private static final Document LAMP = Document.of(Map.of("title", "Lamp"));
    private static final Document DESK = Document.of(Map.of("title", "Desk"));

    private final InMemoryProductSource source = new InMemoryProductSource();

    @Test
    void showsWhatAHookChangedBeforeTheRead() {
        source.beforeRead(keys -> keys.forEach(key -> source.put(key, DESK)));
        source.put(A, LAMP);

        assertThat(source.read(List.of(A))).containsEntry(A, Projection.of(DESK));
    }

    @Test
    void doesNotShowWhatAHookChangedAfterTheRead() {
        source.afterRead(keys -> keys.forEach(key -> source.put(key, DESK)));
        source.put(A, LAMP);

        assertThat(source.read(List.of(A))).containsEntry(A, Projection.of(LAMP));
        assertThat(source.documents()).containsEntry(A, DESK);
    }

    @Test
    void failsTheNextAccessesOfAnyKind() {
        UnavailableException down = new UnavailableException("restarting", null);
        source.failNext(4, down);

        assertThatThrownBy(() -> source.read(List.of(A))).isSameAs(down);
        assertThatThrownBy(() -> source.keys(null, 1)).isSameAs(down);
        assertThatThrownBy(() -> source.present(List.of(A))).isSameAs(down);
        assertThatThrownBy(source::verify).isSameAs(down);
        source.verify();
    }

    @Test
    void countsWhatItIsAskedFor() {
        source.read(ProductKey.all("a", "b"));
        source.read(ProductKey.all("c"));
        source.keys(null, 5);

        assertThat(source.reads()).isEqualTo(2);
        assertThat(source.productsRead()).isEqualTo(3);
        assertThat(source.pages()).isEqualTo(1);
    }

    @Test
    void walksInTheOrderItWasGiven() {
        InMemoryProductSource numbers =
                new InMemoryProductSource(Comparator.comparing(key -> Long.parseLong(key.value())));
        for (String key : List.of("10", "9", "100")) {
            numbers.put(ProductKey.of(key), LAMP);
        }

        assertThat(numbers.keys(null, 10).keys()).containsExactlyElementsOf(ProductKey.all("9", "10", "100"));
        assertThat(numbers.compare(ProductKey.of(9), ProductKey.of(10))).isNegative();
    }
}
