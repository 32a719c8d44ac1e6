package dev.stocktake.spring;

import dev.stocktake.IndexIdentity;
import dev.stocktake.StocktakeException;
import dev.stocktake.Truth;
import dev.stocktake.Unread;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * How true each index is, asked of the ledger and of the index at most so often, however many ask us: pages that poll, scrapers
 * and probes cost the shop nothing. Nor do they wait for long: whoever does not answer in time cannot be reached.
 *
 * <p>Thread-safe.
 */
final class Truths {

    private static final Duration TRUTH_LASTS = Duration.ofSeconds(1);
    private static final Duration REACH_LASTS = Duration.ofSeconds(5);
    private static final Duration UNREAD_LASTS = Duration.ofSeconds(10);

    private final Stocktakes stocktakes;
    private final RunBook book;
    private final Duration patience;
    private final InstantSource clock;
    private final Map<String, Lasting<Truth>> truths = new ConcurrentHashMap<>();
    private final Map<String, Lasting<Optional<IndexIdentity>>> reaches = new ConcurrentHashMap<>();
    private final Map<String, Lasting<Collection<Unread>>> unread = new ConcurrentHashMap<>();

    /** @param patience how long to wait for an answer */
    Truths(Stocktakes stocktakes, RunBook book, Duration patience, InstantSource clock) {
        this.stocktakes = stocktakes;
        this.book = book;
        this.patience = patience;
        this.clock = clock;
    }

    /** Asks everything about an index at once, so that who waits for all of it waits once. */
    void ask(String index) {
        truth(index).ask(book.told(index));
        reachOf(index).ask(0);
    }

    /** Asks what lies before the feeds of all indexes at once, so that who waits for each of them waits once. */
    void askFeeds() {
        stocktakes.names().forEach(index -> unreadOf(index).ask(0));
    }

    /** Asks the ledgers of all indexes at once, so that who waits for each of them waits once. */
    void askLedgers() {
        stocktakes.names().forEach(index -> truth(index).ask(book.told(index)));
    }

    /**
     * Not older than a second, and not older than the last run that did something: who saw it end sees what it did.
     *
     * @throws StocktakeException if the ledger cannot be reached
     */
    Truth of(String index) {
        return truth(index).get(book.told(index));
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
        reachOf(index).get(0);
    }

    /**
     * What lies before its feeds, if nobody asked within ten seconds: it is counted.
     *
     * @return one for each feed that keeps something
     * @throws StocktakeException if the shop's database cannot be reached
     */
    Collection<Unread> unread(String index) {
        return unreadOf(index).get(0);
    }

    private Lasting<Collection<Unread>> unreadOf(String index) {
        return lasting(
                unread,
                index,
                "The database behind index",
                UNREAD_LASTS,
                kept -> kept.stocktake().unread().values());
    }

    private Lasting<Truth> truth(String index) {
        return lasting(
                truths,
                index,
                "The ledger of index",
                TRUTH_LASTS,
                kept -> kept.stocktake().status());
    }

    private Lasting<Optional<IndexIdentity>> reachOf(String index) {
        return lasting(
                reaches, index, "Index", REACH_LASTS, kept -> kept.index().identify());
    }

    private <T> Lasting<T> lasting(
            Map<String, Lasting<T>> asked, String index, String what, Duration lasts, Function<Kept, T> question) {
        return asked.computeIfAbsent(index, name -> {
            Kept kept = stocktakes.kept(name);
            return new Lasting<>(what + " '" + name + "'", clock, lasts, patience, () -> question.apply(kept));
        });
    }
}
