package dev.stocktake.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LastingTest {

    private static final Duration LONG = Duration.ofMinutes(10);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final AtomicInteger asked = new AtomicInteger();

    private Lasting<Integer> counting() {
        return new Lasting<>("The count", now::get, Duration.ofSeconds(1), LONG, asked::incrementAndGet);
    }

    private void pass(Duration time) {
        now.updateAndGet(was -> was.plus(time));
    }

    @Test
    void asksOnceInItsTimeHoweverManyWantToKnow() {
        Lasting<Integer> count = counting();

        for (int i = 0; i < 100; i++) {
            assertThat(count.get(0)).isOne();
        }
        pass(Duration.ofMillis(999));
        assertThat(count.get(0)).isOne();
        pass(Duration.ofMillis(1));
        assertThat(count.get(0)).isEqualTo(2);
    }

    @Test
    void asksAnewForWhoKnowsThatSomethingHappened() {
        Lasting<Integer> count = counting();

        assertThat(count.get(0)).isOne();
        assertThat(count.get(1)).isEqualTo(2);
        assertThat(count.get(0)).isEqualTo(2);
    }

    @Test
    void asksAnewIfTheClockGoesBack() {
        Lasting<Integer> count = counting();

        assertThat(count.get(0)).isOne();
        pass(Duration.ofHours(-1));
        assertThat(count.get(0)).isEqualTo(2);
    }

    @Test
    void remembersAFailureAsWell() {
        Lasting<Integer> failing = new Lasting<>("The count", now::get, Duration.ofSeconds(1), LONG, () -> {
            throw new UnavailableException("No answer " + asked.incrementAndGet(), null);
        });

        assertThatThrownBy(() -> failing.get(0)).hasMessage("No answer 1");
        assertThatThrownBy(() -> failing.get(0)).hasMessage("No answer 1");
        pass(Duration.ofSeconds(2));
        assertThatThrownBy(() -> failing.get(0)).hasMessage("No answer 2");
    }

    @Test
    void leavesWhoeverIsSilentAndAsksHimNoSecondTimeMeanwhile() throws InterruptedException {
        CountDownLatch answer = new CountDownLatch(1);
        BlockingQueue<Thread> asking = new LinkedBlockingQueue<>();
        Lasting<Integer> slow =
                new Lasting<>("The count", now::get, Duration.ofSeconds(1), Duration.ofMillis(50), () -> {
                    asking.add(Thread.currentThread());
                    answer.await();
                    return asked.incrementAndGet();
                });

        assertThatThrownBy(() -> slow.get(0))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("The count has not answered within");
        pass(LONG);
        assertThatThrownBy(() -> slow.get(0)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> slow.get(7)).isInstanceOf(UnavailableException.class);
        Thread only = asking.take();
        assertThat(asking).isEmpty();
        answer.countDown();
        only.join();

        assertThat(slow.get(0)).isOne();
    }
}
