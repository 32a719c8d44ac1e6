package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stocktake.meilisearch.StandInTask.Kind;
import dev.stocktake.meilisearch.StandInTask.Order;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The task queue of {@link MeilisearchStandIn}: one batch at a time, beginning with the lowest uid that is enqueued,
 * merged with its followers as the real server merges them. Guarded by the stand-in's lock.
 */
final class StandInScheduler {

    private static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");

    final TreeMap<Long, StandInTask> tasks = new TreeMap<>();
    final Map<String, StandInIndex> indexes = new LinkedHashMap<>();

    private List<StandInTask> processing = List.of();
    private long nextUid;
    private long nextBatch;
    private long time;
    private @Nullable StandInFailure nextBatchFails;
    private boolean nextSwapTwice;

    StandInScheduler() {}

    /** As of a backup. */
    StandInScheduler(StandInScheduler other) {
        other.tasks.forEach((uid, task) -> tasks.put(uid, task.copy()));
        other.indexes.forEach((name, index) -> indexes.put(name, new StandInIndex(index)));
        this.nextUid = other.nextUid;
        this.nextBatch = other.nextBatch;
        this.time = other.time;
        forgetProcessing();
    }

    /** A restored server lives at another time than the one it was copied from. */
    void leapInTime() {
        time += 1_000_000;
    }

    Instant now() {
        return BEGINNING.plusMillis(++time);
    }

    StandInTask enqueue(Order order, @Nullable String metadata) {
        StandInTask task = new StandInTask(nextUid++, order, now(), metadata);
        ObjectNode details = details(order);
        if (!details.isEmpty()) {
            task.details = details;
        }
        tasks.put(task.uid, task);
        return task;
    }

    private static ObjectNode details(Order order) {
        ObjectNode details = JsonNodeFactory.instance.objectNode();
        switch (order.kind()) {
            case IMPORT ->
                details.put("receivedDocuments", order.documents().size()).putNull("indexedDocuments");
            case DELETE_IDS ->
                details.put("providedIds", order.ids().size())
                        .putNull("deletedDocuments")
                        .putNull("originalFilter");
            case DELETE_BY_FILTER ->
                details.put("providedIds", 0)
                        .putNull("deletedDocuments")
                        .put("originalFilter", "\"" + order.query() + "\"");
            case CLEAR, DROP -> details.putNull("deletedDocuments");
            case CREATE, UPDATE -> details.put("primaryKey", order.primaryKey());
            case SETTINGS -> details.setAll(order.settings() == null ? details : order.settings());
            case CANCEL ->
                details.put("matchedTasks", order.tasks().size())
                        .putNull("canceledTasks")
                        .put("originalFilter", order.query());
            case FORGET ->
                details.put("matchedTasks", order.tasks().size())
                        .putNull("deletedTasks")
                        .put("originalFilter", order.query());
            default -> {}
        }
        return details;
    }

    void failNextBatch(StandInFailure failure) {
        nextBatchFails = failure;
    }

    void executeNextSwapTwice() {
        nextSwapTwice = true;
    }

    /** A process that starts anew finds what was processing enqueued. */
    void forgetProcessing() {
        processing = List.of();
        tasks.values().stream().filter(task -> task.status.equals("processing")).forEach(task -> {
            task.status = "enqueued";
            task.batch = null;
            task.startedAt = null;
        });
    }

    /** Chooses the next batch; its tasks are {@code processing} until {@link #end}. */
    boolean begin() {
        if (!processing.isEmpty()) {
            return true;
        }
        processing = choose();
        long batch = processing.isEmpty() ? -1 : nextBatch++;
        Instant started = now();
        processing.forEach(task -> {
            task.status = "processing";
            task.batch = batch;
            task.startedAt = started;
        });
        return !processing.isEmpty();
    }

    private List<StandInTask> choose() {
        List<StandInTask> waiting = tasks.values().stream()
                .filter(task -> task.status.equals("enqueued"))
                .toList();
        for (Kind first : List.of(Kind.CANCEL, Kind.FORGET)) {
            List<StandInTask> urgent =
                    waiting.stream().filter(task -> task.order.kind() == first).toList();
            if (!urgent.isEmpty()) {
                return List.of(urgent.get(urgent.size() - 1));
            }
        }
        return waiting.isEmpty() ? List.of() : merged(waiting);
    }

    private List<StandInTask> merged(List<StandInTask> waiting) {
        StandInTask first = waiting.get(0);
        String name = first.index;
        List<StandInTask> batch = new ArrayList<>(List.of(first));
        if (name == null) {
            return batch;
        }
        for (StandInTask next : waiting.subList(1, waiting.size())) {
            if (!next.concerns(name)) {
                continue;
            }
            if (!merges(batch, next)) {
                break;
            }
            batch.add(next);
        }
        return batch;
    }

    private boolean merges(List<StandInTask> batch, StandInTask next) {
        Set<Kind> kinds = batch.stream().map(task -> task.order.kind()).collect(Collectors.toSet());
        Kind kind = next.order.kind();
        Predicate<Set<Kind>> only = allowed -> allowed.containsAll(kinds);
        Set<Kind> documents = Set.of(Kind.IMPORT, Kind.DELETE_IDS, Kind.DELETE_BY_FILTER, Kind.CLEAR);
        if (kinds.contains(Kind.DROP)
                || !only.test(Set.of(Kind.IMPORT, Kind.DELETE_IDS, Kind.DELETE_BY_FILTER, Kind.CLEAR, Kind.SETTINGS))) {
            return false;
        }
        if (batch.stream().anyMatch(this::hasOtherKey) || hasOtherKey(next)) {
            return false;
        }
        return switch (kind) {
            case DROP, CLEAR -> true;
            case IMPORT ->
                !kinds.contains(Kind.CLEAR)
                        && !kinds.contains(Kind.SETTINGS)
                        && (kinds.contains(Kind.IMPORT)
                                || kinds.contains(Kind.DELETE_BY_FILTER)
                                || indexes.containsKey(String.valueOf(next.index))
                                || !next.order.mayCreate());
            case DELETE_IDS -> only.test(documents) || kinds.contains(Kind.CLEAR);
            case DELETE_BY_FILTER -> !kinds.contains(Kind.IMPORT) && only.test(documents) || kinds.contains(Kind.CLEAR);
            case SETTINGS -> only.test(Set.of(Kind.SETTINGS, Kind.CLEAR, Kind.DELETE_IDS)) && !onlyDeletions(kinds);
            default -> false;
        };
    }

