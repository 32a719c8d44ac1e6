package dev.stocktake.testkit;

import dev.stocktake.Ledger;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.StocktakeException;
import dev.stocktake.UnknownOutcomeException;
import dev.stocktake.testkit.Bookkeeping.Policy;
import dev.stocktake.testkit.Books.Batch;
import dev.stocktake.testkit.Books.Volume;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A ledger in memory that keeps every rule, and fails on command.
 *
 * <p>It outlives the engines that use it: to simulate the death of a process, throw from {@link #beforeCommit} or {@link
 * #afterCommit} and build a new engine on the same ledger.
 *
 * <pre>{@code
 * InMemoryLedger ledger = new InMemoryLedger(clock);
 * ledger.loseNextCommitReply();                    // committed, but the caller is not told
 * ledger.beforeCommit(3, () -> {                   // the third commit from now does not happen
 *     throw new UnavailableException("The database is restarting", null);
 * });
 * }</pre>
 *
 * <p>Deterministic: the same calls give the same tokens and the same claims. Thread-safe: transactions run one after the
 * other.
 */
public final class InMemoryLedger implements Ledger {

    private final ReentrantLock lock = new ReentrantLock();
    private final InstantSource clock;
    private final Map<String, Books> books = new HashMap<>();
    private final CommitFaults faults = new CommitFaults();
    private final Set<LedgerRule> without = EnumSet.noneOf(LedgerRule.class);
    private KeyOrder keys = new KeyOrder(Comparator.comparing(ProductKey::value));
    private Duration suspectsKept = Duration.ofDays(7);
    private long lastToken;
    private long commits;
    private @Nullable Long tokenOfBackup;

    /** An empty ledger that tells the time by this clock. */
    public InMemoryLedger(InstantSource clock) {
        this.clock = clock;
    }

    /** Changes how long the products of suspect batches are remembered; at first seven days. */
    public void keepSuspects(Duration time) {
        locked(() -> suspectsKept = time);
    }

    /** Takes rules away. */
    InMemoryLedger without(LedgerRule... rules) {
        without.addAll(List.of(rules));
        return this;
    }

    /** The order of keys; only {@link LedgerRule#KEEP_MARKS_BEYOND_FRONTIER} asks for it. */
    InMemoryLedger keyOrder(Comparator<ProductKey> order) {
        keys = new KeyOrder(order);
        return this;
    }

    @Override
    public <T extends @Nullable Object> T inTransaction(String index, Function<LedgerTransaction, T> work) {
        lock.lock();
        try {
            if (lock.getHoldCount() > 1) {
                throw new IllegalStateException(
                        "A ledger transaction was begun inside another; in a database the two would wait for each other");
            }
            faults.onBegin();
            return transact(index, work);
        } finally {
            lock.unlock();
        }
    }

    private <T extends @Nullable Object> T transact(String index, Function<LedgerTransaction, T> work) {
        Books book = books(index);
        if (faults.takeRepeat()) {
            apply(bookkeeping(index, book), work);
            book.rollback();
        }
        Bookkeeping bookkeeping = bookkeeping(index, book);
        T result;
        try {
            result = apply(bookkeeping, work);
            faults.onBeforeCommit();
        } catch (RuntimeException | Error e) {
            book.rollback();
            throw e;
        }
        book.commit();
        commits++;
        bookkeeping.effects().forEach(Runnable::run);
        faults.onAfterCommit();
        return result;
    }

    private static <T extends @Nullable Object> T apply(Bookkeeping work, Function<LedgerTransaction, T> body) {
        BooksTransaction transaction = new BooksTransaction(work);
        try {
            return body.apply(transaction);
        } finally {
            transaction.end();
        }
    }

    private Bookkeeping bookkeeping(String index, Books book) {
        return new Bookkeeping(
                index, book, clock.instant(), new Policy(() -> ++lastToken, without, keys, suspectsKept));
    }

    private Books books(String index) {
        return books.computeIfAbsent(index, unknown -> {
            Books empty = new Books();
            if (tokenOfBackup != null) {
                empty.backUp();
            }
            return empty;
        });
    }

    // --- faults
    // -------------------------------------------------------------------------------------------------------

    /** The next transactions fail before they begin. */
    public void failNext(int times, StocktakeException failure) {
        locked(() -> faults.unreachable(times, failure));
    }

    /** Runs a fault before the next commit; if it throws, nothing of the transaction is kept. */
    public void beforeCommit(Runnable fault) {
        beforeCommit(1, fault);
    }

    /**
     * Runs a fault before a commit to come; if it throws, nothing of the transaction is kept.
     *
     * @param nth 1 is the next commit
     */
    public void beforeCommit(int nth, Runnable fault) {
        locked(() -> faults.beforeCommit(nth, fault));
    }

    /** Runs a fault after the next commit; if it throws, the transaction is durable but its caller does not know. */
    public void afterCommit(Runnable fault) {
        afterCommit(1, fault);
    }

    /**
     * Runs a fault after a commit to come; if it throws, the transaction is durable but its caller does not know.
     *
     * @param nth 1 is the next commit
     */
    public void afterCommit(int nth, Runnable fault) {
        locked(() -> faults.afterCommit(nth, fault));
    }

    /** The next transaction is committed, but its caller gets an {@link UnknownOutcomeException}. */
    public void loseNextCommitReply() {
        afterCommit(InMemoryLedger::connectionLost);
    }

    /** The next transaction is not committed, and its caller gets an {@link UnknownOutcomeException}. */
    public void loseNextCommit() {
        beforeCommit(InMemoryLedger::connectionLost);
    }

    private static void connectionLost() {
        throw new UnknownOutcomeException("The connection to the ledger was lost while committing", null);
    }

    /** The work of the next transaction is done, taken back and done again, as after a deadlock. */
    public void repeatNext() {
        locked(faults::repeat);
    }

    /** The state to which {@link #restore} goes back; one that was made before is forgotten. */
    public void backUp() {
        locked(() -> {
            tokenOfBackup = lastToken;
            books.values().forEach(Books::backUp);
        });
    }

    /**
     * Goes back to the last {@link #backUp}, as a database that is restored does: what was committed since is gone, leases and
     * tokens go back as well, and nobody is told.
     *
     * @throws IllegalStateException if there is no backup
     */
    public void restore() {
        locked(() -> {
            Long token = tokenOfBackup;
            if (token == null) {
                throw new IllegalStateException("There is no backup to restore");
            }
            lastToken = token;
            tokenOfBackup = null;
            books.values().forEach(Books::restore);
        });
    }

    // --- looking
    // ------------------------------------------------------------------------------------------------------

    /** How many transactions were committed, those that only looked included. */
    public long commits() {
        return reading(() -> commits);
    }

    /** How many rows the index's open generations have. */
    public int rows(String index) {
        return reading(() -> books(index).open().stream()
                .mapToInt(volume -> volume.rows().size())
                .sum());
    }

    /** The ids of the index's open batches. */
    public List<String> openBatches(String index) {
        return reading(() -> books(index).batches().stream()
                .filter(Batch::open)
                .map(batch -> batch.claim().batchId())
                .toList());
    }

    /** How many products of the index's open generations are remembered because their documents change with time. */
    public int rechecks(String index) {
        return reading(() -> books(index).open().stream()
                .mapToInt(volume -> volume.rechecks().size())
                .sum());
    }

    /** How many batches are remembered, in whatever state. */
    public int batches(String index) {
        return reading(() -> books(index).batches().size());
    }

    /** Whether a walk over the index's own ids is owed to an open generation. */
    public boolean owesWalk(String index) {
        return reading(() -> books(index).open().stream()
                .anyMatch(volume -> volume.generation().owedWalk() != 0));
    }

    /**
     * Whether the ledger takes this product for true in the live generation: no row, not beyond the frontier, not in
     * flight, and no time at which it must be looked at again has come. For a product that is absent, {@link #owesWalk} must be false besides.
     *
     * @param order the source whose order the frontier follows
     */
    public boolean isClean(String index, ProductKey key, ProductSource order) {
        return isClean(index, key, order::compare);
    }

    /** {@link #isClean(String, ProductKey, ProductSource)} with the order of keys alone. */
    public boolean isClean(String index, ProductKey key, Comparator<ProductKey> order) {
        return reading(() -> isClean(books(index).live(), key, order));
    }

    /** Whether a product is clean in one open generation; false if there is no such. */
    public boolean isClean(String index, long generation, ProductKey key, Comparator<ProductKey> order) {
        return reading(() -> {
            Volume volume = books(index).volume(generation);
            return volume != null && volume.generation().open() && isClean(volume, key, order);
        });
    }

    private boolean isClean(@Nullable Volume volume, ProductKey key, Comparator<ProductKey> order) {
        return volume != null
                && volume.row(key) == null
                && !volume.inFlight(key)
                && !isDue(volume.recheck(key))
                && !new KeyOrder(order).beyond(volume.generation().frontier(), key);
    }

    private boolean isDue(@Nullable Instant recheck) {
        return recheck != null && !recheck.isAfter(clock.instant());
    }

    private <T> T reading(Supplier<T> look) {
        lock.lock();
        try {
            return look.get();
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }
}
