package dev.stocktake.spring;

import dev.stocktake.StoppedException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Puts the indexes together: beside the application's start, in a thread of its own, where no code of the application has a
 * part in it. Most of that is looking at the database and loading classes, for which nobody else need wait. Whoever asks for
 * an index before that waits, and the start does before it ends, so that whatever is wrong ends it. Thread-safe.
 */
final class Preparation {

    private final FutureTask<Map<String, Kept>> work;

    private Preparation(FutureTask<Map<String, Kept>> work) {
        this.work = work;
    }

    /**
     * Begins.
     *
     * @param assemblies by the indexes' names; each has looked at the beans
     */
    static Preparation begin(Map<String, Assembly> assemblies) {
        Preparation preparation = new Preparation(new FutureTask<>(() -> assemble(assemblies)));
        if (assemblies.values().stream().allMatch(Assembly::isOurs)) {
            Thread thread = new Thread(preparation.work, "stocktake-prepare");
            thread.setDaemon(true);
            thread.start();
        } else {
            preparation.work.run();
            preparation.get();
        }
        return preparation;
    }

    private static Map<String, Kept> assemble(Map<String, Assembly> assemblies) {
        Map<String, Kept> kept = new LinkedHashMap<>();
        try {
            assemblies.forEach((name, assembly) -> kept.put(name, assembly.assemble()));
            return kept;
        } catch (RuntimeException | Error e) {
            kept.values().forEach(Kept::end);
            throw e;
        }
    }

    /**
     * The indexes by their names, when they are there.
     *
     * @throws SetUpException if something is wrong with one of them
     */
    Map<String, Kept> get() {
        try {
            return work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("The indexes could not be put together", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException("Interrupted while the indexes were put together", e);
        }
    }
}
