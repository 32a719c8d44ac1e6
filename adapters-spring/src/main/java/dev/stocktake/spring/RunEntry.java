package dev.stocktake.spring;

import dev.stocktake.ProductKey;
import dev.stocktake.ProductOutcome;
import dev.stocktake.SyncCounts;
import dev.stocktake.SyncProgress;
import dev.stocktake.SyncReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
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

    private final Id id;
    private final String index;
    private final String policy;
    private final String key;
    private final Trigger trigger;
    private final Instant started;
    private volatile @Nullable SyncProgress progress;
    private volatile @Nullable End end;
    private volatile @Nullable Set<ProductKey> nowhere;
    private volatile boolean cancelled;
    private final AtomicBoolean claimed = new AtomicBoolean();

    /**
     * What a run is called, everywhere: by who made it, and which of his it is. Another instance, or this one after a restart,
     * must not take it for its own.
     *
     * @param instance random, and new with every start
     * @param number counted by that instance
     */
    record Id(String instance, long number) {

        @Override
        public String toString() {
            return instance + "-" + number;
        }
    }

    /**
     * How it ended.
     *
     * @param report what it did; null if it never came so far
     * @param problem why there is no report; null if there is one
     */
    record End(@Nullable SyncReport report, @Nullable String problem, Instant at) {}

    /** @param key what makes two wishes the same; empty if it was no wish */
    RunEntry(Id id, String index, String policy, String key, Trigger trigger, Instant started) {
        this.id = id;
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

    /** Whoever asked for it wants it no more. */
    void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    void progressed(SyncProgress now) {
        progress = now;
    }

    void end(@Nullable SyncReport report, @Nullable String problem, Instant at) {
        end = new End(report, problem, at);
    }

    Id id() {
        return id;
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

    /**
     * The products that neither database nor index has, as far as the run itself or somebody who looks can tell.
     *
     * @param look which of these it is; asked once
     */
    Set<ProductKey> nowhere(Function<List<ProductKey>, List<ProductKey>> look) {
        End ended = end;
        if (ended == null || ended.report() == null) {
            return Set.of();
        }
        Set<ProductKey> found = nowhere;
        if (found == null) {
            found = new HashSet<>();
            List<ProductKey> unclear = new ArrayList<>();
            for (Map.Entry<ProductKey, ProductOutcome> one :
                    ended.report().products().entrySet()) {
                ProductOutcome outcome = one.getValue();
                if (isElsewhere(outcome)) {
                    unclear.add(one.getKey());
                } else if (outcome.result() == ProductOutcome.Result.UNCHANGED
                        && outcome.before() == null
                        && outcome.after() == null) {
                    found.add(one.getKey());
                }
            }
            found.addAll(unclear.isEmpty() ? List.of() : look.apply(unclear));
            nowhere = found;
        }
        return found;
    }

    /** Whether another run was quicker. */
    static boolean isElsewhere(ProductOutcome outcome) {
        return outcome.isTrue() && !outcome.reason().isEmpty();
    }

    /** How long it took, or takes until then. */
    Duration took(Instant now) {
        End ended = end;
        return Duration.between(started, ended == null ? now : ended.at());
    }

    /** Whether an audit found in it what nobody knew of. */
    boolean foundDrift() {
        End ended = end;
        SyncReport report = ended == null ? null : ended.report();
        return report != null
                && report.compared().filter(audit -> audit.total() > 0).isPresent();
    }

    /** The schedule looks several times a second, and mostly finds nothing. */
    boolean isWorthTelling() {
        return trigger != Trigger.SCHEDULE || counts().found() > 0;
    }
}
