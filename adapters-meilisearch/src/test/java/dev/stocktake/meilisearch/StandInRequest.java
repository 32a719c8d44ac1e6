package dev.stocktake.meilisearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A request to {@link MeilisearchStandIn}, read to its end.
 *
 * @param authorization the header, null if there is none
 */
record StandInRequest(
        String method,
        List<String> path,
        String rawQuery,
        Map<String, String> query,
        @Nullable String authorization,
        @Nullable String contentType,
        byte[] body) {

    static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(com.fasterxml.jackson.databind.cfg.JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    static StandInRequest of(HttpExchange exchange, long maxBody) throws IOException {
        List<String> path = new ArrayList<>();
        for (String part : exchange.getRequestURI().getRawPath().split("/")) {
            if (!part.isEmpty()) {
                path.add(decoded(part));
            }
        }
        byte[] body;
        try (InputStream in = exchange.getRequestBody()) {
            body = read(in, exchange.getRequestHeaders().getFirst("Content-Encoding"), maxBody);
        }
        return new StandInRequest(
                exchange.getRequestMethod(),
                path,
                exchange.getRequestURI().getRawQuery() == null
                        ? ""
                        : exchange.getRequestURI().getRawQuery(),
                parsed(exchange.getRequestURI().getRawQuery()),
                exchange.getRequestHeaders().getFirst("Authorization"),
                exchange.getRequestHeaders().getFirst("Content-Type"),
                body);
    }

    private static byte[] read(InputStream in, @Nullable String encoding, long maxBody) throws IOException {
        InputStream decoded = "gzip".equals(encoding)
                ? new GZIPInputStream(in)
                : "deflate".equals(encoding) ? new InflaterInputStream(in) : in;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[64 * 1024];
        int count;
        boolean tooLarge = false;
        while ((count = decoded.read(buffer)) > 0) {
            tooLarge |= out.size() + count > maxBody;
            if (!tooLarge) {
                out.write(buffer, 0, count);
            }
        }
        if (tooLarge) {
            throw new StandInFailure(
                    "payload_too_large",
                    "The provided payload reached the size limit. The maximum" + " accepted payload size is " + maxBody
                            + " bytes.");
        }
        return out.toByteArray();
    }

    private static Map<String, String> parsed(@Nullable String raw) {
        Map<String, String> query = new LinkedHashMap<>();
        if (raw != null) {
            for (String pair : raw.split("&")) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    query.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
                }
            }
        }
        return query;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    String line() {
        return method + " /" + String.join("/", path) + (query.isEmpty() ? "" : "?" + query);
    }

    void allowQuery(String... names) {
        for (String name : query.keySet()) {
            if (!Set.of(names).contains(name)) {
                throw new StandInFailure(
                        "bad_request",
                        "Unknown parameter `" + name + "`: expected one of `" + String.join("`, `", names) + "`");
            }
        }
    }

    @Nullable
    String query(String name) {
        return query.get(name);
    }

    int number(String name, int otherwise) {
        String text = query.get(name);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("\\d{1,10}")) {
            throw new StandInFailure(
                    "invalid_task_" + name,
                    "Invalid value in parameter `" + name + "`: could not parse `" + text + "` as a positive integer");
        }
        return (int) Math.min(Long.parseLong(text), Integer.MAX_VALUE);
    }

    JsonNode json() {
        requireType("application/json");
        if (body.length == 0) {
            throw new StandInFailure("missing_payload", "A json payload is missing.");
        }
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new StandInFailure(
                    "malformed_payload", "The json payload provided is malformed. `" + e.getMessage() + "`.");
        }
    }

    ObjectNode object(String... fields) {
        JsonNode json = json();
        if (!(json instanceof ObjectNode object)) {
            throw new StandInFailure(
                    "bad_request", "Invalid value type: expected an object, but found " + json.getNodeType());
        }
        object.fieldNames().forEachRemaining(field -> {
            if (fields.length > 0 && !Set.of(fields).contains(field)) {
                throw new StandInFailure("bad_request", "Unknown field `" + field + "`");
            }
        });
        return object;
    }

    private void requireType(String... types) {
        if (contentType == null) {
            throw new StandInFailure(
                    "missing_content_type",
                    "A Content-Type header is missing. Accepted values for the" + " Content-Type header are: "
                            + String.join(", ", types));
        }
        if (!Set.of(types).contains(contentType.split(";")[0].strip())) {
            throw new StandInFailure("invalid_content_type", "The Content-Type `" + contentType + "` is invalid.");
        }
    }

    /** An array of objects, one object, or objects one after the other. */
    List<ObjectNode> documents() {
        requireType("application/json", "application/x-ndjson");
        List<ObjectNode> documents = new ArrayList<>();
        boolean any = false;
        try (MappingIterator<JsonNode> values = JSON.readerFor(JsonNode.class).readValues(body)) {
            while (values.hasNextValue()) {
                any = true;
                add(documents, values.nextValue());
            }
        } catch (JsonProcessingException e) {
            throw new StandInFailure(
                    "malformed_payload",
                    "The `ndjson` payload provided is malformed: `" + e.getOriginalMessage() + "`.");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        if (!any) {
            throw new StandInFailure("missing_payload", "A ndjson payload is missing.");
        }
        return documents;
    }

    private static void add(List<ObjectNode> documents, JsonNode value) {
        if (value.isArray()) {
            value.forEach(element -> add(documents, element));
        } else if (value instanceof ObjectNode object) {
            documents.add(object);
        } else {
            throw new StandInFailure("internal", "Not an object");
        }
    }
}
