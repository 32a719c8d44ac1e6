package dev.stocktake;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Keeps one search index consistent with a database, no matter who wrote the row.
 *
 * <pre>{@code
 * Stocktake stocktake = Stocktake.builder(source, index, ledger).feed(feed).build();
 * stocktake.run(SyncPolicy.full());            // everything: fills an empty index, or rebuilds beside the live one
 * stocktake.run(SyncPolicy.smart());           // what changed since
 * stocktake.sync("4711");                      // one product, now
 * stocktake.start(SyncSchedule.recommended()); // returns at once; from here on by itself
 * // at shutdown: stocktake.close()
 * }</pre>
 *
 * <p>Thread-safe. Several instances, in one process or in many, may share an index's ledger: one of them runs the index's
 * lane, the others mark.
 */
public final class Stocktake implements AutoCloseable {

    /** Under this key of slf4j's MDC stands, while a run works, its index and policy: {@code products/smart}. */
    public static final String MDC_KEY = "stocktake";

    private static final Logger log = LoggerFactory.getLogger(Stocktake.class);
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(30);
    private static final Duration NAP = Duration.ofSeconds(1);
    private static final int FIRST_PAGES = 25;

    private final Ports ports;
    private final SyncSettings settings;
    private final Surroundings around;
    private final SyncListener listener;
    private final Memory memory = new Memory();
    private final Explainer explainer;
    private final ReentrantLock laneLock = new ReentrantLock();
    private final Readers readers;
    private final Lane lane;
    private final AwaitedProducts awaited;
    private final ReentrantLock loopLock = new ReentrantLock();
    private @Nullable Loop loop;
    private volatile @Nullable SyncSchedule schedule;
    private volatile boolean closed;
    private volatile boolean pausing;
    private volatile boolean keepLane;
    private volatile @Nullable SyncReport lastRun;

    private Stocktake(Builder builder) {
        this.ports = Ports.of(builder.source, builder.index, builder.ledger, List.copyOf(builder.feeds));
        this.settings = builder.settings;
        this.around = new Surroundings(
                builder.calendar,
                new SteadyClock(builder.ticker),
                builder.sleeper,
                builder.random,
                builder.holder,
                Set.copyOf(builder.rules));
        this.listener = builder.listener;
        this.explainer = new Explainer(ports, memory.lastWrites());
        this.readers = new Readers(ports.name(), settings.batch().readers());
        this.lane = new Lane(ports, settings, around, memory, readers, this::stopping);
        this.awaited = new AwaitedProducts(ports, settings.batch().maxBytes());
    }

    /**
     * Begins with the three things that must be there.
     *
     * @param source the truth
     * @param index what must become true
     * @param ledger remembers what is not yet true
     */
    public static Builder builder(ProductSource source, SearchIndex index, Ledger ledger) {
        return new Builder(source, index, ledger);
    }

    // --- run --------------------------------------------------------------------------------------------------------

    /**
     * Marks what the policy says and makes it true in the caller's thread. Returns when the index has applied everything, or
     * says what is left; what is left stays marked, and the next run goes on.
     *
     * <p>If another thread or instance runs the lane, the run only marks; one that asked for products by name then waits
     * until they are true, at most for {@link SyncSettings.Lane#patience}, as whoever asks for a product wants to see it. Any
     * other run answers {@link SyncReport.Outcome#ELSEWHERE} as soon as it knows that the other instance is alive: what was
     * marked is that one's work from then on, however long it takes, and nobody should have to wait only to be told so. An
     * instance at work gives a sign of life every two seconds, so that usually takes no longer. It is waited for all the
     * same, at most for {@link SyncSettings.Lane#lease}: whoever starts a process again after a kill expects it to do the
     * work, and must not be told that a dead one does. If there is no sign, the run takes the lane over.
     *
     * <p>An index that is down ends the run {@linkplain SyncReport.Outcome#INCOMPLETE incomplete}.
     *
     * @throws MisconfiguredException if a setting is wrong; nothing is lost
     * @throws UnavailableException if the ledger or a feed cannot be reached while marking
     * @throws StoppedException if the thread is interrupted (its interrupt flag is set again), this is closed, or another
     *     instance has taken the lane over, as this one stood still for longer than its lease; what was marked is done there
     */
    public SyncReport run(SyncPolicy policy) {
        return run(policy, new Run(ports.name(), policy.name(), Run.Patience.WAITS, around, listener), () -> {});
    }

