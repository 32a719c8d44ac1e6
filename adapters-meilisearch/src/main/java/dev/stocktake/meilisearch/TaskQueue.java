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

    /** More than anybody deletes; where some are hidden from our key a shorter page says nothing. */
    private static final int DELETIONS = 100_000;

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
        return byUids(uids, timeout);
    }

    /** The same, if the answer comes within that time, and within that for any question. */
    List<Task> byUids(Collection<Long> uids, Duration within) {
        if (uids.isEmpty()) {
            return List.of();
        }
        String list = uids.stream().map(String::valueOf).collect(Collectors.joining(","));
        return tasks(page("uids=" + list + "&limit=" + uids.size(), within.compareTo(timeout) < 0 ? within : timeout));
    }

    /** The newest task; empty if there is none, or if it is hidden from our key. */
    Optional<Task> newest() {
        return list("limit=1").stream().findFirst();
    }

    /** The same, at or before a uid. */
    Optional<Task> newestUpTo(long uid) {
        return uid < 0 ? Optional.empty() : list("limit=1&from=" + uid).stream().findFirst();
    }

    /** The newest of these indexes' tasks, at or before a uid. */
    Optional<Task> newestOf(Collection<String> indexes, long upTo) {
        String names = "indexUids=" + String.join(",", indexes) + "&types=" + ONE_INDEX;
        return upTo < 0
                ? Optional.empty()
                : list(names + "&limit=1&from=" + upTo).stream().findFirst();
    }

    /** The oldest task that any index has. */
    Optional<Task> oldest() {
        return list("types=" + ONE_INDEX + "&limit=1&reverse=true").stream().findFirst();
    }

    /** Tasks that change documents of these indexes, oldest first, from a uid on. */
    List<Task> writes(Collection<String> indexes, long from, int limit) {
        return list("indexUids=" + String.join(",", indexes) + "&types=" + String.join(",", WRITES)
                + "&reverse=true&from=" + from + "&limit=" + limit);
    }

    /** The oldest of these indexes' tasks that change documents and are not final. */
    Optional<Task> oldestUnsettled(Collection<String> indexes) {
        return list("indexUids=" + String.join(",", indexes) + "&types=" + String.join(",", WRITES)
                        + "&statuses=enqueued,processing&reverse=true&limit=1")
                .stream()
                .findFirst();
    }

    /** Tasks of whatever index, oldest first, from a uid on. */
    List<Task> from(long uid, int limit) {
        return list("reverse=true&from=" + uid + "&limit=" + limit);
    }

    /** Swaps, and deletions of tasks, oldest first, from a uid on; none for a key that is confined to some indexes. */
    List<Task> upheavals(long from, int limit) {
        return list("types=indexSwap,taskDeletion&reverse=true&from=" + from + "&limit=" + limit);
    }

    /** Deletions of indexes that our key sees, from a uid on. */
    List<Task> deletions(long from) {
        return list("types=indexDeletion&reverse=true&from=" + from + "&limit=" + DELETIONS);
    }

    /** Whether a swap that is accepted and not final may concern these; of one that is hidden from our key nobody knows. */
    boolean mayBeSwappedSoon(Family family) {
        JsonNode page = page("types=indexSwap&statuses=enqueued,processing&limit=1000");
        List<Task> swaps = tasks(page);
        return swaps.size() < page.path("total").asLong()
                || swaps.stream().anyMatch(swap -> swap.swapped().stream().anyMatch(family::has));
    }

    /** A task that makes an index of these, or removes one, and is not final. */
    Optional<Task> buildsInTheMaking(Family family) {
        return list("types=indexCreation,indexDeletion&statuses=enqueued,processing&limit=1000").stream()
                .filter(task -> family.label(task.index()).isPresent())
                .findFirst();
    }

    /** The deletion of an index that is accepted and not final. */
    Optional<Task> deletionUnderWay(String index) {
        return list("indexUids=" + index + "&types=indexDeletion&statuses=enqueued,processing&limit=1").stream()
                .findFirst();
    }

    /**
     * How a swap ended that is hidden from our key: the server counts what it does not show.
     *
     * @return a task's status; empty if there is no such swap
     */
    String statusOfHiddenSwap(long uid) {
        // In this order: it may become final between two questions.
        for (String status : List.of("enqueued,processing", "succeeded", "failed", "canceled")) {
            if (page("uids=" + uid + "&types=indexSwap&statuses=" + status + "&limit=1")
                            .path("total")
                            .asLong()
                    > 0) {
                return status;
            }
        }
        return "";
    }

    /** How many tasks ran in one batch of the server. */
    long batchSize(long batch) {
        return page("batchUids=" + batch + "&limit=1").path("total").asLong();
    }

    private List<Task> list(String query) {
        return tasks(page(query));
    }

    private static List<Task> tasks(JsonNode page) {
        List<Task> tasks = new ArrayList<>();
        page.path("results").forEach(task -> tasks.add(Task.of(task)));
        return tasks;
    }

    private JsonNode page(String query) {
        return page(query, timeout);
    }

    private JsonNode page(String query, Duration within) {
        Answer answer = http.get("/tasks?" + query, within);
        JsonNode json = answer.json();
        if (!answer.ok() || !json.path("results").isArray()) {
            throw translator.question(answer, RIGHT);
        }
        return json;
    }
}
