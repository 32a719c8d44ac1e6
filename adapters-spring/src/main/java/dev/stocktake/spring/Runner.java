package dev.stocktake.spring;

import dev.stocktake.ProductKey;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what somebody asks for at the page or the endpoint, each in a thread of its own, so that nobody's request waits. Who
 * asks for what goes on already is given the run that goes on.
 */
final class Runner {

    static final int MOST_PRODUCTS = 1_000;
    static final String RELEASE = "release";
    private static final Logger log = LoggerFactory.getLogger(Runner.class);

    private final Stocktakes stocktakes;
    private final RunBook book;

    Runner(Stocktakes stocktakes, RunBook book) {
        this.stocktakes = stocktakes;
        this.book = book;
    }

    /** What can be asked for. */
    enum Wish {
        /** What changed. */
        SMART("smart", SyncPolicy.smart()),
        /** Everything, in the live index. */
        FULL("full", SyncPolicy.full().inPlace()),
        /** Everything, beside the live index, where the index can. */
        REBUILD("rebuild", SyncPolicy.full()),
        /** What a rebuild would change. */
        PREVIEW("rebuild (dry run)", SyncPolicy.full().dryRun()),
        /** What was live before the last rebuild. */
        ROLLBACK("rollback", (stocktake, cancelled) -> stocktake.rollback()),
        /** Compare everything, and repair. */
        AUDIT("audit", SyncPolicy.audit()),
        /** Compare everything, and only tell. */
        DRIFT("audit (dry run)", SyncPolicy.audit().dryRun());

        private static final List<Wish> ABOUT_A_BUILD = List.of(REBUILD, PREVIEW, ROLLBACK);

        private final String label;
        private final BiConsumer<Stocktake, BooleanSupplier> work;

        Wish(String label, SyncPolicy policy) {
            this(label, running(policy));
        }

        Wish(String label, BiConsumer<Stocktake, BooleanSupplier> work) {
            this.label = label;
            this.work = work;
        }
    }

    /** What came of a wish. */
    record Begun(RunEntry run, boolean isNew) {}

    Begun run(String index, Wish wish) {
        return begin(index, wish.label, wish.name(), wish.work);
    }

    /** Everything, in the live index, and what is held back is deleted if it is no more than that. */
    Begun release(String index, long documents) {
        return begin(
                index, RELEASE, RELEASE, running(SyncPolicy.full().inPlace().allowingMassDeletion(documents)));
    }

    Begun sync(String index, Collection<ProductKey> products) {
        List<ProductKey> wanted = products.stream().distinct().toList();
        if (wanted.isEmpty() || wanted.size() > MOST_PRODUCTS) {
            throw tooMany(wanted.size());
        }
        TreeSet<String> ids = new TreeSet<>();
        wanted.forEach(key -> ids.add(key.value()));
        SyncPolicy policy = SyncPolicy.products(wanted);
        return begin(index, policy.name(), "PRODUCTS " + ids, running(policy));
    }

    /** A run of the policy that can be cancelled. */
    private static BiConsumer<Stocktake, BooleanSupplier> running(SyncPolicy policy) {
        return (stocktake, cancelled) -> stocktake.run(policy, cancelled);
    }

    static IllegalArgumentException tooMany(int products) {
        return new IllegalArgumentException(
                "Name 1 to " + MOST_PRODUCTS + " products, not " + products + "; for more run everything");
    }

    /**
     * Works on the rebuild that is on its way, so that it goes on, or is removed, where no schedule runs.
     *
     * @return the run that does; the one that somebody waits for already, if there is one
     */
    Begun finishRebuild(String index) {
        Optional<RunEntry> same = book.runs(index).stream()
                .filter(run -> run.end().isEmpty() && run.trigger() == RunEntry.Trigger.REQUEST)
                .filter(Runner::isAboutABuild)
                .findFirst();
        return same.map(run -> new Begun(run, false))
                .orElseGet(() -> begin(
                        index,
                        Wish.REBUILD.label,
                        Wish.REBUILD.name(),
                        (stocktake, cancelled) -> stocktake.finishRebuild()));
    }

    /** Whether a rebuild goes on by itself, so that whoever wants to end it must say so to the rebuild. */
    static boolean isAboutABuild(RunEntry run) {
        return Wish.ABOUT_A_BUILD.stream().anyMatch(wish -> wish.label.equals(run.policy()));
    }

    /** Whether it can be told to end by {@link RunEntry#cancel}; an approval that was given stands in the ledger. */
    static boolean canCancel(RunEntry run) {
        return run.end().isEmpty()
                && run.trigger() == RunEntry.Trigger.REQUEST
                && !isAboutABuild(run)
                && !run.policy().equals(RELEASE);
    }

    private Begun begin(String index, String label, String key, BiConsumer<Stocktake, BooleanSupplier> work) {
        Stocktake stocktake = stocktakes.get(index);
        RunEntry entry = book.open(index, label, key);
        if (!entry.claim()) {
            return new Begun(entry, false);
        }
        Thread thread = new Thread(() -> work(stocktake, work, entry), "stocktake-run-" + index + "-" + entry.id());
        thread.setDaemon(true);
        thread.start();
        return new Begun(entry, true);
    }

    private void work(Stocktake stocktake, BiConsumer<Stocktake, BooleanSupplier> work, RunEntry entry) {
        String problem = "It did not come to an end";
        book.enter(entry);
        try {
            work.accept(stocktake, entry::isCancelled);
        } catch (RuntimeException e) {
            problem = String.valueOf(e.getMessage());
            log.warn("Run {} ('{}') of index '{}' failed", entry.id(), entry.policy(), entry.index(), e);
        } finally {
            book.leave(entry, problem);
        }
    }
}
