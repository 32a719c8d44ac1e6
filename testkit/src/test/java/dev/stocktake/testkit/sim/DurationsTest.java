package dev.stocktake.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class DurationsTest {

    @Test
    void tellsQuantilesWithinTwoPerCent() {
        Durations durations = new Durations();
        for (int millis = 1; millis <= 10_000; millis++) {
            durations.add(millis);
        }

        assertThat(durations.quantile(0.5)).isCloseTo(5_000, Percentage.withPercentage(2));
        assertThat(durations.quantile(0.99)).isCloseTo(9_900, Percentage.withPercentage(2));
        assertThat(durations.longest()).isEqualTo(10_000);
    }

    @Test
    void sumsUp() {
        Durations some = new Durations();
        some.add(10);
        Durations others = new Durations();
        others.add(1_000);

        some.add(others);

        assertThat(some.count()).isEqualTo(2);
        assertThat(some.longest()).isEqualTo(1_000);
    }

    @Test
    void hasNoQuantileWithoutDurations() {
        assertThat(new Durations().quantile(0.5)).isZero();
    }
}
