package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stocktake.Document;
import dev.stocktake.ProductKey;
import dev.stocktake.testkit.IndexHarness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reaches a server for the contracts, be it real or the stand-in. */
abstract class ServerHarness implements IndexHarness {

    private final String uid;
    private final Raw admin;
    private final MeilisearchIndex index;

    ServerHarness(String url, String key, String uid) {
        this.uid = uid;
        this.admin = new Raw(url, key, () -> {
            work();
            return true;
        });
        this.index = builder(url, key, uid).build();
    }

    private MeilisearchIndex.Builder builder(String url, String key, String name) {
        return MeilisearchIndex.builder()
                .url(url)
                .apiKey(key)
                .uid(name)
                .searchable("title")
                .displayed("*")
                .filterable("_geo")
                .sleeper(time -> sleeper().sleep(time));
    }

    /** Makes the server work its queue off, if it does not by itself. */
    abstract void work();

    /** Lets the server come on while virtual time passes. */
    void rest() {
        try {
            sleeper().sleep(Duration.ofMillis(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void close() {
        index.builds()
                .keySet()
                .forEach(label -> admin.call("DELETE", "/indexes/" + uid + "__stocktake_" + label, null));
        index.close();
        admin.call("DELETE", "/indexes/" + uid, null);
    }

    @Override
    public MeilisearchIndex index() {
        return index;
    }

    @Override
    public Optional<Document> stored(ProductKey key) {
        JsonNode found = admin.get("/indexes/" + uid + "/documents/" + id(key));
        if (!found.has("id")) {
            return Optional.empty();
        }
        Document.Builder document = Document.builder();
        found.properties().stream()
                .filter(field -> !field.getKey().equals("id") && !DocumentEncoder.isReserved(field.getKey()))
                .forEach(field -> document.put(field.getKey(), value(field.getValue())));
        return Optional.of(document.build());
    }

    private static String id(ProductKey key) {
        return DocumentIds.of(key).orElseThrow();
    }

    private static @Nullable Object value(JsonNode json) {
        if (json.isObject()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            json.properties().forEach(field -> map.put(field.getKey(), value(field.getValue())));
            return map;
        }
        if (json.isArray()) {
            List<@Nullable Object> list = new ArrayList<>();
            json.forEach(element -> list.add(value(element)));
            return list;
        }
        if (json.isNumber()) {
            return json.isIntegralNumber() ? json.bigIntegerValue() : json.decimalValue();
        }
        return json.isNull() ? null : json.isBoolean() ? (Object) json.booleanValue() : json.asText();
    }

    @Override
    public long size() {
        return admin.get("/indexes/" + uid + "/stats").path("numberOfDocuments").asLong();
    }

    @Override
    public Document bad() {
        return Document.builder()
                .put("title", "Nowhere")
                .put("_geo", Map.of("lat", 1))
                .build();
    }

    @Override
    public MeilisearchIndex unreachable() {
        return builder("http://127.0.0.1:1", "", uid).build();
    }

    @Override
    public void recreate() {
        admin.done("DELETE", "/indexes/" + uid, null);
        admin.done("POST", "/indexes", "{\"uid\":\"" + uid + "\",\"primaryKey\":\"id\"}");
    }

    @Override
    public void writeElsewhere(ProductKey key, Document document) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("id", id(key));
        document.fields().forEach((field, value) -> json.putPOJO(field, value));
        admin.done("POST", "/indexes/" + uid + "/documents", "[" + json + "]");
    }

    @Override
    public void eraseElsewhere(ProductKey key) {
        admin.done("DELETE", "/indexes/" + uid + "/documents/" + id(key), null);
    }

    @Override
    public void forgetLog() {
        admin.await(admin.call("DELETE", "/tasks?statuses=succeeded,failed&indexUids=" + uid, null)
                .path("taskUid")
                .asLong());
    }

    @Override
    public List<ProductKey> lookalikes() {
        return ProductKey.all(
                "b64-",
                "b64-YQ",
                "b64-YS9i",
                "sha256-",
                id(ProductKey.of("a/b")),
                id(ProductKey.of("é".repeat(300))),
                "é".repeat(300),
                DocumentIds.keyOf("b64-rubbish", null).value() + "!",
                "\u0001");
    }
}
