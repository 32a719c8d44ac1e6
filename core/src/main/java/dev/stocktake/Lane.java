package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one ordered lane of an index: claims what is marked, reads it fresh, writes it, awaits the index, identifies the
 * content and confirms. The only place from which an index is written.
 *
 * <p>Not thread-safe: {@link Stocktake} lets one thread in at a time.
 */
final class Lane {

    private static final Logger log = LoggerFactory.getLogger(Stocktake.class);
    private static final int LEASE_PARTS = 3;
    private static final int PAGES_AT_ONCE = 20;
    private static final List<Reason> REASONS = List.of(Reason.values());

    /** After so many batches somebody who waits for a walk or a comparison of everything gets a step of it. */
    private static final int BATCHES_PER_STEP = 4;

    /** After so many batches the schedule's own audit gets a step, which nobody waits for. */
    private static final int BATCHES_PER_PAGE = 16;

    /** After so many batches that could not hold all that waits, what is less urgent has its turn. */
    private static final int FULL_BATCHES = 16;

    private static final int ATTEMPTS_BEFORE_SPLIT = 3;

    /** How often whoever works says so, so that others soon know that somebody does. */
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(2);

    private static final Duration LONGEST_GOODBYE = Duration.ofSeconds(2);
    private static final int TIMED_PAGE = 1_000;
    /** Of what the feeds still have to tell, between two batches: mostly more than a batch holds, so that it comes to an end. */
    private static final int PAGES_BETWEEN = 4;

    private static final Duration TIMED_EVERY = Duration.ofSeconds(1);
    private static final Duration CATCHING_UP = Duration.ofSeconds(5);

    /** How a drain ended. */
    enum End {
        /** Nothing is left, or what the run waited for is true. */
        DONE,
        /** Something is left that can only be done later. */
        LATER
    }

    private enum Step {
        WORKED,
        NOTHING
    }

    /** What is done where no mark waits, and in its turn where marks always wait. */
    private enum Background {
        WALK_PRODUCTS(BATCHES_PER_STEP),
        WALK_INDEX(BATCHES_PER_STEP),
        COMPARE_EVERYTHING(BATCHES_PER_STEP),
        COMPARE_DUE(BATCHES_PER_PAGE),
        REBUILD(BATCHES_PER_STEP),
        NOTHING(Integer.MAX_VALUE);

        /** Its turn comes after so many batches of marked products. */
        private final int batches;

        Background(int batches) {
            this.batches = batches;
        }
    }

    private final Ports ports;
    private final SyncSettings settings;
    private final Surroundings around;
    private final Retries retries;
    private final Trouble trouble;
    private final Brake brake;
    private final BatchWriter writer;
    private final LogAudit audit;
    private final OrphanWalk walk;
    private final Intaker intaker;
    private final LaneAudits audits;
    private final AwaitedProducts awaited;
    private final RollingAudit rolling;
    private final Rebuild rebuild;
    private final ReadBack readBack;
    private final Memory memory;
    private final BooleanSupplier stopping;
    private final List<OpenBatch> inFlight = new ArrayList<>();
    private @Nullable NextBatch ahead;
    private @Nullable RuntimeException failedAhead;
    private @Nullable Lease lease;
    private Instant renewAt = Instant.MIN;
    private Instant auditAt = Instant.MIN;
    private Instant timedAt = Instant.MIN;
    private @Nullable Instant mustBeDone;
    private @Nullable Instant walkedSince;
    private int pagesInRun;
    private int batchesSinceTurn;
    private int fullBatches;
    private int lastTurn;
    private int rebuildStepsInRow;
    private @Nullable Run rebuilder;
    private long batches;
    private int pollsInVain;
    private boolean appliedSinceFailure;
    private boolean adopted;

    /** @param stopping whether no further batch shall be begun */
    Lane(
            Ports ports,
            SyncSettings settings,
            Surroundings around,
            Memory memory,
            Readers readers,
            BooleanSupplier stopping) {
        this.ports = ports;
        this.memory = memory;
        this.settings = settings;
        this.around = around;
        this.stopping = stopping;
        this.retries = new Retries(settings.retry(), settings.lane().patience());
        this.trouble = new Trouble(ports.name(), retries, around.clock());
        this.brake = new Brake(ports, settings.brakes(), around, this::fence);
        this.audit = new LogAudit(ports, around, this::goesOn);
        this.walk = new OrphanWalk(ports, brake, around.clock(), settings.lane().patience());
        this.intaker = new Intaker(ports);
        this.audits = new LaneAudits(ports, settings, around, brake, readers, this::learn);
        this.rolling = new RollingAudit(ports, around, audits);
        this.awaited = new AwaitedProducts(ports, settings.batch().maxBytes());
        this.rebuild = new Rebuild(ports, settings, around, readers, new RebuildHands());
        this.readBack = new ReadBack(ports, this::goesOn);
        this.writer = new BatchWriter(ports, settings.batch(), around, brake, readers, this::goesOn);
    }

    // --- open, close ------------------------------------------------------------------------------------------------

    /**
     * Takes the lane, always under a new epoch (R8), and learns what the name is bound to.
     *
     * @return false if another instance runs it
     */
    boolean open() {
        if (lease != null) {
            if (renewed()) {
                return true;
            }
            forget();
        }
        Optional<Lease> taken =
                ports.inLedger(tx -> tx.acquire(around.holder(), settings.lane().lease(), hold()));
        if (taken.isEmpty()) {
            return false;
        }
        lease = taken.get();
        renewAt = around.clock().instant().plus(untilRenewal());
        inFlight.clear();
        forgetAhead();
        walk.reset();
        brake.open();
        audits.lease(lease);
        rolling.open();
        rebuild.open();
        walkedSince = null;
        learnIdentity();
        intaker.startNewFeeds();
        readLog();
        return true;
    }

    private void learnIdentity() {
        IndexIdentity identity = ports.index().prepare();
        long settled = audit.settledPosition();
        boolean mine = ports.inLedger(tx -> {
            Optional<Generation> live = tx.live();
            if (live.isEmpty()) {
                return tx.open(lease(), identity, settled).isPresent();
            }
            return live.get().identity().equals(identity)
                    || rebuild.recognizes(tx, identity)
                    || adopt(tx, live.get(), identity);
        });
        if (!mine) {
            throw takenOver();
        }
        rebuild.afterwards();
    }

