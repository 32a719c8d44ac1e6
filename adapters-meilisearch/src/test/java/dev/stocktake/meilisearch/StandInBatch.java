package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stocktake.meilisearch.StandInTask.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** One batch of {@link MeilisearchStandIn} at work on a copy of its index, which takes the place of the old at the end. */
final class StandInBatch {

    private final StandInScheduler scheduler;
    private final List<StandInTask> tasks;
    private final Kind kind;
    private final String name;
    private boolean changed;

    StandInBatch(StandInScheduler scheduler, List<StandInTask> tasks) {
        this.scheduler = scheduler;
        this.tasks = tasks;
        this.kind = tasks.get(0).order.kind();
        this.name = String.valueOf(tasks.get(0).index);
    }

    void run() {
        StandInTask first = tasks.get(0);
        switch (kind) {
            case SWAP -> scheduler.swap(first);
            case CANCEL -> scheduler.cancel(first);
            case FORGET -> scheduler.forget(first);
            case CREATE -> create(first);
            case UPDATE -> update(first);
            default -> onDocuments();
        }
    }

    private void create(StandInTask task) {
        if (scheduler.indexes.containsKey(name)) {
            throw new StandInFailure("index_already_exists", "Index `" + name + "` already exists.");
        }
        scheduler.indexes.put(name, new StandInIndex(scheduler.now(), task.order.primaryKey()));
        StandInScheduler.succeed(task);
    }

    private void update(StandInTask task) {
        StandInIndex index = existing();
        if (index.primaryKey != null && index.size() > 0 && !index.primaryKey.equals(task.order.primaryKey())) {
            throw new StandInFailure(
                    "index_primary_key_already_exists",
                    "Index `" + name + "`: Index already has a primary key: `" + index.primaryKey + "`.");
        }
        index.primaryKey = task.order.primaryKey();
        index.updatedAt = scheduler.now();
        StandInScheduler.succeed(task);
    }

    private StandInIndex existing() {
        StandInIndex index = scheduler.indexes.get(name);
        if (index == null) {
            throw new StandInFailure("index_not_found", "Index `" + name + "` not found.");
        }
        return index;
    }

    private void onDocuments() {
        if (kinds().contains(Kind.DROP)) {
            drop();
            return;
        }
        if (!scheduler.indexes.containsKey(name) && tasks.get(0).order.mayCreate()) {
            // Made before the batch is tried: it stays, empty, if the batch fails.
            scheduler.indexes.put(name, new StandInIndex(scheduler.now(), null));
        }
        StandInIndex index = new StandInIndex(existing());
        if (kinds().contains(Kind.CLEAR)) {
            clear(index);
        } else {
            tasks.forEach(task -> apply(index, task));
        }
        if (changed) {
            index.updatedAt = scheduler.now();
        }
        scheduler.indexes.put(name, index);
    }

    private Set<Kind> kinds() {
        Set<Kind> kinds = new HashSet<>();
        tasks.forEach(task -> kinds.add(task.order.kind()));
        return kinds;
    }

    private void drop() {
        int count = existing().size();
        scheduler.indexes.remove(name);
        tasks.forEach(task -> {
            StandInScheduler.succeed(task);
            switch (task.order.kind()) {
                case IMPORT -> StandInScheduler.count(task, "indexedDocuments", 0);
                case DROP, CLEAR -> StandInScheduler.count(task, "deletedDocuments", count);
                default -> {}
            }
        });
    }

    /** Additions before a clear are never looked at: they succeed, whatever is in them. */
    private void clear(StandInIndex index) {
        int count = index.clear();
        changed = true;
        tasks.forEach(task -> {
            if (task.order.kind() == Kind.SETTINGS) {
                settings(index, task);
            } else if (task.order.kind() == Kind.CLEAR) {
                StandInScheduler.count(task, "deletedDocuments", count);
            }
            StandInScheduler.succeed(task);
        });
    }

    private void apply(StandInIndex index, StandInTask task) {
        try {
            switch (task.order.kind()) {
                case IMPORT -> add(index, task);
                case DELETE_IDS -> delete(index, task, task.order.ids());
                case DELETE_BY_FILTER -> delete(index, task, matching(index, task.order.query()));
                case SETTINGS -> settings(index, task);
                default -> throw new IllegalStateException("Not in a batch: " + task.order.kind());
            }
            StandInScheduler.succeed(task);
        } catch (StandInFailure failure) {
            if (failure.wholeBatch) {
                throw failure;
            }
            StandInScheduler.fail(task, failure);
        }
    }

