package dev.stocktake.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AssortmentTest {

    @Test
    void isTheSameForTheSameSeed() {
        assertThat(Assortment.generate(7, 300)).isEqualTo(Assortment.generate(7, 300));
        assertThat(Assortment.generate(8, 300)).isNotEqualTo(Assortment.generate(7, 300));
    }

    @Test
    void namesEveryProductOnce() {
        assertThat(Assortment.generate(7, 6_000).products())
                .extracting(Assortment.Product::name)
                .doesNotHaveDuplicates();
    }
}
