package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run: what it waits for, and what is to be reported of it. Confined to the thread that runs it. */
final class Run {

    private static final Logger log = LoggerFactory.getLogger(Stocktake.class);
    private static final int MOST_PROBLEMS = 100;

    /** Whether the run waits for things that were put off, or leaves them to the next. */
    enum Patience {
        WAITS,
        LEAVES
    }

    private final String index;
    private final String policy;
    private final Patience patience;
    private final InstantSource clock;
    private final SyncListener listener;
    private final Instant started;
    private final Instant begun;
    private final Set<ProductKey> awaited = new LinkedHashSet<>();
    /** Batches claimed after the last product was asked for: only what was read since then answers. */
    private final Set<String> claimedSince = new HashSet<>();

    private final Map<ProductKey, ProductOutcome> products = new LinkedHashMap<>();
    private final Map<ProductKey, String> pending = new HashMap<>();
    private final List<String> problems = new ArrayList<>();
    private @Nullable Findings findings;
    private @Nullable AuditPass pass;
    private boolean comparesEverything;
    private RebuildState.@Nullable Ticket awaitedRebuild;
    private @Nullable RebuildReport rebuild;
    private boolean rebuiltAsAsked = true;
    private boolean comparesDue;
    private boolean takesMore;
    private @Nullable BooleanSupplier cancel;
    private boolean cancelled;
    private boolean broad;
    private long demanded;
    private Kept keptIn = Kept.NOWHERE;
    private @Nullable SyncReport report;
    private long found;
    private long unchanged;
    private long written;
    private long deleted;
    private long refused;
    private long retried;
    private @Nullable DurationHistogram freshness;
    private Duration reading = Duration.ZERO;
    private Duration writing = Duration.ZERO;
    private Duration waiting = Duration.ZERO;

    Run(String index, String policy, Patience patience, Surroundings around, SyncListener listener) {
        this.index = index;
        this.policy = policy;
        this.patience = patience;
        this.clock = around.clock();
        this.listener = listener;
        this.started = around.calendar().instant();
        this.begun = clock.instant();
        tell(() -> listener.started(index, policy));
    }

    boolean waits() {
        return patience == Patience.WAITS;
    }

    /** Whoever wants the run may change his mind. */
    Run cancelledWhen(BooleanSupplier wish) {
        cancel = wish;
        return this;
    }

    /** Whether anybody might change his mind. */
    boolean canBeCancelled() {
        return cancel != null;
    }

    /** Once cancelled, it stays so. */
    boolean cancelled() {
        BooleanSupplier wish = cancel;
        if (!cancelled && wish != null) {
            try {
                cancelled = wish.getAsBoolean();
            } catch (RuntimeException e) {
                log.warn("Whether run '{}' of index '{}' is cancelled cannot be told; it goes on", policy, index, e);
            }
        }
        return cancelled;
    }

    /** These products were asked for: the run is over when they are true. */
    void await(Collection<ProductKey> keys) {
        awaited.addAll(keys);
        claimedSince.clear();
    }

    /** What was live when the first of its marks were made, or made again. */
    void keptIn(Kept live) {
        keptIn = live;
    }

    Kept keptIn() {
        return keptIn;
    }

    boolean kept() {
        return !keptIn.nowhere();
    }

    /** Something was marked that nobody waits for by name: the run is over when nothing is left. */
    void broaden() {
        broad = true;
    }

    /** The run is over when everything was compared, too. */
    void compareEverything() {
        broad = true;
        comparesEverything = true;
    }

    /** The run also compares what is due. */
    void compareDue() {
        broad = true;
        comparesDue = true;
    }

    /** The run is over when the rebuild has ended, too. */
    void await(RebuildState.Ticket ticket) {
        broad = true;
        awaitedRebuild = ticket;
    }

    /** What it waits for of a rebuild; null if nothing. */
    RebuildState.@Nullable Ticket awaitedRebuild() {
        return awaitedRebuild;
    }

    /** The rebuild that it waited for has ended. */
    void rebuilt(RebuildReport ended) {
        rebuiltAsAsked = awaitedRebuild == null || awaitedRebuild.isAnsweredBy(ended);
        awaitedRebuild = null;
        rebuild = ended;
        if (!rebuiltAsAsked) {
            problem("The rebuild was not made: " + ended.words());
        }
    }

