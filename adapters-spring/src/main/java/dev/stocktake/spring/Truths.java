package dev.stocktake.spring;

import dev.stocktake.IndexIdentity;
import dev.stocktake.StocktakeException;
import dev.stocktake.Truth;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How true each index is, asked of the ledger and of the index at most so often, however many ask us: pages that poll, scrapers
 * and probes cost the shop nothing.
 *
 * <p>Thread-safe.
 */
final class Truths {

    private static final Duration TRUTH_LASTS = Duration.ofSeconds(1);
    private static final Duration REACH_LASTS = Duration.ofSeconds(5);

    private final Stocktakes stocktakes;
    private final RunBook book;
    private final InstantSource clock;
    private final Map<String, Lasting<Truth>> truths = new ConcurrentHashMap<>();
    private final Map<String, Lasting<Optional<IndexIdentity>>> reaches = new ConcurrentHashMap<>();

    Truths(Stocktakes stocktakes, RunBook book, InstantSource clock) {
        this.stocktakes = stocktakes;
        this.book = book;
        this.clock = clock;
    }

    /**
     * Not older than a second, and not older than the last run that did something: who saw it end sees what it did.
     *
     * @throws StocktakeException if the ledger cannot be reached
     */
    Truth of(String index) {
        Kept kept = stocktakes.kept(index);
        return truths.computeIfAbsent(
                        index,
                        name -> new Lasting<>(
                                clock, TRUTH_LASTS, () -> kept.stocktake().status()))
                .get(book.told(index));
    }

    /** What is asked next is asked anew. */
    void forget(String index) {
        truths.remove(index);
    }

    /**
     * Asks the index who it is, if nobody did within five seconds.
     *
     * @throws StocktakeException if it cannot be reached, or does not let us in
     */
    void reach(String index) {
        Kept kept = stocktakes.kept(index);
        reaches.computeIfAbsent(
                        index,
                        name -> new Lasting<>(
                                clock, REACH_LASTS, () -> kept.index().identify()))
                .get(0);
    }

    /** An answer that is good for a while, a failure too. One asks, the others wait for it. */
    private static final class Lasting<T> {

        private final InstantSource clock;
        private final Duration lasts;
        private final Supplier<T> question;
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable T answer;
        private @Nullable StocktakeException failure;
        private @Nullable Instant asked;
        private long edition;

        Lasting(InstantSource clock, Duration lasts, Supplier<T> question) {
            this.clock = clock;
            this.lasts = lasts;
            this.question = question;
        }

        /** @param wanted an answer that was given for a lower number will not do */
        T get(long wanted) {
            lock.lock();
            try {
                Instant now = clock.instant();
                Instant last = asked;
                if (last == null || wanted > edition || now.isBefore(last) || !now.isBefore(last.plus(lasts))) {
                    ask();
                    asked = clock.instant();
                    edition = Math.max(edition, wanted);
                }
                T known = answer;
                if (known == null) {
                    throw failure == null ? new IllegalStateException("Neither answer nor failure") : failure;
                }
                return known;
            } finally {
                lock.unlock();
            }
        }

        private void ask() {
            answer = null;
            failure = null;
            try {
                answer = question.get();
            } catch (StocktakeException e) {
                failure = e;
            }
        }
    }
}
