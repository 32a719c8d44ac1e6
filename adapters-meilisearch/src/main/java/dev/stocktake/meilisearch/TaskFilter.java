package dev.stocktake.meilisearch;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks somebody deleted, as the server tells it: the query string of his request, as he wrote it. Whatever cannot be
 * understood may mean anything.
 *
 * @param query like {@code ?indexUids=a,b&statuses=succeeded}
 */
record TaskFilter(String query) {

    /** Tasks that belong to no index. */
    private static final List<String> UPHEAVALS = List.of("taskDeletion", "indexSwap");

    private static final List<String> BEFORE = List.of("beforeEnqueuedAt", "beforeStartedAt", "beforeFinishedAt");

    /** Whether a write to one of these indexes behind a position may be among them. */
    boolean mayMatchWrites(Set<String> indexes, long position) {
        Map<String, Set<String>> filters = filters();
        Set<String> types = filters.get("types");
        if (filters.get("indexUids") == null && types != null && mayName(types, UPHEAVALS)) {
            // What was deleted, or swapped, cannot be told any more.
            return true;
        }
        if (!mayName(filters.get("indexUids"), indexes) || !mayName(types, TaskQueue.WRITES)) {
            return false;
        }
        Set<String> uids = filters.get("uids");
        return uids == null
                || uids.stream().anyMatch(uid -> !uid.matches("\\d{1,18}") || Long.parseLong(uid) > position);
    }

    /** Whether only older tasks can be among them than what was enqueued then: none starts or ends before it is enqueued. */
    boolean isOnlyBefore(String enqueuedAt) {
        Map<String, Set<String>> filters = filters();
        Optional<Instant> since = moment(enqueuedAt);
        return since.isPresent()
                && BEFORE.stream()
                        .map(name -> filters.getOrDefault(name, Set.of("")))
                        .anyMatch(bounds -> bounds.stream()
                                .allMatch(bound -> moment(bound)
                                        .filter(until -> !until.isAfter(since.get()))
                                        .isPresent()));
    }

    private static Optional<Instant> moment(String text) {
        try {
            return Optional.of(
                    text.length() == "2026-01-01".length()
                            ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                            : OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** The server does not distinguish upper from lower case in types. */
    private static boolean mayName(@Nullable Set<String> named, Collection<String> ours) {
        return named == null
                || named.stream()
                        .anyMatch(name -> name.isBlank()
                                || name.equals("*")
                                || ours.stream().anyMatch(name::equalsIgnoreCase));
    }

    /** Nothing is taken for granted of the text: were it to throw, no log could be read past it any more. */
    private Map<String, Set<String>> filters() {
        Map<String, Set<String>> filters = new LinkedHashMap<>();
        for (String pair : query.replaceFirst("^\\?", "").split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                filters.computeIfAbsent(decoded(pair.substring(0, equals)), name -> new LinkedHashSet<>())
                        .addAll(List.of(decoded(pair.substring(equals + 1)).split(",", -1)));
            }
        }
        return filters;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "*";
        }
    }
}