    private static boolean onlyDeletions(Set<Kind> kinds) {
        return !kinds.contains(Kind.SETTINGS) && !kinds.contains(Kind.CLEAR) || kinds.equals(Set.of(Kind.CLEAR));
    }

    private boolean hasOtherKey(StandInTask task) {
        StandInIndex index = indexes.get(String.valueOf(task.index));
        String wanted = task.order.primaryKey();
        return task.order.kind() == Kind.IMPORT
                && index != null
                && index.primaryKey != null
                && wanted != null
                && !wanted.equals(index.primaryKey);
    }

    /**
     * Applies the batch that was begun.
     *
     * @param killed the process dies between the effect and the note that it was done: the tasks run again
     */
    void end(boolean killed) {
        List<StandInTask> batch = processing;
        if (batch.isEmpty()) {
            return;
        }
        try {
            StandInFailure planned = nextBatchFails;
            nextBatchFails = null;
            if (planned != null) {
                throw planned;
            }
            new StandInBatch(this, batch).run();
        } catch (StandInFailure failure) {
            batch.forEach(task -> fail(task, failure));
        }
        boolean again = nextSwapTwice && batch.get(0).order.kind() == Kind.SWAP;
        if (killed || again) {
            nextSwapTwice &= !again;
            batch.forEach(task -> {
                task.status = "processing";
                task.error = null;
            });
            forgetProcessing();
            return;
        }
        Instant finished = now();
        batch.forEach(task -> task.finishedAt = finished);
        processing = List.of();
    }

    static void succeed(StandInTask task) {
        task.status = "succeeded";
    }

    static void fail(StandInTask task, StandInFailure failure) {
        task.status = "failed";
        task.error = failure.json();
        ObjectNode details = task.details;
        if (details != null) {
            for (String count : List.of("indexedDocuments", "deletedDocuments", "canceledTasks", "deletedTasks")) {
                if (details.has(count)) {
                    details.put(count, 0);
                }
            }
        }
    }

    // --- global tasks -----------------------------------------------------------------------------------------------

    void swap(StandInTask task) {
        List<String> names = task.swapped;
        List<String> missing =
                names.stream().filter(name -> !indexes.containsKey(name)).toList();
        if (!missing.isEmpty()) {
            throw new StandInFailure("index_not_found", "Index `" + missing.get(0) + "` not found.");
        }
        for (int i = 0; i + 1 < names.size(); i += 2) {
            exchange(names.get(i), names.get(i + 1), task.uid);
        }
        succeed(task);
    }

    private void exchange(String a, String b, long uid) {
        StandInIndex contentOfA = java.util.Objects.requireNonNull(indexes.get(a));
        StandInIndex contentOfB = java.util.Objects.requireNonNull(indexes.get(b));
        indexes.put(a, contentOfB);
        indexes.put(b, contentOfA);
        for (StandInTask older : tasks.headMap(uid).values()) {
            older.index = other(older.index, a, b);
            older.swapped = older.swapped.stream()
                    .map(name -> String.valueOf(other(name, a, b)))
                    .toList();
        }
    }

    private static @Nullable String other(@Nullable String name, String a, String b) {
        return a.equals(name) ? b : b.equals(name) ? a : name;
    }

    void cancel(StandInTask task) {
        int count = 0;
        for (long uid : task.order.tasks()) {
            StandInTask target = tasks.get(uid);
            if (target != null && !target.isFinal()) {
                target.status = "canceled";
                target.canceledBy = task.uid;
                target.finishedAt = now();
                count++;
            }
        }
        count(task, "canceledTasks", count);
        succeed(task);
    }

    void forget(StandInTask task) {
        Set<Long> gone = new LinkedHashSet<>();
        for (long uid : task.order.tasks()) {
            StandInTask target = tasks.get(uid);
            if (target != null && target.isFinal()) {
                gone.add(uid);
            }
        }
        tasks.keySet().removeAll(gone);
        count(task, "deletedTasks", gone.size());
        succeed(task);
    }

    static void count(StandInTask task, String name, int count) {
        ObjectNode details = task.details;
        if (details != null) {
            details.put(name, count);
        }
    }

    static String id(JsonNode document, String primaryKey) {
        JsonNode id = document.get(primaryKey);
        if (id == null) {
            throw new StandInFailure(
                    "missing_document_id",
                    "Document doesn't have a `" + primaryKey + "` attribute: `" + document + "`.");
        }
        boolean valid = id.isIntegralNumber() || id.isTextual() && isId(id.asText());
        if (!valid) {
            throw new StandInFailure(
                    "invalid_document_id",
                    "Document identifier `" + id
                            + "` is invalid. A document identifier can be of type integer or string, only"
                            + " composed of alphanumeric characters (a-z A-Z 0-9), hyphens (-) and underscores (_), and can not"
                            + " be more than 511 bytes.");
        }
        return id.asText();
    }

    static boolean isId(String text) {
        return text.matches("[A-Za-z0-9_-]{1,511}");
    }
}
