package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.meilisearch.sdk.model.Settings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The index settings that Stocktake keeps. What is null is left as it is on the server.
 *
 * @param searchable in order of importance
 */
record Attributes(
        List<String> searchable,
        List<String> displayed,
        @Nullable List<String> filterable,
        @Nullable List<String> sortable,
        @Nullable List<String> rankingRules) {

    /** What must be changed to get from the server's settings to these; empty if nothing. */
    Optional<Settings> changes(JsonNode current) {
        Settings changes = new Settings();
        boolean any = false;
        if (!searchable.equals(names(current.path("searchableAttributes")))) {
            changes.setSearchableAttributes(array(searchable));
            any = true;
        }
        if (!same(displayed, names(current.path("displayedAttributes")))) {
            changes.setDisplayedAttributes(array(displayed));
            any = true;
        }
        if (filterable != null && !same(filterable, names(current.path("filterableAttributes")))) {
            changes.setFilterableAttributes(array(filterable));
            any = true;
        }
        if (sortable != null && !same(sortable, names(current.path("sortableAttributes")))) {
            changes.setSortableAttributes(array(sortable));
            any = true;
        }
        if (rankingRules != null && !rankingRules.equals(names(current.path("rankingRules")))) {
            changes.setRankingRules(array(rankingRules));
            any = true;
        }
        return any ? Optional.of(changes) : Optional.empty();
    }

    /** Whether they say what a setting of the server shall be. */
    boolean decide(String setting) {
        return switch (setting) {
            case "searchableAttributes", "displayedAttributes" -> true;
            case "filterableAttributes" -> filterable != null;
            case "sortableAttributes" -> sortable != null;
            case "rankingRules" -> rankingRules != null;
            default -> false;
        };
    }

    /** An entry may also be an object that grants features to attributes; then its attributes count. */
    private static List<String> names(JsonNode list) {
        List<String> names = new ArrayList<>();
        for (JsonNode entry : list) {
            if (entry.isTextual()) {
                names.add(entry.asText());
            } else {
                entry.path("attributePatterns").forEach(name -> names.add(name.asText()));
            }
        }
        return names;
    }

    private static boolean same(Collection<String> wanted, Collection<String> actual) {
        return new HashSet<>(wanted).equals(new HashSet<>(actual));
    }

    private static String[] array(List<String> list) {
        return list.toArray(String[]::new);
    }
}