    private boolean adopt(LedgerTransaction tx, Generation live, IndexIdentity identity) {
        log.warn(
                "Index '{}' is not the one that was filled (now '{}', was '{}'): somebody dropped, swapped or restored it."
                        + " Everything is written anew",
                ports.name(),
                identity,
                live.identity());
        adopted = true;
        if (!tx.adopt(lease(), live.number(), identity, hold())) {
            return false;
        }
        Swaps.anotherContent(tx);
        return true;
    }

    /** Gives the lane back, so that another instance may take it at once. */
    void release() {
        Lease held = lease;
        forget();
        if (held != null) {
            ports.inLedger(tx -> tx.release(held));
        }
    }

    /** Forgets everything that only this process knows; what is open becomes suspect when the lane is taken again. */
    void forget() {
        lease = null;
        inFlight.clear();
        forgetAhead();
    }

    private void forgetAhead() {
        NextBatch begun = ahead;
        ahead = null;
        failedAhead = null;
        if (begun != null && begun.reads() != null) {
            begun.reads().forget();
        }
    }

    boolean isOpen() {
        return lease != null;
    }

    /** Somebody asks and waits: try at once what failed, and count at once what was held back. */
    void giveAnotherChance() {
        trouble.giveAnotherChance();
        brake.lookAgain();
        rebuild.lookAgain();
    }

    Trouble trouble() {
        return trouble;
    }

    RollingAudit rolling() {
        return rolling;
    }

    Rebuild rebuild() {
        return rebuild;
    }

    /** What anybody can know of changes, the books know then. */
    private void learn() {
        readLog();
        if (!ports.feeds().isEmpty()) {
            intaker.take(this::goesOn);
        }
        while (ports.inLedger(tx -> tx.markTimed(lease(), live(tx).number(), TIMED_PAGE)) == TIMED_PAGE) {
            keepLease(false);
        }
    }

    Intaker intaker() {
        return intaker;
    }

    private Lease lease() {
        if (lease == null) {
            throw new IllegalStateException("The lane is not open");
        }
        return lease;
    }

    /** Within a transaction that takes no lease itself: whoever has lost the lane changes nothing. */
    private void fence(LedgerTransaction tx) {
        if (!tx.renew(lease(), settings.lane().lease())) {
            throw takenOver();
        }
    }

    /** Whoever has the lane is at work. */
    void goesOn() {
        keepLease(false);
    }

    private void keepLease(boolean always) {
        Instant now = around.clock().instant();
        if (!always && now.isBefore(renewAt)) {
            return;
        }
        if (!renewed()) {
            throw takenOver();
        }
    }

    private boolean renewed() {
        renewAt = around.clock().instant().plus(untilRenewal());
        return ports.inLedger(tx -> tx.renew(lease(), settings.lane().lease()));
    }

    private Duration untilRenewal() {
        return leasePart().compareTo(SIGN_OF_LIFE) < 0 ? leasePart() : SIGN_OF_LIFE;
    }

    private Duration leasePart() {
        return settings.lane().lease().dividedBy(LEASE_PARTS);
    }

    /** Whether the run begins nothing more. */
    private boolean ends(Run run) {
        return stopping.getAsBoolean() || run.cancelled();
    }

    /** Waits without letting the lease run out, and no longer than somebody wants it to go on. */
    private void rest(Duration time, Run run) throws InterruptedException {
        Duration left = time;
        while (!left.isNegative() && !left.isZero() && !ends(run)) {
            Duration nap = left.compareTo(untilRenewal()) > 0 ? untilRenewal() : left;
            around.sleeper().sleep(nap);
            left = left.minus(nap);
            keepLease(false);
        }
    }

    private StoppedException takenOver() {
        return new StoppedException("The lane of index '" + ports.name()
                + "' was taken over by another instance; what was marked stays marked and is done there");
    }

    /** How long a write of unknown outcome may still be on its way; an index with a log of writes tells by itself (A4). */
    private Duration hold() {
        return ports.index() instanceof LoggedIndex && around.on(Rule.AUDIT)
                ? Duration.ZERO
                : ports.index().requestLife();
    }

    // --- drain ------------------------------------------------------------------------------------------------------

    /**
     * Makes true what is marked, until nothing is left or nothing can be done now.
     *
     * @param between called between two batches, so that others may mark meanwhile
     */
    End drain(Run run, Runnable between) throws InterruptedException {
        End end = drainOn(run, between);
        putBackAhead();
        return end;
    }

