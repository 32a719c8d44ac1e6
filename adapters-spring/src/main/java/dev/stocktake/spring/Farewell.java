package dev.stocktake.spring;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets things end, all at once, and waits for them, but not for ever: stopping and closing together wait no longer than
 * {@code stocktake.scheduler.stop-within}. What does not end by then goes on in a daemon.
 */
final class Farewell {

    private static final Logger log = LoggerFactory.getLogger(Farewell.class);

    private final Duration within;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Instant overdue;

    Farewell(Duration within, InstantSource clock) {
        this.within = within;
        this.clock = clock;
    }

    /** Returns when all have ended, or time is up. */
    void say(List<Runnable> partings) {
        CountDownLatch ended = new CountDownLatch(partings.size());
        for (Runnable parting : partings) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            parting.run();
                        } finally {
                            ended.countDown();
                        }
                    },
                    "stocktake-stop-one");
            thread.setDaemon(true);
            thread.start();
        }
        Instant until = until();
        try {
            long left = Duration.between(clock.instant(), until).toMillis();
            if (ended.await(Math.min(left, within.toMillis()), TimeUnit.MILLISECONDS)) {
                forget();
            } else if (left > 0) {
                log.warn(
                        "Stocktake did not stop within {} ('stocktake.scheduler.stop-within'); what was not done stays marked",
                        within);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What follows is another end. */
    void forget() {
        lock.lock();
        try {
            overdue = null;
        } finally {
            lock.unlock();
        }
    }

    /** The end of the time for an end that was begun before, if it has not come. */
    private Instant until() {
        lock.lock();
        try {
            Instant until = overdue == null ? clock.instant().plus(within) : overdue;
            overdue = until;
            return until;
        } finally {
            lock.unlock();
        }
    }
}
