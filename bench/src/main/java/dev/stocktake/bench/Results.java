package dev.stocktake.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Says every result as a line of JSON as soon as it is known, and keeps them all for a file. */
final class Results {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;
    private final boolean ratiosOnly;
    private final List<ObjectNode> all = new ArrayList<>();

    Results(PrintStream out) {
        this(out, false);
    }

    /** @param ratiosOnly whether whatever depends on the machine is left out, unless it missed its target */
    Results(PrintStream out, boolean ratiosOnly) {
        this.out = out;
        this.ratiosOnly = ratiosOnly;
    }

    /** A line of its own: the machine, a counter, a verdict. */
    void add(ObjectNode line) {
        if (ratiosOnly && !line.has("ratio") && !Target.isMissed(line)) {
            return;
        }
        all.add(line);
        out.println(line);
        out.flush();
    }

    /** An empty line of a case. */
    static ObjectNode line(String test, int products) {
        return JSON.createObjectNode().put("case", test).put("products", products);
    }

    /** A ratio: its median, or why there is none; the rounds in any case. */
    void ratio(String test, int products, Ratio ratio) {
        ObjectNode line = line(test, products).put("ratio", ratio.name());
        ratio.value().ifPresent(value -> line.put("value", rounded(value)));
        if (ratio.refusal() != null) {
            line.put("refused", ratio.refusal());
        }
        line.set("rounds", json(ratio.rounds()));
        if (!ratio.target().isEmpty()) {
            line.put("target", ratio.target());
        }
        add(line);
    }

    /** A figure that stands for itself, and what it should be. */
    void figure(String test, int products, String name, Spread rounds, String target) {
        ObjectNode line = line(test, products).put("measure", name).put("value", rounded(rounds.median()));
        line.set("rounds", json(rounds));
        add(target.isEmpty() ? line : line.put("target", target));
    }

    /** What a contestant took: each figure as median and ends. */
    void figures(String test, int products, String contestant, List<Measured> rounds, List<Figure> figures) {
        ObjectNode line = line(test, products).put("contestant", contestant);
        for (Figure figure : figures) {
            line.set(
                    figure.name(),
                    json(Spread.of(rounds.stream().mapToDouble(figure.value()).toArray())));
        }
        add(line);
    }

    static ObjectNode json(Spread spread) {
        return JSON.createObjectNode()
                .put("median", rounded(spread.median()))
                .put("least", rounded(spread.least()))
                .put("most", rounded(spread.most()))
                .put("n", spread.rounds());
    }

    /** Three digits say all that such a measurement can. */
    static double rounded(double value) {
        if (value == 0 || !Double.isFinite(value) || Math.abs(value) >= 1000) {
            return Double.isFinite(value) ? Math.rint(value) : value;
        }
        double scale = Math.pow(10, 2 - Math.floor(Math.log10(Math.abs(value))));
        return Math.rint(value * scale) / scale;
    }

    /** All lines as one array. */
    void write(Path file) {
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), all);
        } catch (IOException e) {
            throw new UncheckedIOException("The results cannot be written to '" + file + "'", e);
        }
    }

    List<ObjectNode> all() {
        return List.copyOf(all);
    }

    /** Something that can be said of every round. */
    record Figure(String name, ToDoubleFunction<Measured> value) {}
}
