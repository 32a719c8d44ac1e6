package dev.stocktake.spring;

import dev.stocktake.Explanation;
import dev.stocktake.HeldBack;
import dev.stocktake.ProductKey;
import dev.stocktake.Projection;
import dev.stocktake.RebuildControl;
import dev.stocktake.RebuildStatus;
import dev.stocktake.Stocktake;
import dev.stocktake.StocktakeException;
import dev.stocktake.Truth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the endpoint and the page ask for, in one place, so that both say the same. Thread-safe. */
final class Desk {

    private static final int MOST_QUARANTINED = 200;
    private static final int MOST_LOOKED_AT = 20;
    private static final String PRODUCTS = "products";
    private static final String RETRY = "retry";
    private static final String CANCEL = "cancel";
    private static final String PAUSE = "pause";
    private static final String RESUME = "resume";

    private final Stocktakes stocktakes;
    private final Truths truths;
    private final RunBook book;
    private final Runner runner;
    private final Duration staleAfter;
    private final @Nullable ProductLookup lookup;

    /** @param lookup what knows products by other names than their ids; null if nobody does */
    Desk(Stocktakes stocktakes, Truths truths, RunBook book, Duration staleAfter, @Nullable ProductLookup lookup) {
        this.stocktakes = stocktakes;
        this.truths = truths;
        this.book = book;
        this.runner = new Runner(stocktakes, book);
        this.staleAfter = staleAfter;
        this.lookup = lookup;
    }

    /** Whether products are known by other names than their ids. */
    boolean looksUp() {
        return lookup != null;
    }

    boolean knows(String index) {
        return stocktakes.names().contains(index);
    }

    List<Map<String, Object>> indexes() {
        return stocktakes.names().stream().map(this::truth).toList();
    }

