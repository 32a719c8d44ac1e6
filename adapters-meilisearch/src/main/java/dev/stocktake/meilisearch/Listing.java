package dev.stocktake.meilisearch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.ProductKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what an index holds: its identity, and ids with fingerprints. */
final class Listing {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int IDS = 10_000;
    private static final String GONE = "gone";

    private final String uid;
    private final String primaryKey;
    private final Http http;
    private final Translator translator;
    private final Timeouts timeouts;

    Listing(MeilisearchIndex.Options options, MeilisearchIndex.Wire wire) {
        this.uid = options.uid();
        this.primaryKey = options.primaryKey();
        this.timeouts = options.timeouts();
        this.http = wire.http();
        this.translator = wire.translator();
    }

    /** What the server says about the index itself; empty if there is none. */
    Optional<JsonNode> index() {
        Answer answer = http.get("/indexes/" + uid, timeouts.request());
        if (answer.status() == 404 && answer.code().equals("index_not_found")) {
            return Optional.empty();
        }
        JsonNode json = answer.json();
        if (!answer.ok() || !json.hasNonNull("createdAt")) {
            throw translator.question(answer, "indexes.get");
        }
        return Optional.of(json);
    }

    /** The time of creation belongs to the content: it travels with it when indexes are swapped. */
    Optional<IndexIdentity> identity() {
        return index().map(Listing::identity);
    }

    static IndexIdentity identity(JsonNode index) {
        return new IndexIdentity(index.path("createdAt").asText());
    }

    Map<ProductKey, Fingerprint> of(Collection<ProductKey> keys) {
        Map<ProductKey, Fingerprint> found = new HashMap<>();
        Map<String, ProductKey> asked = new LinkedHashMap<>();
        for (ProductKey key : keys) {
            DocumentIds.of(key).ifPresent(id -> asked.put(id, key));
            if (asked.size() == IDS) {
                found.putAll(byIds(asked));
                asked.clear();
            }
        }
        if (!asked.isEmpty()) {
            found.putAll(byIds(asked));
        }
        return found;
    }

    private Map<ProductKey, Fingerprint> byIds(Map<String, ProductKey> asked) {
        ObjectNode question = question(0, asked.size());
        ArrayNode list = question.putArray("ids");
        asked.keySet().forEach(list::add);
        Map<ProductKey, Fingerprint> found = new HashMap<>();
        for (JsonNode document : fetch(question).path("results")) {
            ProductKey key = asked.get(document.path(primaryKey).asText());
            if (key != null) {
                found.put(key, fingerprint(document));
            }
        }
        return found;
    }

    FingerprintPage page(@Nullable String cursor, int limit) {
        long offset = cursor == null ? 0 : Long.parseLong(cursor);
        // The version is asked for on both sides of the page: a write between page and version would go unnoticed.
        String before = version();
        if (before.equals(GONE)) {
            return new FingerprintPage(Map.of(), null, GONE);
        }
        JsonNode page = fetch(question(offset, limit));
        String after = version();
        long next = offset + page.path("results").size();
        boolean last =
                page.path("results").isEmpty() || next >= page.path("total").asLong();
        return new FingerprintPage(
                entries(page),
                last ? null : Long.toString(next),
                before.equals(after) ? before : before + " to " + after + " at " + offset);
    }

    private String version() {
        return index().map(index -> index.path("createdAt").asText() + "/"
                        + index.path("updatedAt").asText())
                .orElse(GONE);
    }

    private ObjectNode question(long offset, int limit) {
        ObjectNode question = JSON.createObjectNode().put("offset", offset).put("limit", limit);
        question.putArray("fields")
                .add(primaryKey)
                .add(DocumentEncoder.FINGERPRINT)
                .add(DocumentEncoder.KEY);
        return question;
    }

    /** In one snapshot with nothing else asked: exact, where the server's statistics are a copy of the last batch's end. */
    long count() {
        return fetch(question(0, 0)).path("total").asLong();
    }

    private JsonNode fetch(ObjectNode question) {
        Answer answer =
                http.ask("/indexes/" + uid + "/documents/fetch", Payload.json(bytes(question)), timeouts.read());
        if (answer.status() == 404 && answer.code().equals("index_not_found")) {
            return JSON.createObjectNode();
        }
        JsonNode json = answer.json();
        if (!answer.ok() || !json.path("results").isArray()) {
            throw translator.question(answer, "documents.get");
        }
        return json;
    }

    static byte[] bytes(JsonNode json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("JSON made by us must be writable", e);
        }
    }

    private Map<ProductKey, Fingerprint> entries(JsonNode page) {
        Map<ProductKey, Fingerprint> entries = new HashMap<>();
        for (JsonNode document : page.path("results")) {
            String id = document.path(primaryKey).asText();
            entries.put(DocumentIds.keyOf(id, text(document, DocumentEncoder.KEY)), fingerprint(document));
        }
        return entries;
    }

    private static Fingerprint fingerprint(JsonNode document) {
        return DocumentEncoder.fingerprint(text(document, DocumentEncoder.FINGERPRINT));
    }

    static @Nullable String text(JsonNode document, String field) {
        JsonNode value = document.path(field);
        return value.isTextual() ? value.asText() : null;
    }
}
