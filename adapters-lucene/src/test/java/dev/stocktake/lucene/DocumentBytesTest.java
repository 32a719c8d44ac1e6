package dev.stocktake.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Document;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.util.BytesRef;
import org.junit.jupiter.api.Test;

class DocumentBytesTest {

    @Test
    void givesBackEveryKindOfValueInTheOrderOfTheFields() throws Exception {
        Document document = Document.builder()
                .put("zebra", "Straße 🚲")
                .put("nothing", null)
                .put("yes", true)
                .put("no", false)
                .put("least", Long.MIN_VALUE)
                .put("price", new BigDecimal("19.90"))
                .put("tiny", new BigDecimal("1e-400"))
                .put("empty", "")
                .put("half a \uDEB2", List.of("\uD83D", "\uDEB2 bicycle", "\uFFFD"))
                .put("tags", List.of("a", List.of(), Map.of()))
                .put("variants", List.of(Map.of("sku", "A-1", "stock", Map.of("north", 3))))
                .build();

        Document back = roundTrip(document);

        assertThat(back).isEqualTo(document);
        assertThat(new ArrayList<>(back.fields().keySet()))
                .isEqualTo(new ArrayList<>(document.fields().keySet()));
    }

    @Test
    void keepsTheScaleOfNumbers() throws Exception {
        Document back = roundTrip(Document.of(Map.of("price", new BigDecimal("10.00"))));

        assertThat(back.get("price")).hasToString("10.00");
    }

    @Test
    void givesUpAtTheLimit() throws Exception {
        Document document = Document.of(Map.of("text", "x".repeat(1_000)));

        assertThatThrownBy(() -> DocumentBytes.encode(document, 999))
                .isInstanceOf(Unfit.class)
                .hasMessageContaining("more than 999 bytes");
        assertThat(DocumentBytes.encode(document, 1_100)).hasSizeLessThan(1_100);
    }

    @Test
    void saysWhenBytesAreOfAnotherFormat() {
        assertThatThrownBy(() -> DocumentBytes.decode(new BytesRef(new byte[] {77, 0, 0})))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format 77");
    }

    private static Document roundTrip(Document document) throws Exception {
        return DocumentBytes.decode(new BytesRef(DocumentBytes.encode(document, Long.MAX_VALUE)));
    }
}
