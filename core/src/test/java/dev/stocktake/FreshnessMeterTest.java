package dev.stocktake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FreshnessMeterTest {

    private static final Instant START = Instant.parse("2026-03-29T00:58:00Z");

    private final FreshnessMeter meter = new FreshnessMeter();

    @Test
    void forgetsWhatIsOlderThanAnHourAndFiveMinutes() {
        for (int minute = 0; minute < 300; minute++) {
            meter.count(Duration.ofMillis(minute), START.plus(Duration.ofMinutes(minute)));

            Freshness hour = meter.lastHour(START.plus(Duration.ofMinutes(minute)));

            assertThat(hour.changes()).isBetween(Math.min(minute + 1L, 60L), 65L);
            assertThat(hour.max()).isEqualTo(Duration.ofMillis(minute));
            assertThat(meter.sinceStart().changes()).isEqualTo(minute + 1);
        }
        assertThat(meter.lastHour(START.plus(Duration.ofMinutes(400)))).isEqualTo(Freshness.NONE);
    }

    @Test
    void knowsNothingBeforeTheFirstChange() {
        assertThat(meter.lastHour(START)).isEqualTo(Freshness.NONE);
        assertThat(meter.sinceStart()).isEqualTo(Freshness.NONE);
    }

    @Test
    void goesOnWhenTheClockIsTurnedBack() {
        meter.count(Duration.ofSeconds(1), START);
        meter.count(Duration.ofSeconds(2), START.minus(Duration.ofHours(9)));

        assertThat(meter.lastHour(START.minus(Duration.ofHours(9))).max()).isEqualTo(Duration.ofSeconds(2));
        assertThat(meter.sinceStart().changes()).isEqualTo(2);
    }
}
