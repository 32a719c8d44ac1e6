package dev.stocktake.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a {@link TimedFeed} has come.
 *
 * @param asked up to here was asked once
 * @param settled up to here was asked again, when nothing could appear there any more
 * @param part null unless the products of a window are named in part
 */
record TimedCursor(Instant asked, Instant settled, @Nullable Part part) {

    private static final int VERSION = 1;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * A window that has more products than were named.
     *
     * @param asked where the cursor will be behind it
     * @param settled where the cursor will be behind it
     * @param after the last product that was named, as read; null if there is none yet
     */
    record Part(
            TimedWindow window,
            Instant asked,
            Instant settled,
            @Nullable String after) {}

    /** Reads a saved cursor; empty if it is none of ours, or of a later version. */
    static Optional<TimedCursor> parse(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            if (json.path("v").asInt() != VERSION) {
                return Optional.empty();
            }
            JsonNode part = json.path("p");
            return Optional.of(new TimedCursor(
                    Instant.parse(json.required("a").asText()),
                    Instant.parse(json.required("s").asText()),
                    part.isMissingNode() ? null : part(part)));
        } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Part part(JsonNode json) {
        return new Part(
                new TimedWindow(instant(json, 0), instant(json, 1)),
                instant(json, 2),
                instant(json, 3),
                json.has(4) ? json.required(4).asText() : null);
    }

    private static Instant instant(JsonNode json, int index) {
        return Instant.parse(json.required(index).asText());
    }

    /** The cursor as text. */
    String text() {
        ObjectNode json = JSON.createObjectNode()
                .put("v", VERSION)
                .put("a", asked.toString())
                .put("s", settled.toString());
        if (part != null) {
            ArrayNode entry = json.putArray("p")
                    .add(part.window().from().toString())
                    .add(part.window().to().toString())
                    .add(part.asked().toString())
                    .add(part.settled().toString());
            if (part.after() != null) {
                entry.add(part.after());
            }
        }
        return json.toString();
    }
}
