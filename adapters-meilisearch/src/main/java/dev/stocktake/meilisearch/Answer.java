package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What came back over HTTP, whatever its status.
 *
 * @param retryAfter the server's own advice, null if it gave none
 */
record Answer(int status, byte[] body, @Nullable Duration retryAfter) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SHOWN = 160;

    boolean ok() {
        return status >= 200 && status < 300;
    }

    /** The body, or a missing node if it is no JSON: an error page, nothing at all. */
    JsonNode json() {
        try {
            JsonNode node = JSON.readTree(body);
            return node == null ? MissingNode.getInstance() : node;
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    /** Meilisearch's name for the error; empty if the answer is not Meilisearch's, which has a type, too. */
    String code() {
        JsonNode json = json();
        return json.path("code").isTextual() && json.path("type").isTextual()
                ? json.path("code").asText()
                : "";
    }

    /** What it says, for a message: short, on one line. */
    String text() {
        String code = code();
        if (!code.isEmpty()) {
            return "HTTP " + status + " " + code + ": " + json().path("message").asText();
        }
        if (body.length == 0) {
            return "HTTP " + status + " without a body";
        }
        String page = new String(body, 0, Math.min(body.length, 4 * SHOWN), StandardCharsets.UTF_8)
                .replaceAll("\\s+", " ")
                .strip();
        return "HTTP " + status + ", not in Meilisearch's words: '"
                + (page.length() > SHOWN ? page.substring(0, SHOWN) + "…" : page) + "'";
    }
}