    /** Where the ledger cannot be reached, that is what is said. */
    private Map<String, Object> truth(String index) {
        try {
            Truth truth = truths.of(index);
            Map<String, Object> view = Views.truth(truth, Badge.of(truth, staleAfter));
            view.put("index", index);
            return view;
        } catch (StocktakeException e) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("index", index);
            view.put("badge", "UNREACHABLE");
            view.put("sentence", String.valueOf(e.getMessage()));
            return view;
        }
    }

    Map<String, Object> index(String index) {
        Map<String, Object> view = new LinkedHashMap<>(truth(index));
        view.put("runs", runs(index));
        return view;
    }

    /** Without what became of each product, as this is asked for every second. */
    List<Map<String, Object>> runs(String index) {
        return book.runs(index).stream().map(run -> Views.run(run, book.now())).toList();
    }

    /** @return null if this instance knows none of this name, or knows it no more */
    @Nullable
    Map<String, Object> run(String index, String id) {
        RunEntry run = book.find(index, id).orElse(null);
        if (run == null) {
            return null;
        }
        return Views.runWithProducts(run, book.now(), nowhere(index, run));
    }

    /**
     * The products of a run of which neither database nor index has anything: ids that somebody mistyped. Of those that another
     * run was quicker with, this one does not know; they are looked at, if they are not many.
     */
    private Set<ProductKey> nowhere(String index, RunEntry run) {
        return run.nowhere(unclear -> {
            Stocktake stocktake = stocktakes.get(index);
            return unclear.stream()
                    .limit(MOST_LOOKED_AT)
                    .filter(product -> isNowhere(stocktake, product))
                    .toList();
        });
    }

    private static boolean isNowhere(Stocktake stocktake, ProductKey product) {
        try {
            Explanation seen = stocktake.explain(product);
            return seen.database() instanceof Projection.Absent
                    && seen.indexed().readable()
                    && seen.indexed().fingerprint() == null;
        } catch (StocktakeException e) {
            return false;
        }
    }

    Map<String, Object> check(String index) {
        return Views.check(stocktakes.get(index).check());
    }

    Map<String, Object> quarantine(String index) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put(PRODUCTS, Views.quarantine(stocktakes.get(index).quarantine(MOST_QUARANTINED)));
        return view;
    }

    Map<String, Object> explain(String index, String id) {
        return Views.explanation(stocktakes.get(index).explain(new ProductKey(id)));
    }

    /**
     * What somebody asks for.
     *
     * @param policy by its name
     * @param pasted texts with ids of products in them, see {@link #names}
     * @param products ids of products, each as it is
     * @param documents how many deletions he knows to be held back; null if he said nothing
     * @param run which one to cancel; null for the rebuild
     */
    record Order(
            String policy,
            List<String> pasted,
            List<String> products,
            @Nullable String documents,
            @Nullable String run) {}

    /**
     * Begins a run, or finds the one that goes on.
     *
     * @throws IllegalArgumentException if there is no such policy, or the ids are none
     * @throws RunBook.BusyException if too much goes on
     */
    Map<String, Object> begin(String index, Order order) {
        String policy = order.policy().toLowerCase(Locale.ROOT);
        if (policy.equals(CANCEL) && order.run() != null && !order.run().isBlank()) {
            return cancel(index, order.run());
        }
        if (isTold(policy)) {
            return tell(index, policy);
        }
        Runner.Begun begun = switch (policy) {
            case PRODUCTS -> runner.sync(index, products(index, order));
            case RETRY -> retry(index);
            case Runner.RELEASE -> release(index, order.documents());
            default -> runner.run(index, wish(policy));
        };
        Map<String, Object> view = Views.run(begun.run(), book.now());
        view.put("begun", begun.isNew());
        return view;
    }

    /** Ends a run that somebody asked for; what it has marked stays marked. */
    private Map<String, Object> cancel(String index, String id) {
        RunEntry run = book.find(index, id)
                .orElseThrow(() -> new IllegalArgumentException("This instance knows no run " + id + " of index '"
                        + index + "'; another instance may, or it has restarted since"));
        if (run.end().isEmpty()) {
            cancel(run);
        }
        return Views.run(run, book.now());
    }

    private void cancel(RunEntry run) {
        if (Runner.isAboutABuild(run)) {
            // It works on until the build is removed; but where nothing is built, it is a run as any other.
            if (!stocktakes.get(run.index()).rebuilds().cancel()) {
                run.cancel();
            }
            truths.forget(run.index());
        } else if (Runner.canCancel(run)) {
            run.cancel();
        } else if (run.end().isEmpty()) {
            throw new IllegalArgumentException("Run " + run.id() + " of index '" + run.index()
                    + "' cannot be cancelled here: "
                    + (run.trigger() == RunEntry.Trigger.REQUEST
                            ? "the approval to delete stands already"
                            : "the schedule or the application made it"));
        }
    }

    private Runner.Begun retry(String index) {
        Set<ProductKey> quarantined =
                stocktakes.get(index).quarantine(Runner.MOST_PRODUCTS).keySet();
        if (quarantined.isEmpty()) {
            throw new IllegalArgumentException("No product of index '" + index + "' is quarantined");
        }
        return runner.sync(index, quarantined);
    }

    /** Deletes what is held back, for whoever has read how much that is. */
    private Runner.Begun release(String index, @Nullable String documents) {
        HeldBack held = stocktakes.get(index).status().heldBack();
        if (held == null) {
            throw new IllegalArgumentException("No deletions of index '" + index + "' are held back");
        }
        if (!Long.toString(held.documents()).equals(documents)) {
            throw new IllegalArgumentException(held.documents() + " of " + held.of() + " documents of index '" + index
                    + "' would be deleted, as the database has no product for them. First ask the database whether they are"
                    + " really gone; if they are, say documents=" + held.documents());
        }
        return runner.release(index, held.documents());
    }

    /**
     * Says something to the rebuild that goes on, whichever instance makes it: {@code cancel}, {@code pause} or {@code
     * resume}. What it is told is done by a run, and there may be no schedule; so one is begun, if there is none.
     */
    private Map<String, Object> tell(String index, String word) {
        RebuildControl rebuilds = stocktakes.get(index).rebuilds();
        switch (word) {
            case CANCEL -> rebuilds.cancel();
            case PAUSE -> rebuilds.pause();
            default -> rebuilds.resume();
        }
        truths.forget(index);
        Map<String, Object> view = index(index);
        if (!word.equals(PAUSE)
                && rebuilds.status().filter(RebuildStatus::active).isPresent()) {
            view.put("finishing", runner.finishRebuild(index).run().id().toString());
        }
        return view;
    }

    /** Whether that is a word for the rebuild that goes on, and no run. */
    private static boolean isTold(String policy) {
        return Set.of(CANCEL, PAUSE, RESUME).contains(policy);
    }

    private static Runner.Wish wish(String policy) {
        try {
            return Runner.Wish.valueOf(policy.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "There is no policy '" + policy + "'; there are smart, full, rebuild, preview, rollback,"
                            + " audit, drift, products, retry and release, and for a rebuild that goes on cancel, pause and"
                            + " resume; cancel with a run ends that run",
                    e);
        }
    }

    private List<ProductKey> products(String index, Order order) {
        List<String> names = names(order.pasted());
        if (names.size() > Runner.MOST_PRODUCTS) {
            throw Runner.tooMany(names.size());
        }
        Map<String, ? extends Collection<ProductKey>> found =
                lookup == null || names.isEmpty() ? Map.of() : lookup.find(index, names);
        List<ProductKey> products = new ArrayList<>();
        for (String name : names) {
            Collection<ProductKey> called = found.get(name);
            products.addAll(called == null || called.isEmpty() ? List.of(new ProductKey(name)) : called);
        }
        order.products().forEach(product -> products.add(new ProductKey(product)));
        return products;
    }

    /** Pasted from anywhere: separated by commas, semicolons, blanks or line ends. */
    static List<String> names(List<String> texts) {
        return texts.stream()
                .flatMap(text -> Stream.of(text.split("[\\s,;]+")))
                .filter(name -> !name.isBlank())
                .distinct()
                .toList();
    }
}