    private void add(StandInIndex index, StandInTask task) {
        String key = primaryKey(index, task);
        Set<String> ids = new HashSet<>();
        for (ObjectNode document : task.order.documents()) {
            ids.add(StandInScheduler.id(document, key));
        }
        for (ObjectNode document : task.order.documents()) {
            checkGeo(document, key);
            index.put(StandInScheduler.id(document, key), document, task.order.replace());
        }
        index.primaryKey = key;
        changed |= !ids.isEmpty();
        StandInScheduler.count(task, "indexedDocuments", ids.size());
    }

    private String primaryKey(StandInIndex index, StandInTask task) {
        String wanted = task.order.primaryKey();
        String key = index.primaryKey;
        if (key != null && wanted != null && !key.equals(wanted)) {
            throw new StandInFailure(
                    "index_primary_key_already_exists",
                    "Index `" + name + "`: Index already has a primary key: `" + key + "`.");
        }
        return key != null ? key : wanted != null ? wanted : guess(task);
    }

    private String guess(StandInTask task) {
        List<String> candidates = task.order.documents().isEmpty()
                ? List.of()
                : task.order.documents().get(0).properties().stream()
                        .map(java.util.Map.Entry::getKey)
                        .filter(field ->
                                field.toLowerCase(java.util.Locale.ROOT).endsWith("id"))
                        .toList();
        if (candidates.size() == 1) {
            return candidates.get(0);
        }
        throw candidates.isEmpty()
                ? new StandInFailure(
                        "index_primary_key_no_candidate_found",
                        "Index `" + name
                                + "`: The primary key inference failed as the engine did not find any field ending"
                                + " with `id` in its name. Please specify the primary key manually using the `primaryKey` query"
                                + " parameter.")
                : new StandInFailure(
                        "index_primary_key_multiple_candidates_found",
                        "Index `" + name + "`: The primary key inference failed as the engine found "
                                + candidates.size() + " fields ending with `id` in their names.");
    }

    private void checkGeo(ObjectNode document, String key) {
        JsonNode geo = document.get("_geo");
        if (geo == null || geo.isNull()) {
            return;
        }
        JsonNode filterable = existing().settings.path("filterableAttributes");
        boolean used = StreamSupport.stream(filterable.spliterator(), false)
                .anyMatch(node -> node.asText().equals("_geo"));
        if (used && !(geo.path("lat").isNumber() && geo.path("lng").isNumber())) {
            throw new StandInFailure(
                    "invalid_document_geo_field",
                    "Index `" + name + "`: Could not find latitude nor longitude in the document with the id: `"
                            + document.get(key) + "`. Was expecting `_geo.lat` and `_geo.lng` fields.",
                    true);
        }
    }

    private void delete(StandInIndex index, StandInTask task, List<String> ids) {
        int removed = 0;
        for (String id : ids) {
            removed += index.remove(id) ? 1 : 0;
        }
        changed |= removed > 0;
        boolean mixed = kinds().contains(Kind.IMPORT);
        StandInScheduler.count(task, "deletedDocuments", mixed ? new HashSet<>(ids).size() : removed);
    }

    /** Understands {@code field = 'value'}, no more. */
    private List<String> matching(StandInIndex index, String filter) {
        String[] sides = filter.split("=", 2);
        String field = sides[0].strip();
        boolean filterable = false;
        for (JsonNode attribute : index.settings.path("filterableAttributes")) {
            filterable |= attribute.asText().equals(field);
        }
        if (!filterable) {
            throw new StandInFailure(
                    "invalid_document_filter",
                    "Index `" + name + "`: Attribute `" + field + "` is not filterable.",
                    true);
        }
        String value = sides[1].strip().replaceAll("^['\"]|['\"]$", "");
        String key = String.valueOf(index.primaryKey);
        return index.all().stream()
                .filter(document -> document.path(field).asText().equalsIgnoreCase(value))
                .map(document -> document.path(key).asText())
                .toList();
    }

    private void settings(StandInIndex index, StandInTask task) {
        ObjectNode changes = task.order.settings();
        if (changes == null) {
            return;
        }
        changed = true;
        ObjectNode defaults = StandInIndex.defaults();
        changes.properties()
                .forEach(field -> index.settings.set(
                        field.getKey(),
                        field.getValue().isNull() ? reset(defaults, field.getKey()) : field.getValue()));
    }

    private static @Nullable JsonNode reset(ObjectNode defaults, String setting) {
        return defaults.get(setting);
    }
}