    /**
     * {@link #run(SyncPolicy)} for somebody who may change his mind: once {@code cancelled} says so, nothing more is begun, what
     * the index has been given already is still waited for, and the run ends {@linkplain SyncReport.Outcome#INCOMPLETE
     * incomplete}. What it has marked stays marked, as nobody knows whether it is true; the next run, or the schedule, makes it
     * so. A rebuild is put off by this; {@link RebuildControl#cancel} removes it.
     *
     * <pre>{@code
     * AtomicBoolean cancelled = new AtomicBoolean();
     * SyncReport report = stocktake.run(SyncPolicy.audit().dryRun(), cancelled::get);
     * }</pre>
     *
     * @param cancelled asked between two batches or pages, in the caller's thread; must be quick
     */
    public SyncReport run(SyncPolicy policy, BooleanSupplier cancelled) {
        Run run = new Run(ports.name(), policy.name(), Run.Patience.WAITS, around, listener);
        return run(policy, run.cancelledWhen(cancelled), () -> {});
    }

    /** Makes these products true, before everything else; see {@link SyncPolicy#products(String...)}. */
    public SyncReport sync(String... ids) {
        return run(SyncPolicy.products(ids));
    }

    /** Makes these products true, before everything else; see {@link SyncPolicy#products(Collection)}. */
    public SyncReport sync(Collection<ProductKey> keys) {
        return run(SyncPolicy.products(keys));
    }

    /**
     * Brings back what was live before the last rebuild, if it is still kept ({@link SyncSettings.Rebuilds#keepOld}): for a
     * build that turned out to be wrong. Searchers see the old content at once; then it is looked at in place, so that it holds
     * what the database says now, by the mapping of this process. Roll back the mapping first, if that was what was wrong.
     *
     * <p>Waits as {@link #run} does for {@link SyncPolicy#full()}. What was live until now is kept in turn. If it is refused or
     * cancelled, what was live before is kept as it was. It is removed when the build of the next rebuild is begun, but not for a
     * dry run.
     *
     * @throws IllegalStateException if there is nothing to roll back to, or a rebuild is on its way
     * @throws MisconfiguredException if the index cannot be rebuilt
     */
    public SyncReport rollback() {
        return run(SyncPolicy.of("rollback", marker -> ((FullPolicy.Rebuilding) marker).rollBack()));
    }

    /**
     * Works on the rebuild or rollback that is on its way, until it has ended; asks for none. For whoever has {@linkplain
     * RebuildControl#resume resumed} one, or cancelled it, where no schedule runs that would see to it. If there is none, this
     * is a run that marks nothing.
     *
     * <p>Ends {@linkplain SyncReport.Outcome#INCOMPLETE incomplete} if it was cancelled, failed, or is paused.
     */
    public SyncReport finishRebuild() {
        return run(SyncPolicy.of("rebuild", marker -> ((FullPolicy.Rebuilding) marker).joinRebuild()));
    }

    /** What may be said to a rebuild while it goes on, by whichever instance it is made. */
    public RebuildControl rebuilds() {
        return new RebuildControl(ports);
    }

    /** {@link #changed(Collection)} of the products with these ids. */
    public void changed(String... ids) {
        changed(Arrays.stream(ids).map(ProductKey::new).toList());
    }

    /**
     * Remembers that these products may have changed, and returns at once: for an application that knows what it wrote. The
     * schedule makes them true in its next round; without a schedule, the next run does. Call it when the change is committed;
     * before that it may be looked at too early. If it fails or is forgotten, a feed or the audit finds the change.
     *
     * @throws UnavailableException if the ledger cannot be reached, or nobody knows whether it remembers
     */
    public void changed(Collection<ProductKey> keys) {
        List<ProductKey> all = List.copyOf(keys);
        try {
            for (int from = 0; from < all.size(); from += RunMarker.PAGE) {
                List<ProductKey> page = all.subList(from, Math.min(all.size(), from + RunMarker.PAGE));
                ports.inLedger(tx -> {
                    tx.mark(page, Reason.CHANGE, false);
                    return null;
                });
            }
        } catch (UnknownOutcomeException e) {
            throw new UnavailableException(
                    "The ledger of index '" + ports.name()
                            + "' broke off while changed products were marked; nobody knows" + " whether they were: "
                            + e.getMessage(),
                    e);
        }
    }

