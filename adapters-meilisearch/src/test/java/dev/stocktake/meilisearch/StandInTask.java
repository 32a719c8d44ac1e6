package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A task of {@link MeilisearchStandIn}. Guarded by the stand-in's lock. */
final class StandInTask implements Cloneable {

    /** How tasks merge into one batch. */
    enum Kind {
        IMPORT("documentAdditionOrUpdate"),
        DELETE_IDS("documentDeletion"),
        DELETE_BY_FILTER("documentDeletion"),
        CLEAR("documentDeletion"),
        SETTINGS("settingsUpdate"),
        CREATE("indexCreation"),
        UPDATE("indexUpdate"),
        DROP("indexDeletion"),
        SWAP("indexSwap"),
        CANCEL("taskCancelation"),
        FORGET("taskDeletion");

        final String type;

        Kind(String type) {
            this.type = type;
        }

        boolean ofOneIndex() {
            return this != SWAP && this != CANCEL && this != FORGET;
        }
    }

    /** What a task shall do. Which parts are used depends on the kind. */
    record Order(
            Kind kind,
            @Nullable String index,
            @Nullable String primaryKey,
            boolean mayCreate,
            boolean replace,
            List<ObjectNode> documents,
            List<String> ids,
            @Nullable ObjectNode settings,
            Set<Long> tasks,
            String query) {

        static Order of(Kind kind, @Nullable String index) {
            return new Order(kind, index, null, false, true, List.of(), List.of(), null, Set.of(), "");
        }

        Order documents(List<ObjectNode> list, boolean replaced, @Nullable String key, boolean create) {
            return new Order(kind, index, key, create, replaced, list, ids, settings, tasks, query);
        }

        Order ids(List<String> list) {
            return new Order(kind, index, primaryKey, mayCreate, replace, documents, list, settings, tasks, query);
        }

        Order primaryKey(@Nullable String key) {
            return new Order(kind, index, key, mayCreate, replace, documents, ids, settings, tasks, query);
        }

        Order settings(ObjectNode changes, boolean create) {
            return new Order(kind, index, primaryKey, create, replace, documents, ids, changes, tasks, query);
        }

        Order tasks(Set<Long> matched, String text) {
            return new Order(kind, index, primaryKey, mayCreate, replace, documents, ids, settings, matched, text);
        }
    }

    final long uid;
    final Order order;
    final Instant enqueuedAt;
    final @Nullable String metadata;

    @Nullable
    String index;
    /** For a swap: the names, in pairs; relabelled by later swaps as the real ones are. */
    List<String> swapped;

    String status = "enqueued";

    @Nullable
    Long batch;

    @Nullable
    Instant startedAt;

    @Nullable
    Instant finishedAt;

    @Nullable
    Long canceledBy;

    @Nullable
    ObjectNode details;

    @Nullable
    ObjectNode error;

    StandInTask(long uid, Order order, Instant enqueuedAt, @Nullable String metadata) {
        this.uid = uid;
        this.order = order;
        this.enqueuedAt = enqueuedAt;
        this.metadata = metadata;
        this.index = order.kind().ofOneIndex() ? order.index() : null;
        this.swapped = order.kind() == Kind.SWAP ? order.ids() : List.of();
    }

    StandInTask copy() {
        try {
            return (StandInTask) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    boolean isFinal() {
        return !status.equals("enqueued") && !status.equals("processing");
    }

    boolean concerns(String name) {
        return name.equals(index) || swapped.contains(name);
    }

    ObjectNode summary() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("taskUid", uid)
                .put("indexUid", index)
                .put("status", "enqueued")
                .put("type", order.kind().type);
        json.put("enqueuedAt", enqueuedAt.toString());
        if (metadata != null) {
            json.put("customMetadata", metadata);
        }
        return json;
    }

    ObjectNode full() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("uid", uid).put("batchUid", batch).put("indexUid", index).put("status", status);
        json.put("type", order.kind().type).put("canceledBy", canceledBy);
        if (order.kind() == Kind.SWAP) {
            var swaps = json.putObject("details").putArray("swaps");
            for (int i = 0; i + 1 < swapped.size(); i += 2) {
                swaps.addObject()
                        .put("rename", false)
                        .putArray("indexes")
                        .add(swapped.get(i))
                        .add(swapped.get(i + 1));
            }
        } else if (details != null) {
            json.set("details", details);
        }
        json.set("error", error);
        json.put("duration", finishedAt == null ? null : "PT0.001000S");
        json.put("enqueuedAt", enqueuedAt.toString());
        json.put("startedAt", startedAt == null ? null : startedAt.toString());
        json.put("finishedAt", finishedAt == null ? null : finishedAt.toString());
        if (metadata != null) {
            json.put("customMetadata", metadata);
        }
        return json;
    }
}
