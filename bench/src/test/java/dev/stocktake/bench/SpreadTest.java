package dev.stocktake.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SpreadTest {

    @Test
    void takesTheMiddleOfAnOddNumberWhateverTheirOrder() {
        assertThat(Spread.of(9, 1, 4)).isEqualTo(new Spread(3, 4, 1, 9));
    }

    @Test
    void takesTheMeanOfTheTwoInTheMiddleOfAnEvenNumber() {
        assertThat(Spread.of(8, 2, 4, 1).median()).isEqualTo(3);
    }

    @Test
    void isTheDistanceOfTheEndsAsAShareOfTheMedian() {
        assertThat(Spread.of(9, 10, 12).relative()).isEqualTo(0.3);
        assertThat(Spread.of(7).relative()).isZero();
        assertThat(Spread.of(0, 0, 1).relative()).isInfinite();
    }

    @Test
    void leavesTheValuesInTheirOrder() {
        double[] values = {3, 1, 2};

        Spread.of(values);

        assertThat(values).containsExactly(3, 1, 2);
    }

    @Test
    void refusesWhatIsNoMeasurement() {
        assertThatIllegalArgumentException().isThrownBy(Spread::of);
        assertThatIllegalArgumentException().isThrownBy(() -> Spread.of(1, Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> Spread.of(1, Double.NEGATIVE_INFINITY));
    }
}
