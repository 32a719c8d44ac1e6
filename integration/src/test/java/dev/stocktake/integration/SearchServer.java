package dev.stocktake.integration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stocktake.meilisearch.MeilisearchIndex;
import dev.stocktake.meilisearch.MeilisearchStandIn;
import dev.stocktake.meilisearch.RealServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where the index lives: the real Meilisearch that STOCKTAKE_MEILISEARCH_URL (and _KEY) name, else the stand-in, whose tasks
 * take a random time and which may die in the middle of them.
 */
final class SearchServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ALL = 100_000;
    private static final int ATTEMPTS = 5;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;
    private final String key;
    private final String uid = "killed-" + UUID.randomUUID().toString().substring(0, 8);
    private final @Nullable Crashing standIn;

    private SearchServer(String url, String key, @Nullable Crashing standIn) {
        this.url = url;
        this.key = key;
        this.standIn = standIn;
    }

    static SearchServer open(long seed) {
        if (RealServer.isNamed()) {
            return new SearchServer(RealServer.url(), RealServer.key(), null);
        }
        Crashing standIn = new Crashing(new Random(seed));
        return new SearchServer(standIn.server.url(), MeilisearchStandIn.MASTER_KEY, standIn);
    }

    String url() {
        return url;
    }

    String key() {
        return key;
    }

    String uid() {
        return uid;
    }

    int port() {
        return URI.create(url).getPort();
    }

    /** The next time it is at work it dies, and comes back at once. A real server is left alone. */
    void crashAtWork() {
        if (standIn != null) {
            standIn.wanted.set(1);
        }
    }

    int crashes() {
        return standIn == null ? 0 : standIn.crashes.get();
    }

    /** Everything that the index holds, by product id, without what Stocktake writes for itself. */
    Map<String, JsonNode> documents() throws IOException {
        if (standIn != null && standIn.failure != null) {
            throw new IllegalStateException("The stand-in's thread failed", standIn.failure);
        }
        Map<String, JsonNode> documents = new TreeMap<>();
        JsonNode page = call("POST", "/indexes/" + uid + "/documents/fetch", "{\"limit\":" + ALL + "}");
        for (JsonNode document : page.path("results")) {
            ObjectNode fields = document.deepCopy();
            String id = fields.remove("id").asText();
            fields.remove(MeilisearchIndex.FINGERPRINT_FIELD);
            documents.put(id, fields);
        }
        return documents;
    }

    private JsonNode call(String method, String path, @Nullable String json) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + key)
                .method(
                        method,
                        json == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(json));
        for (int attempt = 1; ; attempt++) {
            try {
                return JSON.readTree(client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                        .body());
            } catch (IOException e) {
                // It may have died since the last call, and the connection with it.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("Interrupted", e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (standIn == null) {
            call("DELETE", "/indexes/" + uid, null);
        } else {
            standIn.close();
        }
    }

    /** Works the stand-in's queue off at an uneven pace, and lets it die in the middle of a batch. */
    private static final class Crashing {

        private final MeilisearchStandIn server = MeilisearchStandIn.manual();
        private final Random random;
        private final AtomicInteger wanted = new AtomicInteger();
        private final AtomicInteger crashes = new AtomicInteger();
        private int idle;
        private volatile @Nullable RuntimeException failure;
        private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "search-server");
            made.setDaemon(true);
            return made;
        });

        Crashing(Random random) {
            this.random = random;
            thread.scheduleWithFixedDelay(this::work, 0, 2, TimeUnit.MILLISECONDS);
        }

        private void work() {
            try {
                workOn();
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
        }

        private void workOn() {
            if (idle > 0) {
                idle--;
                return;
            }
            if (!server.beginBatch()) {
                return;
            }
            if (wanted.compareAndSet(1, 0)) {
                die();
            } else {
                server.tick();
                idle = random.nextInt(8) == 0 ? random.nextInt(25) : random.nextInt(2);
            }
        }

        /** Before or after the batch's effect was kept, but never after it was noted that it was. */
        private void die() {
            if (random.nextBoolean()) {
                server.tickAndDie();
            }
            server.restart();
            crashes.incrementAndGet();
        }

        void close() {
            thread.shutdownNow();
            server.close();
        }
    }
}
