package dev.stocktake.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Threads that begin together. The only ones that the contracts start. */
final class Crowd {

    private final int size;

    private Crowd(int size) {
        this.size = size;
    }

    static Crowd of(int size) {
        return new Crowd(size);
    }

    /** Does the work once per thread, and returns when all are done; fails as the first that failed. */
    void run(IntConsumer work) {
        CountDownLatch start = new CountDownLatch(1);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int number = i;
            Thread thread = new Thread(() -> attempt(start, work, number, failure), "crowd-" + number);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        start.countDown();
        threads.forEach(Crowd::await);
        Throwable first = failure.get();
        if (first != null) {
            throw new AssertionError("One of " + size + " threads failed: " + first, first);
        }
    }

    private static void attempt(
            CountDownLatch start, IntConsumer work, int number, AtomicReference<@Nullable Throwable> failure) {
        try {
            start.await();
            work.accept(number);
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    private static void await(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for " + thread.getName(), e);
        }
    }
}
