package dev.stocktake.meilisearch;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;

/**
 * HTTP as this adapter needs it: every status is an answer, a write is sent once, and when no answer comes it is known
 * whether the server can have the request.
 *
 * <p>Always HTTP/1.1: no upgrade attempt, and one response's fate is not shared with others on its connection. Thread-safe.
 */
final class Http implements AutoCloseable {

    private final Address address;
    private final Lazy<HttpClient> client;
    private final ExecutorService threads;
    private final InstantSource clock;
    private final Set<CompletableFuture<?>> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Http(Address address, Duration connectTimeout, ExecutorService threads, InstantSource clock) {
        this.address = address;
        this.threads = threads;
        this.clock = clock;
        this.client = new Lazy<>(() -> client(connectTimeout, threads));
    }

    private static HttpClient client(Duration connectTimeout, ExecutorService threads) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .executor(threads)
                .build();
    }

    Answer get(String path, Duration timeout) {
        return ask(request(path).GET().build(), BodyHandlers.ofByteArray(), timeout);
    }

    /** A question that needs a body; it changes nothing. */
    Answer ask(String path, Payload question, Duration timeout) {
        return ask(request(path, question), BodyHandlers.ofByteArray(), timeout);
    }

    /** The same; empty if the answer is larger than that, which is found out without reading all of it. */
    Optional<Answer> ask(String path, Payload question, Duration timeout, long maxBytes) {
        BoundedBody body = new BoundedBody(maxBytes);
        try {
            return Optional.of(ask(request(path, question), body, timeout));
        } catch (UnavailableException e) {
            if (body.exceeded()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Sets what shall be; done twice, it is done once. */
    Answer patch(String path, Payload change, Duration timeout) {
        HttpRequest request = request(path)
                .header("Content-Type", change.type())
                .method("PATCH", BodyPublishers.ofByteArrays(change.chunks()))
                .build();
        return ask(request, BodyHandlers.ofByteArray(), timeout);
    }

    /**
     * Removes something.
     *
     * @throws UnavailableException no answer; it may be removed now, later or never
     */
    Answer delete(String path, Duration timeout) {
        return ask(request(path).DELETE().build(), BodyHandlers.ofByteArray(), timeout);
    }

    private HttpRequest request(String path, Payload question) {
        return request(path)
                .header("Content-Type", question.type())
                .POST(BodyPublishers.ofByteArrays(question.chunks()))
                .build();
    }

    private Answer ask(HttpRequest request, BodyHandler<byte[]> body, Duration timeout) {
        try {
            return exchange(request, body, timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException("Interrupted while asking Meilisearch at '" + address + "'", e);
        } catch (CancellationException e) {
            throw closed(e);
        } catch (IOException e) {
            throw new UnavailableException(unreachable(e), e);
        }
    }

    /**
     * Sends a write, once.
     *
     * @throws UnavailableException the server certainly does not have it
     * @throws UnknownOutcomeException it may have it
     * @throws StoppedException interrupted or closed; it may have it
     */
    Answer write(String path, Payload payload, Duration timeout) {
        SingleSending body = new SingleSending(payload);
        HttpRequest.Builder request = request(path).header("Content-Type", payload.type());
        if (!payload.encoding().isEmpty()) {
            request.header("Content-Encoding", payload.encoding());
        }
        try {
            return exchange(request.POST(body).build(), BodyHandlers.ofByteArray(), timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException("Interrupted while writing to Meilisearch at '" + address + "'", e);
        } catch (CancellationException e) {
            throw closed(e);
        } catch (IOException e) {
            boolean begun = body.begun();
            if (body.withhold()) {
                throw new UnavailableException(unreachable(e) + notDelivered(begun), e);
            }
            throw new UnknownOutcomeException(
                    "Meilisearch at '" + address + "' was sent a write and gave no answer (" + reason(e)
                            + "); it may be applied now, later or never",
                    e);
        }
    }

    private static String notDelivered(boolean begun) {
        return "; the write was not delivered"
                + (begun
                        ? " whole. If only large batches fail like this, something on the way limits the size of a request:"
                                + " lower 'limits'"
                        : "");
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address.base() + path)).header("User-Agent", "stocktake");
        if (!address.key().isEmpty()) {
            request.header("Authorization", "Bearer " + address.key());
        }
        return request;
    }

    private Answer exchange(HttpRequest request, BodyHandler<byte[]> body, Duration timeout)
            throws IOException, InterruptedException {
        if (closed) {
            throw new CancellationException("closed");
        }
        if (Thread.interrupted()) {
            // Waiting would not notice it where the answer is there already; and nothing need be sent.
            throw new InterruptedException();
        }
        // Without HttpRequest.timeout: that ends with the response's headers, and a body may stall for ever.
        CompletableFuture<HttpResponse<byte[]>> exchange = begin(request, body);
        running.add(exchange);
        if (closed) {
            // Between the look at the beginning and the entry in the list, which close() went through meanwhile.
            exchange.cancel(true);
        }
        try {
            return answer(exchange.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + timeout.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            if (closed) {
                throw new CancellationException("closed meanwhile");
            }
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } finally {
            running.remove(exchange);
            // Nothing if it is over, else it closes the connection.
            exchange.cancel(true);
        }
    }

    private CompletableFuture<HttpResponse<byte[]>> begin(HttpRequest request, BodyHandler<byte[]> body) {
        try {
            return client.get().sendAsync(request, body);
        } catch (RejectedExecutionException e) {
            // Closed since we looked: the threads are gone.
            throw new CancellationException("closed");
        }
    }

    private Answer answer(HttpResponse<byte[]> response) {
        Duration retryAfter = response.headers()
                .firstValue("Retry-After")
                .flatMap(value -> RetryAfter.parse(value, clock.instant()))
                .orElse(null);
        Answer answer = new Answer(response.statusCode(), response.body(), retryAfter);
        if (answer.status() >= 300 && answer.status() < 400) {
            throw new MisconfiguredException("'" + address + "' redirects (HTTP " + answer.status()
                    + "), and a write must not be sent on; set 'url' to the address it redirects to");
        }
        return answer;
    }

    private String unreachable(IOException e) {
        String next =
                e instanceof SSLHandshakeException ? ". Check the server's certificate and the JVM's trust store" : "";
        return "Meilisearch at '" + address + "' cannot be reached (" + reason(e) + ")" + next;
    }

    private String reason(IOException e) {
        String message = e.getMessage();
        String name = e.getClass().getSimpleName();
        return message == null
                ? name
                : address.withoutKey(name.equals("IOException") ? message : name + ": " + message);
    }

    private StoppedException closed(CancellationException e) {
        return new StoppedException("The connection to Meilisearch at '" + address + "' was closed", e);
    }

    /** Ends running requests: their callers get a {@link StoppedException}. */
    @Override
    public void close() {
        closed = true;
        running.forEach(exchange -> exchange.cancel(true));
        threads.shutdown();
    }
}
