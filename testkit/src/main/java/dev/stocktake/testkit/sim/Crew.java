package dev.stocktake.testkit.sim;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Lends threads to actors, and gets them back. Notices the end of threads that its threads have made. */
final class Crew implements Executor, AutoCloseable {

    private static final AtomicInteger THREADS = new AtomicInteger();

    private final Map<Thread, Actor> guests = new ConcurrentHashMap<>();
    private final ThreadGroup group = new ThreadGroup("stocktake-sim") {
        @Override
        public void uncaughtException(Thread thread, Throwable e) {
            Actor guest = guests.remove(thread);
            if (guest != null) {
                guest.end(e);
            } else {
                super.uncaughtException(thread, e);
            }
        }
    };
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(group, work, "stocktake-sim-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    });

    /** The calling thread is not of the crew, but plays a part. */
    void welcome(Actor guest) {
        guests.put(Thread.currentThread(), guest);
    }

    @Override
    public void execute(Runnable actor) {
        threads.execute(actor);
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
