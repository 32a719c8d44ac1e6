package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stocktake.meilisearch.StandInKeys.Grant;
import dev.stocktake.meilisearch.StandInTask.Kind;
import dev.stocktake.meilisearch.StandInTask.Order;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** What {@link MeilisearchStandIn} answers. Everything here runs under the stand-in's lock. */
final class StandInRoutes {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String[] TASK_FILTERS = {
        "limit",
        "from",
        "reverse",
        "uids",
        "batchUids",
        "statuses",
        "types",
        "indexUids",
        "beforeEnqueuedAt",
        "beforeFinishedAt"
    };

    private final StandInScheduler scheduler;
    private final StandInKeys keys;
    private final String version;
    private final boolean full;

    StandInRoutes(StandInScheduler scheduler, StandInKeys keys, String version, boolean full) {
        this.scheduler = scheduler;
        this.keys = keys;
        this.version = version;
        this.full = full;
    }

    /** Status and body. */
    record Reply(int status, JsonNode body) {}

    Reply reply(StandInRequest request) {
        try {
            return route(request);
        } catch (StandInFailure failure) {
            return new Reply(failure.status(), failure.json());
        } catch (RuntimeException e) {
            // A defect of the stand-in: say so where the test can see it.
            return new Reply(500, new StandInFailure("internal", "The stand-in broke: " + e).json());
        }
    }

    private Reply route(StandInRequest request) {
        List<String> path = request.path();
        String root = path.isEmpty() ? "" : path.get(0);
        return switch (root) {
            case "health" -> new Reply(200, NODES.objectNode().put("status", "available"));
            case "version" -> version(request);
            case "indexes" -> path.size() == 1 ? indexes(request) : index(request, path.get(1));
            case "tasks" -> tasks(request);
            case "swap-indexes" -> swap(request);
            case "keys" -> key(request);
            default -> new Reply(404, NODES.missingNode());
        };
    }

    private Reply version(StandInRequest request) {
        keys.check(request.authorization(), "version", null);
        return new Reply(
                200,
                NODES.objectNode()
                        .put("commitSha", "unknown")
                        .put("commitDate", "unknown")
                        .put("pkgVersion", version));
    }

    private Reply key(StandInRequest request) {
        keys.check(request.authorization(), "keys.create", null);
        ObjectNode body = request.object("actions", "indexes", "expiresAt", "name", "description");
        String made = "key-" + Integer.toHexString(body.hashCode()) + "-0123456789";
        keys.add(made, new Grant(texts(body.path("actions")), texts(body.path("indexes"))));
        return new Reply(201, body.put("key", made));
    }

