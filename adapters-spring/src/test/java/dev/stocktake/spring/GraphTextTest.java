package dev.stocktake.spring;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraphTextTest {

    private static final String PROPERTY = "stocktake.tables";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stock.variant_id -> variant.id",
                "stock.variant_id->variant.id",
                "stock.variant_id-> variant.id by touched_at",
                "shop.stock.variant_id->shop.variant.id by touched_at in Europe/Berlin",
                "stock.variant_id ->variant.id by nothing"
            })
    void readsAnArrowWithOrWithoutSpacesAroundIt(String entry) {
        assertThatCode(() ->
                        GraphText.parse(PROPERTY, List.of("product.id", "variant.product_id -> product.id", entry)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stock.variant_id->variant", "stock->variant.id", "stock.variant_id > variant.id", "stock"})
    void namesAnEntryThatIsNotAsItMustBe(String entry) {
        assertThatExceptionOfType(SetUpException.class)
                .isThrownBy(() -> GraphText.parse(PROPERTY, List.of("product.id", entry)))
                .withMessageContaining(PROPERTY)
                .withMessageContaining("'" + entry + "' must be 'table.column'");
    }

    @Test
    void saysThatAnEntryBehindTheFirstLeadsNowhere() {
        assertThatExceptionOfType(SetUpException.class)
                .isThrownBy(() -> GraphText.parse(PROPERTY, List.of("product.id", "stock.variant_id")))
                .withMessageContaining("'stock.variant_id' must say where it leads");
    }
}
