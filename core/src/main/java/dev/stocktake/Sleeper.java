package dev.stocktake;

import java.time.Duration;

/**
 * Waits. Virtual in tests.
 *
 * <p>Thread-safe.
 */
@FunctionalInterface
public interface Sleeper {

    /**
     * Waits for about this long.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    void sleep(Duration time) throws InterruptedException;

    /** Really sleeps. */
    static Sleeper system() {
        return time -> Thread.sleep(Math.max(0, time.toMillis()));
    }
}
