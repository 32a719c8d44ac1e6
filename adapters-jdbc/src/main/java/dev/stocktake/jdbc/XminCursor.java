package dev.stocktake.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far an {@link XminFeed} has come.
 *
 * @param nonce makes every cursor that was ever returned a different text
 * @param origin which database this speaks of, and of which of its histories
 * @param graph which tables, and how they lead to products
 * @param log the position of the write-ahead log when the cursor was made
 * @param horizon all 64 bits of a transaction number: what older ones wrote was named, or was there when the feed began
 * @param pass null between two passes
 */
record XminCursor(
        String nonce,
        String origin,
        String graph,
        long log,
        long horizon,
        @Nullable Pass pass) {

    private static final int VERSION = 1;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * A place between row versions: those of this block and line, of all partitions up to this one, are behind it.
     *
     * @param partition the number of the table that really holds the row
     */
    record Place(long block, int line, long partition) {

        static final Place START = new Place(0, 0, 0);

        /** The place before the first row of a block. */
        static Place before(long block) {
            return new Place(block, 0, 0);
        }
    }

    /**
     * A pass over all tables that is not finished.
     *
     * @param next the horizon when the pass began
     * @param table the number of the table that is being read
     * @param files what names the files in which it lies: places in others mean nothing
     * @param last behind the rows whose products were named
     * @param climb null unless the products of the next rows are named in part
     */
    record Pass(
            long next,
            int table,
            String files,
            Place last,
            @Nullable PartialClimb climb) {

        static Pass begin(long next) {
            return new Pass(next, 0, "", Place.START, null);
        }

        Pass nextTable() {
            return new Pass(next, table + 1, "", Place.START, null);
        }

        Pass inFiles(String newFiles) {
            return new Pass(next, table, newFiles, Place.START, null);
        }

        Pass at(Place place) {
            return new Pass(next, table, files, place, null);
        }

        Pass climbing(PartialClimb partial) {
            return new Pass(next, table, files, last, partial);
        }
    }

    /**
     * Rows that lead to more products than were named.
     *
     * @param end behind the last of the rows
     * @param after the last product that was named
     */
    record PartialClimb(Place end, String after) {}

    /** Reads a saved cursor; empty if it is none of ours, or of a later version. */
    static Optional<XminCursor> parse(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            if (json.path("v").asInt() != VERSION) {
                return Optional.empty();
            }
            JsonNode pass = json.path("p");
            return Optional.of(new XminCursor(
                    json.required("n").asText(),
                    json.required("o").asText(),
                    json.required("g").asText(),
                    json.required("l").asLong(),
                    json.required("h").asLong(),
                    pass.isMissingNode() ? null : pass(pass)));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Pass pass(JsonNode json) {
        PartialClimb climb = json.size() > 4
                ? new PartialClimb(place(json.required(4)), json.required(5).asText())
                : null;
        return new Pass(
                json.required(0).asLong(),
                json.required(1).asInt(),
                json.required(2).asText(),
                place(json.required(3)),
                climb);
    }

    private static Place place(JsonNode json) {
        return new Place(
                json.required(0).asLong(),
                json.required(1).asInt(),
                json.required(2).asLong());
    }

    /** The cursor as text. */
    String text() {
        ObjectNode json = JSON.createObjectNode()
                .put("v", VERSION)
                .put("n", nonce)
                .put("o", origin)
                .put("g", graph)
                .put("l", log)
                .put("h", horizon);
        if (pass != null) {
            ArrayNode entry =
                    json.putArray("p").add(pass.next()).add(pass.table()).add(pass.files());
            entry.add(json(pass.last()));
            if (pass.climb() != null) {
                entry.add(json(pass.climb().end())).add(pass.climb().after());
            }
        }
        return json.toString();
    }

    private static ArrayNode json(Place place) {
        return JSON.createArrayNode().add(place.block()).add(place.line()).add(place.partition());
    }
}
