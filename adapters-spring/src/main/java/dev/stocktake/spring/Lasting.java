package dev.stocktake.spring;

import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is good for a while, a failure too. However many want it, it is asked for once, by a thread of its own, and
 * nobody waits longer for it than he is patient: the other side may be silent for as long as its time-outs let it.
 *
 * <p>Thread-safe.
 */
final class Lasting<T> {

    private final String what;
    private final InstantSource clock;
    private final Duration lasts;
    private final Duration patience;
    private final Callable<T> question;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Asked<T> asked;

    /**
     * @param what is asked, in words
     * @param lasts how long an answer is good
     * @param patience how long to wait for one, from the moment when it was asked for
     */
    Lasting(String what, InstantSource clock, Duration lasts, Duration patience, Callable<T> question) {
        this.what = what;
        this.clock = clock;
        this.lasts = lasts;
        this.patience = patience;
        this.question = question;
    }

    /** Asks, if nobody has, and waits for nothing. */
    void ask(long wanted) {
        current(wanted);
    }

    /**
     * The answer.
     *
     * @param wanted an answer that was asked for with a lower number will not do
     * @throws UnavailableException if there is none in time
     */
    T get(long wanted) {
        Asked<T> current = current(wanted);
        try {
            return current.get(left(current).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new UnavailableException(
                    what + " has not answered within " + Views.words(patience)
                            + " ('stocktake.health.answer-within'); it is asked again when that question has ended",
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(what + " could not be asked", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException("Interrupted while " + what + " was asked", e);
        }
    }

    private Asked<T> current(long wanted) {
        lock.lock();
        try {
            Asked<T> current = asked;
            if (current == null || !isGood(current, wanted)) {
                current = new Asked<>(question, clock, wanted);
                asked = current;
                Thread thread = new Thread(current, "stocktake-look");
                thread.setDaemon(true);
                thread.start();
            }
            return current;
        } finally {
            lock.unlock();
        }
    }

    /** While a question has no answer for too long it is not asked again: whoever is silent gets no second thread. */
    private boolean isGood(Asked<T> one, long wanted) {
        Instant now = clock.instant();
        Instant answered = one.answered;
        if (answered == null) {
            return one.edition >= wanted || left(one).isZero();
        }
        return one.edition >= wanted && !now.isBefore(answered) && now.isBefore(answered.plus(lasts));
    }

    /** Never more than the whole, whatever the clock does. */
    private Duration left(Asked<T> one) {
        Duration left = patience.minus(Duration.between(one.since, clock.instant()));
        if (left.isNegative()) {
            return Duration.ZERO;
        }
        return left.compareTo(patience) > 0 ? patience : left;
    }

    /** One question on its way. */
    private static final class Asked<T> extends FutureTask<T> {

        private final InstantSource clock;
        private final long edition;
        private final Instant since;
        private volatile @Nullable Instant answered;

        Asked(Callable<T> question, InstantSource clock, long edition) {
            super(question);
            this.clock = clock;
            this.edition = edition;
            this.since = clock.instant();
        }

        /** Before anybody gets the answer: whoever has it may ask again at once. */
        @Override
        protected void set(T answer) {
            answered = clock.instant();
            super.set(answer);
        }

        @Override
        protected void setException(Throwable failure) {
            answered = clock.instant();
            super.setException(failure);
        }
    }
}
