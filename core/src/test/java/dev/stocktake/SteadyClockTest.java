package dev.stocktake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SteadyClockTest {

    private Instant now = Instant.parse("2026-03-29T01:00:00Z");
    private final SteadyClock steady = new SteadyClock(() -> now);
    private final Instant start = steady.instant();

    private Duration passed() {
        return Duration.between(start, steady.instant());
    }

    @Test
    void goesOnWithTheClock() {
        now = now.plusSeconds(7);

        assertThat(passed()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void standsStillWhenTheClockIsSetBackAndGoesOnFromThere() {
        now = now.minusSeconds(3_600);
        assertThat(passed()).isZero();

        now = now.plusSeconds(2);
        assertThat(passed()).isEqualTo(Duration.ofSeconds(2));
    }
}
