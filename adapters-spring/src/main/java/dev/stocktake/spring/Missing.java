package dev.stocktake.spring;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks for what nobody said, and tells all of it at once, before anything is connected to. */
final class Missing {

    private final String name;
    private final String path;
    private final StocktakeProperties.Index properties;
    private final Assembly.Surroundings around;
    private final List<SetUpException.Problem> problems = new ArrayList<>();

    Missing(String name, String path, StocktakeProperties.Index properties, Assembly.Surroundings around) {
        this.name = name;
        this.path = path;
        this.properties = properties;
        this.around = around;
    }

    /** What the application has no bean for must be said. */
    void check(boolean source, boolean index, boolean feeds, boolean ledger) {
        if (source) {
            source();
        }
        if (feeds
                && isBlank(properties.changes().timed())
                && properties.tables().isEmpty()) {
            add(
                    "'" + path + ".tables' is missing: how the rows of your tables lead to products.",
                    "Set '" + path + ".tables', first the table with one row per product and its id, then the others:"
                            + " 'product.id, stock.product_id -> product.id'. Or define a bean of type ChangeFeed.");
        }
        if (index
                && around.beans()
                        .shared(MeilisearchConnectionDetails.class, name)
                        .isEmpty()) {
            meilisearch(properties.meilisearch());
        }
        if (source || feeds || ledger) {
            dataSource();
        }
        if (!problems.isEmpty()) {
            throw new SetUpException(problems, null);
        }
    }

    private void source() {
        if (isBlank(properties.source().query())) {
            add(
                    "'" + path + ".source.query' is missing: what a document of index '" + name + "' is.",
                    "Set '" + path
                            + ".source.query' to SQL like 'select p.id, p.name from product p where {products:p.id}',"
                            + " or to where it is, 'classpath:documents.sql'. Or define a bean of type ProductSource.");
        }
    }

    private void meilisearch(StocktakeProperties.Meilisearch said) {
        if (isBlank(said.url())) {
            add(
                    "'" + path + ".meilisearch.url' is missing: where the index lives.",
                    "Set '" + path
                            + ".meilisearch.url' to something like 'http://localhost:7700'. Or define a bean of type"
                            + " SearchIndex.");
        }
        if (said.apiKey() == null) {
            add(
                    "'" + path + ".meilisearch.api-key' is missing.",
                    "Set '" + path
                            + ".meilisearch.api-key' to a key that may write this index; for a server without keys, to"
                            + " an empty value.");
        }
    }

    private void dataSource() {
        try {
            around.dataSource().get();
        } catch (SetUpException e) {
            problems.addAll(e.problems());
        }
    }

    private void add(String what, String action) {
        problems.add(new SetUpException.Problem(what, action));
    }

    private static boolean isBlank(@Nullable String text) {
        return text == null || text.isBlank();
    }
}
