package dev.stocktake.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A {@link NullSink} in a process of its own, and what it counted. */
final class Sink implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final int port;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Sink(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts the process and waits until it listens. */
    static Sink start() {
        ProcessBuilder command = Jvm.command(
                List.of("-Xmx512m", "-XX:+UseSerialGC", "-Dsun.net.httpserver.nodelay=true"),
                NullSink.class,
                List.of());
        try {
            Process process =
                    command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
            BufferedReader said =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
            String port = said.readLine();
            if (port == null) {
                throw new IOException("it ended before it said its port");
            }
            return new Sink(process, Integer.parseInt(port));
        } catch (IOException e) {
            throw new UncheckedIOException("The null sink did not start", e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    long cpuNanos() {
        return ProcessTimes.of(process.pid()).own();
    }

    /** Forgets everything. */
    void reset(boolean remembering) {
        post("/reset" + (remembering ? "?remember" : ""), BodyPublishers.noBody())
                .join();
    }

    Counted counted() {
        HttpRequest question =
                HttpRequest.newBuilder(URI.create(url() + "/counters")).build();
        try {
            JsonNode json = JSON.readTree(
                    http.send(question, BodyHandlers.ofByteArray()).body());
            return JSON.treeToValue(json, Counted.class);
        } catch (IOException e) {
            throw new UncheckedIOException("The null sink did not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    /** Sends raw bytes; done when they have arrived. */
    CompletableFuture<HttpResponse<Void>> post(String path, BodyPublisher body) {
        return http.sendAsync(
                HttpRequest.newBuilder(URI.create(url() + path)).POST(body).build(), BodyHandlers.discarding());
    }

    @Override
    public void close() {
        process.destroy();
    }

    /**
     * What reached the sink since it was reset.
     *
     * @param writes requests that carry documents
     * @param deletes requests that remove some
     * @param fetches requests that ask for fingerprints
     * @param controls every other request: tasks, identity, settings
     * @param documents in all writes
     * @param deletions in all deletes
     * @param asked ids in all fetches
     * @param bytes in all writes
     */
    record Counted(
            long writes,
            long deletes,
            long fetches,
            long controls,
            long documents,
            long deletions,
            long asked,
            long bytes) {

        static final Counted NOTHING = new Counted(0, 0, 0, 0, 0, 0, 0, 0);

        /** Of every kind. */
        long requests() {
            return writes + deletes + fetches + controls;
        }

        Counted plus(Counted other) {
            return new Counted(
                    writes + other.writes,
                    deletes + other.deletes,
                    fetches + other.fetches,
                    controls + other.controls,
                    documents + other.documents,
                    deletions + other.deletions,
                    asked + other.asked,
                    bytes + other.bytes);
        }

        Counted minus(Counted before) {
            return new Counted(
                    writes - before.writes,
                    deletes - before.deletes,
                    fetches - before.fetches,
                    controls - before.controls,
                    documents - before.documents,
                    deletions - before.deletions,
                    asked - before.asked,
                    bytes - before.bytes);
        }
    }
}
