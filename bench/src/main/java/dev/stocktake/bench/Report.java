package dev.stocktake.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Results for people: a page of tables in Markdown, plots, and beside them the lines they are made of. */
final class Report {

    private static final String PAGE = "results.md";
    private static final String DATA = "results.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What is drawn: the figure of a case, and what it counts. */
    private static final Map<String, Plot> PLOTS = plots();

    private record Plot(String figure, String title, String unit) {}

    private final List<? extends JsonNode> lines;

    /** @param lines as {@link Results} holds them */
    Report(List<? extends JsonNode> lines) {
        this.lines = List.copyOf(lines);
    }

    /** Of several runs, whose results lie in these files; the machine is that of the first. */
    static Report of(List<Path> files) {
        List<JsonNode> lines = new ArrayList<>();
        for (Path file : files) {
            try {
                for (JsonNode line : JSON.readTree(file.toFile())) {
                    if (lines.isEmpty() || !line.path("case").asText().equals("machine")) {
                        lines.add(line);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("'" + file + "' holds no results of an earlier run", e);
            }
        }
        return new Report(lines);
    }

    private static Map<String, Plot> plots() {
        Map<String, Plot> plots = new LinkedHashMap<>();
        plots.put("full-sync", new Plot("documentsPerSecond", "Full sync into a null sink", "documents/s"));
        plots.put("lucene", new Plot("documentsPerSecond", "Into Lucene", "documents/s"));
        plots.put("rebuild", new Plot("documentsPerSecond", "Rebuild", "documents/s"));
        plots.put("audit", new Plot("productsPerSecond", "Audit of an index in sync", "products/s"));
        plots.put("heap", new Plot("liveHeapMiB", "Live heap during a full sync, at its largest", "MiB"));
        return plots;
    }

    /** Writes the page, the plots and the lines into a directory, which is made if it is missing. */
    void write(Path directory) {
        try {
            Files.createDirectories(directory);
            Map<String, String> plots = drawn();
            for (Map.Entry<String, String> plot : plots.entrySet()) {
                Files.writeString(directory.resolve(plot.getKey()), plot.getValue());
            }
            Files.writeString(directory.resolve(PAGE), page(plots.keySet()));
            JSON.writerWithDefaultPrettyPrinter()
                    .writeValue(directory.resolve(DATA).toFile(), lines);
        } catch (IOException e) {
            throw new UncheckedIOException("The report cannot be written to '" + directory + "'", e);
        }
    }

    // --- tables -----------------------------------------------------------------------------------------------------

    /** @param plots the files that it shows */
    String page(Set<String> plots) {
        StringBuilder page = new StringBuilder("# Results of the benchmark\n\nMade by `bench`; see"
                + " [how it is measured](../performance.md). Medians of the rounds; in brackets their ends.\n");
        machine().ifPresent(machine -> page.append("\n").append(machine).append('\n'));
        page.append("\n## Ratios and targets\n\n| case | products | what | median | rounds | target | |\n")
                .append("|---|---|---|---|---|---|---|\n");
        lines.stream().filter(line -> line.path("rounds").isObject()).forEach(line -> page.append(judged(line)));
        for (String test : cases()) {
            page.append("\n## ").append(test).append('\n');
            plots.stream()
                    .filter(plot -> plot.startsWith(test))
                    .forEach(plot -> page.append("\n![")
                            .append(test)
                            .append("](")
                            .append(plot)
                            .append(")\n"));
            figures(test, page);
        }
        return page.toString();
    }

    private Optional<String> machine() {
        return lines.stream()
                .filter(line -> test(line).equals("machine"))
                .map(line -> {
                    List<String> facts = new ArrayList<>();
                    line.properties().forEach(fact -> {
                        if (!fact.getKey().equals("case")) {
                            facts.add(fact.getKey() + " " + fact.getValue().asText());
                        }
                    });
                    return String.join(", ", facts) + ".";
                })
                .findFirst();
    }

    private static String judged(JsonNode line) {
        String words = line.path("target").asText();
        double median = line.path("rounds").path("median").asDouble();
        String verdict = "";
        if (line.has("refused")) {
            verdict = "no ratio: " + line.path("refused").asText();
        } else if (!words.isEmpty()) {
            boolean holds =
                    Target.of(words).filter(target -> target.holds(median)).isPresent();
            verdict = holds ? "held" : "**missed**";
        }
        return row(
                test(line),
                products(line),
                line.has("ratio")
                        ? line.path("ratio").asText()
                        : line.path("measure").asText(),
                line.has("refused") ? "" : BarChart.number(median),
                ends(line.path("rounds")),
                words.replace("<=", "≤").replace(">=", "≥"),
                verdict);
    }

    private static String ends(JsonNode spread) {
        return BarChart.number(spread.path("least").asDouble()) + " to "
                + BarChart.number(spread.path("most").asDouble());
    }

    private static String products(JsonNode line) {
        return line.has("products") ? BarChart.number(line.path("products").asDouble()) : "";
    }

    private Set<String> cases() {
        Set<String> cases = new LinkedHashSet<>();
        lines.stream()
                .filter(line -> !line.has("rounds") && !test(line).equals("machine"))
                .forEach(line -> cases.add(test(line)));
        return cases;
    }

    private static String test(JsonNode line) {
        return line.path("case").asText();
    }

    private List<? extends JsonNode> of(String test) {
        return lines.stream()
                .filter(line -> test(line).equals(test) && !line.has("rounds"))
                .toList();
    }

    /** One row for each who took part; lines with other figures begin another table. */
    private void figures(String test, StringBuilder page) {
        List<String> before = List.of();
        for (JsonNode line : of(test)) {
            List<String> names = new ArrayList<>();
            line.fieldNames().forEachRemaining(names::add);
            names.remove("case");
            if (!names.equals(before)) {
                page.append('\n').append(row(names.toArray(String[]::new)));
                page.append(row(names.stream().map(name -> "---").toArray(String[]::new)));
                before = names;
            }
            page.append(row(names.stream().map(name -> cell(line.path(name))).toArray(String[]::new)));
        }
    }

    private static String cell(JsonNode value) {
        if (value.has("median")) {
            JsonNode median = value.path("median");
            boolean same = value.path("least").asDouble() == value.path("most").asDouble();
            return BarChart.number(median.asDouble()) + (same ? "" : " (" + ends(value) + ")");
        }
        return value.isNumber() ? BarChart.number(value.asDouble()) : value.asText();
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    // --- plots ------------------------------------------------------------------------------------------------------

    /** By the names of their files. */
    private Map<String, String> drawn() {
        Map<String, String> drawn = new LinkedHashMap<>();
        PLOTS.forEach((test, plot) -> {
            List<BarChart.Bar> bars = new ArrayList<>();
            of(test).forEach(line -> bar(line, plot).ifPresent(bars::add));
            if (!bars.isEmpty()) {
                drawn.put(test + ".svg", BarChart.svg(plot.title(), plot.unit(), bars));
            }
        });
        return drawn;
    }

    private static Optional<BarChart.Bar> bar(JsonNode line, Plot plot) {
        JsonNode figure = line.path(plot.figure());
        if (figure.isMissingNode()) {
            return Optional.empty();
        }
        Spread spread = figure.isNumber()
                ? Spread.of(figure.asDouble())
                : new Spread(
                        figure.path("n").asInt(),
                        figure.path("median").asDouble(),
                        figure.path("least").asDouble(),
                        figure.path("most").asDouble());
        String who = line.path("contestant").asText();
        boolean ours = who.isEmpty() || who.startsWith(FullSync.NAME);
        return Optional.of(new BarChart.Bar((who + " " + products(line)).strip(), spread, ours));
    }
}
