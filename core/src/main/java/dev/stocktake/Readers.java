package dev.stocktake;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads that read products ahead of the lane: named daemons that end when they are idle, so that a host that forgets
 * to close its {@link Stocktake} keeps none of them.
 *
 * <p>There are two for each read that may be under way, so that the database gives out the next rows while documents are
 * made of the last ones.
 *
 * <p>Thread-safe.
 */
final class Readers implements AutoCloseable {

    private static final int IDLE_SECONDS = 10;

    private static final int THREADS_EACH = 2;

    private final int count;
    private final ThreadPoolExecutor threads;

    /** Of the reads that may ask the database at once; in the order in which they were begun. */
    private final Semaphore turns;

    /** @param count how many read at once; 0 means that whoever asks reads */
    Readers(String index, int count) {
        this.count = count;
        this.turns = new Semaphore(count, true);
        AtomicInteger number = new AtomicInteger();
        int atLeastOne = Math.max(1, THREADS_EACH * count);
        this.threads = new ThreadPoolExecutor(
                atLeastOne,
                atLeastOne,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                work -> {
                    Thread thread = new Thread(work, "stocktake-" + index + "-reader-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                },
                // Closed under a run that is about to end: it reads by itself.
                (work, pool) -> work.run());
        threads.allowCoreThreadTimeOut(true);
    }

    /** How many reads are worth being begun before the first of them is needed. */
    int ahead() {
        return count;
    }

    /** Something to be read. */
    @FunctionalInterface
    interface Read<T> {

        /** @param answered may be called when the last query was answered, so that others may ask */
        T now(Runnable answered);
    }

    /** Begins to read, if there are threads for that. */
    <T> Reading<T> begin(Read<T> read) {
        if (count == 0) {
            return later(read);
        }
        FutureTask<T> task = new FutureTask<>(() -> inTurn(read));
        threads.execute(task);
        return new Reading<>(task, () -> {});
    }

    private <T> T inTurn(Read<T> read) {
        turns.acquireUninterruptibly();
        AtomicBoolean over = new AtomicBoolean();
        Runnable answered = () -> {
            if (over.compareAndSet(false, true)) {
                turns.release();
            }
        };
        try {
            return read.now(answered);
        } finally {
            answered.run();
        }
    }

    /** Whoever waits for it reads. */
    static <T> Reading<T> later(Read<T> read) {
        FutureTask<T> task = new FutureTask<>(() -> read.now(() -> {}));
        return new Reading<>(task, task);
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    /** Something that is being read. */
    static final class Reading<T> {

        private final Future<T> result;
        private final Runnable first;

        /** @param first what whoever waits does first */
        private Reading(Future<T> result, Runnable first) {
            this.result = result;
            this.first = first;
        }

        /** Nobody needs it any more; what has begun ends by itself. */
        void forget() {
            result.cancel(false);
        }

        /** Waits, as for a read of one's own, whatever interrupts; throws what the read threw. */
        T await() {
            first.run();
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return result.get();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            } catch (ExecutionException e) {
                throw rethrown(e.getCause());
            } catch (CancellationException e) {
                throw new IllegalStateException("A read was waited for that nobody needed any more", e);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private static RuntimeException rethrown(@Nullable Throwable cause) {
            if (cause instanceof Error error) {
                throw error;
            }
            return cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
        }
    }
}
