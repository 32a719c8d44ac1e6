package dev.stocktake.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** The task history of the {@link NullSink}: everything succeeded, at once. Thread-safe. */
final class SinkTasks {

    private record Task(long uid, String index, String type, String metadata, String at) {

        ObjectNode json() {
            ObjectNode json = JsonNodeFactory.instance
                    .objectNode()
                    .put("uid", uid)
                    .put("batchUid", uid)
                    .put("indexUid", index.isEmpty() ? null : index)
                    .put("status", "succeeded")
                    .put("type", type)
                    .put("enqueuedAt", at)
                    .put("startedAt", at)
                    .put("finishedAt", at);
            if (!metadata.isEmpty()) {
                json.put("customMetadata", metadata);
            }
            return json;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Task> tasks = new ArrayList<>();

    /** Adds a task that has succeeded; the answer is that of a server that has only queued it. */
    ObjectNode add(String index, String type, String metadata) {
        lock.lock();
        try {
            Task task =
                    new Task(tasks.size(), index, type, metadata, Instant.now().toString());
            tasks.add(task);
            ObjectNode json = task.json();
            return json.put("taskUid", task.uid()).put("status", "enqueued");
        } finally {
            lock.unlock();
        }
    }

    ObjectNode page(Query query) {
        long limit = query.number("limit", 20);
        boolean reverse = query.text("reverse").equals("true");
        List<Task> found = new ArrayList<>();
        long total = 0;
        for (Task task : ordered(query, reverse)) {
            if (fits(task, query)) {
                total++;
                if (found.size() < limit) {
                    found.add(task);
                }
            }
        }
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        ArrayNode results = page.putArray("results");
        found.forEach(task -> results.add(task.json()));
        return page.put("total", total).put("limit", limit);
    }

    void forget() {
        lock.lock();
        try {
            tasks.clear();
        } finally {
            lock.unlock();
        }
    }

    private List<Task> ordered(Query query, boolean reverse) {
        lock.lock();
        try {
            if (query.has("uids")) {
                return byUids(query.text("uids"));
            }
            int from = (int) query.number("from", reverse ? 0 : tasks.size() - 1L);
            if (reverse) {
                return new ArrayList<>(tasks.subList(Math.max(0, Math.min(from, tasks.size())), tasks.size()));
            }
            List<Task> newestFirst = new ArrayList<>(tasks.subList(0, Math.min(from + 1, tasks.size())));
            newestFirst.sort(Comparator.comparingLong(Task::uid).reversed());
            return newestFirst;
        } finally {
            lock.unlock();
        }
    }

    /** Found by their place: a sync that polls must not pay for the length of the history. */
    private List<Task> byUids(String list) {
        return Stream.of(list.split(","))
                .map(Integer::valueOf)
                .filter(uid -> uid >= 0 && uid < tasks.size())
                .map(tasks::get)
                .toList();
    }

    private static boolean fits(Task task, Query query) {
        return query.allows("batchUids", Long.toString(task.uid()))
                && query.allows("indexUids", task.index())
                && query.allows("types", task.type())
                && query.allows("statuses", "succeeded");
    }
}
