package dev.stocktake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentTest {

    @Test
    void keepsTheOrderOfItsFields() {
        Document document =
                Document.builder().put("b", 1).put("a", 2).put("c", null).build();

        assertThat(document.fields().keySet()).containsExactly("b", "a", "c");
        assertThat(document.get("c")).isNull();
    }

    @Test
    void turnsUsualJavaTypesIntoFewOnes() {
        Document document = Document.builder()
                .put("int", 7)
                .put("big", BigInteger.TWO.pow(70))
                .put("float", 0.1f)
                .put("double", 2.50d)
                .put("instant", Instant.EPOCH)
                .put("offset", OffsetDateTime.parse("2026-01-01T01:00:00+01:00"))
                .put("array", new Object[] {1, "x"})
                .build();

        assertThat(document.get("int")).isEqualTo(7L);
        assertThat(document.get("big")).isEqualTo(new BigDecimal("1180591620717411303424"));
        assertThat(document.get("float")).isEqualTo(new BigDecimal("0.1"));
        assertThat(document.get("double")).isEqualTo(new BigDecimal("2.5"));
        assertThat(document.get("instant")).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(document.get("offset")).isEqualTo("2026-01-01T00:00Z");
        assertThat(document.get("array")).isEqualTo(List.of(1L, "x"));
    }

    @Test
    void cannotBeChangedThroughWhatItWasMadeOf() {
        List<String> tags = new ArrayList<>(List.of("new"));
        Map<String, Object> inner = new HashMap<>(Map.of("tags", tags));
        Document document = Document.builder().put("inner", inner).build();

        tags.add("late");
        inner.put("more", 1);

        assertThat(document.get("inner")).isEqualTo(Map.of("tags", List.of("new")));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void refusesNumbersThatNoIndexCanHoldAndNamesTheField(double number) {
        assertThatThrownBy(() -> Document.builder().put("prices", Map.of("eur", List.of(1, number))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'prices.eur[1]'");
    }

    @Test
    void refusesTypesItDoesNotKnowAndNamesTheField() {
        assertThatThrownBy(() -> Document.builder().put("photo", new byte[] {1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'photo'");
    }

    @Test
    void refusesEndlessNesting() {
        List<Object> loop = new ArrayList<>();
        loop.add(loop);

        assertThatThrownBy(() -> Document.builder().put("loop", loop)).hasMessageContaining("nested deeper");
    }
}
