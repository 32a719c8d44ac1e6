package dev.stocktake.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.ProductKey;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexFieldsTest {

    @ParameterizedTest
    @ValueSource(strings = {"1", " 1", "prod_01H/äöü", "🚲", "\uD83D", "a\uDEB2b", "\uFFFD", "\u0000", "İı"})
    void givesBackEveryKey(String value) {
        ProductKey key = ProductKey.of(value);

        assertThat(IndexFields.key(IndexFields.bytes(key))).isEqualTo(key);
    }

    @Test
    void tellsHalfACharacterFromItsReplacement() {
        List<ProductKey> alike = ProductKey.all("\uD83D", "\uDEB2", "\uFFFD", "?");

        assertThat(alike.stream().map(IndexFields::bytes).distinct()).hasSize(4);
    }

    @Test
    void comparesNumbersByValueAndNotBySpelling() {
        assertThat(IndexFields.keyword(10L))
                .isEqualTo(IndexFields.keyword(new BigDecimal("10.00")))
                .isEqualTo(IndexFields.keyword(new BigDecimal("1E+1")))
                .isNotEqualTo(IndexFields.keyword("10"));
        assertThat(IndexFields.keyword(0L)).isEqualTo(IndexFields.keyword(new BigDecimal("0.000")));
    }

    @Test
    void spellsNumbersShortWhateverTheirExponent() {
        assertThat(IndexFields.keyword(new BigDecimal("1e1000000000")).length).isLessThan(20);
    }

    @Test
    void tellsTheTextTrueFromTheTruth() {
        assertThat(IndexFields.keyword("true")).isNotEqualTo(IndexFields.keyword(true));
    }
}
