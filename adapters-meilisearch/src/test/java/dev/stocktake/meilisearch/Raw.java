package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Somebody else who talks to the same server: an admin, another program. */
final class Raw {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final String url;
    private final String key;
    private final BooleanSupplier work;

    /** @param work makes the server work on, if it does not by itself; says whether the caller need not wait */
    Raw(String url, String key, BooleanSupplier work) {
        this.url = url;
        this.key = key;
        this.work = work;
    }

    JsonNode get(String path) {
        return call("GET", path, null);
    }

    JsonNode post(String path, String json) {
        return call("POST", path, json);
    }

    JsonNode call(String method, String path, @Nullable String json) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", "Bearer " + key)
                .method(method, json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json));
        if (json != null) {
            request.header("Content-Type", "application/json");
        }
        try {
            HttpResponse<byte[]> response = CLIENT.send(request.build(), BodyHandlers.ofByteArray());
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Sends and waits until the task is over. */
    JsonNode done(String method, String path, @Nullable String json) {
        JsonNode task = call(method, path, json);
        if (!task.has("taskUid")) {
            throw new IllegalStateException(path + ": " + task);
        }
        return await(task.path("taskUid").asLong());
    }

    JsonNode await(long uid) {
        while (true) {
            work.getAsBoolean();
            JsonNode task = get("/tasks/" + uid);
            if (!task.path("finishedAt").isNull()) {
                return task;
            }
            Thread.onSpinWait();
        }
    }
}
