package dev.stocktake.spring;

import dev.stocktake.SyncListener;
import dev.stocktake.SyncProgress;
import dev.stocktake.SyncReport;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what this instance runs: what goes on now, and the last runs of each index. A run of the schedule that found
 * nothing to do is not kept.
 *
 * <p>A run is told of in the thread that runs it, and that is how its events find its entry. Thread-safe.
 */
final class RunBook {

    private static final int MOST_KEPT = 50;
    private static final int MOST_AT_ONCE = 8;
    private static final String SCHEDULE_THREADS = "stocktake-";

    /** Too much is asked for at once. */
    static final class BusyException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        BusyException() {
            super("There are " + MOST_AT_ONCE + " runs going on that somebody asked for; try again when one has ended");
        }
    }

    private final InstantSource clock;
    private final ThreadLocal<@Nullable RunEntry> current = new ThreadLocal<>();
    private final AtomicLong numbers = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, RunEntry> active = new LinkedHashMap<>();
    private final Map<String, Deque<RunEntry>> ended = new LinkedHashMap<>();
    private final Map<String, Long> told = new LinkedHashMap<>();

    RunBook(InstantSource clock) {
        this.clock = clock;
    }

    // --- runs that somebody asked for -------------------------------------------------------------------------------

    /**
     * Opens an entry, unless what it asks for goes on already.
     *
     * @param key what makes two wishes the same
     * @return the new entry, or the one that goes on
     * @throws BusyException if too much goes on that somebody asked for
     */
    RunEntry open(String index, String policy, String key) {
        return locked(() -> {
            List<RunEntry> asked = active.values().stream()
                    .filter(entry -> entry.trigger() == RunEntry.Trigger.REQUEST)
                    .toList();
            Optional<RunEntry> same = asked.stream()
                    .filter(entry -> entry.index().equals(index) && entry.key().equals(key))
                    .findFirst();
            if (same.isEmpty() && asked.size() >= MOST_AT_ONCE) {
                throw new BusyException();
            }
            return same.orElseGet(() -> add(new RunEntry(
                    numbers.incrementAndGet(), index, policy, key, RunEntry.Trigger.REQUEST, clock.instant())));
        });
    }

    private RunEntry add(RunEntry entry) {
        active.put(entry.number(), entry);
        return entry;
    }

    /** What follows in this thread is told of this entry. */
    void enter(RunEntry entry) {
        current.set(entry);
    }

    /** Ends an entry that no report has ended, if it is not ended yet. */
    void leave(RunEntry entry, @Nullable String problem) {
        current.remove();
        locked(() -> {
            if (active.remove(entry.number()) != null) {
                entry.end(null, problem, clock.instant());
                keep(entry);
            }
            return entry;
        });
    }

    // --- looking ----------------------------------------------------------------------------------------------------

    Optional<RunEntry> find(String index, long number) {
        return locked(() ->
                all(index).stream().filter(entry -> entry.number() == number).findFirst());
    }

    /** What goes on, then what ended, the latest first. */
    List<RunEntry> runs(String index) {
        return locked(() -> all(index));
    }

    /** How many runs of an index have ended that were worth telling. */
    long told(String index) {
        return locked(() -> told.getOrDefault(index, 0L));
    }

    private List<RunEntry> all(String index) {
        List<RunEntry> all = new ArrayList<>();
        active.values().stream()
                .filter(entry -> entry.index().equals(index) && entry.isWorthTelling())
                .forEach(entry -> all.add(0, entry));
        all.addAll(ended.getOrDefault(index, new ArrayDeque<>()));
        return all;
    }

    // --- listening --------------------------------------------------------------------------------------------------

    /** Listens to the engine of an index, which may call it otherwise. */
    SyncListener listener(String index) {
        return new SyncListener() {
            @Override
            public void started(String engine, String policy) {
                RunBook.this.started(index, engine, policy);
            }

            @Override
            public void progressed(SyncProgress progress) {
                RunEntry entry = current.get();
                if (entry != null) {
                    entry.progressed(progress);
                }
            }

            @Override
            public void finished(SyncReport report) {
                RunBook.this.finished(report);
            }
        };
    }

    private void started(String index, String engine, String policy) {
        if (current.get() != null) {
            return;
        }
        boolean scheduled = Thread.currentThread().getName().equals(SCHEDULE_THREADS + engine);
        RunEntry entry = new RunEntry(
                numbers.incrementAndGet(),
                index,
                policy,
                "",
                scheduled ? RunEntry.Trigger.SCHEDULE : RunEntry.Trigger.CODE,
                clock.instant());
        current.set(entry);
        locked(() -> add(entry));
    }

    private void finished(SyncReport report) {
        RunEntry entry = current.get();
        if (entry == null) {
            return;
        }
        if (entry.trigger() != RunEntry.Trigger.REQUEST) {
            current.remove();
        }
        locked(() -> {
            active.remove(entry.number());
            entry.end(report, null, clock.instant());
            if (entry.trigger() != RunEntry.Trigger.SCHEDULE || didSomething(report)) {
                keep(entry);
            }
            return entry;
        });
    }

    private static boolean didSomething(SyncReport report) {
        return report.counts().found() > 0
                || !report.problems().isEmpty()
                || report.compared().filter(audit -> audit.total() > 0).isPresent();
    }

    private void keep(RunEntry entry) {
        Deque<RunEntry> kept = ended.computeIfAbsent(entry.index(), index -> new ArrayDeque<>());
        kept.addFirst(entry);
        told.merge(entry.index(), 1L, Long::sum);
        if (kept.size() > MOST_KEPT) {
            kept.removeLast();
        }
    }

    private <T> T locked(Supplier<T> what) {
        lock.lock();
        try {
            return what.get();
        } finally {
            lock.unlock();
        }
    }
}
