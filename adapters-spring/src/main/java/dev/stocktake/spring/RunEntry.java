package dev.stocktake.spring;

import dev.stocktake.SyncCounts;
import dev.stocktake.SyncProgress;
import dev.stocktake.SyncReport;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One run, while it goes on and after. Written by its own thread, read by others. */
final class RunEntry {

    /** Who wanted it. */
    enum Trigger {
        /** The schedule. */
        SCHEDULE,
        /** Somebody at the page or the endpoint. */
        REQUEST,
        /** The application's own code. */
        CODE
    }

    private final long number;
    private final String index;
    private final String policy;
    private final String key;
    private final Trigger trigger;
    private final Instant started;
    private volatile @Nullable SyncProgress progress;
    private volatile @Nullable End end;
    private final AtomicBoolean claimed = new AtomicBoolean();

    /**
     * How it ended.
     *
     * @param report what it did; null if it never came so far
     * @param problem why there is no report; null if there is one
     */
    record End(@Nullable SyncReport report, @Nullable String problem, Instant at) {}

    /** @param key what makes two wishes the same; empty if it was no wish */
    RunEntry(long number, String index, String policy, String key, Trigger trigger, Instant started) {
        this.number = number;
        this.index = index;
        this.policy = policy;
        this.key = key;
        this.trigger = trigger;
        this.started = started;
    }

    /** Whether the caller is the first, and begins it. */
    boolean claim() {
        return claimed.compareAndSet(false, true);
    }

    void progressed(SyncProgress now) {
        progress = now;
    }

    void end(@Nullable SyncReport report, @Nullable String problem, Instant at) {
        end = new End(report, problem, at);
    }

    long number() {
        return number;
    }

    String index() {
        return index;
    }

    String policy() {
        return policy;
    }

    String key() {
        return key;
    }

    Trigger trigger() {
        return trigger;
    }

    Instant started() {
        return started;
    }

    Optional<SyncProgress> progress() {
        return Optional.ofNullable(progress);
    }

    Optional<End> end() {
        return Optional.ofNullable(end);
    }

    SyncCounts counts() {
        End ended = end;
        SyncReport report = ended == null ? null : ended.report();
        SyncProgress last = progress;
        if (report != null) {
            return report.counts();
        }
        return last == null ? SyncCounts.NONE : last.counts();
    }

    /** How long it took, or takes until then. */
    Duration took(Instant now) {
        End ended = end;
        return Duration.between(started, ended == null ? now : ended.at());
    }

    /** The schedule looks several times a second, and mostly finds nothing. */
    boolean isWorthTelling() {
        return trigger != Trigger.SCHEDULE || counts().found() > 0;
    }
}
