package dev.stocktake.spring;

import dev.stocktake.AuditReport;
import dev.stocktake.AuditStatus;
import dev.stocktake.Drift;
import dev.stocktake.Explanation;
import dev.stocktake.Freshness;
import dev.stocktake.HeldBack;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductOutcome;
import dev.stocktake.RebuildStatus;
import dev.stocktake.Refusal;
import dev.stocktake.SelfCheck;
import dev.stocktake.SyncCounts;
import dev.stocktake.SyncProgress;
import dev.stocktake.SyncReport;
import dev.stocktake.Truth;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the endpoint and the page show, as maps of text, numbers, lists and maps: whatever JSON library the host has, and
 * however it is set up, these look the same. Durations are seconds, moments ISO 8601 texts. Nothing that is null is shown.
 */
final class Views {

    private Views() {}

    /** A map that leaves out what is null. */
    private static final class Fields {

        private final Map<String, Object> map = new LinkedHashMap<>();

        Fields with(String name, @Nullable Object value) {
            if (value instanceof Duration duration) {
                map.put(name, seconds(duration));
            } else if (value instanceof Instant instant) {
                map.put(name, instant.toString());
            } else if (value instanceof Enum<?> constant) {
                map.put(name, constant.name());
            } else if (value != null) {
                map.put(name, value);
            }
            return this;
        }

        Map<String, Object> map() {
            return map;
        }
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    static Map<String, Object> truth(Truth truth, Badge badge) {
        return new Fields()
                .with("index", truth.index())
                .with("badge", badge.name())
                .with("sentence", badge.sentence())
                .with("clean", truth.clean())
                .with("known", truth.known())
                .with("walking", truth.walking())
                .with("orphansUnknown", truth.orphansUnknown())
                .with("marked", truth.marked())
                .with("inFlight", truth.inFlight())
                .with("suspect", truth.suspect())
                .with("quarantined", truth.quarantined())
                .with("dueRechecks", truth.dueRechecks())
                .with("oldestMark", truth.oldestMark())
                .with("oldestChange", truth.oldestChange())
                .with("freshness", freshness(truth.freshness()))
                .with("freshnessSinceStart", freshness(truth.freshnessSinceStart()))
                .with("heldBack", truth.heldBack() == null ? null : heldBack(truth.heldBack()))
                .with("audit", truth.audit() == null ? null : audit(truth.audit()))
                .with("rebuild", truth.rebuild() == null ? null : rebuild(truth.rebuild()))
                .map();
    }

    private static Map<String, Object> rebuild(RebuildStatus rebuild) {
        return new Fields()
                .with("active", rebuild.active())
                .with("phase", rebuild.phase())
                .with("words", rebuild.words())
                .with("begun", rebuild.begun())
                .with("documents", rebuild.documents())
                .with("expected", rebuild.expected())
                .with("perSecond", rebuild.perSecond())
                .with("remaining", rebuild.remaining())
                .with("canRollBack", rebuild.canRollBack())
                .with("last", rebuild.last() == null ? null : rebuild.last().toString())
                .map();
    }

    private static Map<String, Object> freshness(Freshness freshness) {
        return new Fields()
                .with("changes", freshness.changes())
                .with("p50", freshness.p50())
                .with("p99", freshness.p99())
                .with("max", freshness.max())
                .map();
    }

    private static Map<String, Object> heldBack(HeldBack held) {
        return new Fields()
                .with("documents", held.documents())
                .with("of", held.of())
                .with("limit", held.limit())
                .with("since", held.since())
                .with("sentence", held.sentence())
                .map();
    }

    private static Map<String, Object> audit(AuditStatus audit) {
        return new Fields()
                .with("bound", audit.bound())
                .with("oldestComparison", audit.achieved())
                .with("ended", audit.ended())
                .with("holds", audit.holds())
                .with("drift", drift(audit.drift()))
                .with("unseenBy", audit.unseenBy())
                .map();
    }

    private static Map<String, Long> drift(Map<Drift.Kind, Long> counts) {
        Map<String, Long> named = new LinkedHashMap<>();
        counts.forEach((kind, count) -> named.put(kind.name(), count));
        return named;
    }

    /** @param nowhere those of its products that neither database nor index has */
    static Map<String, Object> runWithProducts(RunEntry run, Instant now, Set<ProductKey> nowhere) {
        Map<String, Object> view = run(run, now);
        RunEntry.End end = run.end().orElse(null);
        if (end != null && end.report() != null) {
            view.put("products", products(end.report().products(), nowhere));
        }
        return view;
    }

