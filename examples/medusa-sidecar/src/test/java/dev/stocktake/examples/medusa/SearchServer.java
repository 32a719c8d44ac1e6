package dev.stocktake.examples.medusa;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stocktake.meilisearch.MeilisearchStandIn;
import dev.stocktake.meilisearch.RealServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the index lives: in the real Meilisearch that {@code STOCKTAKE_MEILISEARCH_URL} (and {@code _KEY}) name, which is asked for
 * one index and then rid of it, else in the stand-in.
 */
final class SearchServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String index;
    private final String url;
    private final String key;
    private final @Nullable MeilisearchStandIn standIn;

    SearchServer(String index) {
        this.index = index;
        if (RealServer.isNamed()) {
            standIn = null;
            url = RealServer.url();
            key = RealServer.key();
            remove();
        } else {
            standIn = MeilisearchStandIn.automatic();
            url = standIn.url();
            key = MeilisearchStandIn.MASTER_KEY;
        }
    }

    String url() {
        return url;
    }

    String key() {
        return key;
    }

    long size() {
        return standIn != null
                ? standIn.size(index)
                : get("/indexes/" + index + "/stats")
                        .map(stats -> stats.path("numberOfDocuments").asLong())
                        .orElse(0L);
    }

    Optional<JsonNode> document(String id) {
        return standIn != null ? standIn.document(index, id) : get("/indexes/" + index + "/documents/" + id);
    }

    private Optional<JsonNode> get(String path) {
        HttpResponse<String> answer = send("GET", path);
        return answer.statusCode() == 200 ? Optional.of(json(answer)) : Optional.empty();
    }

    private HttpResponse<String> send(String method, String path) {
        return Raw.send(HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", "Bearer " + key)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(answer.body(), e);
        }
    }

    private void remove() {
        send("DELETE", "/indexes/" + index);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> get("/indexes/" + index).isEmpty());
    }

    @Override
    public void close() {
        if (standIn != null) {
            standIn.close();
        } else {
            remove();
        }
    }
}
