package dev.stocktake.spring;

import dev.stocktake.Drift;
import dev.stocktake.ProductKey;
import dev.stocktake.Refusal;
import dev.stocktake.StocktakeException;
import dev.stocktake.SyncCounts;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncReport;
import dev.stocktake.Truth;
import dev.stocktake.Unread;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/**
 * The meters, each tagged with its index. What is counted and timed comes from the engine as it happens; what stands in the
 * ledger is read when a registry asks, at most once a second.
 */
final class Meters implements MeterBinder, SyncListener {

    private static final String INDEX = "index";
    private static final String POLICY = "policy";

    private final ObjectProvider<Stocktakes> stocktakes;
    private final ObjectProvider<Truths> truths;
    private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();
    private volatile @Nullable Stocktakes bound;

    Meters(ObjectProvider<Stocktakes> stocktakes, ObjectProvider<Truths> truths) {
        this.stocktakes = stocktakes;
        this.truths = truths;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Stocktakes all = stocktakes.getIfAvailable();
        if (all != null) {
            bound = all;
            registries.add(registry);
            all.names().forEach(index -> bind(registry, index));
        }
    }

    private void bind(MeterRegistry registry, String index) {
        age(
                registry,
                index,
                "stocktake.change.oldest",
                "Age of the oldest change that is not applied",
                truth -> truth.oldestChangeAge().or(truth::oldestMarkAge).or(() -> Optional.of(Duration.ZERO)));
        age(
                registry,
                index,
                "stocktake.audit.oldest",
                "How long ago the product was compared that waited longest",
                truth ->
                        truth.audit() == null ? Optional.empty() : truth.audit().oldestComparison());
        number(
                registry,
                index,
                "stocktake.products.marked",
                "Products that are not yet true, up to 10,000",
                Truth::marked);
        number(
                registry,
                index,
                "stocktake.products.inflight",
                "Products handed to the index and not yet confirmed",
                Truth::inFlight);
        number(
                registry,
                index,
                "stocktake.products.suspect",
                "Products whose last write has an unknown outcome",
                Truth::suspect);
        number(registry, index, "stocktake.quarantine.size", "Products that are quarantined", Truth::quarantined);
        number(
                registry,
                index,
                "stocktake.deletions.heldback",
                "Deletions that wait for leave",
                truth -> truth.heldBack() == null ? 0 : truth.heldBack().documents());
        number(
                registry,
                index,
                "stocktake.clean",
                "1 if nothing is known that is not true",
                truth -> truth.clean() ? 1 : 0);
        number(
                registry,
                index,
                "stocktake.feed.unread",
                "Entries of the change log that no run has taken yet",
                () -> waiting(
                        index, all -> all.stream().mapToLong(Unread::entries).sum()));
        age(
                registry,
                index,
                "stocktake.feed.oldest",
                "Age of the oldest entry of the change log that no run has taken yet",
                () -> waiting(
                        index,
                        all -> all.stream()
                                .flatMap(one -> one.oldestAge().stream())
                                .mapToLong(Duration::toMillis)
                                .max()
                                .orElse(0)));
        for (Drift.Kind kind : Drift.Kind.values()) {
            Gauge.builder(
                            "stocktake.drift",
                            () -> ask(
                                    index,
                                    truth -> truth.audit() == null
                                            ? 0
                                            : truth.audit().drift().getOrDefault(kind, 0L)))
                    .description("Differences that nobody knew of, since the ledger exists")
                    .tags(INDEX, index, "kind", word(kind))
                    .register(registry);
        }
    }

    private void number(
            MeterRegistry registry, String index, String name, String description, ToDoubleFunction<Truth> value) {
        number(registry, index, name, description, () -> ask(index, value));
    }

    private static void number(
            MeterRegistry registry, String index, String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).tags(INDEX, index).register(registry);
    }

    private void age(
            MeterRegistry registry,
            String index,
            String name,
            String description,
            Function<Truth, Optional<Duration>> value) {
        age(
                registry,
                index,
                name,
                description,
                () -> ask(
                        index,
                        truth -> value.apply(truth)
                                .map(age -> (double) age.toMillis())
                                .orElse(Double.NaN)));
    }

    private static void age(
            MeterRegistry registry, String index, String name, String description, Supplier<Number> milliseconds) {
        TimeGauge.builder(name, milliseconds, TimeUnit.MILLISECONDS)
                .description(description)
                .tags(INDEX, index)
                .register(registry);
    }

    private double ask(String index, ToDoubleFunction<Truth> value) {
        try {
            Truths all = truths.getObject();
            all.askLedgers();
            return value.applyAsDouble(all.of(index));
        } catch (StocktakeException e) {
            return Double.NaN;
        }
    }

    /** No number where no feed keeps anything, or where nobody knows. */
    private double waiting(String index, ToDoubleFunction<Collection<Unread>> value) {
        try {
            Truths known = truths.getObject();
            known.askFeeds();
            Collection<Unread> all = known.unread(index);
            return all.isEmpty() ? Double.NaN : value.applyAsDouble(all);
        } catch (StocktakeException e) {
            return Double.NaN;
        }
    }

    /** The application's name for what the engine calls so. */
    private String nameOf(String engine) {
        Stocktakes all = bound;
        return all == null ? engine : all.nameOf(engine);
    }

    @Override
    public void applied(String index, Map<ProductKey, Duration> freshness) {
        for (MeterRegistry registry : registries) {
            Timer timer = Timer.builder("stocktake.freshness")
                    .description("From a change in the database to its being applied by the index")
                    .tags(INDEX, nameOf(index))
                    .publishPercentileHistogram()
                    .minimumExpectedValue(Duration.ofMillis(10))
                    .maximumExpectedValue(Duration.ofHours(1))
                    .register(registry);
            freshness.values().forEach(timer::record);
        }
    }

    @Override
    public void quarantined(String index, ProductKey product, Refusal refusal) {
        for (MeterRegistry registry : registries) {
            Counter.builder("stocktake.quarantined")
                    .description("Products that were quarantined")
                    .tags(INDEX, nameOf(index))
                    .register(registry)
                    .increment();
        }
    }

    @Override
    public void finished(SyncReport report) {
        for (MeterRegistry registry : registries) {
            Tags run = Tags.of(INDEX, nameOf(report.index()), POLICY, report.policy());
            Timer.builder("stocktake.run")
                    .description("Runs")
                    .tags(run.and("outcome", word(report.outcome())))
                    .register(registry)
                    .record(report.times().total());
            Timer wait = Timer.builder("stocktake.index.wait")
                    .description("Waiting until the index has applied what it accepted")
                    .tags(run)
                    .register(registry);
            // Most runs of a schedule find nothing: they would draw the mean down to nothing.
            if (!report.times().waiting().isZero()) {
                wait.record(report.times().waiting());
            }
            count(registry, run, report.counts());
        }
    }

    private static void count(MeterRegistry registry, Tags run, SyncCounts counts) {
        count(registry, run, "written", counts.written());
        count(registry, run, "deleted", counts.deleted());
        count(registry, run, "unchanged", counts.unchanged());
        count(registry, run, "refused", counts.refused());
        count(registry, run, "retried", counts.retried());
    }

    private static void count(MeterRegistry registry, Tags run, String result, long products) {
        Counter.builder("stocktake.documents")
                .description("Products by what was done to their documents")
                .tags(run.and("result", result))
                .register(registry)
                .increment(products);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
