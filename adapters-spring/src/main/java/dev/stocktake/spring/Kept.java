package dev.stocktake.spring;

import dev.stocktake.SearchIndex;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncSchedule;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One index and what keeps it true.
 *
 * @param name its name in this application
 * @param stocktake the engine
 * @param index the index
 * @param owned what to close behind it; null if the index is a bean of the application
 * @param schedule what the scheduler runs; null if everything is switched off
 */
record Kept(
        String name,
        Stocktake stocktake,
        SearchIndex index,
        @Nullable AutoCloseable owned,
        @Nullable SyncSchedule schedule) {

    private static final Logger log = LoggerFactory.getLogger(Kept.class);

    /** Ends the engine, and closes behind it what is ours. */
    void end() {
        try {
            stocktake.close();
        } finally {
            close(name, owned);
        }
    }

    static void close(String name, @Nullable AutoCloseable owned) {
        if (owned == null) {
            return;
        }
        try {
            owned.close();
        } catch (Exception e) {
            log.debug("Index '{}' could not be closed", name, e);
        }
    }
}
