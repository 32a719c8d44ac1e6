package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Asks the server's task queue. */
final class TaskQueue {

    /** What changes documents, as far as it belongs to one index. */
    static final List<String> WRITES =
            List.of("documentAdditionOrUpdate", "documentDeletion", "documentEdition", "indexDeletion");

    /**
     * Every kind that belongs to one index. The server applies a limit before it hides the other kinds from a key or a
     * question that names indexes, so a question with a limit must name the kinds as well.
     */
    private static final String ONE_INDEX = String.join(",", WRITES) + ",settingsUpdate,indexCreation,indexUpdate";

    private static final String RIGHT = "tasks.get";

    private final Http http;
    private final Translator translator;
    private final Duration timeout;

    TaskQueue(Http http, Translator translator, Duration timeout) {
        this.http = http;
        this.translator = translator;
        this.timeout = timeout;
    }

    /** These tasks, as far as the server knows them and shows them to our key. */
    List<Task> byUids(Collection<Long> uids) {
        if (uids.isEmpty()) {
            return List.of();
        }
        String list = uids.stream().map(String::valueOf).collect(Collectors.joining(","));
        return list("uids=" + list + "&limit=" + uids.size());
    }

    /** The newest task that our key sees. */
    Optional<Task> newest() {
        return newest("");
    }

    /** The same, at or before a uid. */
    Optional<Task> newestUpTo(long uid) {
        return uid < 0 ? Optional.empty() : newest("&from=" + uid);
    }

    private Optional<Task> newest(String more) {
        List<Task> newest = list("limit=1" + more);
        // Empty also where the newest is hidden from our key.
        return (newest.isEmpty() ? list("types=" + ONE_INDEX + "&limit=1" + more) : newest)
                .stream().findFirst();
    }

    /** The oldest task that any index has. */
    Optional<Task> oldest() {
        return list("types=" + ONE_INDEX + "&limit=1&reverse=true").stream().findFirst();
    }

    /** An index's tasks that change documents, oldest first, from a uid on. */
    List<Task> writes(String index, long from, int limit) {
        return list("indexUids=" + index + "&types=" + String.join(",", WRITES) + "&reverse=true&from=" + from
                + "&limit=" + limit);
    }

    /** The oldest of an index's tasks that change documents and are not final. */
    Optional<Task> oldestUnsettled(String index) {
        return list("indexUids=" + index + "&types=" + String.join(",", WRITES)
                        + "&statuses=enqueued,processing&reverse=true&limit=1")
                .stream()
                .findFirst();
    }

    /** Swaps, and deletions of tasks, oldest first, from a uid on; none for a key that is confined to some indexes. */
    List<Task> upheavals(long from, int limit) {
        return list("types=indexSwap,taskDeletion&reverse=true&from=" + from + "&limit=" + limit);
    }

    /** How many tasks ran in one batch of the server. */
    long batchSize(long batch) {
        return page("batchUids=" + batch + "&limit=1").path("total").asLong();
    }

    private List<Task> list(String query) {
        List<Task> tasks = new ArrayList<>();
        page(query).path("results").forEach(task -> tasks.add(Task.of(task)));
        return tasks;
    }

    private JsonNode page(String query) {
        Answer answer = http.get("/tasks?" + query, timeout);
        JsonNode json = answer.json();
        if (!answer.ok() || !json.path("results").isArray()) {
            throw translator.question(answer, RIGHT);
        }
        return json;
    }
}
