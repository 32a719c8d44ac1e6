package dev.stocktake.meilisearch;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the threads on which answers arrive. */
final class HttpThreads {

    private static final int THREADS = 4;
    private static final int IDLE_SECONDS = 10;

    private HttpThreads() {}

    /** Named daemons that end when idle: a host that forgets to close us is neither kept alive nor leaks. */
    static ExecutorService named(String uid) {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "stocktake-meilisearch-" + uid + "-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }
}
