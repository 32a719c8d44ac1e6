package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class MicrosTest {

    @Test
    void roundsUpSoThatNothingEndsTooEarly() {
        assertThat(Micros.of(Duration.ofNanos(1))).isEqualTo(1);
        assertThat(Micros.of(Duration.ofNanos(1_000))).isEqualTo(1);
        assertThat(Micros.of(Duration.ofNanos(1_001))).isEqualTo(2);
        assertThat(Micros.of(Duration.ofSeconds(3))).isEqualTo(3_000_000);
    }

    @Test
    void takesLessThanNothingForNothing() {
        assertThat(Micros.of(Duration.ZERO)).isZero();
        assertThat(Micros.of(Duration.ofSeconds(-1))).isZero();
    }

    @Test
    void staysFarFromTheEndOfABigintForTheLongestDuration() {
        long longest = Micros.of(Duration.ofSeconds(Long.MAX_VALUE));

        assertThat(Math.addExact(longest, Instant.parse("9999-12-31T23:59:59Z").getEpochSecond() * 1_000_000))
                .isPositive();
    }

    @Test
    void takesEveryTimeForOneThatIsSet() {
        assertThat(Micros.of(Instant.EPOCH.plusNanos(5_999))).isEqualTo(5);
        assertThat(List.of(Micros.of(Instant.MIN), Micros.of(Instant.EPOCH))).containsOnly(1L);
        assertThat(Micros.instant(Micros.of(Instant.MAX))).isAfter(Instant.parse("9999-12-31T23:59:59Z"));
    }

    @Test
    void keepsMicroseconds() {
        Instant time = Instant.parse("2031-02-03T04:05:06.123456Z");

        assertThat(Micros.instant(time.getEpochSecond() * 1_000_000 + 123_456)).isEqualTo(time);
    }

    @Test
    void takesZeroForATimeThatIsNotSet() {
        assertThat(Micros.orNull(0)).isNull();
        assertThat(Micros.orNull(1)).isEqualTo(Instant.EPOCH.plusNanos(1_000));
    }
}
