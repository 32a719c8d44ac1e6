package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {

    private final VirtualTime time = new VirtualTime();

    @Test
    void movesTheClockInsteadOfWaiting() throws InterruptedException {
        Instant before = time.instant();
        time.sleep(Duration.ofHours(5));
        time.sleep(Duration.ofMinutes(1));

        assertThat(time.instant()).isEqualTo(before.plus(Duration.ofMinutes(301)));
        assertThat(time.naps()).containsExactly(Duration.ofHours(5), Duration.ofMinutes(1));
        assertThat(time.slept()).isEqualTo(Duration.ofMinutes(301));
    }

    @Test
    void neverMovesTheClockBack() throws InterruptedException {
        Instant before = time.instant();
        time.sleep(Duration.ofSeconds(-5));

        assertThat(time.instant()).isEqualTo(before);
    }

    @Test
    void letsTheWorldGoOnDuringASleep() throws InterruptedException {
        List<Instant> seen = new ArrayList<>();
        time.onSleep(nap -> seen.add(time.instant()));
        time.sleep(Duration.ofSeconds(3));

        assertThat(seen).containsExactly(time.instant());
    }

    @Test
    void endsAtOnceWhenItsThreadIsInterrupted() {
        Instant before = time.instant();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> time.sleep(Duration.ofSeconds(3))).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted())
                .as("the flag is taken, as by a real sleep")
                .isFalse();
        assertThat(time.instant()).isEqualTo(before);
    }

    @Test
    void failsWhoeverUsesTheForbiddenExecutor() {
        assertThatThrownBy(() -> new ForbiddenExecutor().execute(() -> {}))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("another thread");
    }
}