    private End drainOn(Run run, Runnable between) throws InterruptedException {
        Instant progress = around.clock().instant();
        Instant look = progress.plus(CATCHING_UP);
        boolean audited = false;
        @Nullable End caughtUp = null;
        boolean judged = false;
        mustBeDone = null;
        pagesInRun = 0;
        timedAt = Instant.MIN;
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            try {
                keepLease(false);
                between.run();
                if (trouble.pausing()) {
                    if (!waitOutTrouble(run)) {
                        return End.LATER;
                    }
                    continue;
                }
                auditNowAndThen(run);
                if (run.takesMore()) {
                    run.takesMore(intaker.takeSome(PAGES_BETWEEN, this::goesOn));
                }
                if (run.comparesDue() && !judged) {
                    rolling.judge(lease(), run);
                    judged = true;
                }
                if (caughtUp == null && !around.clock().instant().isBefore(look)) {
                    look = around.clock().instant().plus(CATCHING_UP);
                    caughtUp = caughtUp(run);
                }
                if (settle(run) || (caughtUp == null && step(run) == Step.WORKED)) {
                    progress = around.clock().instant();
                    audited = false;
                } else if (!inFlight.isEmpty()) {
                    if (isOver(progress)) {
                        return leaveInFlight(run);
                    }
                    awaitIndex(run);
                } else if (!audited) {
                    readLog();
                    identify(run);
                    audited = true;
                } else {
                    if (caughtUp != null) {
                        return caughtUp;
                    }
                    Optional<End> end = endOrWait(run, progress);
                    if (end.isPresent()) {
                        return end.get();
                    }
                    audited = false;
                }
            } catch (UnavailableException e) {
                trouble.note(e);
                letClaimsGo(run);
            }
        }
    }

    /**
     * How the run may end although others go on marking, as one in a busy shop must: everything is true that it marked, or
     * that was marked before, or that the lane marked itself on the way. By the ledger's clock alone.
     *
     * @return null if it may not yet
     */
    private @Nullable End caughtUp(Run run) {
        if (run.narrow()
                || run.takesMore()
                || run.comparesStill()
                || ahead != null
                || rebuildsStill(run)
                || inFlight.stream().filter(this::isLive).anyMatch(OpenBatch::fromFrontier)) {
            return null;
        }
        Balance balance = ports.inLedger(tx -> walksOn(live(tx)) ? null : balance(tx));
        if (balance == null) {
            return null;
        }
        Backlog backlog = balance.backlog();
        if (mustBeDone == null) {
            mustBeDone = backlog.now();
            return null;
        }
        Instant oldest = backlog.oldest();
        Instant recheck = backlog.nextRecheck();
        boolean timesSeen = recheck == null || recheck.isAfter(mustBeDone);
        return timesSeen && oldest != null && oldest.isAfter(mustBeDone)
                ? ended(run, balance).orElse(null)
                : null;
    }

    private boolean walksOn(Generation live) {
        return !live.frontier().ended() || walk.wanted(live);
    }

    private End leaveInFlight(Run run) {
        run.problem("Index '" + ports.name() + "' has not applied " + inFlight.size() + " accepted batches within "
                + settings.lane().patience() + "; their products stay marked. Look at the index's own task queue");
        return End.LATER;
    }

    /** A long run, or many that fail, shall not leave a late write or another content unnoticed until an end. */
    private void auditNowAndThen(Run run) {
        if (!around.clock().instant().isBefore(auditAt)) {
            readLog();
            identify(run);
        }
    }

    private void readLog() {
        boolean marked = true;
        try {
            marked = audit.read(lease());
        } finally {
            // Nothing marked, nothing more to be done: in a busy shop the run would otherwise not end under a short
            // lease.
            if (marked) {
                mustBeDone = null;
                rebuild.cameLate();
            }
        }
        auditAt = around.clock().instant().plus(leasePart());
    }

    private boolean isOver(Instant progress) {
        Duration patience = settings.lane().patience();
        Duration bearable =
                stopping.getAsBoolean() && patience.compareTo(LONGEST_GOODBYE) > 0 ? LONGEST_GOODBYE : patience;
        return Duration.between(progress, around.clock().instant()).compareTo(bearable) > 0;
    }

    private void awaitIndex(Run run) throws InterruptedException {
        run.progressed(SyncProgress.Phase.WAITING_FOR_INDEX, productsInFlight());
        SyncSettings.Lane lane = settings.lane();
        Duration delay = lane.firstPoll().multipliedBy(1L << Math.min(pollsInVain, 10));
        pollsInVain++;
        Duration poll = delay.compareTo(lane.longestPoll()) > 0 ? lane.longestPoll() : delay;
        around.sleeper().sleep(poll);
        run.waited(poll);
    }

    /** Nothing is in flight and nothing can be claimed: is the run over, or is something only put off? */
    private Optional<End> endOrWait(Run run, Instant progress) throws InterruptedException {
        if (ends(run)) {
            return Optional.of(End.LATER);
        }
        if (run.takesMore()) {
            return Optional.empty();
        }
        if (run.narrow() && reached(run)) {
            return Optional.of(End.DONE);
        }
        Balance balance = ports.inLedger(this::balance);
        Backlog backlog = balance.backlog();
        if (backlog.openBatches() > 0) {
            throw new UnknownOutcomeException(
                    "The ledger of index '" + ports.name() + "' holds open batches that this lane does not know", null);
        }
        if (!run.narrow() && backlog.dueRechecks() > 0) {
            lookAgainAtTimes();
            return Optional.empty();
        }
        if (backlog.marked() == 0 && (balance.live().frontier().ended() || run.narrow()) && reached(run)) {
            trouble.over();
            boolean paced = !run.waits() && !run.narrow() && rebuild.isPaced();
            return rebuildsStill(run) || paced ? waitForRebuild(run, progress) : ended(run, balance);
        }
        return waitUntilDue(run, backlog, progress);
    }

    /** Whether the run waits for a rebuild that has not ended. */
    private boolean rebuildsStill(Run run) {
        RebuildState.Ticket ticket = run.awaitedRebuild();
        if (ticket == null) {
            return false;
        }
        RebuildState.Ended ended = rebuild.ended(ticket);
        if (ended == null) {
            return true;
        }
        run.rebuilt(Objects.requireNonNull(ended.report()));
        return false;
    }

    /** It rests for a reason; if that is nothing that comes by itself soon, the run does not wait for it. */
    private Optional<End> waitForRebuild(Run run, Instant progress) throws InterruptedException {
        Duration wait = rebuild.untilWanted();
        Duration spent = Duration.between(progress, around.clock().instant());
        Optional<String> obstacle = rebuild.waitsForSomebody();
        boolean tooLong = spent.plus(wait).compareTo(settings.lane().patience()) > 0;
        boolean leaves = !run.waits() && !rebuild.isPaced();
        if (leaves || trouble.exhausted() || obstacle.isPresent() || tooLong) {
            run.problem("The rebuild of index '" + ports.name() + "' goes on in a later run: "
                    + obstacle.orElse(rebuild.status().words()));
            return Optional.of(End.LATER);
        }
        run.progressed(rebuild.status(), 0);
        SyncSettings.Lane lane = settings.lane();
        Duration longEnough = wait.compareTo(lane.firstPoll()) > 0 ? wait : lane.firstPoll();
        rest(longEnough.compareTo(lane.longestPoll()) > 0 ? lane.longestPoll() : longEnough, run);
        return Optional.empty();
    }

    /** A product's time has come since the last look; or the lane was lost, and then nobody marks for it here. */
    private void lookAgainAtTimes() {
        keepLease(true);
        timedAt = Instant.MIN;
    }

    /**
     * What the books say at one moment. A run that has lost the lane may stand still between any two looks, and whoever has
     * it now may pay with a mark for what the run has seen owed.
     *
     * @param heldBack what the brake holds, whoever has counted it
     */
    private record Balance(
            Generation live, Backlog backlog, @Nullable HeldBack heldBack) {}

    private Balance balance(LedgerTransaction tx) {
        return new Balance(live(tx), tx.backlog(), Brake.heldBack(tx).orElse(null));
    }

    /**
     * Nothing is marked any more: is a walk over the index's ids left, and for whom?
     *
     * @return empty if it is to be made now
     */
    private Optional<End> ended(Run run, Balance balance) {
        if (run.narrow() || balance.live().owedWalk() == 0) {
            return Optional.of(End.DONE);
        }
        if (walk.wanted(balance.live())) {
            return Optional.empty();
        }
        run.problem(walk.gaveUp(balance.live()) ? notInOnePiece() : leftBehind(balance.heldBack()));
        return Optional.of(End.LATER);
    }

    private String leftBehind(@Nullable HeldBack heldBack) {
        return "Index '" + ports.name() + "': "
                + (heldBack == null
                        ? "documents without a product may be left; they are looked for by whoever has the lane next"
                        : heldBack.sentence());
    }

    private String notInOnePiece() {
        return "Index '" + ports.name()
                + "' could not be listed in one piece, as it is written all the time or does not answer;"
                + " documents without a product are looked for again later";
    }

    private Optional<End> waitUntilDue(Run run, Backlog backlog, Instant progress) throws InterruptedException {
        Duration wait = backlog.untilDue().orElse(Duration.ZERO);
        Duration spent = Duration.between(progress, around.clock().instant());
        if (!run.waits()
                || trouble.exhausted()
                || spent.plus(wait).compareTo(settings.lane().patience()) > 0) {
            run.problem(Backlog.words(backlog.marked()) + " products are tried again later"
                    + (trouble.cause().isEmpty() ? "" : "; last cause: " + trouble.cause()));
            return Optional.of(End.LATER);
        }
        run.progressed(SyncProgress.Phase.WAITING_TO_RETRY, 0);
        Duration least = settings.lane().firstPoll();
        rest(wait.compareTo(least) > 0 ? wait : least, run);
        return Optional.empty();
    }

    /** @return false if the run shall not wait for it */
    private boolean waitOutTrouble(Run run) throws InterruptedException {
        if (!run.waits() || trouble.exhausted() || ends(run)) {
            run.problem(trouble.cause());
            return false;
        }
        run.progressed(SyncProgress.Phase.WAITING_TO_RETRY, productsInFlight());
        rest(trouble.pause(), run);
        return true;
    }

    /** Whether everything the run asked for has come to its end, here or elsewhere. */
    boolean reached(Run run) {
        return awaited.reached(run);
    }

    private long productsInFlight() {
        return inFlight.stream().mapToLong(OpenBatch::size).sum();
    }

    // --- claim, read, write -----------------------------------------------------------------------------------------

    private Step step(Run run) throws InterruptedException {
        if (ends(run)
                || trouble.pausing()
                || inFlight.size() >= settings.batch().maxInFlight()) {
            return Step.NOTHING;
        }
        NextBatch begun = ahead;
        if (begun != null) {
            ahead = null;
            makeTrue(begun, run);
            return Step.WORKED;
        }
        if (run.narrow() && !hasOwnToClaim(run)) {
            return Step.NOTHING;
        }
        Claimed next = claimMarked(run);
        if (next.claim() != null) {
            batchesSinceTurn++;
            makeTrue(begin(next.claim(), run), run);
            return Step.WORKED;
        }
        return switch (next.background()) {
            case WALK_PRODUCTS -> walkProducts(run, next.generation());
            case WALK_INDEX -> walkOn(run, next.generation());
            case COMPARE_EVERYTHING -> compareEverything(run);
            case COMPARE_DUE -> compareDue(run);
            case REBUILD -> rebuild(run);
            case NOTHING -> Step.NOTHING;
        };
    }

    /** What comes next behind the marks. */
    private Background background(Run run, Generation live) {
        if (run.narrow()) {
            // Else it would wait, with the lane in its hands, for what nobody without the lane can do.
            return rebuild.isSwapping() ? Background.REBUILD : Background.NOTHING;
        }
        if (rebuild.goesFirst()) {
            return Background.REBUILD;
        }
        if (!live.frontier().ended()) {
            return Background.WALK_PRODUCTS;
        }
        if (walk.wanted(live)) {
            return Background.WALK_INDEX;
        }
        if (run.takesMore() && !rolling.holdsClaims()) {
            // What was changed and is not marked yet would be taken for drift, and all of it taken at once to be sure.
            return rebuild.wanted() ? Background.REBUILD : Background.NOTHING;
        }
        if (run.comparesStill()) {
            return Background.COMPARE_EVERYTHING;
        }
        boolean turn = isTurn(Background.COMPARE_DUE) || rebuildStepsInRow >= BATCHES_PER_PAGE;
        boolean due = run.comparesDue() && rolling.due() && (pagesInRun < PAGES_AT_ONCE || turn);
        if (due || rolling.holdsClaims()) {
            return Background.COMPARE_DUE;
        }
        return rebuild.wanted() ? Background.REBUILD : Background.NOTHING;
    }

    // --- rebuild ----------------------------------------------------------------------------------------------------

    private Step rebuild(Run run) throws InterruptedException {
        batchesSinceTurn = 0;
        rebuildStepsInRow++;
        rebuilder = run;
        Rebuild.Step step = run.narrow() ? rebuild.swapOn() : rebuild.step();
        run.progressed(rebuild.status(), productsInFlight());
        return step == Rebuild.Step.WORKED ? Step.WORKED : Step.NOTHING;
    }

    private boolean isLive(OpenBatch batch) {
        return batch.build() == null;
    }

    /** What a rebuild does through the lane. */
    private final class RebuildHands implements Rebuild.Hands {

        @Override
        public Lease lease() {
            return Lane.this.lease();
        }

        @Override
        public void fence(LedgerTransaction tx) {
            Lane.this.fence(tx);
        }

        @Override
        public Duration hold() {
            return Lane.this.hold();
        }

        @Override
        public void keepLease(boolean always) {
            Lane.this.keepLease(always);
        }

        @Override
        public void readLog() {
            Lane.this.readLog();
        }

        @Override
        public StoppedException takenOver() {
            return Lane.this.takenOver();
        }

        @Override
        public String nextBatchId() {
            return Lane.this.nextBatchId();
        }

        @Override
        public boolean nothingInFlight() {
            return inFlight.isEmpty() && ahead == null;
        }

        @Override
        public long inFlight(long generation) {
            return inFlight.stream()
                    .filter(batch -> batch.claim().generation() == generation)
                    .count();
        }

        @Override
        public void makeTrue(OpenBatch batch) {
            Run run = Objects.requireNonNull(rebuilder);
            run.claimed(batch.claim());
            Lane.this.makeTrue(new NextBatch(batch, null, null), run);
        }

        @Override
        public boolean stopping() {
            return stopping.getAsBoolean();
        }

        @Override
        public void becameLive(@Nullable Instant since) {
            walk.reset();
            brake.open();
            writer.walkBegins();
            mustBeDone = null;
            if (since != null) {
                rolling.walkedProducts(Lane.this.lease(), since);
                rolling.walkedIndex(Lane.this.lease(), since);
            }
        }
    }

    /**
     * Whether it goes before marked products now: it comes last, but a shop in which marks always wait gets it, too. A
     * listing of the index must not be disturbed, so it holds all claims in its turn until it is through.
     */
    private boolean goesFirst(Background next, Run run, Generation live, LedgerTransaction tx) {
        AuditPass pass = run.pass();
        if (next == Background.WALK_INDEX) {
            if (takesTurn(next, tx)) {
                walk.holdClaims(live);
            }
            return walk.holdsClaims(live);
        }
        if (next == Background.COMPARE_EVERYTHING && pass != null && pass.lists()) {
            if (takesTurn(next, tx)) {
                pass.holdClaims();
            }
            return pass.holdsClaims();
        }
        if (next == Background.COMPARE_DUE && rolling.lists()) {
            if (takesTurn(next, tx)) {
                rolling.holdClaims();
            }
            return rolling.holdsClaims();
        }
        return isTurn(next);
    }

    private boolean isTurn(Background next) {
        return batchesSinceTurn >= next.batches;
    }

    /** Where nothing waits, a listing goes on beside whatever comes. */
    private boolean takesTurn(Background next, LedgerTransaction tx) {
        if (!isTurn(next)) {
            return false;
        }
        batchesSinceTurn = 0;
        return tx.backlog().due() > 0;
    }

    /** A listing that fails holds up nothing: marked products go first, and it goes on behind them. */
    private void letClaimsGo(Run run) {
        AuditPass pass = run.pass();
        walk.letClaimsGo();
        rolling.letClaimsGo();
        if (pass != null) {
            pass.letClaimsGo();
        }
    }

    // --- compare ----------------------------------------------------------------------------------------------------

    private Step compareDue(Run run) {
        if (rolling.lists() && !inFlight.isEmpty()) {
            return Step.NOTHING;
        }
        pagesInRun++;
        batchesSinceTurn = 0;
        rebuildStepsInRow = 0;
        return compared(run, rolling.step(lease(), run.findings(false)));
    }

    private Step compareEverything(Run run) {
        AuditPass pass = run.pass();
        if (pass == null) {
            pass = audits.makeWhole(around.clock().instant().getEpochSecond(), run.findings(false));
            run.pass(pass);
        }
        if (pass.lists() && !inFlight.isEmpty()) {
            return Step.NOTHING;
        }
        batchesSinceTurn = 0;
        AuditPass.Step step = pass.step((tx, began, page) -> {});
        if (step == AuditPass.Step.OVER) {
            if (pass.gaveUpListing()) {
                run.problem(notInOnePiece());
            }
            rolling.compared(lease(), pass);
            run.comparedEverything();
        } else if (step == AuditPass.Step.ANOTHER_INDEX) {
            run.pass(null);
        }
        return compared(run, step);
    }

    private Step compared(Run run, AuditPass.Step step) {
        run.progressed(SyncProgress.Phase.COMPARING, productsInFlight());
        if (step == AuditPass.Step.DEPOSED) {
            throw takenOver();
        }
        if (step == AuditPass.Step.ANOTHER_INDEX) {
            identify(run);
        }
        return Step.WORKED;
    }

    /**
     * What a look for marked products found.
     *
     * @param generation as it was then
     * @param background what comes next behind the marks
     * @param first whether that goes before the marks, those aside that somebody asked for by name
     * @param claim if there was something to claim
     * @param timed how many products were marked because their time has come
     */
    private record Claimed(
            Generation generation,
            Background background,
            boolean first,
            @Nullable Claim claim,
            int timed) {}

    private Claimed claimMarked(Run run) {
        String id = nextBatchId();
        int limit = writer.claimSize();
        boolean look = !run.narrow() && !around.clock().instant().isBefore(timedAt);
        Claimed claimed = ports.inLedger(tx -> {
            Generation live = live(tx);
            int timed = look ? tx.markTimed(lease(), live.number(), TIMED_PAGE) : 0;
            rebuild.look(tx);
            if (rebuild.holdsClaims() && !run.narrow()) {
                return new Claimed(live, Background.REBUILD, true, null, timed);
            }
            Background next = background(run, live);
            boolean first = goesFirst(next, run, live, tx);
            Optional<Claim> claim = first
                    ? claimDemanded(tx, live, id, limit, next)
                    : claimInTurn(run, tx, live, id, limit).or(() -> tx.claim(lease(), live.number(), id, limit));
            return new Claimed(live, next, first, claim.orElse(null), timed);
        });
        if (!claimed.first()) {
            countFull(claimed.claim(), limit);
        }
        if (look && claimed.timed() < TIMED_PAGE) {
            timedAt = around.clock().instant().plus(TIMED_EVERY);
        }
        return claimed;
    }

    /** What somebody asked for by name goes first even then; but should that never end, a page has its turn all the same. */
    private Optional<Claim> claimDemanded(
            LedgerTransaction tx, Generation live, String batchId, int limit, Background next) {
        boolean overdue = batchesSinceTurn >= 2L * next.batches;
        return overdue ? Optional.empty() : tx.claimOnly(lease(), live.number(), batchId, limit, Reason.DEMAND);
    }

    /** The most urgent go first; but where they always fill the batch, the others have their turn, one reason after the other. */
    private Optional<Claim> claimInTurn(Run run, LedgerTransaction tx, Generation live, String batchId, int limit) {
        boolean turn = !run.narrow() && fullBatches >= FULL_BATCHES;
        Optional<Claim> claim = Optional.empty();
        for (int i = 1; turn && claim.isEmpty() && i <= REASONS.size(); i++) {
            Reason reason = REASONS.get((lastTurn + i) % REASONS.size());
            claim = tx.claimOnly(lease(), live.number(), batchId, limit, reason);
        }
        return claim;
    }

    private void countFull(@Nullable Claim claim, int limit) {
        if (claim == null) {
            fullBatches = 0;
        } else if (fullBatches >= FULL_BATCHES) {
            lastTurn = REASONS.indexOf(claim.items().get(0).reason());
            fullBatches = 0;
        } else {
            fullBatches = claim.items().size() < limit ? 0 : fullBatches + 1;
        }
    }

    private Generation live() {
        return ports.inLedger(this::live);
    }

    private Generation live(LedgerTransaction tx) {
        return tx.live()
                .orElseThrow(() -> new StoppedException("The ledger has no live generation for index '" + ports.name()
                        + "' any more; somebody emptied its tables. Run again: everything is then looked at anew"));
    }

    private Step walkOn(Run run, Generation live) {
        if (!inFlight.isEmpty()) {
            return Step.NOTHING;
        }
        batchesSinceTurn = 0;
        run.progressed(SyncProgress.Phase.WALKING_INDEX, 0);
        Instant since = walk.step(lease(), live);
        if (since != null) {
            rolling.walkedIndex(lease(), since);
        }
        mustBeDone = null;
        return Step.WORKED;
    }

    /** A run for some products leaves other people's marks to other runs. */
    private boolean hasOwnToClaim(Run run) {
        Set<ProductKey> unseen = run.unseen();
        return !unseen.isEmpty()
                && ports.inLedger(tx -> tx.standing(unseen)).values().stream()
                        .anyMatch(standing -> standing.marked()
                                && !standing.inFlight()
                                && standing.refusal().isEmpty());
    }

    private Step walkProducts(Run run, Generation live) {
        NextBatch page = claimFrontier(run, live);
        if (page != null) {
            makeTrue(page, run);
        }
        return Step.WORKED;
    }

    /**
     * The next page of products.
     *
     * @return null if nothing of it is to be made true, or the frontier has moved since it was looked at
     */
    private @Nullable NextBatch claimFrontier(Run run, Generation live) {
        batchesSinceTurn = 0;
        ProductKey after = live.frontier().after();
        if (after == null) {
            walkedSince = ports.inLedger(LedgerTransaction::now);
            writer.walkBegins();
        }
        KeyPage page = run.reading(() -> ports.source().keys(after, writer.claimSize()));
        requireProgress(page, after);
        page.problems().forEach(problem -> {
            log.warn("Index '{}': {}", ports.name(), problem);
            run.problem(problem);
        });
        String id = nextBatchId();
        Optional<Claim> claim = ports.inLedger(tx -> tx.claimFrontier(lease(), live, id, page));
        mustBeDone = null;
        if (claim.isEmpty()) {
            keepLease(true);
            return null;
        }
        NextBatch next = begin(claim.get(), run).endsWalk(page.end() ? walkedSince : null);
        if (next.batch().size() == 0) {
            walkedProducts(next.walkedSince());
            return null;
        }
        return next;
    }

    private void walkedProducts(@Nullable Instant since) {
        if (since != null) {
            rolling.walkedProducts(lease(), since);
        }
    }

    /**
     * A claimed batch whose turn to be written comes next.
     *
     * @param reads what was begun of it; null if nothing was
     * @param walkedSince if it is the last page of a walk over all products: when that began
     */
    private record NextBatch(
            OpenBatch batch,
            @Nullable BatchReads reads,
            @Nullable Instant walkedSince) {

        NextBatch endsWalk(@Nullable Instant since) {
            return new NextBatch(batch, reads, since);
        }

        NextBatch read(BatchReads begun) {
            return new NextBatch(batch, begun, walkedSince);
        }
    }

    /** Told to the run at once: what is asked for later is not answered by what is read now. */
    private NextBatch begin(Claim claim, Run run) {
        run.claimed(claim);
        OpenBatch batch = new OpenBatch(claim);
        if (!rebuild.isSettled()) {
            batch.readBackFirst();
        }
        return new NextBatch(batch, null, null);
    }

    /**
     * While a page of the walk is sent and the books are kept, the next batch is claimed as always, and read already. It may
     * be written a while after it was read; whatever changed since its claim has a mark (R3).
     */
    private void claimAhead(Run run, OpenBatch before) {
        boolean room = inFlight.size() < settings.batch().maxInFlight();
        if (!before.fromFrontier() || !room || run.narrow() || ends(run) || trouble.pausing()) {
            return;
        }
        try {
            NextBatch next = claimNext(run);
            if (next != null) {
                ahead = next;
                ahead = next.read(writer.begin(next.batch()));
            }
        } catch (UnavailableException e) {
            log.debug("Index '{}': nothing could be claimed ahead, so it is when its turn comes", ports.name(), e);
        } catch (RuntimeException e) {
            failedAhead = e;
        }
    }

    /** What waits with a mark, or the next page of a walk over all products; nothing else can be claimed ahead. */
    private @Nullable NextBatch claimNext(Run run) {
        Claimed next = claimMarked(run);
        if (next.claim() != null) {
            batchesSinceTurn++;
            return begin(next.claim(), run);
        }
        return next.background() == Background.WALK_PRODUCTS ? claimFrontier(run, next.generation()) : null;
    }

    /** Not while the batch before was written: it had no part in it. */
    private void throwWhatFailedAhead() {
        RuntimeException failed = failedAhead;
        failedAhead = null;
        if (failed != null) {
            throw failed;
        }
    }

    /** The run ends otherwise: what was claimed ahead is marked, so that whoever comes next claims it again. */
    private void putBackAhead() {
        NextBatch begun = ahead;
        if (begun == null) {
            return;
        }
        forgetAhead();
        try {
            close(tx -> tx.fail(lease(), begun.batch().claim(), Duration.ZERO, 0));
        } catch (UnavailableException e) {
            trouble.note(e);
            forget();
        }
    }

    /** A source that does not walk on would be asked for ever. */
    static void requireProgress(KeyPage page, @Nullable ProductKey after) {
        boolean asked = java.util.Objects.equals(page.after(), after);
        if (!asked || (after != null && page.keys().contains(after))) {
            throw new MisconfiguredException("ProductSource.keys was asked for the keys after '" + after
                    + "' and answered with a page after '" + page.after() + "' that holds "
                    + page.keys().size() + " keys, among them perhaps '" + after
                    + "' itself; it must walk on, in one order");
        }
    }

    private String nextBatchId() {
        return Long.toUnsignedString(around.random().nextLong(), 36) + "-" + ++batches;
    }

    private void makeTrue(NextBatch next, Run run) {
        OpenBatch batch = next.batch();
        inFlight.add(batch);
        try {
            Build build = batch.build();
            BatchWriter into = build == null ? writer : build.writer();
            Runnable readersIdle = build == null ? () -> claimAhead(run, batch) : () -> {};
            into.write(batch, next.reads(), run, readersIdle, (request, receipt) -> {
                if (build == null) {
                    walk.disturbed();
                    rolling.disturbed();
                    run.disturbed();
                } else {
                    build.walk().disturbed();
                }
                submitted(batch, request, receipt);
            });
            batch.handedOver();
        } catch (UnavailableException e) {
            trouble.note(e);
            batch.breakOff(Outcome.failed(message(e)), trouble.pause());
        } catch (RefusedException e) {
            batch.breakOff(Outcome.refused(message(e)), Duration.ZERO);
        } catch (UnknownOutcomeException e) {
            trouble.note(e);
            batch.breakOff(
                    around.on(Rule.SUSPECT_UNKNOWN) ? Outcome.lost(message(e)) : Outcome.failed(message(e)),
                    Duration.ZERO);
        }
        closeIfBroken(batch, run);
        walkedProducts(next.walkedSince());
        pollsInVain = 0;
        run.progressed(SyncProgress.Phase.SYNCING, productsInFlight());
        throwWhatFailedAhead();
    }

    /** What broke off before anything was on its way need not wait for anything. */
    private void closeIfBroken(OpenBatch batch, Run run) {
        OpenBatch.Verdict verdict = batch.verdict();
        if (verdict != OpenBatch.Verdict.PENDING && verdict != OpenBatch.Verdict.APPLIED) {
            notApplied(batch, verdict, run);
            inFlight.remove(batch);
        }
    }

    /**
     * Takes down where an accepted write stands in the index's log, if it keeps one. If the ledger cannot, the write is as
     * good as unknown.
     */
    private void submitted(OpenBatch batch, WriteBatch request, Receipt receipt) {
        if (isLive(batch)) {
            memory.lastWrites()
                    .accepted(
                            request.products(),
                            new Explanation.LastWrite(
                                    batch.claim().batchId(),
                                    receipt.positions(),
                                    around.calendar().instant()));
        }
        if (receipt.positions().isEmpty() || !(ports.index() instanceof LoggedIndex)) {
            return;
        }
        boolean mine;
        try {
            mine = ports.inLedger(tx -> tx.submitted(lease(), batch.claim(), receipt.positions()));
        } catch (UnavailableException e) {
            throw new UnknownOutcomeException("The ledger could not take down an accepted write: " + e.getMessage(), e);
        }
        if (!mine) {
            throw takenOver();
        }
    }

    // --- await, identify, confirm -----------------------------------------------------------------------------------

    /** @return whether any batch was closed */
    private boolean settle(Run run) {
        if (inFlight.isEmpty()) {
            return false;
        }
        awaitOutcomes();
        List<OpenBatch> applied = new ArrayList<>();
        boolean closed = false;
        for (Iterator<OpenBatch> batches = inFlight.iterator(); batches.hasNext(); ) {
            OpenBatch batch = batches.next();
            OpenBatch.Verdict verdict = batch.verdict();
            if (verdict == OpenBatch.Verdict.APPLIED) {
                applied.add(batch);
            } else if (verdict != OpenBatch.Verdict.PENDING) {
                notApplied(batch, verdict, run);
                batches.remove();
                closed = true;
            }
        }
        return confirm(applied, run) || closed;
    }

    private void awaitOutcomes() {
        Collection<Receipt> pending =
                inFlight.stream().flatMap(batch -> batch.pending().stream()).toList();
        if (!around.on(Rule.AWAIT)) {
            inFlight.forEach(OpenBatch::believe);
        } else if (!pending.isEmpty()) {
            Map<Receipt, Outcome> outcomes = ports.index().outcomes(pending);
            inFlight.forEach(batch -> batch.learn(outcomes));
        }
    }

    private void notApplied(OpenBatch batch, OpenBatch.Verdict verdict, Run run) {
        if (!isLive(batch)) {
            rebuild.lookWhetherLost();
        }
        switch (verdict) {
            case UNKNOWN -> suspect(batch, run);
            case REFUSED -> refused(batch, run);
            default -> failed(batch, run);
        }
        mustBeDone = null;
    }

    private void suspect(OpenBatch batch, Run run) {
        log.debug("Batch '{}' of index '{}' is suspect: {}", batch.claim().batchId(), ports.name(), batch.reason());
        run.problem("The outcome of a write of " + batch.size() + " products is unknown, they are written again: "
                + batch.reason());
        close(tx -> tx.suspect(lease(), batch.claim(), hold()));
    }

    /** The index objects to something in the batch: halve it until what it objects to is alone. */
    private void refused(OpenBatch batch, Run run) {
        if (batch.size() > 1) {
            log.debug("Batch of {} products was refused, splitting: {}", batch.size(), batch.reason());
            close(tx -> tx.fail(lease(), batch.claim(), Duration.ZERO, (batch.size() + 1) / 2));
            return;
        }
        Claim.Item item = batch.claim().items().get(0);
        ProductOutcome meant = batch.results().get(item.key());
        batch.refuse(item.key(), batch.reason(), meant == null ? null : meant.after());
        close(tx -> tx.confirm(lease(), batch.claim(), batch.refused(), batch.rechecks()));
        told(batch, run);
    }

    private void told(OpenBatch batch, Run run) {
        if (isLive(batch)) {
            run.confirmed(batch);
        } else {
            run.built(batch);
            rebuild.built(batch);
        }
    }

    private void failed(OpenBatch batch, Run run) {
        Duration own = retries.delay(batch.attempts() + 1);
        Duration after = own.compareTo(batch.retryAfter()) > 0 ? own : batch.retryAfter();
        boolean suspicious = appliedSinceFailure && batch.attempts() + 1 >= ATTEMPTS_BEFORE_SPLIT && batch.size() > 1;
        int splitLimit = suspicious ? (batch.size() + 1) / 2 : 0;
        appliedSinceFailure = false;
        if (!trouble.pausing()) {
            trouble.note(new UnavailableException(batch.reason(), null));
        }
        run.problem(batch.size() + " products are tried again: " + batch.reason());
        close(tx -> tx.fail(lease(), batch.claim(), after, splitLimit));
    }

    /**
     * R10: whatever is known of a name is known of the content it was bound to, so the name must still mean that.
     *
     * @return false if it does not; then everything was marked anew
     */
    private boolean identify(Run run) {
        return identify(run, List.of());
    }

    /** @param applied batches that are about to be confirmed; of those of a build, its name must mean the same, too */
    private boolean identify(Run run, List<OpenBatch> applied) {
        if (!around.on(Rule.IDENTIFY)) {
            return true;
        }
        IndexIdentity meant = live().identity();
        boolean live = ports.index().identify().filter(meant::equals).isPresent();
        boolean built = applied.stream()
                .filter(batch -> !isLive(batch))
                .map(batch -> batch.claim().generation())
                .distinct()
                .allMatch(rebuild::isBound);
        if (live && built) {
            return true;
        }
        adopted = false;
        if (ahead != null) {
            inFlight.add(ahead.batch());
            forgetAhead();
        }
        for (OpenBatch batch : List.copyOf(inFlight)) {
            close(tx -> tx.suspect(lease(), batch.claim(), hold()));
            inFlight.remove(batch);
        }
        mustBeDone = null;
        learnIdentity();
        if (adopted) {
            run.problem("Index '" + ports.name() + "' was replaced by somebody; everything is written anew");
        }
        return false;
    }

    private boolean confirm(List<OpenBatch> applied, Run run) {
        if (applied.isEmpty()) {
            return false;
        }
        if (!identify(run, applied)) {
            return true;
        }
        List<OpenBatch> held = held(applied, run);
        if (held.isEmpty() || (applied.stream().anyMatch(this::isReadBack) && !identify(run, held))) {
            return true;
        }
        for (OpenBatch batch : held) {
            Map<ProductKey, Instant> changes = isLive(batch) ? batch.appliedChanges() : Map.of();
            Instant at = confirm(batch, !changes.isEmpty());
            inFlight.remove(batch);
            told(batch, run);
            run.applied(freshness(changes, at));
        }
        trouble.over();
        appliedSinceFailure = true;
        pollsInVain = 0;
        run.progressed(SyncProgress.Phase.SYNCING, productsInFlight());
        return true;
    }

    private boolean isReadBack(OpenBatch batch) {
        return batch.isReadBackFirst() && around.on(Rule.READ_BACK);
    }

    /** R11: those of the batches that are where they were meant to be; the others are tried again. */
    private List<OpenBatch> held(List<OpenBatch> applied, Run run) {
        List<OpenBatch> held = new ArrayList<>();
        for (OpenBatch batch : applied) {
            if (!isReadBack(batch) || readBack.finds(batch)) {
                held.add(batch);
            } else {
                notHeld(batch, run);
                inFlight.remove(batch);
            }
        }
        return held;
    }

    /** At once; should it be so again, it is no swap that came in between, and is put off like whatever fails. */
    private void notHeld(OpenBatch batch, Run run) {
        String reason =
                "the index says that it applied a batch of " + batch.size() + " products, and does not hold all of"
                        + " it: a swap of the last rebuild was made again meanwhile, or somebody else writes";
        if (batch.attempts() > 0) {
            batch.breakOff(Outcome.failed(reason), Duration.ZERO);
            failed(batch, run);
        } else {
            run.problem(reason);
            close(tx -> tx.fail(lease(), batch.claim(), Duration.ZERO, 0));
        }
        mustBeDone = null;
    }

    /**
     * @param timed whether somebody wants to know when
     * @return the ledger's time of it; any if nobody does
     */
    private Instant confirm(OpenBatch batch, boolean timed) {
        return ports.inLedger(tx -> confirmed(tx, batch)
                        ? Optional.of(timed ? tx.now() : Instant.EPOCH)
                        : Optional.<Instant>empty())
                .orElseThrow(this::takenOver);
    }

    private boolean confirmed(LedgerTransaction tx, OpenBatch batch) {
        return tx.confirm(lease(), batch.claim(), batch.refused(), batch.rechecks())
                && (!isLive(batch) || remembersOrphans(tx, batch));
    }

    private Map<ProductKey, Duration> freshness(Map<ProductKey, Instant> changes, Instant applied) {
        Instant now = around.clock().instant();
        Map<ProductKey, Duration> freshness = new LinkedHashMap<>();
        changes.forEach((key, changedAt) -> {
            Duration time = changedAt.isAfter(applied) ? Duration.ZERO : Duration.between(changedAt, applied);
            freshness.put(key, time);
            memory.freshness().count(time, now);
        });
        return freshness;
    }

    /**
     * What was not deleted has no mark any more: a walk over the index's ids is owed instead. As long as the walk over all
     * products goes on, or the brake rests, none has begun that could have passed it.
     */
    private boolean remembersOrphans(LedgerTransaction tx, OpenBatch batch) {
        Generation live = live(tx);
        boolean ahead = live.owedWalk() != 0 && (!live.frontier().ended() || brake.resting());
        if ((batch.holdsBack() && !ahead) || (live.owedWalk() == 0 && brake.wantsCount())) {
            tx.oweWalk();
        }
        if (batch.holdsBack()) {
            brake.remember(tx);
        }
        return true;
    }

    private void close(java.util.function.Function<LedgerTransaction, Boolean> closing) {
        if (!ports.inLedger(closing)) {
            throw takenOver();
        }
    }

    private static String message(StocktakeException e) {
        return String.valueOf(e.getMessage());
    }
}
