package dev.stocktake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTest {

    private static Fingerprint of(String field, Object value) {
        return Fingerprint.of(Document.builder().put(field, value).build(), "1");
    }

    @Test
    void isThatOfEveryOtherMachineAndVersion() {
        Document document = Document.builder()
                .put("title", "Blaues Hemd")
                .put("price", new BigDecimal("19.90"))
                .put("tags", List.of("neu"))
                .put("gone", null)
                .build();

        assertThat(Fingerprint.of(document, "1").value()).isEqualTo("e3ecb2621c6591967c4ad5f37a8d6941");
    }

    @Test
    void doesNotDependOnTheOrderOfFields() {
        Document one =
                Document.builder().put("a", 1).put("b", Map.of("x", 1, "y", 2)).build();
        Document two =
                Document.builder().put("b", Map.of("y", 2, "x", 1)).put("a", 1).build();

        assertThat(Fingerprint.of(one, "1")).isEqualTo(Fingerprint.of(two, "1"));
    }

    @Test
    void takesOneNumberForOneNumberHoweverItIsSpelt() {
        assertThat(of("n", 1)).isEqualTo(of("n", new BigDecimal("1.00"))).isEqualTo(of("n", 1.0d));
        assertThat(of("n", 0)).isEqualTo(of("n", new BigDecimal("-0.000")));
        assertThat(of("n", 100)).isEqualTo(of("n", new BigDecimal("1E+2")));
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                -1,
                10,
                -10,
                1_010,
                19_900,
                -7_000_000,
                1_000_000_000_000_000_000L,
                Long.MAX_VALUE,
                Long.MIN_VALUE
            })
    void takesAnIntegerForTheDecimalItEquals(long number) {
        assertThat(of("n", number))
                .isEqualTo(of("n", new BigDecimal(number)))
                .isEqualTo(of("n", new BigDecimal(number).setScale(3)));
    }

    static Stream<List<Object>> pairsThatLookAlike() {
        return Stream.of(
                List.of("1", 1),
                List.of("true", true),
                List.of(List.of("ab"), List.of("a", "b")),
                List.of(List.of(List.of("a"), "b"), List.of(List.of("a", "b"))),
                List.of(Map.of("a", "b"), List.of("a", "b")),
                List.of("", List.of()),
                List.of(10, 1));
    }

    @ParameterizedTest
    @MethodSource("pairsThatLookAlike")
    void tellsApartWhatOnlyLooksAlike(List<Object> pair) {
        assertThat(of("f", pair.get(0))).isNotEqualTo(of("f", pair.get(1)));
    }

    @Test
    void tellsANullFieldFromAnAbsentOne() {
        Document empty = Document.builder().build();

        assertThat(Fingerprint.of(empty, "1"))
                .isNotEqualTo(Fingerprint.of(Document.builder().put("f", null).build(), "1"));
    }

    @Test
    void changesWithTheVersionOfTheProjection() {
        Document document = Document.builder().put("f", 1).build();

        assertThat(Fingerprint.of(document, "1")).isNotEqualTo(Fingerprint.of(document, "2"));
    }

    @Test
    void coversTextOfAnyLength() {
        String text = "ä".repeat(10_000);

        assertThat(of("f", text)).isEqualTo(of("f", text)).isNotEqualTo(of("f", text + "b"));
        assertThat(new Canonicalizer()
                        .spell(Document.builder().put("f", text).build(), "1")
                        .size())
                .isBetween(20_000L, 20_100L);
    }

    @Test
    void staysShortForNumbersWithAHugeExponent() {
        assertThat(new Canonicalizer()
                        .spell(
                                Document.builder()
                                        .put("f", new BigDecimal("1E+999999999"))
                                        .build(),
                                "1")
                        .size())
                .isLessThan(100);
    }

    @Test
    void doesNotDependOnWhatWasSpeltBefore() {
        Document large =
                Document.builder().put("f", "ä".repeat(10_000)).put("a", 1).build();
        Document sorted = Document.builder().put("a", 1).put("f", "x").build();
        Document unsorted = Document.builder().put("f", "x").put("a", 1).build();
        Canonicalizer canonicalizer = new Canonicalizer();

        for (Document document : List.of(large, sorted, unsorted, large, unsorted)) {
            assertThat(canonicalizer.spell(document, "1").fingerprint()).isEqualTo(Fingerprint.of(document, "1"));
        }
    }

    @Test
    void takesDecimalsOfAnySizeForTheNumberTheyAre() {
        BigDecimal huge = new BigDecimal("123456789012345678901234567890");

        assertThat(of("n", huge)).isEqualTo(of("n", huge.setScale(5)));
        assertThat(of("n", new BigDecimal("100000000000000000000"))).isEqualTo(of("n", new BigDecimal("1E+20")));
        assertThat(of("n", new BigDecimal("12.340"))).isEqualTo(of("n", new BigDecimal("1234E-2")));
    }

    @Test
    void readsBackWhatItWroteAndTakesAnythingElseForUnknown() {
        Fingerprint fingerprint = of("f", 1);

        assertThat(Fingerprint.parse(fingerprint.value())).isEqualTo(fingerprint);
        assertThat(Fingerprint.parse("DEADBEEF")).isEqualTo(Fingerprint.UNKNOWN);
        assertThat(Fingerprint.parse(null)).isEqualTo(Fingerprint.UNKNOWN);
        assertThat(Fingerprint.parse(12)).isEqualTo(Fingerprint.UNKNOWN);
        assertThatThrownBy(() -> new Fingerprint("xyz")).isInstanceOf(IllegalArgumentException.class);
    }
}
