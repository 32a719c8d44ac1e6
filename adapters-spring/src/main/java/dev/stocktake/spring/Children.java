package dev.stocktake.spring;

import dev.stocktake.jdbc.JdbcProductSource;
import dev.stocktake.jdbc.Rows;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows below products, as said under {@code source.children}. */
final class Children {

    private final String path;
    private final List<StocktakeProperties.Child> said;
    private final Texts texts;

    Children(String path, List<StocktakeProperties.Child> said, Texts texts) {
        this.path = path;
        this.said = said;
        this.texts = texts;
    }

    void addTo(JdbcProductSource.Builder builder) {
        check();
        for (int i = 0; i < said.size(); i++) {
            if (said.get(i).in().isEmpty()) {
                add(builder, said.get(i), rows(i));
            }
        }
    }

    /** Rows are nested in those that were named before, so nothing leads back to itself. */
    private void check() {
        Set<String> before = new HashSet<>();
        for (int i = 0; i < said.size(); i++) {
            StocktakeProperties.Child child = said.get(i);
            required(i, ".query", child.query());
            required(i, ".by", child.by());
            if (!child.in().isEmpty() && !before.contains(child.in())) {
                throw wrong(i, ".in", "names '" + child.in() + "', and no child before it has that field");
            }
            if (!before.add(required(i, ".field", child.field()))) {
                throw wrong(i, ".field", "is the field of a child before it, too");
            }
        }
    }

    private Rows rows(int at) {
        StocktakeProperties.Child child = said.get(at);
        Rows rows = Rows.by(
                        String.valueOf(child.by()),
                        texts.read(path + "[" + at + "].query", String.valueOf(child.query())))
                .key(child.key())
                .hide(child.hide().toArray(String[]::new));
        for (int i = 0; i < said.size(); i++) {
            if (said.get(i).in().equals(child.field())) {
                rows = nested(rows, said.get(i), rows(i));
            }
        }
        return rows;
    }

    private static Rows nested(Rows parent, StocktakeProperties.Child child, Rows rows) {
        String field = String.valueOf(child.field());
        return switch (child.as()) {
            case LIST -> parent.children(field, rows);
            case ONE -> parent.child(field, rows);
            case VALUES -> parent.values(field, rows);
            case MAP -> parent.map(field, child.name(), rows);
        };
    }

    private static void add(JdbcProductSource.Builder builder, StocktakeProperties.Child child, Rows rows) {
        String field = String.valueOf(child.field());
        switch (child.as()) {
            case LIST -> builder.children(field, rows);
            case ONE -> builder.child(field, rows);
            case VALUES -> builder.values(field, rows);
            case MAP -> builder.map(field, child.name(), rows);
        }
    }

    private String required(int at, String setting, @Nullable String text) {
        if (text == null || text.isBlank()) {
            throw wrong(at, setting, "is missing");
        }
        return text;
    }

    private SetUpException wrong(int at, String setting, String problem) {
        String property = path + "[" + at + "]" + setting;
        return new SetUpException("'" + property + "' " + problem + ".", "Correct '" + property + "'.", null);
    }
}
