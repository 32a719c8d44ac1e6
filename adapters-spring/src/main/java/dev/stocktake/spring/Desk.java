package dev.stocktake.spring;

import dev.stocktake.ProductKey;
import dev.stocktake.RebuildControl;
import dev.stocktake.RebuildStatus;
import dev.stocktake.StocktakeException;
import dev.stocktake.Truth;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the endpoint and the page ask for, in one place, so that both say the same. Thread-safe. */
final class Desk {

    private static final int MOST_QUARANTINED = 200;
    private static final String PRODUCTS = "products";
    private static final String CANCEL = "cancel";
    private static final String PAUSE = "pause";
    private static final String RESUME = "resume";

    private final Stocktakes stocktakes;
    private final Truths truths;
    private final RunBook book;
    private final Runner runner;
    private final Duration staleAfter;
    private final InstantSource clock;

    Desk(Stocktakes stocktakes, Truths truths, RunBook book, Duration staleAfter, InstantSource clock) {
        this.stocktakes = stocktakes;
        this.truths = truths;
        this.book = book;
        this.runner = new Runner(stocktakes, book);
        this.staleAfter = staleAfter;
        this.clock = clock;
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

    List<Map<String, Object>> runs(String index) {
        return book.runs(index).stream()
                .map(run -> Views.run(run, clock.instant()))
                .toList();
    }

    /** @return null if there is none of this number, or none any more */
    @Nullable
    Map<String, Object> run(String index, String number) {
        if (!number.matches("\\d{1,18}")) {
            return null;
        }
        return book.find(index, Long.parseLong(number))
                .map(run -> Views.run(run, clock.instant()))
                .orElse(null);
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
        return Views.explanation(stocktakes.get(index).explain(new ProductKey(id.strip())));
    }

    /**
     * Begins a run, or finds the one that goes on.
     *
     * @param ids for products
     * @throws IllegalArgumentException if there is no such policy, or the ids are none
     * @throws RunBook.BusyException if too much goes on
     */
    Map<String, Object> begin(String index, String policy, List<String> ids) {
        if (isTold(policy)) {
            return tell(index, policy);
        }
        Runner.Begun begun =
                policy.equalsIgnoreCase(PRODUCTS) ? runner.sync(index, keys(ids)) : runner.run(index, wish(policy));
        Map<String, Object> view = Views.run(begun.run(), clock.instant());
        view.put("begun", begun.isNew());
        return view;
    }

    /**
     * Says something to the rebuild that goes on, whichever instance makes it: {@code cancel}, {@code pause} or {@code
     * resume}. What it is told is done by a run, and there may be no schedule; so one is begun, if there is none.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    private Map<String, Object> tell(String index, String word) {
        RebuildControl rebuilds = stocktakes.get(index).rebuilds();
        switch (word) {
            case CANCEL -> rebuilds.cancel();
            case PAUSE -> rebuilds.pause();
            case RESUME -> rebuilds.resume();
            default ->
                throw new IllegalArgumentException(
                        "There is no '" + word + "'; a rebuild can be told cancel, pause and resume");
        }
        truths.forget(index);
        Map<String, Object> view = index(index);
        if (!word.equals(PAUSE)
                && rebuilds.status().filter(RebuildStatus::active).isPresent()) {
            view.put("finishing", runner.finishRebuild(index).run().number());
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
                            + " audit, drift and products, and for a rebuild that goes on cancel, pause and resume",
                    e);
        }
    }

    /** Pasted from anywhere: separated by commas, semicolons, blanks or line ends. */
    static List<ProductKey> keys(List<String> texts) {
        List<ProductKey> keys = new ArrayList<>();
        for (String text : texts) {
            for (String id : text.split("[\\s,;]+")) {
                if (!id.isBlank()) {
                    keys.add(new ProductKey(id));
                }
            }
        }
        return keys;
    }
}