    SyncReport run(SyncPolicy policy, Run run, Runnable between) {
        if (laneLock.isHeldByCurrentThread()) {
            throw new IllegalStateException("Stocktake for index '" + ports.name()
                    + "' was called from inside one of its own runs (a listener, a policy or a mapper);"
                    + " hand the call to another thread");
        }
        SyncReport.Outcome outcome = SyncReport.Outcome.INCOMPLETE;
        String before = MDC.get(MDC_KEY);
        MDC.put(MDC_KEY, ports.name() + "/" + policy.name());
        try {
            if (closed) {
                throw new StoppedException("Stocktake for index '" + ports.name() + "' is closed");
            }
            outcome = policy instanceof AuditPolicy audit && audit.isDry()
                    ? look(run)
                    : markAndDrain(policy, run, between);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException(
                    "The run '" + policy.name() + "' of index '" + ports.name()
                            + "' was interrupted; what it did not do stays marked, and the next run goes on",
                    e);
        } catch (RuntimeException e) {
            run.problem(String.valueOf(e.getMessage()));
            throw e;
        } finally {
            try {
                end(run, outcome);
            } finally {
                restoreMdc(before);
            }
        }
        return run.report();
    }

    private static void restoreMdc(@Nullable String before) {
        if (before == null) {
            MDC.remove(MDC_KEY);
        } else {
            MDC.put(MDC_KEY, before);
        }
    }

    private void end(Run run, SyncReport.Outcome outcome) {
        if (outcome == SyncReport.Outcome.INCOMPLETE && run.cancelled()) {
            run.problem("The run was cancelled; whatever it has marked stays marked, and the next run goes on");
        }
        SyncReport report = run.end(outcome);
        lastRun = report;
        if (run.waits() || run.worked()) {
            log.info("{}", report);
        } else {
            log.debug("{}", report);
        }
    }

    /** Beside the lane, whoever runs it. */
    private SyncReport.Outcome look(Run run) {
        try {
            return beside(run).look(run) ? SyncReport.Outcome.COMPLETE : SyncReport.Outcome.INCOMPLETE;
        } catch (UnavailableException e) {
            run.problem(String.valueOf(e.getMessage()));
            return SyncReport.Outcome.INCOMPLETE;
        }
    }

    private AuditBeside beside(Run run) {
        return new AuditBeside(ports, auditable(ports.index()), settings, around, readers, () -> ends(run));
    }

    private static AuditableIndex auditable(SearchIndex index) {
        if (index instanceof AuditableIndex auditable) {
            return auditable;
        }
        throw new MisconfiguredException("Policy 'audit' compares what the index holds, and index '" + index.name()
                + "' cannot list that: take SyncPolicy.full() instead, which writes every product anew, or an index that is"
                + " an AuditableIndex");
    }

    private SyncReport.Outcome markAndDrain(SyncPolicy policy, Run run, Runnable between) throws InterruptedException {
        try {
            Optional<SyncReport.Outcome> done = inLane(run, () -> {
                mark(policy, run);
                return unlessDoneElsewhere(policy, drained(run, between));
            });
            return done.isPresent() ? done.get() : markOnly(policy, run);
        } catch (ClosedLaneException e) {
            // The index is down, the ledger perhaps not: what was asked for is remembered.
            run.problem(String.valueOf(e.cause.getMessage()));
            mark(policy, run);
            return SyncReport.Outcome.INCOMPLETE;
        }
    }

    /** A walk that another instance made in time is no walk of this run. */
    private static SyncReport.Outcome unlessDoneElsewhere(SyncPolicy policy, SyncReport.Outcome outcome) {
        boolean elsewhere =
                policy instanceof ScheduledPolicy scheduled && !scheduled.rest().isZero();
        return elsewhere && outcome == SyncReport.Outcome.COMPLETE ? SyncReport.Outcome.ELSEWHERE : outcome;
    }

    /** The lane could not be opened now. */
    private static final class ClosedLaneException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient StocktakeException cause;

