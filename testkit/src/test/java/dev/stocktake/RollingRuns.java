package dev.stocktake;

import java.time.Duration;

/** Runs of a rolling audit without the schedule's thread. */
public final class RollingRuns {

    private RollingRuns() {}

    /** Compares what is due. */
    public static SyncPolicy within(Duration bound) {
        return new RollingPolicy(bound);
    }
}
