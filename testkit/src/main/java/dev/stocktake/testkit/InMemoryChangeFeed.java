package dev.stocktake.testkit;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Contribution;
import dev.stocktake.Coverage;
import dev.stocktake.Intake;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.StocktakeException;
import dev.stocktake.Unread;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A change log in memory, consumed as a queue: an entry is offered again and again, and goes only when the transaction in
 * which it was acknowledged has committed.
 *
 * <p>With {@link InMemoryLedger} entries go at the commit. With another ledger they go when the next {@link #take} brings
 * the proof of the commit, a cursor that was saved in the same transaction.
 *
 * <p>Thread-safe.
 */
public final class InMemoryChangeFeed implements ChangeFeed {

    private final ReentrantLock lock = new ReentrantLock();
    private final String name;
    private final NavigableMap<Long, Optional<Intake.Hint>> entries = new TreeMap<>();
    private final Map<String, Set<Long>> acknowledged = new LinkedHashMap<>();
    private final Deque<StocktakeException> failures = new ArrayDeque<>();
    private final Map<ProductKey, List<Contribution>> contributions = new HashMap<>();
    private List<String> blindSpots = List.of();
    private List<Coverage> coverage = List.of();
    private Completeness completeness = Completeness.COMPLETE;
    private @Nullable String openGap;
    private long lastEntry;
    private long lastReceipt;

    /** Empty, and named {@code changes}. */
    public InMemoryChangeFeed() {
        this("changes");
    }

    /** Empty. */
    public InMemoryChangeFeed(String name) {
        this.name = name;
    }

    /** Products changed. */
    public void changed(ProductKey... keys) {
        changed(Arrays.asList(keys));
    }

    /** Products changed. */
    public void changed(Collection<ProductKey> keys) {
        keys.forEach(key -> hinted(Intake.Hint.of(key)));
    }

    /** Products changed, of which the log knows more. */
    public void hinted(Intake.Hint... hints) {
        locked(() -> {
            for (Intake.Hint hint : hints) {
                entries.put(++lastEntry, Optional.of(hint));
            }
        });
    }

    /** Every product may have changed, and the log says so in one entry: a table was emptied. */
    public void everythingChanged() {
        locked(() -> entries.put(++lastEntry, Optional.empty()));
    }

    /** Anything may have been missed: the next take says so, and the entries so far are lost. */
    public void gap() {
        locked(() -> {
            openGap = "gap-" + ++lastReceipt;
            entries.clear();
        });
    }

    /** The next takes fail. */
    public void failNext(int times, StocktakeException failure) {
        locked(() -> {
            for (int i = 0; i < times; i++) {
                failures.add(failure);
            }
        });
    }

    /** Declares something else than {@link dev.stocktake.ChangeFeed.Completeness#COMPLETE}. */
    public void completeness(Completeness declared) {
        locked(() -> completeness = declared);
    }

    /** Says how it sees which table. */
    public void covers(Coverage... tables) {
        locked(() -> coverage = List.of(tables));
    }

    /** Says what it cannot see, a sentence each. */
    public void blindTo(String... spots) {
        locked(() -> blindSpots = List.of(spots));
    }

    /** Says which rows lead to a product. */
    public void contributes(ProductKey product, Contribution... tables) {
        locked(() -> contributions.put(product, List.of(tables)));
    }

    /** The products of all entries that are still there, oldest first. */
    public List<ProductKey> pending() {
        lock.lock();
        try {
            return entries.values().stream()
                    .flatMap(Optional::stream)
                    .map(Intake.Hint::product)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Completeness completeness() {
        lock.lock();
        try {
            return completeness;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<String> blindSpots() {
        lock.lock();
        try {
            return blindSpots;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Coverage> coverage() {
        lock.lock();
        try {
            return coverage;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Contribution> contributions(ProductKey product) {
        lock.lock();
        try {
            return contributions.getOrDefault(product, List.of());
        } finally {
            lock.unlock();
        }
    }

    /** {@inheritDoc} Entries have no age. */
    @Override
    public Optional<Unread> unread() {
        lock.lock();
        try {
            return Optional.of(new Unread(entries.size(), null));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Intake take(@Nullable String cursor, int limit) {
        lock.lock();
        try {
            StocktakeException failure = failures.poll();
            if (failure != null) {
                throw failure;
            }
            forgetWhatCommitted(cursor);
            return openGap == null ? oldest(limit) : Intake.gap(openGap);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Intake> peek(@Nullable String cursor, int limit) {
        lock.lock();
        try {
            return Optional.of(openGap == null || openGap.equals(cursor) ? oldest(limit) : Intake.gap(openGap));
        } finally {
            lock.unlock();
        }
    }

    private Intake oldest(int limit) {
        Set<ProductKey> products = new LinkedHashSet<>();
        List<Intake.Hint> hints = new ArrayList<>();
        Set<Long> taken = new LinkedHashSet<>();
        for (Map.Entry<Long, Optional<Intake.Hint>> entry : entries.entrySet()) {
            Intake.Hint hint = entry.getValue().orElse(null);
            if (hint != null && products.size() == limit && !products.contains(hint.product())) {
                break;
            }
            if (hint != null) {
                products.add(hint.product());
                hints.add(hint);
            }
            taken.add(entry.getKey());
        }
        boolean more = taken.size() < entries.size();
        Intake intake = Intake.queued(List.of(), more, transaction -> acknowledge(transaction, taken))
                .withHints(hints);
        return taken.stream().anyMatch(this::isEverything) ? intake.withEverything() : intake;
    }

    private boolean isEverything(long number) {
        return Optional.empty().equals(entries.get(number));
    }

    private void acknowledge(LedgerTransaction transaction, Set<Long> taken) {
        BooksTransaction.CommitEffects effects = transaction.unwrap(BooksTransaction.CommitEffects.class);
        if (effects != null) {
            effects.onCommit(() -> locked(() -> entries.keySet().removeAll(taken)));
        } else if (!taken.isEmpty()) {
            transaction.saveCursor(name, promise(taken));
        }
    }

    private String promise(Set<Long> taken) {
        lock.lock();
        try {
            String receipt = "taken-" + ++lastReceipt;
            acknowledged.put(receipt, taken);
            return receipt;
        } finally {
            lock.unlock();
        }
    }

    /** A cursor comes back only if the transaction that saved it has committed. */
    private void forgetWhatCommitted(@Nullable String cursor) {
        if (cursor == null) {
            return;
        }
        entries.keySet().removeAll(acknowledged.getOrDefault(cursor, Set.of()));
        acknowledged.remove(cursor);
        if (cursor.equals(openGap)) {
            openGap = null;
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
