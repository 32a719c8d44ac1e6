package dev.stocktake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    // --- what came back from an index -------------------------------------------------------------------------------

    private static Document number(Object value) {
        return Document.builder()
                .put("deep", List.of(Map.of("n", value), "text"))
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1.0",
        "1, 1.00",
        "0, 0.0",
        "0, -0.0",
        "1E+2, 100",
        "19.90, 19.9",
        "0.1234567890123456789, 0.12345678901234568",
        "12345678901234567890.5, 12345678901234567000",
        "1E-400, 0",
        "1E-400, 0.0",
        "1E+1000000, 1E+1000000",
        "9007199254740993, 9007199254740992.0",
        "1180591620717411303425, 1180591620717411303424",
        "0.30000000000000004, 0.3",
        "0.30000000000000004, 0.3000000000000001",
        "123456789012345678901234567890, 1.2345678901234568E+29"
    })
    void isTheSameWhereNumbersLostWhatADoubleCannotHold(BigDecimal sent, String returned) {
        Object number = returned.matches("-?\\d{1,18}") ? (Object) Long.valueOf(returned) : new BigDecimal(returned);
        Object own = sent.scale() <= 0 && sent.precision() - sent.scale() <= 18 ? (Object) sent.longValueExact() : sent;

        assertThat(number(own).sameContentAs(number(number))).isTrue();
        assertThat(number(number).sameContentAs(number(own))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 2",
        "1.5, 1.50000001",
        "0.12345678901234567, 0.1234567890123466",
        "9007199254740993, 9007199254740992",
        "1180591620717411303425, 1180591620717411303426",
        "1E+400, 1E+401",
        "1E-400, 1E-401"
    })
    void differsWhereNumbersDo(BigDecimal sent, BigDecimal returned) {
        assertThat(number(exact(sent)).sameContentAs(number(exact(returned)))).isFalse();
        assertThat(number(exact(returned)).sameContentAs(number(exact(sent)))).isFalse();
    }

    private static Object exact(BigDecimal number) {
        return number.scale() == 0 && number.precision() <= 18 ? (Object) number.longValueExact() : number;
    }

    @Test
    void isTheSameWhateverTheOrderOfItsFields() {
        Map<String, Object> inner = new LinkedHashMap<>();
        inner.put("y", 2);
        inner.put("x", 1);
        Document one =
                Document.builder().put("a", "A").put("o", inner).put("n", null).build();
        Document two = Document.builder()
                .put("n", null)
                .put("o", Map.of("x", 1, "y", 2))
                .put("a", "A")
                .build();

        assertThat(one.sameContentAs(two)).isTrue();
        assertThat(one.differences(two)).isEmpty();
    }

    @Test
    void namesTheFieldsAtTheTopThatDiffer() {
        Document one = Document.builder()
                .put("same", 1)
                .put("gone", null)
                .put("text", "1")
                .put("list", List.of(1, 2))
                .put("shorter", List.of(1, 2))
                .put("object", Map.of("a", Map.of("b", true)))
                .put("other_name", Map.of("a", 1))
                .put("null", null)
                .build();
        Document two = Document.builder()
                .put("more", 1)
                .put("null", "null")
                .put("object", Map.of("a", Map.of("b", false)))
                .put("other_name", Map.of("b", 1))
                .put("list", List.of(2, 1))
                .put("shorter", List.of(1))
                .put("text", 1)
                .put("same", 1.0)
                .build();

        assertThat(one.differences(two))
                .containsExactly("gone", "text", "list", "shorter", "object", "other_name", "null", "more");
        assertThat(two.differences(one))
                .containsExactlyInAnyOrder("gone", "text", "list", "shorter", "object", "other_name", "null", "more");
        assertThat(one.sameContentAs(two)).isFalse();
    }

    @Test
    void takesTheFieldsOfAnotherDocumentAsTheyAre() {
        Document variant = Document.builder().put("sku", "A-1").build();

        Document product = Document.builder()
                .put("first", variant.fields())
                .put("all", List.of(variant.fields()))
                .build();

        assertThat(product.get("first")).isSameAs(variant.fields());
        assertThat(product.get("all")).isEqualTo(List.of(Map.of("sku", "A-1")));
    }

    @Test
    void refusesWhatIsNestedTooDeepAlsoInTheFieldsOfAnotherDocument() {
        Document document = Document.builder().put("leaf", 1).build();
        for (int depth = 1; depth <= 50; depth++) {
            document = Document.builder().put("in", document.fields()).build();
        }
        Map<String, Object> deepest = document.fields();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Document.builder().put("in", deepest))
                .withMessageContaining("deeper than 50 levels");
    }
}
