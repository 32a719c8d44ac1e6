package dev.stocktake.examples.medusa;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stocktake.SyncReport;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What all commands share. */
abstract class Task implements Callable<Integer> {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    @Spec
    private @Nullable CommandSpec spec;

    /** The first of all commands. */
    private Sidecar sidecar() {
        Object root = Objects.requireNonNull(spec).root().userObject();
        return (Sidecar) root;
    }

    Map<String, String> environment() {
        return sidecar().environment();
    }

    Settings settings() {
        return Settings.of(environment());
    }

    PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    PrintWriter err() {
        return Objects.requireNonNull(spec).commandLine().getErr();
    }

    boolean json() {
        return sidecar().json();
    }

    /** For what this command does; whoever ends the process ends that, too. */
    Parts parts() {
        return Parts.of(settings()).endedWithTheProcess();
    }

    /** One or the other, as was asked. */
    void answer(String text, Map<String, @Nullable Object> fields) {
        out().println(json() ? json(fields) : text);
        out().flush();
    }

    /** SQL, as it is. */
    void script(String sql) {
        out().print(json() ? json(Map.of("sql", sql)) + System.lineSeparator() : sql);
        out().flush();
    }

    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- a run ------------------------------------------------------------------------------------------------------

    /** Tells how a run ended, and whether anything is left. */
    int tell(SyncReport report) {
        answer(text(report), fields(report));
        boolean untrue = report.products().values().stream().anyMatch(outcome -> !outcome.isTrue());
        // What was asked for by name was waited for, whoever has done it.
        boolean notHere = report.outcome() == SyncReport.Outcome.ELSEWHERE
                && report.products().isEmpty();
        return notHere
                        || report.outcome() == SyncReport.Outcome.INCOMPLETE
                        || report.counts().refused() > 0
                        || untrue
                ? Sidecar.FOUND
                : Sidecar.DONE;
    }

    private static String text(SyncReport report) {
        StringBuilder text = new StringBuilder(report.toString());
        if (report.outcome() == SyncReport.Outcome.ELSEWHERE) {
            text.append(System.lineSeparator())
                    .append("A running sidecar has the index: what was found is marked, and it makes that true.");
        }
        report.products()
                .forEach((product, outcome) -> text.append(System.lineSeparator())
                        .append("  ")
                        .append(product)
                        .append(' ')
                        .append(outcome.result())
                        .append(outcome.reason().isEmpty() ? "" : ": " + outcome.reason()));
        report.problems()
                .forEach(problem ->
                        text.append(System.lineSeparator()).append("  ! ").append(problem));
        return text.toString();
    }

    static Map<String, @Nullable Object> fields(SyncReport report) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("index", report.index());
        fields.put("policy", report.policy());
        fields.put("outcome", report.outcome().name());
        fields.put("found", report.counts().found());
        fields.put("unchanged", report.counts().unchanged());
        fields.put("written", report.counts().written());
        fields.put("deleted", report.counts().deleted());
        fields.put("refused", report.counts().refused());
        fields.put("milliseconds", report.times().total().toMillis());
        Map<String, Object> products = new LinkedHashMap<>();
        report.products()
                .forEach((product, outcome) -> products.put(
                        product.value(), Map.of("result", outcome.result().name(), "reason", outcome.reason())));
        fields.put("products", products);
        fields.put("problems", report.problems());
        report.rebuilt().ifPresent(rebuild -> {
            fields.put("rebuild", rebuild.ending().name());
            fields.put("documents", rebuild.documents());
        });
        report.compared().ifPresent(audit -> {
            fields.put("compared", audit.products());
            fields.put("drift", audit.drift());
            fields.put("known", audit.known());
            fields.put(
                    "examples", audit.examples().stream().map(String::valueOf).toList());
        });
        return fields;
    }
}
