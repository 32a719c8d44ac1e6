package dev.stocktake.examples.medusa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stocktake.meilisearch.MeilisearchStandIn;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Requests to the server by somebody else. */
final class Raw {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Raw() {}

    /** Puts documents into an index, and returns when they are there. */
    static void put(MeilisearchStandIn server, String index, String documents) {
        HttpRequest request = request(server, "/indexes/" + index + "/documents")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(documents))
                .build();
        assertThat(send(request).statusCode()).isEqualTo(202);
        await().atMost(Duration.ofSeconds(30)).until(() -> server.size(index) > 0);
    }

    static String get(MeilisearchStandIn server, String path) {
        return send(request(server, path).build()).body();
    }

    private static HttpRequest.Builder request(MeilisearchStandIn server, String path) {
        return HttpRequest.newBuilder(URI.create(server.url() + path))
                .header("Authorization", "Bearer " + MeilisearchStandIn.MASTER_KEY);
    }

    static HttpResponse<String> send(HttpRequest request) {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(request.uri().toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(request.uri().toString(), e);
        }
    }
}