    private static Set<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.toSet());
    }

    private static String uid(String uid) {
        if (!uid.matches("[A-Za-z0-9_-]{1,400}")) {
            throw new StandInFailure("invalid_index_uid", "`" + uid + "` is not a valid index uid.");
        }
        return uid;
    }

    private Reply indexes(StandInRequest request) {
        if (request.method().equals("GET")) {
            Grant grant = keys.check(request.authorization(), "indexes.get", null);
            request.allowQuery("limit", "offset");
            List<String> seen = scheduler.indexes.keySet().stream()
                    .filter(grant::sees)
                    .sorted()
                    .toList();
            ArrayNode results = NODES.arrayNode();
            seen.stream()
                    .skip(request.number("offset", 0))
                    .limit(request.number("limit", 20))
                    .forEach(uid -> results.add(view(uid, existing(uid))));
            return new Reply(200, NODES.objectNode().put("total", seen.size()).set("results", results));
        }
        ObjectNode body = request.object("uid", "primaryKey");
        if (!body.hasNonNull("uid")) {
            throw new StandInFailure("missing_index_uid", "Missing field `uid`");
        }
        String uid = uid(body.path("uid").asText());
        keys.check(request.authorization(), "indexes.create", uid);
        return accepted(Order.of(Kind.CREATE, uid).primaryKey(text(body, "primaryKey")), null);
    }

    private static @Nullable String text(JsonNode json, String field) {
        return json.hasNonNull(field) ? json.path(field).asText() : null;
    }

    private static ObjectNode view(String uid, StandInIndex index) {
        return NODES.objectNode()
                .put("uid", uid)
                .put("createdAt", index.createdAt.toString())
                .put("updatedAt", index.updatedAt.toString())
                .put("primaryKey", index.primaryKey);
    }

    private StandInIndex existing(String uid) {
        StandInIndex index = scheduler.indexes.get(uid(uid));
        if (index == null) {
            throw new StandInFailure("index_not_found", "Index `" + uid + "` not found.");
        }
        return index;
    }

    private Reply index(StandInRequest request, String uid) {
        String rest = String.join("/", request.path().subList(2, request.path().size()));
        String route = request.method() + " " + rest;
        return switch (route) {
            case "GET " -> {
                keys.check(request.authorization(), "indexes.get", uid);
                yield new Reply(200, view(uid, existing(uid)));
            }
            case "PATCH " -> {
                keys.check(request.authorization(), "indexes.update", uid);
                yield accepted(Order.of(Kind.UPDATE, uid).primaryKey(text(request.object(), "primaryKey")), null);
            }
            case "DELETE " -> {
                keys.check(request.authorization(), "indexes.delete", uid);
                yield accepted(Order.of(Kind.DROP, uid), null);
            }
            case "GET stats" -> stats(request, uid);
            case "GET settings" -> {
                keys.check(request.authorization(), "settings.get", uid);
                yield new Reply(200, existing(uid).settings);
            }
            case "PATCH settings" -> settings(request, uid);
            case "POST search" -> search(request, uid);
            default -> documents(request, uid, rest);
        };
    }

    private Reply stats(StandInRequest request, String uid) {
        keys.check(request.authorization(), "stats.get", uid);
        StandInIndex index = existing(uid);
        ObjectNode fields = NODES.objectNode();
        index.all()
                .forEach(document -> document.fieldNames()
                        .forEachRemaining(
                                field -> fields.put(field, fields.path(field).asInt() + 1)));
        boolean indexing = scheduler.tasks.values().stream()
                .anyMatch(task -> task.concerns(uid) && task.status.equals("processing"));
        return new Reply(
                200,
                NODES.objectNode()
                        .put("numberOfDocuments", index.size())
                        .put("isIndexing", indexing)
                        .set("fieldDistribution", fields));
    }

    private Reply settings(StandInRequest request, String uid) {
        Grant grant = keys.check(request.authorization(), "settings.update", uid);
        ObjectNode changes = request.object();
        ObjectNode known = StandInIndex.defaults();
        changes.properties().forEach(field -> {
            if (!known.has(field.getKey())) {
                throw new StandInFailure("bad_request", "Unknown field `" + field.getKey() + "`");
            }
            if (field.getKey().equals("rankingRules")) {
                field.getValue().forEach(StandInRoutes::checkRule);
            }
        });
        return accepted(Order.of(Kind.SETTINGS, uid).settings(changes, grant.may("indexes.create")), null);
    }

    private static void checkRule(JsonNode rule) {
        if (!rule.asText()
                .matches("words|typo|proximity|attribute|attributeRank|sort|wordPosition|exactness|.+:(asc|desc)")) {
            throw new StandInFailure(
                    "invalid_settings_ranking_rules",
                    "Invalid value at `.rankingRules`: `" + rule.asText() + "` ranking rule is invalid.");
        }
    }

    // --- documents --------------------------------------------------------------------------------------------------

    private Reply documents(StandInRequest request, String uid, String rest) {
        String route = request.method() + " " + rest;
        if (route.startsWith("GET documents/")) {
            return document(request, uid, rest.substring("documents/".length()));
        }
        if (route.startsWith("DELETE documents/")) {
            return deletion(
                    request, Order.of(Kind.DELETE_IDS, uid).ids(List.of(rest.substring("documents/".length()))));
        }
        return switch (route) {
            case "POST documents", "PUT documents" -> addition(request, uid);
            case "POST documents/fetch" -> fetch(request, uid);
            case "POST documents/delete-batch" -> {
                List<String> ids = new ArrayList<>();
                JsonNode list = request.json();
                if (!list.isArray()) {
                    throw new StandInFailure("bad_request", "Json deserialize error: expected a sequence");
                }
                list.forEach(id -> ids.add(id.asText()));
                yield deletion(request, Order.of(Kind.DELETE_IDS, uid).ids(ids));
            }
            case "POST documents/delete" -> {
                String filter = request.object("filter").path("filter").asText();
                if (!filter.contains("=")) {
                    throw new StandInFailure("invalid_document_filter", "Was expecting an operation `=`");
                }
                yield deletion(request, Order.of(Kind.DELETE_BY_FILTER, uid).tasks(Set.of(), filter));
            }
            case "DELETE documents" -> deletion(request, Order.of(Kind.CLEAR, uid));
            default -> new Reply(404, NODES.missingNode());
        };
    }

    private Reply document(StandInRequest request, String uid, String id) {
        keys.check(request.authorization(), "documents.get", uid);
        ObjectNode document = existing(uid).get(id);
        if (document == null) {
            throw new StandInFailure("document_not_found", "Document `" + id + "` not found.");
        }
        return new Reply(200, document);
    }

    private Reply addition(StandInRequest request, String uid) {
        Grant grant = keys.check(request.authorization(), "documents.add", uid);
        if (knowsSkipCreation()) {
            request.allowQuery("primaryKey", "csvDelimiter", "customMetadata", "skipCreation");
        } else {
            request.allowQuery("primaryKey", "csvDelimiter", "customMetadata");
        }
        String skip = request.query("skipCreation");
        if (skip != null && !skip.equals("true") && !skip.equals("false")) {
            throw new StandInFailure(
                    "invalid_skip_creation",
                    "Invalid value in parameter `skipCreation`: could not parse `" + skip + "`");
        }
        List<ObjectNode> documents = request.documents();
        return accepted(
                Order.of(Kind.IMPORT, uid)
                        .documents(
                                documents,
                                request.method().equals("POST"),
                                request.query("primaryKey"),
                                grant.may("indexes.create")),
                request.query("customMetadata"));
    }

    /** Since 1.31. */
    private boolean knowsSkipCreation() {
        String[] parts = version.split("\\.");
        return !parts[0].equals("1") || Integer.parseInt(parts[1]) >= 31;
    }

    private Reply deletion(StandInRequest request, Order order) {
        keys.check(request.authorization(), "documents.delete", order.index());
        request.allowQuery("customMetadata");
        return accepted(order, request.query("customMetadata"));
    }

    private Reply accepted(Order order, @Nullable String metadata) {
        if (order.index() != null) {
            // As the real one, which looks at the key before it looks at the name.
            uid(order.index());
        }
        if (full) {
            throw new StandInFailure(
                    "no_space_left_on_device",
                    "Meilisearch cannot receive write operations because the"
                            + " limit of the task database has been reached.");
        }
        return new Reply(202, scheduler.enqueue(order, metadata).summary());
    }

    private Reply fetch(StandInRequest request, String uid) {
        keys.check(request.authorization(), "documents.get", uid);
        ObjectNode body = request.object("offset", "limit", "fields", "filter", "ids", "sort", "retrieveVectors");
        StandInIndex index = existing(uid);
        List<ObjectNode> found = body.hasNonNull("ids") ? index.get(ids(body.path("ids"))) : index.all();
        int offset = body.path("offset").asInt(0);
        int limit = body.path("limit").asInt(20);
        ArrayNode results = NODES.arrayNode();
        found.stream()
                .skip(offset)
                .limit(limit)
                .forEach(document -> results.add(selected(document, body.path("fields"))));
        ObjectNode reply = NODES.objectNode();
        reply.set("results", results);
        return new Reply(200, reply.put("offset", offset).put("limit", limit).put("total", found.size()));
    }

    private static List<String> ids(JsonNode list) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            String id = list.get(i).asText();
            if (!StandInScheduler.isId(id)) {
                throw new StandInFailure(
                        "invalid_document_ids",
                        "In `.ids[" + i + "]`: Document identifier `\"" + id + "\"` is invalid.");
            }
            ids.add(id);
        }
        return ids;
    }

    private static ObjectNode selected(ObjectNode document, JsonNode fields) {
        if (!fields.isArray()) {
            return document.deepCopy();
        }
        List<String> names = new ArrayList<>();
        fields.forEach(name -> names.add(name.asText()));
        return document.deepCopy().retain(names);
    }

    /** Words that occur anywhere in a searchable field; no ranking. */
    private Reply search(StandInRequest request, String uid) {
        keys.check(request.authorization(), "search", uid);
        ObjectNode body = request.object();
        StandInIndex index = existing(uid);
        List<String> words = Arrays.stream(
                        body.path("q").asText("").toLowerCase(Locale.ROOT).split("\\s+"))
                .filter(word -> !word.isEmpty())
                .toList();
        Predicate<String> searchable = allowed(index.settings.path("searchableAttributes"));
        Predicate<String> displayed = allowed(index.settings.path("displayedAttributes"));
        ArrayNode hits = NODES.arrayNode();
        index.all().stream()
                .filter(document -> words.stream().allMatch(word -> contains(document, searchable, word)))
                .limit(body.path("limit").asInt(20))
                .forEach(document -> {
                    ObjectNode hit = document.deepCopy();
                    document.fieldNames().forEachRemaining(field -> {
                        if (!displayed.test(field)) {
                            hit.remove(field);
                        }
                    });
                    hits.add(hit);
                });
        return new Reply(
                200, NODES.objectNode().put("estimatedTotalHits", hits.size()).set("hits", hits));
    }

    private static Predicate<String> allowed(JsonNode attributes) {
        List<String> names = new ArrayList<>();
        attributes.forEach(name -> names.add(name.asText()));
        return field -> names.contains("*") || names.contains(field);
    }

    private static boolean contains(ObjectNode document, Predicate<String> searchable, String word) {
        return document.properties().stream()
                .anyMatch(field -> searchable.test(field.getKey())
                        && field.getValue().toString().toLowerCase(Locale.ROOT).contains(word));
    }

    private Reply swap(StandInRequest request) {
        keys.check(request.authorization(), "indexes.swap", null);
        List<String> names = new ArrayList<>();
        for (JsonNode swap : request.json()) {
            if (swap.path("indexes").size() != 2) {
                throw new StandInFailure("invalid_swap_indexes", "Two indexes must be given for each swap.");
            }
            swap.path("indexes").forEach(name -> names.add(name.asText()));
        }
        if (Set.copyOf(names).size() < names.size()) {
            throw new StandInFailure(
                    "invalid_swap_duplicate_index_found", "Indexes must be declared only once during a swap.");
        }
        names.forEach(name -> keys.check(request.authorization(), "indexes.swap", name));
        return accepted(Order.of(Kind.SWAP, null).ids(names), null);
    }

    // --- tasks ------------------------------------------------------------------------------------------------------

    private Reply tasks(StandInRequest request) {
        String route = request.method() + " " + String.join("/", request.path());
        if (route.equals("GET tasks")) {
            return list(request, keys.check(request.authorization(), "tasks.get", null));
        }
        if (route.equals("POST tasks/cancel")) {
            return global(request, Kind.CANCEL, keys.check(request.authorization(), "tasks.cancel", null));
        }
        if (route.equals("DELETE tasks")) {
            return global(request, Kind.FORGET, keys.check(request.authorization(), "tasks.delete", null));
        }
        Grant grant = keys.check(request.authorization(), "tasks.get", null);
        StandInTask task = request.path().get(1).matches("\\d{1,10}")
                ? scheduler.tasks.get(Long.parseLong(request.path().get(1)))
                : null;
        if (task == null || !visible(task, grant, false)) {
            throw new StandInFailure("task_not_found", "Task `" + request.path().get(1) + "` not found.");
        }
        return new Reply(200, task.full());
    }

    private Reply global(StandInRequest request, Kind kind, Grant grant) {
        request.allowQuery(TASK_FILTERS);
        if (request.query().isEmpty()) {
            throw new StandInFailure("missing_task_filters", "Query parameters to filter the tasks are missing.");
        }
        Set<Long> matched = matching(request).stream()
                .filter(task -> visible(task, grant, request.query("indexUids") != null))
                .map(task -> task.uid)
                .collect(Collectors.toSet());
        String query = "?" + request.rawQuery();
        return new Reply(
                200,
                scheduler
                        .enqueue(Order.of(kind, null).tasks(matched, query), null)
                        .summary());
    }

    private List<StandInTask> matching(StandInRequest request) {
        Map<String, Set<String>> filters = new LinkedHashMap<>();
        for (String name : TASK_FILTERS) {
            String value = request.query(name);
            if (value != null && !value.equals("*")) {
                filters.put(name, new HashSet<>(List.of(value.split(","))));
            }
        }
        return scheduler.tasks.values().stream()
                .filter(task -> passes(filters.get("uids"), String.valueOf(task.uid)))
                .filter(task -> passes(filters.get("batchUids"), String.valueOf(task.batch)))
                .filter(task -> passes(filters.get("statuses"), task.status))
                .filter(task -> isBefore(task.enqueuedAt, request.query("beforeEnqueuedAt")))
                .filter(task -> isBefore(task.finishedAt, request.query("beforeFinishedAt")))
                .filter(task -> passes(filters.get("types"), task.order.kind().type))
                .filter(task -> {
                    Set<String> names = filters.get("indexUids");
                    return names == null || names.stream().anyMatch(task::concerns);
                })
                .toList();
    }

    private static boolean isBefore(@Nullable Instant moment, @Nullable String date) {
        return date == null || moment != null && moment.toString().compareTo(date) < 0;
    }

    private static boolean passes(@Nullable Set<String> filter, String value) {
        return filter == null || filter.contains(value);
    }

    private static boolean visible(StandInTask task, Grant grant, boolean namesIndexes) {
        boolean global = !task.order.kind().ofOneIndex();
        if (global && (namesIndexes || !grant.allIndexes())) {
            return false;
        }
        return global || grant.sees(task.index);
    }

    /** As the real one: the limit is applied first, then what must not be seen is taken out; the total counts it. */
    private Reply list(StandInRequest request, Grant grant) {
        request.allowQuery(TASK_FILTERS);
        boolean reverse = "true".equals(request.query("reverse"));
        int from = request.number("from", -1);
        int limit = request.number("limit", 20);
        List<StandInTask> matching = new ArrayList<>(matching(request));
        int total = matching.size();
        if (from >= 0) {
            matching.removeIf(task -> reverse ? task.uid < from : task.uid > from);
        }
        if (!reverse) {
            java.util.Collections.reverse(matching);
        }
        boolean names = request.query("indexUids") != null;
        // One more than asked for tells where the next page begins.
        List<StandInTask> page = matching.stream()
                .limit(limit + 1L)
                .filter(task -> visible(task, grant, names))
                .toList();
        ObjectNode reply = NODES.objectNode();
        ArrayNode results = reply.putArray("results");
        page.stream().limit(limit).forEach(task -> results.add(task.full()));
        reply.put("total", total).put("limit", limit);
        reply.put("from", page.isEmpty() ? null : page.get(0).uid);
        reply.put("next", page.size() > limit ? page.get(limit).uid : null);
        return new Reply(200, reply);
    }
}