        ClosedLaneException(StocktakeException cause) {
            super(cause);
            this.cause = cause;
        }
    }

    /** What is done by whoever runs the lane. */
    @FunctionalInterface
    private interface LaneWork {
        SyncReport.Outcome run() throws InterruptedException;
    }

    /** @return empty if another thread or instance runs the lane */
    private Optional<SyncReport.Outcome> inLane(Run run, LaneWork work) throws InterruptedException {
        if (!laneLock.tryLock()) {
            return Optional.empty();
        }
        boolean ended = false;
        try {
            if (run.waits()) {
                lane.giveAnotherChance();
            }
            if (!open(run)) {
                ended = true;
                return Optional.empty();
            }
            SyncReport.Outcome outcome = work.run();
            if (!keepLane || stopping()) {
                giveBack();
            }
            ended = true;
            return Optional.of(outcome);
        } catch (RuntimeException | InterruptedException e) {
            giveUp(e);
            throw e;
        } finally {
            if (!ended) {
                lane.forget();
            }
            laneLock.unlock();
        }
    }

    /** If the ledger does not answer, the lease runs out by itself. */
    private void giveBack() {
        try {
            lane.release();
        } catch (StocktakeException e) {
            log.debug("The lane of index '{}' could not be given back; its lease will run out", ports.name(), e);
        }
    }

    /** Whatever happened, the next run begins under a new epoch; tidily if the ledger still answers. */
    private void giveUp(Exception cause) {
        try {
            lane.release();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    private boolean open(Run run) throws InterruptedException {
        while (true) {
            if (!lane.isOpen() && !run.waits() && lane.trouble().pausing()) {
                throw new ClosedLaneException(
                        new UnavailableException(lane.trouble().cause(), null));
            }
            try {
                return lane.open();
            } catch (UnavailableException | UnknownOutcomeException e) {
                giveUp(e);
                lane.trouble().note(e);
                if (!run.waits() || ends(run) || lane.trouble().exhausted()) {
                    throw new ClosedLaneException(e);
                }
                sleep(lane.trouble().pause(), run);
            }
        }
    }

    /** No longer than somebody wants the run. */
    private void sleep(Duration pause, Run run) throws InterruptedException {
        Duration left = pause;
        while (!left.isNegative() && !left.isZero() && !run.cancelled()) {
            Duration nap = run.canBeCancelled() && left.compareTo(NAP) > 0 ? NAP : left;
            around.sleeper().sleep(nap);
            left = left.minus(nap);
        }
    }

    private SyncReport.Outcome drained(Run run, Runnable between) throws InterruptedException {
        Lane.End end = drain(run, between);
        return end == Lane.End.DONE && lane.reached(run) && run.leftNothing() && run.wasRebuilt()
                ? SyncReport.Outcome.COMPLETE
                : SyncReport.Outcome.INCOMPLETE;
    }

    /** If the ledger breaks off in the middle of a commit, nobody knows what is in it: the lane begins anew. */
    private Lane.End drain(Run run, Runnable between) throws InterruptedException {
        while (true) {
            try {
                return lane.drain(run, between);
            } catch (UnknownOutcomeException e) {
                lane.forget();
                lane.trouble().note(e);
                run.problem(String.valueOf(e.getMessage()));
                if (!run.waits() || lane.trouble().exhausted()) {
                    return Lane.End.LATER;
                }
                sleep(lane.trouble().pause(), run);
                if (run.cancelled() || !open(run)) {
                    return Lane.End.LATER;
                }
            }
        }
    }

    /** Marks may come twice, so whoever does not know whether they were kept simply marks again. */
    private void mark(SyncPolicy policy, Run run) {
        run.progressed(SyncProgress.Phase.MARKING, 0);
        marking(policy, () -> policy.mark(marker(policy, run)));
    }

    private void marking(SyncPolicy policy, Runnable marking) {
        try {
            marking.run();
        } catch (UnknownOutcomeException e) {
            throw new UnavailableException(
                    "The ledger of index '" + ports.name() + "' broke off while policy '" + policy.name()
                            + "' marked; nobody knows whether its marks were kept, so run again: " + e.getMessage(),
                    e);
        }
    }

    private RunMarker marker(SyncPolicy policy, Run run) {
        return new RunMarker(run, policy instanceof ScheduledPolicy scheduled ? scheduled : null);
    }

    // --- another thread or instance runs the lane -------------------------------------------------------------------

    private SyncReport.Outcome markOnly(SyncPolicy policy, Run run) throws InterruptedException {
        mark(policy, run);
        while (run.takesMore() && !ends(run)) {
            marking(policy, () -> takeSome(run));
        }
        run.takesMore(false);
        if (run.comparesStill() && beside(run).mark(run)) {
            run.comparedEverything();
        }
        if (!run.narrow()) {
            if (!run.waits()) {
                return SyncReport.Outcome.ELSEWHERE;
            }
            RebuildState.Ticket ticket = run.awaitedRebuild();
            return ticket == null ? awaitSignOfLife(run) : awaitRebuild(run, ticket);
        }
        return awaitOthers(policy, run) ? SyncReport.Outcome.COMPLETE : SyncReport.Outcome.INCOMPLETE;
    }

    /**
     * A holder that was killed cannot give the lane back, and whoever started this process again shall not be told that
     * somebody else does the work. A live holder renews its lease or gives it back, a dead one lets it run out.
     */
    private SyncReport.Outcome awaitSignOfLife(Run run) throws InterruptedException {
        Instant until = around.clock().instant().plus(settings.lane().lease());
        Optional<Instant> held = ports.inLedger(LedgerTransaction::heldUntil);
        while (!ends(run) && !laneLock.isLocked() && around.clock().instant().isBefore(until)) {
            around.sleeper().sleep(settings.lane().longestPoll());
            Optional<Instant> now = ports.inLedger(LedgerTransaction::heldUntil);
            if (now.isPresent() && !now.equals(held)) {
                return SyncReport.Outcome.ELSEWHERE;
            }
            if (now.isEmpty()) {
                Optional<SyncReport.Outcome> done = inLane(run, () -> drained(run, () -> {}));
                return done.orElse(SyncReport.Outcome.ELSEWHERE);
            }
        }
        return run.cancelled() ? SyncReport.Outcome.INCOMPLETE : SyncReport.Outcome.ELSEWHERE;
    }

    /**
     * A rebuild is made once, whoever asks for it, and all of them are told how it ended. Whoever makes it may take its time; if
     * it dies, it is made here.
     */
    private SyncReport.Outcome awaitRebuild(Run run, RebuildState.Ticket ticket) throws InterruptedException {
        @Nullable Instant until = null;
        while (!ends(run)) {
            RebuildState.Ended ended = lane.rebuild().ended(ticket);
            RebuildStatus status = ports.inLedger(RebuildState::status);
            if (ended != null) {
                RebuildReport report = Objects.requireNonNull(ended.report());
                run.rebuilt(report);
                if (!ticket.isAnsweredBy(report)) {
                    return SyncReport.Outcome.INCOMPLETE;
                }
                boolean whole = ended.whole();
                if (ports.inLedger(tx -> isTrue(tx, ticket, whole))) {
                    return SyncReport.Outcome.COMPLETE;
                }
                Instant now = around.clock().instant();
                until = until == null ? now.plus(settings.lane().patience()) : until;
                if (!now.isBefore(until)) {
                    run.problem("Another content is live, and is still being looked at; that goes on elsewhere");
                    return SyncReport.Outcome.INCOMPLETE;
                }
            } else if (status != null && waitsForSomebody(status)) {
                run.problem("The rebuild of index '" + ports.name() + "' goes on later: " + status.words());
                return SyncReport.Outcome.INCOMPLETE;
            }
            if (status != null) {
                run.progressed(status, 0);
            }
            Optional<SyncReport.Outcome> done = inLane(run, () -> drained(run, () -> {}));
            if (done.isPresent()) {
                return done.get();
            }
            around.sleeper().sleep(settings.lane().longestPoll());
        }
        return SyncReport.Outcome.INCOMPLETE;
    }

    private static boolean waitsForSomebody(RebuildStatus status) {
        return status.phase() == RebuildStatus.Phase.WAITING || status.phase() == RebuildStatus.Phase.PAUSED;
    }

    /**
     * Whether all is true that was asked for: what was marked before, and, unless everything was true when it was swapped in, what the
     * live index is walked over for since, with whatever that marks.
     */
    private static boolean isTrue(LedgerTransaction tx, RebuildState.Ticket ticket, boolean whole) {
        Backlog backlog = tx.backlog();
        Instant oldest = backlog.oldest();
        boolean walked = tx.live()
                .filter(live -> live.frontier().ended() && live.owedWalk() == 0)
                .isPresent();
        return whole
                ? oldest == null || oldest.isAfter(ticket.asked())
                : walked && backlog.openBatches() == 0 && oldest == null;
    }

    /** Waits until the products asked for are true; does the work itself as soon as the lane is free. */
    private boolean awaitOthers(SyncPolicy policy, Run run) throws InterruptedException {
        Instant until = around.clock().instant().plus(settings.lane().patience());
        while (around.clock().instant().isBefore(until) && !ends(run)) {
            markUnlessKept(policy, run);
            if (run.kept() && awaited.reached(run)) {
                return true;
            }
            Optional<SyncReport.Outcome> done = inLane(run, () -> {
                markUnlessKept(policy, run);
                return drained(run, () -> {});
            });
            if (done.isPresent()) {
                return done.get() == SyncReport.Outcome.COMPLETE;
            }
            around.sleeper().sleep(settings.lane().longestPoll());
        }
        if (run.cancelled()) {
            return false;
        }
        run.problem("The products were not made true within " + settings.lane().patience()
                + " by the thread or instance that runs the lane; they stay marked");
        return false;
    }

    /** What was marked before the first instance opened the first generation is nobody's but the walk's. */
    private void markUnlessKept(SyncPolicy policy, Run run) {
        if (!run.kept()) {
            mark(policy, run);
        }
    }

    /** What a policy may do in a run. */
    private final class RunMarker implements RollingPolicy.Rolling, FullPolicy.Rebuilding {

        private static final int PAGE = 5_000;

        private final Run run;
        private final @Nullable ScheduledPolicy scheduled;

        RunMarker(Run run, @Nullable ScheduledPolicy scheduled) {
            this.run = run;
            this.scheduled = scheduled;
        }

        @Override
        public void mark(Collection<ProductKey> keys, Reason reason) {
            if (reason == Reason.DEMAND) {
                run.await(keys);
            } else {
                run.broaden();
            }
            List<ProductKey> all = new ArrayList<>(keys);
            for (int from = 0; from < all.size(); from += PAGE) {
                List<ProductKey> page = all.subList(from, Math.min(all.size(), from + PAGE));
                Kept kept = ports.inLedger(tx -> Kept.mark(tx, page, reason));
                if (from == 0 && !run.kept()) {
                    run.keptIn(kept);
                }
            }
        }

        @Override
        public void markEverything() {
            run.broaden();
            String version = ports.source().projectionVersion();
            ports.inLedger(tx -> {
                if (scheduled == null || scheduled.isTime(tx, version, tx.live().map(Generation::frontier))) {
                    tx.markAll(false);
                }
                return null;
            });
        }

        @Override
        public void rebuild(boolean dry, boolean forced) {
            if (!(ports.index() instanceof RebuildableIndex)) {
                if (dry) {
                    throw new MisconfiguredException(
                            "A dry run of a rebuild needs a build, and nothing can be built beside" + " index '"
                                    + ports.name() + "'; SyncPolicy.audit().dryRun() tells what differs");
                }
                markEverything();
                if (forced) {
                    allowMassDeletion();
                }
                return;
            }
            if (dry && scheduled != null) {
                throw new MisconfiguredException(
                        "A dry run of a rebuild is for Stocktake.run(...), not for a schedule");
            }
            run.broaden();
            RebuildRequest.Kind kind = dry ? RebuildRequest.Kind.DRY_RUN : RebuildRequest.Kind.REBUILD;
            String version = ports.source().projectionVersion();
            Optional<RebuildState.Ticket> ticket = ports.inLedger(tx -> {
                RebuildState.lock(tx);
                boolean now = scheduled == null
                        || scheduled.isTime(tx, version, tx.build().map(Generation::frontier));
                return now ? Optional.of(RebuildState.ask(tx, kind, forced)) : Optional.empty();
            });
            ticket.ifPresent(run::await);
        }

        @Override
        public void rollBack() {
            if (!(ports.index() instanceof RebuildableIndex)) {
                throw new MisconfiguredException("Nothing can be built beside index '" + ports.name()
                        + "', so there is nothing to roll back to");
            }
            run.broaden();
            run.await(ports.inLedger(RebuildState::askBack));
        }

        @Override
        public void joinRebuild() {
            run.broaden();
            ports.inLedger(RebuildState::join).ifPresent(run::await);
        }

        @Override
        public void compareEverything() {
            auditable(ports.index());
            run.compareEverything();
        }

        @Override
        public void compareWithin(Duration time) {
            auditable(ports.index());
            run.compareDue();
            lane.rolling().within(time);
        }

        @Override
        public void allowMassDeletion() {
            ports.inLedger(tx -> {
                RebuildState.allow(tx);
                Brake.allow(tx);
                return null;
            });
        }

        @Override
        public void allowMassDeletion(long atMost) {
            ports.inLedger(tx -> {
                Brake.allow(tx, atMost);
                return null;
            });
        }

        @Override
        public void takeChanges() {
            run.broaden();
            if (!run.takesMore()) {
                takeSome(run);
            }
        }
    }

    /** As many as make a hot product one document; whoever has the lane follows a change of more products between its batches. */
    private void takeSome(Run run) {
        Runnable between = laneLock.isHeldByCurrentThread() ? lane::goesOn : () -> {};
        run.takesMore(lane.intaker().takeSome(FIRST_PAGES, between));
    }

    // --- the loop ---------------------------------------------------------------------------------------------------

    /**
     * Runs the schedule on one daemon thread named {@code stocktake-<index>}, until {@link #stop} or {@link #close}.
     *
     * @throws IllegalStateException if it runs already
     * @throws MisconfiguredException if it takes changes and there is no feed
     */
    public void start(SyncSchedule schedule) {
        loopLock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("Stocktake for index '" + ports.name() + "' is closed");
            }
            if (loop != null) {
                throw new IllegalStateException("The schedule of index '" + ports.name() + "' runs already");
            }
            if (ports.feeds().isEmpty() && schedule.slowest("smart").isPresent()) {
                throw Intaker.noFeed();
            }
            if (schedule.audited().isPresent()) {
                auditable(ports.index());
            }
            keepLane = true;
            this.schedule = schedule;
            loop = new Loop(this, schedule, around);
            loop.start();
        } finally {
            loopLock.unlock();
        }
    }

    /**
     * Ends the schedule at the next border between two batches and gives the lane back. Runs in other threads end there as
     * well. Nothing is lost; the next run goes on.
     */
    @Override
    public void close() {
        closed = true;
        loopLock.lock();
        try {
            if (loop != null) {
                loop.close();
            }
        } finally {
            loopLock.unlock();
        }
        if (!laneLock.isHeldByCurrentThread() && laneLock.tryLock()) {
            try {
                giveBack();
            } finally {
                laneLock.unlock();
            }
        }
        readers.close();
    }

    /**
     * Ends the schedule at the next border between two batches and gives the lane back, as {@link #close} does, but {@link
     * #start} may be called again. Runs in other threads end at their next border as well; what they did not do stays marked.
     */
    public void stop() {
        loopLock.lock();
        try {
            pausing = true;
            keepLane = false;
            if (loop != null) {
                loop.close();
                loop = null;
            }
            if (!laneLock.isHeldByCurrentThread() && laneLock.tryLock(LONGEST_FAREWELL.toSeconds(), TimeUnit.SECONDS)) {
                try {
                    giveBack();
                } finally {
                    laneLock.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            pausing = false;
            loopLock.unlock();
        }
    }

    private boolean ends(Run run) {
        return stopping() || run.cancelled();
    }

    private boolean stopping() {
        return closed || pausing;
    }

    /** How long the loop may leave the rolling audit alone. */
    Duration untilNextComparison(RollingPolicy policy) {
        return lane.isOpen() ? policy.rest(lane.rolling().untilDue()) : policy.lookout();
    }

    String indexName() {
        return ports.name();
    }

    SyncListener listener() {
        return listener;
    }

    /** Marks what a policy says in the middle of another run, which then does it as well. */
    void markMeanwhile(SyncPolicy policy, Run run) {
        policy.mark(marker(policy, run));
    }

    // --- looking ----------------------------------------------------------------------------------------------------

    /**
     * How true the index is, as far as the ledger knows.
     *
     * @throws UnavailableException if the ledger cannot be reached
     */
    public Truth status() {
        return ports.inLedger(tx -> {
            Optional<Generation> live = tx.live();
            Backlog backlog = tx.backlog();
            return new Truth(
                    ports.name(),
                    live.isPresent(),
                    live.isPresent() && !live.get().frontier().ended(),
                    live.isPresent() && live.get().owedWalk() != 0,
                    backlog.marked(),
                    backlog.inFlight(),
                    backlog.suspect(),
                    backlog.quarantined(),
                    backlog.dueRechecks(),
                    backlog.oldestAge().orElse(null),
                    backlog.oldestChangeAge().orElse(null),
                    memory.freshness().lastHour(around.clock().instant()),
                    memory.freshness().sinceStart(),
                    Brake.heldBack(tx).orElse(null),
                    RollingAudit.status(tx),
                    RebuildState.status(tx),
                    lastRun);
        });
    }

    /** The quarantined products, with what was refused of each and why; at most {@code limit}. */
    public Map<ProductKey, Refusal> quarantine(int limit) {
        return ports.inLedger(tx -> tx.quarantine(limit));
    }

    /**
     * What holds with these adapters under this schedule, and what does not. Lets every feed look at its tables now; what
     * could not be found out is named among the gaps.
     */
    public Guarantee guarantee(SyncSchedule schedule) {
        return Guarantees.of(ports, schedule);
    }

    /**
     * What lies before each feed that keeps its changes, such as a change log, and was not taken yet: what no mark tells of. It
     * grows where no run takes changes. Counts in the shop's database; ask every few seconds, not every few milliseconds.
     *
     * @return by the feed's name, in the order in which they were given; without feeds that keep nothing or have not begun
     * @throws UnavailableException if the database cannot be reached
     */
    public Map<String, Unread> unread() {
        return SelfChecks.unread(ports);
    }

    /**
     * Looks at the database and says table by table how a change is seen under this schedule, after how long at the latest,
     * and what is missing. {@link #guarantee} says what follows from it. Writes nothing.
     *
     * @throws UnavailableException if the database cannot be reached
     * @throws MisconfiguredException if what a feed was told does not fit the database
     */
    public SelfCheck check(SyncSchedule under) {
        return SelfChecks.of(ports, under);
    }

    /** {@link #check(SyncSchedule)} under the schedule that was started, or the recommended one. */
    public SelfCheck check() {
        SyncSchedule started = schedule;
        return check(started == null ? SyncSchedule.recommended() : started);
    }

    /**
     * Why this product is as it is in the index: what the database says, what the index holds, what the ledger remembers, and
     * which feed would see a change of which row. Looks and changes nothing, so it may be asked at any time, from any thread.
     *
     * @throws UnavailableException if the database, the index or the ledger cannot be reached
     */
    public Explanation explain(ProductKey product) {
        return explainer.explain(product);
    }

    /** {@link #explain(ProductKey)} of the product with this id. */
    public Explanation explain(String id) {
        return explain(new ProductKey(id));
    }

    /** Assembles a {@link Stocktake}. Not thread-safe. */
    public static final class Builder {

        private static final String RESERVED = "stocktake.";
        private static final int LONGEST_NAME = 200;
        private static final int LONGEST_FEED_NAME = 100;

        private final ProductSource source;
        private final SearchIndex index;
        private final Ledger ledger;
        private final List<ChangeFeed> feeds = new ArrayList<>();
        private final Set<Rule> rules = EnumSet.allOf(Rule.class);
        private SyncSettings settings = SyncSettings.defaults();
        private SyncListener listener = SyncListener.NONE;
        private InstantSource calendar = InstantSource.system();
        private InstantSource ticker = () -> Instant.EPOCH.plusNanos(System.nanoTime());
        private Sleeper sleeper = Sleeper.system();
        // On Java 17 RandomGenerator.of looks for providers by the thread's class loader, which may see none.
        private RandomGenerator random = new SplittableRandom(new SecureRandom().nextLong());
        private String holder = UUID.randomUUID().toString();

        private Builder(ProductSource source, SearchIndex index, Ledger ledger) {
            this.source = source;
            this.index = index;
            this.ledger = ledger;
        }

        /** Adds a feed that {@link SyncPolicy#smart()} takes from. */
        public Builder feed(ChangeFeed feed) {
            feeds.add(feed);
            return this;
        }

        /** Rates and bounds; default: {@link SyncSettings#defaults()}. */
        public Builder settings(SyncSettings settings) {
            this.settings = settings;
            return this;
        }

        /** Is notified of what happens, in addition to those added before. */
        public Builder listener(SyncListener listener) {
            this.listener = this.listener.andThen(listener);
            return this;
        }

        /** Names this instance, for the lease; must differ between instances; at most 200 characters. Default: a random name. */
        public Builder instance(String name) {
            this.holder = name;
            return this;
        }

        /**
         * Tells the time and measures durations. Default: the system's clock, and its monotonic timer for durations. If this
         * clock is set back, durations stand still for a moment. The ledger has a clock of its own.
         */
        public Builder clock(InstantSource clock) {
            this.calendar = clock;
            this.ticker = clock;
            return this;
        }

        /** Waits; default: really. */
        public Builder sleeper(Sleeper sleeper) {
            this.sleeper = sleeper;
            return this;
        }

        /** The source of batch names and jitter; default: a random one. Must not be the same for two instances. */
        public Builder random(RandomGenerator random) {
            this.random = random;
            return this;
        }

        Builder without(Rule rule) {
            rules.remove(rule);
            return this;
        }

        /**
         * Checks the settings, all at once, and then that tables, columns and rights of the database are what they must be.
         * The index is not asked.
         *
         * @throws MisconfiguredException naming what is wrong, each setting with its path
         * @throws UnavailableException if the database cannot be reached
         */
        public Stocktake build() {
            check();
            ledger.verify();
            source.verify();
            feeds.forEach(ChangeFeed::verify);
            return new Stocktake(this);
        }

        private void check() {
            Problems problems = new Problems("Stocktake");
            settings.check(problems);
            problems.lengthOf("instance", holder, LONGEST_NAME);
            problems.lengthOf("index.name", index.name(), LONGEST_NAME);
            checkFeeds(feeds.stream().map(ChangeFeed::name).toList(), problems);
            problems.throwIfAny();
        }

        private static void checkFeeds(List<String> names, Problems problems) {
            for (String name : names) {
                problems.lengthOf("feed.name", name, LONGEST_FEED_NAME);
                if (name.startsWith(RESERVED)) {
                    problems.add(
                            "feed.name",
                            "must not be '" + name + "': Stocktake keeps its own notes under names that begin with '"
                                    + RESERVED + "'");
                }
            }
            if (Set.copyOf(names).size() != names.size()) {
                problems.add(
                        "feed.name",
                        "must differ between feeds, as each keeps its place under its name; they have the same name among "
                                + names);
            }
        }
    }
}
