package dev.stocktake.testkit.sim;

import dev.stocktake.ProductKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** What happened, in words; only where somebody will read it. */
final class History {

    private record Line(long time, String text, Collection<ProductKey> keys) {

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%10.3f  %s %s", time / 1000.0, text, keys.isEmpty() ? "" : keys);
        }
    }

    private final Conductor time;
    private boolean kept;
    private final List<Line> lines = new ArrayList<>();

    History(Conductor time, boolean kept) {
        this.time = time;
        this.kept = kept;
    }

    boolean kept() {
        return kept;
    }

    /** Something that concerns these products. */
    void note(Supplier<String> text, Supplier<Collection<ProductKey>> keys) {
        if (kept) {
            lines.add(new Line(time.now(), text.get(), List.copyOf(keys.get())));
        }
    }

    /** Something that concerns everybody. */
    void event(Supplier<String> text) {
        note(text, List::of);
    }

    /** Something does not hold; what comes later is of no interest. */
    void wrong(Supplier<String> text) {
        event(() -> "WRONG: " + text.get());
        kept = false;
    }

    /** The last lines that concern one of these products, or everybody. */
    List<String> of(Collection<ProductKey> products, int most) {
        List<String> chosen = lines.stream()
                .filter(line -> products.isEmpty()
                        || line.keys().isEmpty()
                        || line.keys().stream().anyMatch(products::contains))
                .map(Line::toString)
                .toList();
        return chosen.subList(Math.max(0, chosen.size() - most), chosen.size());
    }
}
