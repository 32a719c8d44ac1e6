package dev.stocktake.meilisearch;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks somebody deleted, as the server tells it: the query string of his request.
 *
 * @param query like {@code ?indexUids=a,b&statuses=succeeded}
 */
record TaskFilter(String query) {

    /** What only bounds the age, as the server's own clearing does: then the oldest went, and the place where we stopped. */
    private static final Set<String> BY_AGE =
            Set.of("beforeEnqueuedAt", "beforeStartedAt", "beforeFinishedAt", "statuses");

    /**
     * Whether a write to one of these indexes behind a position may be among them, although the task at the position is still
     * there.
     */
    boolean mayMatchWrites(Set<String> indexes, long position) {
        Map<String, Set<String>> filters = filters();
        if (BY_AGE.containsAll(filters.keySet())
                || !mayName(filters.get("indexUids"), indexes)
                || !mayName(filters.get("types"), Set.copyOf(TaskQueue.WRITES))) {
            return false;
        }
        Set<String> uids = filters.get("uids");
        return uids == null
                || uids.stream().anyMatch(uid -> !uid.matches("\\d{1,18}") || Long.parseLong(uid) > position);
    }

    private static boolean mayName(@Nullable Set<String> named, Set<String> ours) {
        return named == null || named.contains("*") || named.stream().anyMatch(ours::contains);
    }

    private Map<String, Set<String>> filters() {
        Map<String, Set<String>> filters = new LinkedHashMap<>();
        for (String pair : query.replaceFirst("^\\?", "").split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                String values = URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
                filters.put(pair.substring(0, equals), new HashSet<>(Set.of(values.split(","))));
            }
        }
        return filters;
    }
}