    /** Whether what it asked for of a rebuild was done, if it asked for any. */
    boolean wasRebuilt() {
        return awaitedRebuild == null && rebuiltAsAsked;
    }

    /** Whether feeds have more to tell that belongs to the run, which is not over before. */
    boolean takesMore() {
        return takesMore;
    }

    void takesMore(boolean left) {
        takesMore = left;
    }

    boolean comparesDue() {
        return comparesDue;
    }

    /** Whether everything is to be compared, and that has not been done. */
    boolean comparesStill() {
        return comparesEverything;
    }

    void comparedEverything() {
        comparesEverything = false;
        pass = null;
    }

    /** The pass that compares everything, if one has begun. */
    @Nullable
    AuditPass pass() {
        return pass;
    }

    /** We wrote ourselves while claims waited for its listing. */
    void disturbed() {
        if (pass != null) {
            pass.disturbed();
        }
    }

    void pass(@Nullable AuditPass begun) {
        pass = begun;
    }

    /** What it finds by comparing. */
    Findings findings(boolean dryRun) {
        Findings all = findings;
        if (all == null) {
            all = new Findings(dryRun, drift -> tell(() -> listener.drifted(index, drift)));
            findings = all;
        }
        return all;
    }

    /** Whether one more product that somebody asked for by name may be deleted, without counting others. */
    boolean mayDelete(long most) {
        return demanded++ < most;
    }

    /** Whether all products it awaits came to their end. */
    boolean leftNothing() {
        return products.values().stream().noneMatch(outcome -> outcome.result() == ProductOutcome.Result.PENDING);
    }

    /** Whether it is over when the products it awaits are true. */
    boolean narrow() {
        return !broad && !awaited.isEmpty();
    }

    Set<ProductKey> awaited() {
        return awaited;
    }

    /** The products it awaits of which nothing final has been seen in this run. */
    Set<ProductKey> unseen() {
        Set<ProductKey> unseen = new LinkedHashSet<>(awaited);
        unseen.removeAll(products.keySet());
        return unseen;
    }

    void claimed(Claim claim) {
        if (!awaited.isEmpty()) {
            claimedSince.add(claim.batchId());
        }
        long again = claim.items().stream()
                .filter(item -> item.attempts() > 0 || item.reason() == Reason.SUSPECT)
                .count();
        retried += again;
        found += claim.items().size() - again;
    }

    /** Whether there was anything to do. */
    boolean worked() {
        return found + retried > 0;
    }

    void confirmed(OpenBatch batch) {
        boolean answers = claimedSince.remove(batch.claim().batchId());
        batch.results().forEach((key, outcome) -> {
            count(key, outcome);
            if (answers && awaited.contains(key)) {
                products.merge(key, outcome, Run::both);
            }
        });
        batch.refused().forEach((key, refusal) -> tell(() -> listener.quarantined(index, key, refusal)));
    }

    /** In a build, which nobody sees yet: that answers for no product. What has a mark in both is told of the live one. */
    void built(OpenBatch batch) {
        claimedSince.remove(batch.claim().batchId());
        batch.results().forEach(this::count);
        batch.claim().items().stream().filter(item -> item.token() == 0).forEach(item -> {
            Refusal refusal = batch.refused().get(item.key());
            if (refusal != null) {
                tell(() -> listener.quarantined(index, item.key(), refusal));
            }
        });
    }

    /** Changes have been applied, each so long after it was made. */
    void applied(Map<ProductKey, Duration> changes) {
        if (changes.isEmpty()) {
            return;
        }
        DurationHistogram times = freshness == null ? new DurationHistogram() : freshness;
        freshness = times;
        changes.values().forEach(times::count);
        tell(() -> listener.applied(index, changes));
    }

    private void count(ProductKey key, ProductOutcome outcome) {
        switch (outcome.result()) {
            case WRITTEN -> written++;
            case UNCHANGED -> unchanged++;
            case DELETED -> deleted++;
            case REFUSED -> refused++;
            case PENDING -> {}
        }
        if (outcome.result() == ProductOutcome.Result.REFUSED) {
            problem("Product '" + key + "' is quarantined: " + outcome.reason());
        }
    }

