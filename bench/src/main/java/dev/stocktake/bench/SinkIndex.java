package dev.stocktake.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** An index of the {@link NullSink}: at most ids and fingerprints. Thread-safe. */
final class SinkIndex {

    private static final JsonFactory JSON = new JsonFactory();

    private final String createdAt;
    private final Map<String, JsonNode> settings = new ConcurrentSkipListMap<>();
    private final Map<String, String> fingerprints = new ConcurrentSkipListMap<>();

    SinkIndex(String createdAt) {
        this.createdAt = createdAt;
    }

    String createdAt() {
        return createdAt;
    }

    JsonNode settings() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.setAll(settings);
        return json;
    }

    void settings(JsonNode changes) {
        changes.properties().forEach(change -> settings.put(change.getKey(), change.getValue()));
    }

    int size() {
        return fingerprints.size();
    }

    /** Takes id and fingerprint out of a document. */
    void remember(byte[] document) {
        String id = null;
        String fingerprint = null;
        try (JsonParser json = JSON.createParser(document)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                if (field.equals(NullSink.PRIMARY_KEY)) {
                    id = json.getText();
                } else if (field.equals(NullSink.FINGERPRINT)) {
                    fingerprint = json.getText();
                } else {
                    json.skipChildren();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (id == null || fingerprint == null) {
            throw new IllegalStateException("A document without id or fingerprint");
        }
        fingerprints.put(id, fingerprint);
    }

    void forget(String id) {
        fingerprints.remove(id);
    }

    /** Answers a question for documents by ids, or page by page. */
    ObjectNode page(JsonNode question) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode results = answer.putArray("results");
        long offset = question.path("offset").asLong(0);
        long limit = question.path("limit").asLong(20);
        if (question.has("ids")) {
            question.path("ids").forEach(id -> add(results, id.asText(), fingerprints.get(id.asText())));
            answer.put("total", results.size());
        } else {
            fingerprints.entrySet().stream()
                    .skip(offset)
                    .limit(limit)
                    .forEach(entry -> add(results, entry.getKey(), entry.getValue()));
            answer.put("total", fingerprints.size());
        }
        return answer.put("offset", offset).put("limit", limit);
    }

    private static void add(ArrayNode results, String id, @Nullable String fingerprint) {
        if (fingerprint != null) {
            results.addObject().put(NullSink.PRIMARY_KEY, id).put(NullSink.FINGERPRINT, fingerprint);
        }
    }
}
