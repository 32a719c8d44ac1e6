package dev.stocktake.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class RatioTest {

    private static Ratio of(List<Double> above, List<Double> below) {
        return Ratio.of("ours to the floor", above, below, "");
    }

    @Test
    void dividesRoundByRoundSoThatWhatSlowsBothCancelsOut() {
        Ratio ratio = of(List.of(10.0, 40.0, 20.0), List.of(20.0, 80.0, 40.0));

        assertThat(ratio.value()).contains(0.5);
        assertThat(ratio.rounds().relative()).isZero();
    }

    @Test
    void isTheMedianOfTheRounds() {
        assertThat(of(List.of(9.0, 10.0, 11.0), List.of(10.0, 10.0, 10.0)).value())
                .contains(1.0);
    }

    @Test
    void isRefusedIfTheRoundsSpreadOverMoreThanAThird() {
        Ratio ratio = of(List.of(8.0, 10.0, 12.0), List.of(10.0, 10.0, 10.0));

        assertThat(ratio.value()).isEmpty();
        assertThat(ratio.refusal()).contains("40 %");
        assertThat(ratio.rounds().median()).isEqualTo(1.0);
    }

    @Test
    void isGivenIfTheRoundsSpreadOverLessThanAThird() {
        assertThat(of(List.of(9.0, 10.0, 12.0), List.of(10.0, 10.0, 10.0)).value())
                .contains(1.0);
    }

    @Test
    void isRefusedAfterASingleRound() {
        assertThat(of(List.of(1.0), List.of(2.0)).refusal()).contains("one round");
    }

    @Test
    void isRefusedIfThereIsNothingToDivideBy() {
        assertThat(of(List.of(1.0, 1.0), List.of(1.0, 0.0)).refusal()).contains("nothing was measured");
    }

    @Test
    void needsPairs() {
        assertThatIllegalArgumentException().isThrownBy(() -> of(List.of(1.0), List.of(1.0, 2.0)));
        assertThatIllegalArgumentException().isThrownBy(() -> of(List.of(), List.of()));
    }
}
