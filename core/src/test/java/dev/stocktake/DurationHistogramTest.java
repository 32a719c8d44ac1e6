package dev.stocktake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurationHistogramTest {

    private final DurationHistogram histogram = new DurationHistogram();

    private static Duration micros(long micros) {
        return Duration.of(micros, ChronoUnit.MICROS);
    }

    @Test
    void knowsNothingAtFirst() {
        assertThat(histogram.freshness()).isEqualTo(Freshness.NONE);
    }

    @Test
    void putsEveryDurationIntoABucketThatEndsAtMostOneSixteenthLater() {
        LongStream.concat(LongStream.range(0, 5_000), new Random(1).longs(5_000, 1, 1L << 42))
                .forEach(micros -> {
                    int bucket = DurationHistogram.bucket(micros);
                    assertThat(DurationHistogram.end(bucket)).isBetween(micros, micros + micros / 16);
                    if (bucket > 0) {
                        assertThat(DurationHistogram.end(bucket - 1)).isLessThan(micros);
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 99, 100, 101, 1_000})
    void tellsQuantilesThatAreNeverTooShortAndHardlyTooLong(int count) {
        long[] times = new Random(count).longs(count, 0, 90_000_000).toArray();
        Arrays.stream(times).forEach(time -> histogram.count(micros(time)));
        Arrays.sort(times);

        Freshness freshness = histogram.freshness();

        assertThat(freshness.changes()).isEqualTo(count);
        assertBetween(freshness.p50(), times[(count * 50 + 99) / 100 - 1]);
        assertBetween(freshness.p99(), times[(count * 99 + 99) / 100 - 1]);
        assertThat(freshness.max()).isEqualTo(micros(times[count - 1]));
    }

    private static void assertBetween(Duration told, long exact) {
        assertThat(told).isBetween(micros(exact), micros(exact + exact / 16));
    }

    @Test
    void countsLessThanNothingAsNothingAndAnAgeAsAHundredDays() {
        histogram.count(Duration.ofSeconds(-3));
        histogram.count(Duration.ofSeconds(Long.MAX_VALUE));

        assertThat(histogram.freshness().p50()).isZero();
        assertThat(histogram.freshness().max()).isBetween(Duration.ofDays(100), Duration.ofDays(103));
    }

    @Test
    void addsWhatOthersCounted() {
        DurationHistogram other = new DurationHistogram();
        other.count(micros(7));
        other.count(micros(9));
        histogram.count(micros(3));
        histogram.add(other);

        assertThat(histogram.freshness()).isEqualTo(new Freshness(3, micros(7), micros(9), micros(9)));
    }

    @Test
    void losesNothingWhenManyCountAtOnce() throws InterruptedException {
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            int seed = i;
            threads[i] = new Thread(
                    () -> new Random(seed).longs(20_000, 0, 1_000_000).forEach(time -> histogram.count(micros(time))));
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(histogram.freshness().changes()).isEqualTo(80_000);
    }
}
