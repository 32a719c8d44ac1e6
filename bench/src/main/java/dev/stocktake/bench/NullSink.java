package dev.stocktake.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A null sink: speaks as much of Meilisearch's protocol as a sync needs, applies at once, searches nothing. It measures the
 * way to an index and is no stand-in for one.
 *
 * <p>Usually forgetful: it counts documents and holds none, so that its memory and its time do not grow. It can be told to
 * remember fingerprints, for runs in which nothing changed.
 */
final class NullSink implements AutoCloseable {

    static final String PRIMARY_KEY = "id";
    static final String FINGERPRINT = "stocktake_fingerprint";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads;
    private final SinkCounters counters = new SinkCounters();
    private final SinkTasks tasks = new SinkTasks();
    private final Map<String, SinkIndex> indexes = new ConcurrentHashMap<>();
    private volatile boolean remembering;

    private NullSink(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /** Starts on a free port of the loopback interface. */
    static NullSink start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "null-sink");
            thread.setDaemon(true);
            return thread;
        });
        NullSink sink = new NullSink(server, threads);
        server.setExecutor(threads);
        server.createContext("/", sink::handle);
        server.start();
        return sink;
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            // Runs of slashes count as one, as on the real server: the vendor's client sends some.
            String[] path = exchange.getRequestURI().getPath().substring(1).split("/+");
            String route = exchange.getRequestMethod() + " " + route(path);
            Answer answer = answer(route, path, exchange);
            byte[] body = JSON.writeValueAsBytes(answer.body());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** The path with the index's name left out. */
    private static String route(String[] path) {
        StringBuilder route = new StringBuilder();
        for (int i = 0; i < path.length; i++) {
            boolean name = i == 1 && (path[0].equals("indexes") || path[0].equals("tasks"));
            route.append('/').append(name ? "*" : path[i]);
        }
        return route.toString();
    }

    private Answer answer(String route, String[] path, HttpExchange exchange) throws IOException {
        return switch (route) {
            case "POST /floor" -> floor(exchange);
            case "GET /counters" -> new Answer(200, counters.json());
            case "POST /reset" -> reset(exchange);
            case "POST /indexes/*/documents" -> documents(path[1], exchange);
            case "POST /indexes/*/documents/delete-batch" -> deletions(path[1], exchange);
            case "POST /indexes/*/documents/fetch" -> fetch(path[1], exchange);
            default -> control(route, path, exchange);
        };
    }

    private Answer control(String route, String[] path, HttpExchange exchange) throws IOException {
        counters.control();
        byte[] body = exchange.getRequestBody().readAllBytes();
        return switch (route) {
            case "GET /health" -> new Answer(200, JSON.createObjectNode().put("status", "available"));
            case "GET /version" -> new Answer(200, version());
            case "GET /tasks" -> new Answer(200, tasks.page(Query.of(exchange.getRequestURI())));
            case "GET /tasks/*" ->
                new Answer(
                        200,
                        tasks.page(Query.of("uids=" + path[1])).path("results").path(0));
            case "POST /indexes" -> created(exchange);
            case "GET /indexes" -> listed();
            case "GET /indexes/*" -> new Answer(200, described(path[1]));
            case "GET /indexes/*/settings" -> new Answer(200, index(path[1]).settings());
            case "PATCH /indexes/*/settings" -> settings(path[1], body, exchange);
            case "GET /indexes/*/stats" -> new Answer(200, stats(path[1]));
            default -> new Answer(404, error("not_found", "the null sink does not know '" + route + "'"));
        };
    }

    // --- documents --------------------------------------------------------------------------------------------------

    private Answer floor(HttpExchange exchange) throws IOException {
        counters.wrote(Lines.count(exchange.getRequestBody()));
        return new Answer(200, JSON.createObjectNode());
    }

    private Answer documents(String uid, HttpExchange exchange) throws IOException {
        SinkIndex index = index(uid);
        Lines lines = remembering
                ? Lines.each(exchange.getRequestBody(), index::remember)
                : Lines.count(exchange.getRequestBody());
        counters.wrote(lines);
        return accepted(uid, "documentAdditionOrUpdate", exchange);
    }

    private Answer deletions(String uid, HttpExchange exchange) throws IOException {
        JsonNode ids = JSON.readTree(exchange.getRequestBody());
        ids.forEach(id -> index(uid).forget(id.asText()));
        counters.deleted(ids.size());
        return accepted(uid, "documentDeletion", exchange);
    }

    private Answer fetch(String uid, HttpExchange exchange) throws IOException {
        JsonNode question = JSON.readTree(exchange.getRequestBody());
        counters.fetched(question.path("ids").size());
        return new Answer(200, index(uid).page(question));
    }

    private SinkIndex index(String uid) {
        return indexes.computeIfAbsent(uid, name -> new SinkIndex(Instant.now().toString()));
    }

    // --- everything else --------------------------------------------------------------------------------------------

    private Answer reset(HttpExchange exchange) {
        remembering = Query.of(exchange.getRequestURI()).has("remember");
        indexes.clear();
        tasks.forget();
        counters.reset();
        return new Answer(200, JSON.createObjectNode());
    }

    private Answer created(HttpExchange exchange) {
        return accepted("", "indexCreation", exchange);
    }

    private Answer accepted(String uid, String type, HttpExchange exchange) {
        Query query = Query.of(exchange.getRequestURI());
        return new Answer(202, tasks.add(uid, type, query.text("customMetadata")));
    }

    /** All on one page. */
    private Answer listed() {
        ObjectNode json = JSON.createObjectNode();
        ArrayNode results = json.putArray("results");
        indexes.keySet().forEach(uid -> results.add(described(uid)));
        return new Answer(
                200, json.put("offset", 0).put("limit", results.size()).put("total", results.size()));
    }

    private ObjectNode described(String uid) {
        ObjectNode json = JSON.createObjectNode();
        String created = index(uid).createdAt();
        json.put("uid", uid)
                .put("primaryKey", PRIMARY_KEY)
                .put("createdAt", created)
                .put("updatedAt", created);
        return json;
    }

    private ObjectNode stats(String uid) {
        return JSON.createObjectNode()
                .put("numberOfDocuments", index(uid).size())
                .put("isIndexing", false);
    }

    private Answer settings(String uid, byte[] changes, HttpExchange exchange) throws IOException {
        index(uid).settings(JSON.readTree(changes));
        return accepted(uid, "settingsUpdate", exchange);
    }

    private static ObjectNode version() {
        return JSON.createObjectNode()
                .put("pkgVersion", "1.50.0")
                .put("commitSha", "null-sink")
                .put("commitDate", "null-sink");
    }

    private static ObjectNode error(String code, String message) {
        return JSON.createObjectNode().put("code", code).put("message", message).put("type", "invalid_request");
    }

    private record Answer(int status, JsonNode body) {}

    /** Runs alone in a JVM, so that its work is not taken for the library's; says its port and ends with its parent. */
    public static void main(String[] args) {
        try {
            NullSink sink = start();
            System.out.println(sink.port());
            System.out.flush();
            while (System.in.read() >= 0) {
                // The parent never writes: the end of the stream is the end of the parent.
            }
            sink.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
