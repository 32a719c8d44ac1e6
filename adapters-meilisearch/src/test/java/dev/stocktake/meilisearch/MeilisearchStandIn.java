package dev.stocktake.meilisearch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A <em>stand-in</em> for a Meilisearch 1.50 server, in this process: tasks, batches, asynchronous failures, keys, swaps,
 * and faults on command.
 *
 * <p>It is not Meilisearch and searches like a child. It was written from a description of the real server's behaviour and
 * compared with one; where a test passes here and fails there, the real server is right and this class is wrong.
 *
 * <p>{@link #automatic} works its queue off on a thread of its own. {@link #manual} waits for {@link #tick}, so that a test
 * decides what happens between two requests.
 */
public final class MeilisearchStandIn implements AutoCloseable {

    static {
        // Before the server's classes load: otherwise each small answer waits 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    /** What every stand-in opens with. */
    public static final String MASTER_KEY = "stand-in-master-key-0123456789";

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final StandInKeys keys = new StandInKeys(MASTER_KEY);
    private final List<Fault> faults = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();
    private final boolean automatic;
    private final ExecutorService threads;
    private StandInScheduler scheduler = new StandInScheduler();
    private HttpServer server;
    private long maxBody = 100_000_000;
    private String version = "1.50.0";
    private boolean full;
    private volatile boolean closed;

    private enum Moment {
        INSTEAD,
        DROP_BEFORE,
        DROP_AFTER,
        CUT,
        DELAY
    }

    private record Fault(
            String request,
            Moment moment,
            int status,
            Map<String, String> headers,
            byte[] body,
            CountDownLatch release) {}

    private MeilisearchStandIn(boolean automatic) {
        this.automatic = automatic;
        AtomicInteger count = new AtomicInteger();
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "meilisearch-stand-in-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.server = listen(0);
        if (automatic) {
            threads.execute(this::workOff);
        }
    }

    /** Works its queue off by itself. */
    public static MeilisearchStandIn automatic() {
        return new MeilisearchStandIn(true);
    }

    /** Leaves its queue alone until {@link #tick}. */
    public static MeilisearchStandIn manual() {
        return new MeilisearchStandIn(false);
    }

    private HttpServer listen(int port) {
        try {
            HttpServer made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            made.setExecutor(threads);
            made.createContext("/", this::handle);
            made.start();
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its address. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    // --- what a test does to it -------------------------------------------------------------------------------------

    /** Works one batch off; says whether there was one. */
    public boolean tick() {
        return locked(() -> {
            boolean any = scheduler.begin();
            scheduler.end(false);
            return any;
        });
    }

    /** Works everything off. */
    public void drain() {
        while (tick()) {
            // on
        }
    }

    /** Begins a batch, whose tasks stay {@code processing} until the next {@link #tick}; says whether there is one. */
    public boolean beginBatch() {
        return locked(scheduler::begin);
    }

    /** Applies a batch and dies before it is noted: the tasks are enqueued again. */
    public void tickAndDie() {
        locked(() -> {
            scheduler.begin();
            scheduler.end(true);
            return true;
        });
    }

    /** Exchanges what the next swap names and dies before that is noted: it is enqueued again, and exchanged back. */
    public void executeNextSwapTwice() {
        locked(() -> {
            scheduler.executeNextSwapTwice();
            return true;
        });
    }

    /** All tasks of the next batch fail with this error, and nothing of it is applied. */
    public void failNextBatch(String code, String message) {
        locked(() -> {
            scheduler.failNextBatch(new StandInFailure(code, message, true));
            return true;
        });
    }

    /** Answers the next request whose {@code METHOD /path} contains the text without looking at it. */
    public void answerNext(String request, int status, Map<String, String> headers, String body) {
        fault(new Fault(
                request,
                Moment.INSTEAD,
                status,
                headers,
                body.getBytes(StandardCharsets.UTF_8),
                new CountDownLatch(0)));
    }

    /** Closes the connection of the next such request without an answer; nothing was done. */
    public void dropNextBefore(String request) {
        fault(new Fault(request, Moment.DROP_BEFORE, 0, Map.of(), new byte[0], new CountDownLatch(0)));
    }

    /** Does what the next such request says and closes its connection without an answer. */
    public void dropNextAfter(String request) {
        fault(new Fault(request, Moment.DROP_AFTER, 0, Map.of(), new byte[0], new CountDownLatch(0)));
    }

    /** Does what the next such request says and closes its connection in the middle of the answer's body. */
    public void cutNext(String request) {
        fault(new Fault(request, Moment.CUT, 0, Map.of(), new byte[0], new CountDownLatch(0)));
    }

    /**
     * Holds the next such request until released, then does what it says and answers.
     *
     * @return releases it
     */
    public Runnable holdNext(String request) {
        CountDownLatch release = new CountDownLatch(1);
        fault(new Fault(request, Moment.DELAY, 0, Map.of(), new byte[0], release));
        return release::countDown;
    }

    private void fault(Fault fault) {
        locked(() -> faults.add(fault));
    }

    /** Refuses writes because the task queue's disk is full, until told otherwise. */
    public void full(boolean isFull) {
        locked(() -> full = isFull);
    }

    /** The largest body it takes, before compression; 100 MB at first. */
    public void maxBody(long bytes) {
        locked(() -> maxBody = bytes);
    }

    /** The version it tells. */
    public void version(String text) {
        locked(() -> version = text);
    }

    /** A further key; index patterns may end with a star. */
    public void addKey(String key, Set<String> actions, Set<String> indexes) {
        locked(() -> {
            keys.add(key, new StandInKeys.Grant(actions, indexes));
            return true;
        });
    }

    /** Forgets the oldest finished tasks, as the real one does beyond a million. */
    public void purge(int count) {
        locked(() -> {
            List<Long> oldest = scheduler.tasks.values().stream()
                    .filter(StandInTask::isFinal)
                    .map(task -> task.uid)
                    .limit(count)
                    .toList();
            return scheduler.tasks.keySet().removeAll(oldest);
        });
    }

    /** Stops the process and starts it again: what was processing is enqueued, open connections are gone. */
    public void restart() {
        int port = server.getAddress().getPort();
        server.stop(0);
        locked(() -> {
            scheduler.forgetProcessing();
            return true;
        });
        server = listen(port);
    }

    /** Stops listening; {@link #restart} is not possible any more, {@link #up} is. */
    public void down() {
        server.stop(0);
    }

    /** Listens again, on the same port. */
    public void up() {
        server = listen(server.getAddress().getPort());
    }

    /** A backup of everything as it is now. */
    public Backup backup() {
        return locked(() -> new Backup(new StandInScheduler(scheduler)));
    }

    /** Goes back to a backup: task uids are given away a second time. */
    public void restore(Backup backup) {
        locked(() -> {
            scheduler = new StandInScheduler(backup.state);
            scheduler.leapInTime();
            return true;
        });
    }

    /** See {@link #backup}. */
    public static final class Backup {

        private final StandInScheduler state;

        private Backup(StandInScheduler state) {
            this.state = state;
        }
    }

    // --- what a test looks at ---------------------------------------------------------------------------------------

    /** {@code METHOD /path?{query}} of every request so far that was read whole. */
    public List<String> requests() {
        return locked(() -> List.copyOf(requests));
    }

    /** Forgets them. */
    public void forgetRequests() {
        locked(() -> {
            requests.clear();
            return true;
        });
    }

    /** The document as it is stored. */
    public Optional<JsonNode> document(String index, String id) {
        return locked(() -> Optional.ofNullable(scheduler.indexes.get(index))
                .map(content -> content.get(id))
                .map(ObjectNode::deepCopy));
    }

    /** How many documents an index holds; 0 if there is none. */
    public int size(String index) {
        return locked(() -> {
            StandInIndex content = scheduler.indexes.get(index);
            return content == null ? 0 : content.size();
        });
    }

    // --- serving ----------------------------------------------------------------------------------------------------

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            StandInRoutes.Reply reply;
            StandInRequest request;
            try {
                request = StandInRequest.of(exchange, maxBody);
            } catch (StandInFailure failure) {
                send(exchange, new StandInRoutes.Reply(failure.status(), failure.json()));
                return;
            }
            Fault fault = fault(request);
            if (fault != null && fault.moment() == Moment.INSTEAD) {
                fault.headers().forEach(exchange.getResponseHeaders()::add);
                exchange.sendResponseHeaders(
                        fault.status(), fault.body().length == 0 || fault.status() == 204 ? -1 : fault.body().length);
                exchange.getResponseBody().write(fault.body());
                return;
            }
            if (fault != null && fault.moment() == Moment.DROP_BEFORE) {
                return;
            }
            if (fault != null && !released(fault)) {
                return;
            }
            reply = answer(request);
            if (fault != null && fault.moment() == Moment.CUT) {
                sendHalf(exchange, reply);
            } else if (fault == null || fault.moment() != Moment.DROP_AFTER) {
                send(exchange, reply);
            }
        }
    }

    private @Nullable Fault fault(StandInRequest request) {
        return locked(() -> {
            requests.add(request.line());
            Fault found = faults.stream()
                    .filter(fault -> request.line().contains(fault.request()))
                    .findFirst()
                    .orElse(null);
            if (found != null) {
                faults.remove(found);
            }
            return found;
        });
    }

    private static boolean released(Fault fault) {
        try {
            return fault.release().await(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private StandInRoutes.Reply answer(StandInRequest request) {
        return locked(() -> {
            StandInRoutes.Reply reply = new StandInRoutes(scheduler, keys, version, full).reply(request);
            work.signalAll();
            // Copied under the lock: what is in the store may change while it is sent.
            return new StandInRoutes.Reply(reply.status(), reply.body().deepCopy());
        });
    }

    private static void send(HttpExchange exchange, StandInRoutes.Reply reply) throws IOException {
        byte[] body = reply.body().isMissingNode() ? new byte[0] : bytes(reply.body());
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    private static void sendHalf(HttpExchange exchange, StandInRoutes.Reply reply) throws IOException {
        byte[] body = bytes(reply.body());
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(reply.status(), body.length);
        exchange.getResponseBody().write(body, 0, body.length / 2);
        exchange.getResponseBody().flush();
    }

    private static byte[] bytes(JsonNode json) {
        try {
            return StandInRequest.JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void workOff() {
        lock.lock();
        try {
            while (!closed) {
                if (scheduler.begin()) {
                    scheduler.end(false);
                } else {
                    work.await();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private <T> T locked(Supplier<T> what) {
        lock.lock();
        try {
            return what.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        server.stop(0);
        threads.shutdownNow();
    }

    @Override
    public String toString() {
        return "MeilisearchStandIn at " + url() + (automatic ? "" : ", by hand");
    }
}
