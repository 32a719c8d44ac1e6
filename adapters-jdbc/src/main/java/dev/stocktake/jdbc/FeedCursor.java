package dev.stocktake.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a timestamp feed has come.
 *
 * @param turn rises with every cursor; tables take turns by it
 * @param nonce makes every cursor that was ever returned a different text
 * @param tables by the tables' short ids
 */
record FeedCursor(long turn, String nonce, Map<String, Place> tables) {

    private static final int VERSION = 1;
    private static final String INFINITE = "inf";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * A place between rows.
     *
     * @param at the timestamp of the last row
     * @param keys by which rows of one timestamp are ordered, as read
     */
    record Position(Instant at, List<String> keys) {}

    /**
     * How far the feed has come in one table.
     *
     * @param watermark a pass begins here: everything before it is settled
     * @param pass null between two passes
     */
    record Place(Instant watermark, @Nullable Pass pass) {}

    /**
     * A pass that is not finished.
     *
     * @param settled what was settled when the pass began; the next watermark is not beyond it
     * @param last the last row whose products were named; null if there is none yet
     * @param climb null unless the products of the next rows are named in part
     */
    record Pass(
            Instant settled,
            @Nullable Position last,
            @Nullable PartialClimb climb) {}

    /**
     * Rows that lead to more products than were named.
     *
     * @param end the last of the rows
     * @param after the last product that was named
     */
    record PartialClimb(Position end, String after) {}

    /** Reads a saved cursor; empty if it is none of ours, or of a later version. */
    static Optional<FeedCursor> parse(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            if (json.path("v").asInt() != VERSION) {
                return Optional.empty();
            }
            Map<String, Place> tables = new LinkedHashMap<>();
            json.required("t").properties().forEach(entry -> tables.put(entry.getKey(), place(entry.getValue())));
            return Optional.of(
                    new FeedCursor(json.path("k").asLong(), json.path("n").asText(), tables));
        } catch (JsonProcessingException | IllegalArgumentException | DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    /** The cursor as text. */
    String text() {
        ObjectNode json =
                JSON.createObjectNode().put("v", VERSION).put("k", turn).put("n", nonce);
        ObjectNode entries = json.putObject("t");
        tables.forEach((id, place) -> entries.set(id, json(place)));
        return json.toString();
    }

    private static ArrayNode json(Place place) {
        ArrayNode json = JSON.createArrayNode().add(text(place.watermark()));
        Pass pass = place.pass();
        if (pass != null) {
            json.add(text(pass.settled())).add(json(pass.last()));
            if (pass.climb() != null) {
                json.add(json(pass.climb().end())).add(pass.climb().after());
            }
        }
        return json;
    }

    private static ArrayNode json(@Nullable Position position) {
        ArrayNode json = JSON.createArrayNode();
        if (position != null) {
            json.add(text(position.at()));
            position.keys().forEach(json::add);
        }
        return json;
    }

    private static Place place(JsonNode json) {
        Instant watermark = instant(json.required(0).asText());
        if (json.size() == 1) {
            return new Place(watermark, null);
        }
        Position end = json.size() > 3 ? position(json.required(3)) : null;
        PartialClimb climb =
                end == null ? null : new PartialClimb(end, json.required(4).asText());
        return new Place(watermark, new Pass(instant(json.required(1).asText()), position(json.required(2)), climb));
    }

    private static @Nullable Position position(JsonNode json) {
        if (json.isEmpty()) {
            return null;
        }
        List<String> keys = new ArrayList<>();
        for (int i = 1; i < json.size(); i++) {
            keys.add(json.get(i).asText());
        }
        return new Position(instant(json.required(0).asText()), keys);
    }

    private static String text(Instant instant) {
        if (instant.equals(Instant.MAX)) {
            return INFINITE;
        }
        return Long.toString(instant.getEpochSecond(), 36) + "." + Integer.toString(instant.getNano(), 36);
    }

    private static Instant instant(String text) {
        if (text.equals(INFINITE)) {
            return Instant.MAX;
        }
        int dot = text.indexOf('.');
        if (dot < 0) {
            throw new IllegalArgumentException(text);
        }
        return Instant.ofEpochSecond(
                Long.parseLong(text, 0, dot, 36), Long.parseLong(text, dot + 1, text.length(), 36));
    }
}
