package dev.stocktake.spring;

import dev.stocktake.SyncListener;
import dev.stocktake.SyncProgress;
import dev.stocktake.SyncReport;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
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

    private static final int MOST_AT_ONCE = 8;
    private static final String SCHEDULE_THREADS = "stocktake-";

    /** Runs that have ended are kept apart by what they are kept for: a busy schedule must not push out what somebody waits for. */
    private enum Shelf {
        /** Whoever asked for it comes back for its end. */
        REQUESTED(50),
        /** What audits found, which is seldom. */
        DRIFT(10),
        /** The rest. */
        OTHER(50);

        private final int holds;

        Shelf(int holds) {
            this.holds = holds;
        }

        static Shelf of(RunEntry entry) {
            if (entry.trigger() == RunEntry.Trigger.REQUEST) {
                return REQUESTED;
            }
            return entry.foundDrift() ? DRIFT : OTHER;
        }
    }

    /** Too much is asked for at once. */
    static final class BusyException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        BusyException() {
            super("There are " + MOST_AT_ONCE + " runs going on that somebody asked for; try again when one has ended");
        }
    }

    private final InstantSource clock;
    private final String instance;
    private final ThreadLocal<@Nullable RunEntry> current = new ThreadLocal<>();
    private final AtomicLong numbers = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<RunEntry.Id, RunEntry> active = new LinkedHashMap<>();
    private final Map<String, Map<Shelf, Deque<RunEntry>>> ended = new LinkedHashMap<>();
    private final Map<String, Long> told = new LinkedHashMap<>();

    /** @param instance what the names of its runs begin with, which no other book's may */
    RunBook(InstantSource clock, String instance) {
        this.clock = clock;
        this.instance = instance;
    }

    private RunEntry.Id next() {
        return new RunEntry.Id(instance, numbers.incrementAndGet());
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
                    .filter(entry -> entry.index().equals(index) && entry.key().equals(key) && !entry.isCancelled())
                    .findFirst();
            if (same.isEmpty() && asked.size() >= MOST_AT_ONCE) {
                throw new BusyException();
            }
            return same.orElseGet(
                    () -> add(new RunEntry(next(), index, policy, key, RunEntry.Trigger.REQUEST, clock.instant())));
        });
    }

    private RunEntry add(RunEntry entry) {
        active.put(entry.id(), entry);
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
            if (active.remove(entry.id()) != null) {
                entry.end(null, problem, clock.instant());
                keep(entry);
            }
            return entry;
        });
    }

    /** By the clock that runs are timed with. */
    Instant now() {
        return clock.instant();
    }

    // --- looking ----------------------------------------------------------------------------------------------------

    /** @param id the text of its {@link RunEntry.Id} */
    Optional<RunEntry> find(String index, String id) {
        return locked(() -> all(index).stream()
                .filter(entry -> entry.id().toString().equals(id))
                .findFirst());
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
        ended.getOrDefault(index, Map.of()).values().stream()
                .flatMap(Deque::stream)
                .sorted(Comparator.comparingLong((RunEntry entry) -> entry.id().number())
                        .reversed())
                .forEach(all::add);
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
                next(),
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
            active.remove(entry.id());
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
        Shelf shelf = Shelf.of(entry);
        Deque<RunEntry> kept = ended.computeIfAbsent(entry.index(), index -> new EnumMap<>(Shelf.class))
                .computeIfAbsent(shelf, any -> new ArrayDeque<>());
        kept.addFirst(entry);
        told.merge(entry.index(), 1L, Long::sum);
        if (kept.size() > shelf.holds) {
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
