package dev.stocktake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadersTest {

    private final Readers readers = new Readers("shop", 1);

    @AfterEach
    void closes() {
        readers.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void asksForTheNextWhileDocumentsAreMadeOfTheLast() {
        CountDownLatch next = new CountDownLatch(1);

        Readers.Reading<String> first = readers.begin(answered -> {
            answered.run();
            await(next);
            return "first";
        });
        Readers.Reading<String> second = readers.begin(answered -> {
            next.countDown();
            return "second";
        });

        assertThat(first.await()).isEqualTo("first");
        assertThat(second.await()).isEqualTo("second");
    }

    @Test
    void lastsTillTheEndForWhoeverDoesNotSayThatItWasAnswered() {
        AtomicInteger reading = new AtomicInteger();
        AtomicBoolean together = new AtomicBoolean();
        Readers.Read<Integer> read = answered -> {
            together.compareAndSet(false, reading.incrementAndGet() > 1);
            Thread.onSpinWait();
            return reading.getAndDecrement();
        };

        for (int i = 0; i < 1_000; i++) {
            Readers.Reading<Integer> first = readers.begin(read);
            Readers.Reading<Integer> second = readers.begin(read);
            first.await();
            second.await();
        }

        assertThat(together).isFalse();
    }

    @Test
    void readsOnBehindAReadThatFailed() {
        for (int i = 0; i < 3; i++) {
            Readers.Reading<String> failing = readers.begin(answered -> {
                throw new UnavailableException("The database is away", null);
            });
            assertThatExceptionOfType(UnavailableException.class).isThrownBy(failing::await);
        }

        assertThat(readers.begin(answered -> {
                            answered.run();
                            answered.run();
                            return "read";
                        })
                        .await())
                .isEqualTo("read");
    }

    @Test
    void leavesItToWhoeverWaitsIfThereAreNone() {
        try (Readers none = new Readers("shop", 0)) {
            Thread[] by = new Thread[1];
            Readers.Reading<String> reading = none.begin(answered -> {
                by[0] = Thread.currentThread();
                answered.run();
                return "read";
            });

            assertThat(by[0]).isNull();
            assertThat(reading.await()).isEqualTo("read");
            assertThat(by[0]).isSameAs(Thread.currentThread());
        }
    }
}