    static Map<String, Object> run(RunEntry run, Instant now) {
        RunEntry.End end = run.end().orElse(null);
        SyncReport report = end == null ? null : end.report();
        SyncProgress progress = run.progress().orElse(null);
        return new Fields()
                .with("run", run.id().toString())
                .with("policy", run.policy())
                .with("trigger", run.trigger())
                .with("started", run.started())
                .with("took", run.took(now))
                .with("ended", end == null ? null : end.at())
                .with("running", end == null)
                .with("cancelled", run.isCancelled() ? true : null)
                .with("canCancel", Runner.canCancel(run) && !run.isCancelled() ? true : null)
                .with("phase", end != null || progress == null ? null : progress.phase())
                .with("waitingForIndex", end != null || progress == null ? null : progress.inFlight())
                .with("counts", counts(run.counts()))
                .with("outcome", report != null ? report.outcome().name() : end == null ? null : "FAILED")
                .with("problems", report != null ? report.problems() : end == null ? null : List.of(problem(end)))
                .with("freshness", report == null ? null : freshness(report.freshness()))
                .with(
                        "asked",
                        report == null || report.products().isEmpty()
                                ? null
                                : asked(report.products().values()))
                .with(
                        "rebuild",
                        report == null || report.rebuild() == null
                                ? null
                                : report.rebuild().ending().name())
                .with("compared", report == null || report.audit() == null ? null : compared(report.audit()))
                .map();
    }

    private static String problem(RunEntry.End end) {
        return end.problem() == null ? "" : end.problem();
    }

    private static Map<String, Object> counts(SyncCounts counts) {
        return new Fields()
                .with("found", counts.found())
                .with("unchanged", counts.unchanged())
                .with("written", counts.written())
                .with("deleted", counts.deleted())
                .with("refused", counts.refused())
                .with("retried", counts.retried())
                .map();
    }

    /** What became of products that were asked for: another run may have been quicker, and then this one did nothing. */
    private static Map<String, Object> asked(Collection<ProductOutcome> outcomes) {
        Map<ProductOutcome.Result, Long> own = new EnumMap<>(ProductOutcome.Result.class);
        long elsewhere = 0;
        for (ProductOutcome outcome : outcomes) {
            if (RunEntry.isElsewhere(outcome)) {
                elsewhere++;
            } else {
                own.merge(outcome.result(), 1L, Long::sum);
            }
        }
        return new Fields()
                .with("found", outcomes.size())
                .with("unchanged", own.getOrDefault(ProductOutcome.Result.UNCHANGED, 0L))
                .with("written", own.getOrDefault(ProductOutcome.Result.WRITTEN, 0L))
                .with("deleted", own.getOrDefault(ProductOutcome.Result.DELETED, 0L))
                .with("refused", own.getOrDefault(ProductOutcome.Result.REFUSED, 0L))
                .with("elsewhere", elsewhere)
                .map();
    }

    private static List<Map<String, Object>> products(
            Map<ProductKey, ProductOutcome> products, Set<ProductKey> nowhere) {
        List<Map<String, Object>> all = new ArrayList<>();
        products.forEach((key, outcome) -> all.add(new Fields()
                .with("product", key.value())
                .with("result", outcome.result())
                .with("isTrue", outcome.isTrue())
                .with("nowhere", nowhere.contains(key) ? true : null)
                .with("reason", outcome.reason().isEmpty() ? null : outcome.reason())
                .map()));
        return all;
    }

    private static Map<String, Object> compared(AuditReport audit) {
        return new Fields()
                .with("dryRun", audit.dryRun())
                .with("products", audit.products())
                .with("documents", audit.documents())
                .with("known", audit.known())
                .with("drift", drift(audit.drift()))
                .with("total", audit.total())
                .with("unseenBy", audit.unseenBy())
                .with(
                        "examples",
                        audit.examples().stream()
                                .map(drift -> new Fields()
                                        .with("product", drift.product().value())
                                        .with("kind", drift.kind())
                                        .with("unseenBy", drift.unseenBy())
                                        .map())
                                .toList())
                .map();
    }

    static List<Map<String, Object>> quarantine(Map<ProductKey, Refusal> quarantined) {
        List<Map<String, Object>> all = new ArrayList<>();
        quarantined.forEach((key, refusal) -> all.add(new Fields()
                .with("product", key.value())
                .with("reason", refusal.reason())
                .map()));
        return all;
    }

    static Map<String, Object> check(SelfCheck check) {
        return new Fields()
                .with("index", check.index())
                .with("lossFree", check.lossFree())
                .with("otherwiseWithin", check.otherwise())
                .with("problems", check.problems())
                .with("text", check.toString())
                .map();
    }

    static Map<String, Object> explanation(Explanation explanation) {
        return new Fields()
                .with("product", explanation.product().value())
                .with("verdict", explanation.verdict())
                .with("since", explanation.since())
                .with(
                        "differences",
                        explanation.differences().stream()
                                .map(difference -> new Fields()
                                        .with("field", difference.field())
                                        .with("database", text(difference.database()))
                                        .with("index", text(difference.index()))
                                        .map())
                                .toList())
                .with("text", explanation.toString())
                .map();
    }

    private static String text(@Nullable Object value) {
        return value == null ? "nothing" : value.toString();
    }

    /** "41 min", "0.4 s": for people. */
    static String words(Duration duration) {
        double seconds = seconds(duration);
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        if (seconds < 120) {
            return Math.round(seconds) + " s";
        }
        long minutes = Math.round(seconds / 60);
        if (minutes < 120) {
            return minutes + " min";
        }
        long hours = Math.round(minutes / 60.0);
        return hours < 48 ? hours + " h" : Math.round(hours / 24.0) + " days";
    }
}
