package dev.stocktake.spring;

import dev.stocktake.ProductKey;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what somebody asks for at the page or the endpoint, each in a thread of its own, so that nobody's request waits. Who
 * asks for what goes on already is given the run that goes on.
 */
final class Runner {

    static final int MOST_PRODUCTS = 1_000;
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
        SMART(SyncPolicy.smart()),
        /** Everything. */
        FULL(SyncPolicy.full()),
        /** Compare everything, and repair. */
        AUDIT(SyncPolicy.audit()),
        /** Compare everything, and only tell. */
        DRIFT(SyncPolicy.audit().dryRun());

        private final SyncPolicy policy;

        Wish(SyncPolicy policy) {
            this.policy = policy;
        }
    }

    /** What came of a wish. */
    record Begun(RunEntry run, boolean isNew) {}

    Begun run(String index, Wish wish) {
        return begin(index, wish.policy, wish.name());
    }

    Begun sync(String index, Collection<ProductKey> products) {
        List<ProductKey> wanted = products.stream().distinct().toList();
        if (wanted.isEmpty() || wanted.size() > MOST_PRODUCTS) {
            throw new IllegalArgumentException(
                    "Name 1 to " + MOST_PRODUCTS + " products, not " + wanted.size() + "; for more run everything");
        }
        TreeSet<String> ids = new TreeSet<>();
        wanted.forEach(key -> ids.add(key.value()));
        return begin(index, SyncPolicy.products(wanted), "PRODUCTS " + ids);
    }

    private Begun begin(String index, SyncPolicy policy, String key) {
        Stocktake stocktake = stocktakes.get(index);
        RunEntry entry = book.open(index, policy.name(), key);
        if (!entry.claim()) {
            return new Begun(entry, false);
        }
        Thread thread =
                new Thread(() -> work(stocktake, policy, entry), "stocktake-run-" + index + "-" + entry.number());
        thread.setDaemon(true);
        thread.start();
        return new Begun(entry, true);
    }

    private void work(Stocktake stocktake, SyncPolicy policy, RunEntry entry) {
        String problem = "It did not come to an end";
        book.enter(entry);
        try {
            stocktake.run(policy);
        } catch (RuntimeException e) {
            problem = String.valueOf(e.getMessage());
            log.warn("Run {} ('{}') of index '{}' failed", entry.number(), policy.name(), entry.index(), e);
        } finally {
            book.leave(entry, problem);
        }
    }
}
