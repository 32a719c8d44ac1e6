package dev.stocktake.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.atomic.LongAdder;

/** Counts what reached the {@link NullSink}. Thread-safe. */
final class SinkCounters {

    private final LongAdder writes = new LongAdder();
    private final LongAdder deletes = new LongAdder();
    private final LongAdder fetches = new LongAdder();
    private final LongAdder controls = new LongAdder();
    private final LongAdder documents = new LongAdder();
    private final LongAdder deletions = new LongAdder();
    private final LongAdder asked = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    void wrote(Lines lines) {
        writes.increment();
        documents.add(lines.count());
        bytes.add(lines.bytes());
    }

    void deleted(int ids) {
        deletes.increment();
        deletions.add(ids);
    }

    void fetched(int ids) {
        fetches.increment();
        asked.add(ids);
    }

    void control() {
        controls.increment();
    }

    void reset() {
        for (LongAdder counter :
                new LongAdder[] {writes, deletes, fetches, controls, documents, deletions, asked, bytes}) {
            counter.reset();
        }
    }

    ObjectNode json() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("writes", writes.sum())
                .put("deletes", deletes.sum())
                .put("fetches", fetches.sum())
                .put("controls", controls.sum())
                .put("documents", documents.sum())
                .put("deletions", deletions.sum())
                .put("asked", asked.sum())
                .put("bytes", bytes.sum());
    }
}
