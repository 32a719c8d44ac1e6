package dev.stocktake.meilisearch;

import java.time.Duration;

/**
 * How long to wait for an answer.
 *
 * @param connect for the connection
 * @param request for small questions
 * @param read for a page of documents
 * @param write for the server's taking in of a batch: it answers after it has read and checked all of it
 * @param prepare for the tasks that create the index and change its settings
 */
record Timeouts(Duration connect, Duration request, Duration read, Duration write, Duration prepare) {

    static final Timeouts DEFAULT = new Timeouts(
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofSeconds(120),
            Duration.ofMinutes(10));
}
