package dev.stocktake.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A real PostgreSQL server of its own, durable as in production. Parallel plans are off: every figure is "per reader".
 */
final class Postgres implements AutoCloseable {

    private final EmbeddedPostgres server;
    private final long postmaster;

    private Postgres(EmbeddedPostgres server, long postmaster) {
        this.server = server;
        this.postmaster = postmaster;
    }

    /** Starts a server whose data lies in a new directory below this one, and goes with the server. */
    static Postgres start(Path below) {
        try {
            Files.createDirectories(below);
            Path data = Files.createTempDirectory(below, "postgres");
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(true)
                    .setPGStartupWait(Duration.ofMinutes(1))
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("shared_buffers", "1GB")
                    .setServerConfig("work_mem", "64MB")
                    .setServerConfig("maintenance_work_mem", "512MB")
                    .setServerConfig("max_wal_size", "8GB")
                    .setServerConfig("checkpoint_timeout", "1h")
                    .setServerConfig("effective_cache_size", "4GB")
                    .setServerConfig("random_page_cost", "1.1")
                    .setServerConfig("max_parallel_workers_per_gather", "0")
                    .setServerConfig("max_connections", "40")
                    .start();
            long pid = Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0).trim());
            return new Postgres(server, pid);
        } catch (IOException e) {
            throw new UncheckedIOException("The PostgreSQL server did not start below '" + below + "'", e);
        }
    }

    String url() {
        return server.getJdbcUrl("postgres", "postgres");
    }

    /** What all processes of the server have used so far, those that have ended included. */
    long cpuNanos() {
        long sum = ProcessTimes.of(postmaster).withReaped();
        for (ProcessHandle child : ProcessHandle.of(postmaster).stream()
                .flatMap(ProcessHandle::children)
                .toList()) {
            sum += ProcessTimes.of(child.pid()).own();
        }
        return sum;
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The PostgreSQL server did not stop", e);
        }
    }
}
