package dev.stocktake.meilisearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stocktake.Document;
import dev.stocktake.ProductKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads documents back, in pages whose size follows that of the documents: the server makes a page up in memory before it
 * sends it, and a document may have any size.
 */
final class StoredDocuments {

    private static final int FIRST_PAGE = 10;
    private static final int LARGEST_PAGE = 1_000;

    /** What a page shall have. */
    private static final long PAGE_BYTES = 4_000_000;

    /** What a page may have, unless it is of one document. */
    private static final long MAX_BYTES = 32_000_000;

    /** As deep as a document of ours goes; other people's may go deeper. */
    private static final int DEPTH = 50;

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNameLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final String path;
    private final String primaryKey;
    private final Http http;
    private final Translator translator;
    private final Timeouts timeouts;

    StoredDocuments(MeilisearchIndex.Options options, Http http, Translator translator) {
        this.path = "/indexes/" + options.uid() + "/documents/fetch";
        this.primaryKey = options.primaryKey();
        this.timeouts = options.timeouts();
        this.http = http;
        this.translator = translator;
    }

    Map<ProductKey, Document> of(Collection<ProductKey> keys) {
        Map<String, ProductKey> asked = new LinkedHashMap<>();
        keys.forEach(key -> DocumentIds.of(key).ifPresent(id -> asked.put(id, key)));
        List<String> ids = new ArrayList<>(asked.keySet());
        Map<ProductKey, Document> found = new LinkedHashMap<>();
        int page = FIRST_PAGE;
        int from = 0;
        while (from < ids.size()) {
            List<String> part = ids.subList(from, Math.min(ids.size(), from + page));
            Answer answer = http.ask(
                            path, question(part), timeouts.read(), part.size() == 1 ? Long.MAX_VALUE : MAX_BYTES)
                    .orElse(null);
            if (answer == null) {
                page = Math.max(1, part.size() / 8);
                continue;
            }
            read(answer, asked, found);
            from += part.size();
            page = next(part.size(), answer.body().length);
        }
        return found;
    }

    /** At most tenfold, as the next documents may be larger. */
    private static int next(int page, long bytes) {
        long fitting = PAGE_BYTES * page / Math.max(1, bytes);
        return (int) Math.max(1, Math.min(Math.min(LARGEST_PAGE, 10L * page), fitting));
    }

    private static Payload question(List<String> ids) {
        ObjectNode question = JSON.createObjectNode().put("limit", ids.size());
        ids.forEach(question.putArray("ids")::add);
        return Payload.json(Listing.bytes(question));
    }

    private void read(Answer answer, Map<String, ProductKey> asked, Map<ProductKey, Document> found) {
        if (answer.status() == 404 && answer.code().equals("index_not_found")) {
            return;
        }
        JsonNode results = answer.ok() ? json(answer).path("results") : MissingNode.getInstance();
        if (!results.isArray()) {
            throw translator.question(answer, "documents.get");
        }
        for (JsonNode stored : results) {
            ProductKey key = asked.get(stored.path(primaryKey).asText());
            if (key != null) {
                found.put(key, document(key, stored));
            }
        }
    }

    private static JsonNode json(Answer answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private Document document(ProductKey key, JsonNode stored) {
        Document.Builder document = Document.builder();
        stored.properties().forEach(field -> {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (name.equals(primaryKey) && value.isTextual()) {
                if (hasOwnId(stored)) {
                    document.put(name, key.value());
                }
            } else if (!DocumentEncoder.isReserved(name)) {
                // Only others write a field without a name.
                document.put(name.isEmpty() ? "\"\"" : name, value(value, 0));
            }
        });
        return document.build();
    }

    private static boolean hasOwnId(JsonNode stored) {
        String fingerprint = Listing.text(stored, DocumentEncoder.FINGERPRINT);
        return fingerprint != null && DocumentEncoder.hasOwnId(fingerprint);
    }

    private static @Nullable Object value(JsonNode json, int depth) {
        if (json.isContainerNode() && depth >= DEPTH) {
            return json.toString();
        }
        if (json.isObject()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            json.properties().forEach(field -> map.put(field.getKey(), value(field.getValue(), depth + 1)));
            return map;
        }
        if (json.isArray()) {
            List<@Nullable Object> list = new ArrayList<>();
            json.forEach(element -> list.add(value(element, depth + 1)));
            return list;
        }
        if (json.isNumber()) {
            return json.isIntegralNumber() ? json.bigIntegerValue() : json.decimalValue();
        }
        return json.isNull() ? null : json.isBoolean() ? (Object) json.booleanValue() : json.asText();
    }
}