    private static ProductOutcome both(ProductOutcome earlier, ProductOutcome later) {
        return new ProductOutcome(
                both(earlier.result(), later.result()), earlier.before(), later.after(), later.reason());
    }

    /** A product that was written twice was written, even if the second look found it unchanged. */
    private static ProductOutcome.Result both(ProductOutcome.Result earlier, ProductOutcome.Result later) {
        return later == ProductOutcome.Result.UNCHANGED
                        && (earlier == ProductOutcome.Result.WRITTEN || earlier == ProductOutcome.Result.DELETED)
                ? earlier
                : later;
    }

    /** What the ledger says of products whose end this run did not see itself. */
    void found(Map<ProductKey, Standing> standings) {
        standings.forEach((key, standing) -> {
            if (standing.quarantine() != null) {
                products.put(key, refused(standing.quarantine()));
            } else if (standing.settled()) {
                products.put(key, new ProductOutcome(ProductOutcome.Result.WRITTEN, null, null, "by another run"));
            } else {
                pending.put(
                        key,
                        standing.inFlight() ? "handed to the index, not applied yet" : "not tried successfully yet");
            }
        });
    }

    /** Nothing is marked of them any more, but they are not true: their deletion may have been left undone. */
    void leftUndone(Collection<ProductKey> keys) {
        keys.forEach(key -> pending.put(
                key, "it differs from the database, or that is not known; its deletion may have been held back"));
    }

    private static ProductOutcome refused(Refusal refusal) {
        return new ProductOutcome(ProductOutcome.Result.REFUSED, null, refusal.fingerprint(), refusal.reason());
    }

    void problem(String problem) {
        if (problems.size() < MOST_PROBLEMS && !problems.contains(problem)) {
            problems.add(problem);
        }
    }

    <T extends @Nullable Object> T reading(Supplier<T> work) {
        Instant from = clock.instant();
        try {
            return work.get();
        } finally {
            reading = reading.plus(Duration.between(from, clock.instant()));
        }
    }

    <T extends @Nullable Object> T writing(Supplier<T> work) {
        Instant from = clock.instant();
        try {
            return work.get();
        } finally {
            writing = writing.plus(Duration.between(from, clock.instant()));
        }
    }

    void waited(Duration time) {
        waiting = waiting.plus(time);
    }

    SyncCounts counts() {
        return new SyncCounts(found, unchanged, written, deleted, refused, retried);
    }

    void progressed(SyncProgress.Phase phase, long inFlight) {
        tell(() -> listener.progressed(new SyncProgress(index, policy, phase, counts(), inFlight, null)));
    }

    void progressed(RebuildStatus status, long inFlight) {
        tell(() -> listener.progressed(
                new SyncProgress(index, policy, SyncProgress.Phase.REBUILDING, counts(), inFlight, status)));
    }

    SyncReport end(SyncReport.Outcome outcome) {
        Map<ProductKey, ProductOutcome> inOrder = new LinkedHashMap<>();
        for (ProductKey key : awaited) {
            ProductOutcome known = products.get(key);
            inOrder.put(key, known != null ? known : pending(key));
        }
        SyncReport.Times times =
                new SyncReport.Times(Duration.between(begun, clock.instant()), reading, writing, waiting);
        Freshness fresh = freshness == null ? Freshness.NONE : freshness.freshness();
        SyncReport ended = new SyncReport(
                index, policy, outcome, started, times, counts(), fresh, inOrder, problems, audit(), rebuild);
        report = ended;
        tell(() -> listener.finished(ended));
        return ended;
    }

    private @Nullable AuditReport audit() {
        return findings == null || !findings.any() ? null : findings.report();
    }

    private ProductOutcome pending(ProductKey key) {
        String reason = pending.getOrDefault(key, "not reached in this run");
        return new ProductOutcome(ProductOutcome.Result.PENDING, null, null, reason);
    }

    SyncReport report() {
        if (report == null) {
            throw new IllegalStateException("The run has not ended");
        }
        return report;
    }

    private void tell(Runnable event) {
        try {
            event.run();
        } catch (RuntimeException e) {
            log.warn("A listener of index '{}' failed; the sync goes on", index, e);
        }
    }
}
