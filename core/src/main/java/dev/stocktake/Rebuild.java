package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A build beside the live index, from the wish for it to its place: prepare, fill, judge, swap, prove, and remove what it
 * replaced. A step at a time, behind the products that are marked in the live index.
 *
 * <p>Everything that must outlive the process stands in the ledger: the generation, its frontier, its state, the wish. A process
 * that dies leaves them where they were, and whoever takes the lane goes on. What is remembered here only makes that quicker.
 *
 * <p>Belongs to the lane, like its thread.
 */
final class Rebuild {

    private static final Logger log = LoggerFactory.getLogger(Stocktake.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration TELL_EVERY = Duration.ofSeconds(2);
    private static final Duration TIMED_EVERY = Duration.ofSeconds(1);
    private static final int TIMED_PAGE = 1_000;

    /** What was counted is good for so long. */
    private static final Duration JUDGED_FOR = Duration.ofMinutes(1);

    private static final Duration JUDGED_FOR_A_LOOK = Duration.ofDays(1);

    /** An answer to a swap that has not come by then will not come. */
    private static final Duration UNANSWERED = Duration.ofSeconds(5);

    private static final Duration FIRST_REST = Duration.ofMinutes(1);
    private static final Duration LONGEST_REST = Duration.ofMinutes(10);
    private static final Duration TIDY_EVERY = Duration.ofMinutes(1);

    /** What could not be removed is asked for again then. */
    private static final Duration REMOVE_AGAIN = Duration.ofMinutes(10);

    private static final int LOOKS_AGAIN = 3;

    /** What a step came to. */
    enum Step {
        WORKED,
        /** There is nothing to do for it now. */
        NOTHING
    }

    /** What the lane does for it. */
    interface Hands {

        Lease lease();

        /** Ends a transaction of whoever has lost the lane, by throwing. */
        void fence(LedgerTransaction tx);

        /** How long a write of unknown outcome may still be on its way. */
        Duration hold();

        /** @param always also if there is time left */
        void keepLease(boolean always);

        /** Reads on in the log of writes, which says by {@link Rebuild#cameLate} if it told of any that nobody had reckoned with. */
        void readLog();

        StoppedException takenOver();

        String nextBatchId();

        /** Whether nothing is on its way, for whatever content. */
        boolean nothingInFlight();

        /** How many batches of a generation are on their way. */
        long inFlight(long generation);

        void makeTrue(OpenBatch batch);

        boolean stopping();

        /**
         * Another content is live.
         *
         * @param since when the first of its products was looked at; null if that is not known
         */
        void becameLive(@Nullable Instant since);
    }

    /**
     * A swap that this process asked for.
     *
     * @param receipt null as long as there is no answer
     */
    private record Sent(long generation, @Nullable Receipt receipt) {}

    private final Ports ports;
    private final @Nullable RebuildableIndex index;
    private final SyncSettings settings;
    private final Surroundings around;
    private final Readers readers;
    private final Hands hands;
    private final ClaimPause pause;
    private final @Nullable BuildRemoval removal;
    private @Nullable RebuildState state;
    private @Nullable Build build;
    private @Nullable Sent sent;
    private @Nullable Instant liveSince;
    private boolean moved;
    private long unsent;
    private Instant mayComeWithoutIt = Instant.EPOCH;
    private boolean mayBeLost;

    /** Since its swap was begun the log of writes has told of one that came late, or not everything. */
    private boolean late = true;

    private Instant lookAt = Instant.MIN;
    private Instant restUntil = Instant.MIN;
    private Instant tellAt = Instant.MIN;
    private Instant timedAt = Instant.MIN;
    private boolean paced;
    private RebuildStatus.Phase phase = RebuildStatus.Phase.BUILDING;
    private String waitsFor = "";
    private Duration rest = FIRST_REST;
    private int lookedAgain;
    private int swapsInVain;

    Rebuild(Ports ports, SyncSettings settings, Surroundings around, Readers readers, Hands hands) {
        this.ports = ports;
        this.index = ports.index() instanceof RebuildableIndex rebuildable ? rebuildable : null;
        this.settings = settings;
        this.around = around;
        this.readers = readers;
        this.hands = hands;
        this.pause = new ClaimPause(around.clock());
        this.removal = index == null ? null : new BuildRemoval(ports, index, settings, around, hands);
    }

    // --- whether there is anything to do ----------------------------------------------------------------------------

    /** The lane begins anew, perhaps after another instance. */
    void open() {
        state = null;
        build = null;
        sent = null;
        unsent = 0;
        pause.reset();
        mayBeLost = true;
        late = true;
        lookAt = Instant.MIN;
        restUntil = Instant.MIN;
        timedAt = Instant.MIN;
        paced = false;
    }

    /** Somebody asks and waits: whatever it rests for is looked at now. */
    void lookAgain() {
        lookAt = Instant.MIN;
        if (phase == RebuildStatus.Phase.WAITING) {
            restUntil = Instant.MIN;
            rest = FIRST_REST;
        }
    }

    /** Now and then, in a transaction that looks into the books anyway: has somebody asked for one? */
    void look(LedgerTransaction tx) {
        Instant now = around.clock().instant();
        if (index != null && !now.isBefore(lookAt)) {
            lookAt = now.plus(LOOK_EVERY);
            RebuildState known = state;
            RebuildState seen = RebuildState.of(tx);
            state = seen;
            if (known != null && !seen.saysTheSame(known)) {
                restUntil = Instant.MIN;
                rest = FIRST_REST;
            }
        }
    }

    /**
     * R11: whether no swap that was sent can be made any more, late or once more. Until then a name may mean the other content
     * for a moment, and the identity before and after would not tell: what was found equal in between was not, and what was
     * written is not where it was meant to be.
     */
    boolean isSettled() {
        RebuildState known = state;
        return index == null || known != null && known.settled();
    }

    /** The log of writes told of one that nobody had reckoned with, whoever read it, or could not be read. */
    void cameLate() {
        late = true;
    }

    /** Whether there is a step to make now. */
    boolean wanted() {
        RebuildState known = state;
        return known != null
                && (known.request() != null
                        || known.build() != null
                        || !known.retired().isEmpty())
                && !around.clock().instant().isBefore(restUntil);
    }

    /**
     * Whether its step goes before the walk over the live index: if it is to be begun, as an index that is empty needs no build;
     * and while it is being swapped in, as nothing is claimed then.
     */
    boolean goesFirst() {
        RebuildState known = state;
        if (known == null) {
            return false;
        }
        Generation beside = known.build();
        boolean begins = known.request() != null && beside == null;
        return isSwapping() || (begins && wanted());
    }

    /** Whether a swap has been begun; nothing can be claimed until it is seen made or not. */
    boolean isSwapping() {
        RebuildState known = state;
        Generation beside = known == null ? null : known.build();
        return beside != null && beside.state() == Generation.State.SWAPPING;
    }

    /** How long until there is. */
    Duration untilWanted() {
        Instant now = around.clock().instant();
        return restUntil.isAfter(now) ? Duration.between(now, restUntil) : Duration.ZERO;
    }

    /** Whether claims for the live index wait for a moment, so that nothing is in flight when it is swapped. */
    boolean holdsClaims() {
        return pause.isOn();
    }

    /** Whether it rests only because somebody wants it to go slowly, and goes on in a moment. */
    boolean isPaced() {
        return paced && untilWanted().compareTo(LOOK_EVERY) <= 0;
    }

    /** What it waits for, if it is nothing that comes by itself soon. */
    Optional<String> waitsForSomebody() {
        boolean waits = phase == RebuildStatus.Phase.WAITING || phase == RebuildStatus.Phase.PAUSED;
        return waits ? Optional.of(waitsFor.isEmpty() ? phase.words() : waitsFor) : Optional.empty();
    }

    /** How the one ended that a run waits for; null if it has not. */
    RebuildState.@Nullable Ended ended(RebuildState.Ticket ticket) {
        RebuildState.Ended ended = ports.inLedger(RebuildState::ended);
        return ended.number() > ticket.after() ? ended : null;
    }

    RebuildStatus status() {
        RebuildState known = state == null ? ports.inLedger(RebuildState::of) : state;
        return known.status(progress(), known.last());
    }

    private RebuildState.Progress progress() {
        Build current = build;
        return current == null
                ? new RebuildState.Progress(phase, 0, 0, 0, waitsFor)
                : new RebuildState.Progress(
                        phase,
                        current.pace().documents(),
                        current.expected(),
                        current.pace().perSecond(),
                        waitsFor);
    }

    /** A batch of a build was confirmed. */
    void built(OpenBatch batch) {
        Build current = build;
        if (current != null && current.generation() == batch.claim().generation()) {
            long walked = batch.claim().items().stream()
                    .filter(item -> item.reason() == Reason.SWEEP)
                    .count();
            current.pace().built(walked, around.clock().instant());
        }
    }

    // --- a step -----------------------------------------------------------------------------------------------------

    Step step() throws InterruptedException {
        return step(false);
    }

    /** Goes on with a swap that was begun, and with nothing else. */
    Step swapOn() throws InterruptedException {
        return step(true);
    }

    private Step step(boolean swapOnly) throws InterruptedException {
        RebuildState now = ports.inLedger(tx -> {
            hands.fence(tx);
            return RebuildState.of(tx);
        });
        state = now;
        lookAt = around.clock().instant().plus(LOOK_EVERY);
        Generation beside = now.build();
        Step step;
        if (beside != null && beside.state() == Generation.State.SWAPPING) {
            step = swap(beside);
        } else if (swapOnly) {
            return Step.NOTHING;
        } else if (beside != null) {
            step = goOn(now, beside);
        } else {
            build = null;
            step = now.request() == null ? tidy(now) : begin(now, now.request());
        }
        tell();
        return step;
    }

    /** Every instance can tell how far it is. */
    private void tell() {
        Instant now = around.clock().instant();
        if (build == null || now.isBefore(tellAt)) {
            return;
        }
        tellAt = now.plus(TELL_EVERY);
        String text = progress().text();
        ports.inLedger(tx -> {
            hands.fence(tx);
            if (tx.build().isPresent()) {
                tx.saveCursor(RebuildState.PROGRESS, text);
            }
            return null;
        });
    }

    private BuildRemoval removal() {
        return Objects.requireNonNull(removal);
    }

    private RebuildableIndex index() {
        if (index == null) {
            throw new IllegalStateException("Index '" + ports.name() + "' cannot be rebuilt");
        }
        return index;
    }

    private Step waits(RebuildStatus.Phase why, Duration time, String words) {
        phase = why;
        paced = false;
        waitsFor = words;
        restUntil = around.clock().instant().plus(time);
        tellAt = words.isEmpty() ? tellAt : Instant.MIN;
        return Step.NOTHING;
    }

    private Step worked(RebuildStatus.Phase at) {
        phase = at;
        paced = false;
        waitsFor = "";
        restUntil = Instant.MIN;
        return Step.WORKED;
    }

    // --- begin ------------------------------------------------------------------------------------------------------

    private Step begin(RebuildState now, RebuildRequest request) throws InterruptedException {
        if (now.cancelled()) {
            return end(RebuildReport.Ending.CANCELLED, "it was cancelled before it had begun");
        }
        if (now.paused()) {
            return waits(RebuildStatus.Phase.PAUSED, LOOK_EVERY, "");
        }
        if (request.kind() == RebuildRequest.Kind.ROLLBACK) {
            return bringBack(now, now.retired().isEmpty() ? null : now.retired().get(0));
        }
        String label;
        IndexIdentity identity;
        long documents;
        try {
            Map<String, IndexIdentity> there = removal().dropLeftovers(now);
            documents = index().count();
            if (documents == 0 && request.kind() == RebuildRequest.Kind.REBUILD) {
                return fillInPlace();
            }
            label = newLabel(there);
            identity = index().build(label).prepare();
        } catch (RefusedException | MisconfiguredException e) {
            return fail(e);
        }
        Optional<Generation> opened = ports.inLedger(tx -> {
            RebuildState.lock(tx);
            hands.fence(tx);
            Optional<Generation> generation = tx.openBuild(hands.lease(), label, identity);
            RebuildRequest asked = RebuildState.request(tx);
            if (generation.isPresent() && asked != null) {
                RebuildState.begun(tx, asked, tx.now(), generation.get().number());
            }
            return generation;
        });
        lookedAgain = 0;
        swapsInVain = 0;
        pause.forgetTries();
        opened.ifPresent(generation -> {
            log.info(
                    "Index '{}' is rebuilt beside the live one, in build '{}' ({})",
                    ports.name(),
                    label,
                    request.kind());
            build = make(generation, RebuildState.Progress.NONE, documents);
            if (request.kind() != RebuildRequest.Kind.DRY_RUN) {
                removal().dropRetired(now, true);
            }
        });
        return worked(RebuildStatus.Phase.BUILDING);
    }

    /** Searchers cannot miss what nobody has: no build is needed. */
    private Step fillInPlace() {
        ports.inLedger(tx -> {
            RebuildState.lock(tx);
            hands.fence(tx);
            boolean everythingIsMarked = tx.live()
                    .map(Generation::frontier)
                    .filter(Generation.Frontier.START::equals)
                    .isPresent();
            // A walk that has not begun passes over what was set aside since.
            if (!everythingIsMarked || tx.backlog().quarantined() > 0) {
                tx.markAll(false);
            }
            RebuildState.end(
                    tx,
                    new RebuildReport(
                            RebuildReport.Ending.IN_PLACE,
                            tx.now(),
                            0,
                            0,
                            null,
                            "the live index held nothing, so that it is filled itself"),
                    false);
            return null;
        });
        state = null;
        lookAt = Instant.MIN;
        return worked(RebuildStatus.Phase.BUILDING);
    }

    /** Used once: a swap that comes late must not meet another build under it. */
    private String newLabel(Map<String, IndexIdentity> there) {
        while (true) {
            String label = "b" + Long.toUnsignedString(around.random().nextLong(), 36);
            if (!there.containsKey(label)) {
                return label;
            }
        }
    }

    private Build make(Generation generation, RebuildState.Progress before, long expected) {
        return new Build(
                generation,
                ports,
                index().build(generation.place().orElseThrow()),
                settings,
                around,
                readers,
                () -> hands.keepLease(false),
                before,
                expected);
    }

    /** The build as this process knows it; after a takeover it goes on with what the last one told. */
    private Build known(Generation generation) {
        Build known = build;
        if (known == null || !known.is(generation)) {
            RebuildState.Progress before = ports.inLedger(RebuildState.Progress::of);
            known = make(generation, before, before.expected() > 0 ? before.expected() : index().count());
            build = known;
        }
        return known;
    }

    // --- fill -------------------------------------------------------------------------------------------------------

    private Step goOn(RebuildState now, Generation beside) throws InterruptedException {
        boolean settled = now.settled(beside) || !around.on(Rule.SWAP_ONCE);
        RebuildRequest request = now.requestOf(beside);
        if (mayBeLost) {
            mayBeLost = false;
            if (!known(beside).isBound()) {
                return lost(beside, request);
            }
        }
        if (now.cancelled()) {
            return cancel(now, beside);
        }
        if (now.paused()) {
            pause.end();
            return waits(RebuildStatus.Phase.PAUSED, LOOK_EVERY, "");
        }
        if (request != null && request.kind() == RebuildRequest.Kind.ROLLBACK) {
            return settled ? bringBack(now, beside) : unsettled(now, beside);
        }
        if (!settled) {
            // Nobody would have counted what is left of it, should the source find nothing meanwhile. Its marks stay.
            return unsettled(now, beside);
        }
        return fill(now.about(beside), known(beside));
    }

    /**
     * What is claimed for the build next.
     *
     * @param generation as it is now; null if it is not being built any more
     * @param claim marked products; null if there are none that may be claimed, or it is not their turn
     * @param turn whether marks come all the time, and what comes behind them has its turn
     */
    private record Next(
            @Nullable Generation generation, @Nullable Claim claim, boolean turn, Backlog backlog) {}

    private Step fill(RebuildState now, Build current) throws InterruptedException {
        if (hands.inFlight(current.generation()) >= mostInFlight()) {
            return Step.NOTHING;
        }
        Next next = claimMarked(current);
        Generation generation = next.generation();
        if (generation == null) {
            return Step.WORKED;
        }
        if (!around.on(Rule.SWAP_CLEAN) && !isDry(now)) {
            return judge(now, current, generation);
        }
        if (next.claim() != null) {
            current.claimedMarked(next.claim().items().size());
            hands.makeTrue(new OpenBatch(next.claim(), current));
            return worked(phase == RebuildStatus.Phase.JUDGING ? phase : RebuildStatus.Phase.BUILDING);
        }
        if (!generation.frontier().ended()) {
            current.forgetGate();
            return walkProducts(now, current, generation);
        }
        if (hands.inFlight(current.generation()) > 0) {
            return Step.NOTHING;
        }
        if (generation.owedWalk() != 0) {
            return walkContent(current, generation);
        }
        if (next.backlog().marked() > 0 && (!next.turn() || next.backlog().due() == 0)) {
            Duration due = next.backlog().untilDue().orElse(LOOK_EVERY);
            return waits(
                    RebuildStatus.Phase.BUILDING,
                    due.compareTo(LOOK_EVERY) > 0 ? LOOK_EVERY : due,
                    Backlog.words(next.backlog().marked()) + " products of the build are tried again later");
        }
        current.walked();
        return judge(now, current, generation);
    }

    /** The live index always has room for a batch, if there is room for more than one. */
    private int mostInFlight() {
        return Math.max(1, settings.batch().maxInFlight() / 2);
    }

    private Next claimMarked(Build current) {
        String id = hands.nextBatchId();
        int limit = current.writer().claimSize();
        Instant clock = around.clock().instant();
        boolean times = !clock.isBefore(timedAt);
        Next next = ports.inLedger(tx -> {
            if (times) {
                tx.markTimed(hands.lease(), current.generation(), TIMED_PAGE);
            }
            Generation generation = building(tx, current.generation());
            boolean turn = current.isOthersTurn(pause.isOn());
            boolean waits = generation == null || turn || current.walk().holdsClaims(generation);
            Claim claim = waits
                    ? null
                    : tx.claim(hands.lease(), current.generation(), id, limit).orElse(null);
            return new Next(generation, claim, turn, tx.backlogOf(current.generation()));
        });
        if (times) {
            timedAt = clock.plus(TIMED_EVERY);
        }
        return next;
    }

    private static @Nullable Generation building(LedgerTransaction tx, long number) {
        return tx.generations().stream()
                .filter(generation -> generation.number() == number)
                .filter(generation -> generation.state() == Generation.State.BUILDING)
                .findFirst()
                .orElse(null);
    }

    private Step walkProducts(RebuildState now, Build current, Generation generation) {
        double rate = now.rate() == null ? settings.rebuilds().documentsPerSecond() : now.rate();
        Instant clock = around.clock().instant();
        Duration wait = rate > 0 ? current.pace().untilNextPage(clock) : Duration.ZERO;
        if (!wait.isZero()) {
            waits(RebuildStatus.Phase.BUILDING, wait.compareTo(LOOK_EVERY) > 0 ? LOOK_EVERY : wait, "");
            paced = true;
            return Step.NOTHING;
        }
        ProductKey after = generation.frontier().after();
        if (after == null) {
            current.writer().walkBegins();
            current.pace().restart();
        }
        int size = BuildPace.page(current.writer().claimSize(), rate);
        KeyPage page = ports.source().keys(after, size);
        Lane.requireProgress(page, after);
        page.problems().forEach(problem -> log.warn("Index '{}': {}", ports.name(), problem));
        String id = hands.nextBatchId();
        Optional<Claim> claim = ports.inLedger(tx -> tx.claimFrontier(hands.lease(), generation, id, page));
        current.walked();
        claim.filter(claimed -> !claimed.items().isEmpty()).ifPresent(claimed -> {
            current.pace().taken(claimed.items().size(), rate, clock);
            hands.makeTrue(new OpenBatch(claimed, current));
        });
        if (claim.isEmpty()) {
            hands.keepLease(true);
        }
        return worked(RebuildStatus.Phase.BUILDING);
    }

    /** Somebody marked everything: what the build holds without a product is found by listing it. */
    private Step walkContent(Build current, Generation generation) {
        if (!current.walk().wanted(generation)) {
            return waits(
                    RebuildStatus.Phase.WAITING,
                    FIRST_REST,
                    "the build could not be listed in one piece, as somebody writes it or it does not answer");
        }
        current.walk().step(hands.lease(), generation);
        return worked(RebuildStatus.Phase.BUILDING);
    }

    // --- judge ------------------------------------------------------------------------------------------------------

    private Step judge(RebuildState now, Build current, Generation generation) throws InterruptedException {
        if (!current.hasPassed(around.clock().instant(), isDry(now) ? JUDGED_FOR_A_LOOK : JUDGED_FOR)) {
            BuildGate gate = current.gate();
            boolean counts = gate != null && !gate.counted();
            return judged(
                    now,
                    current,
                    counts ? Objects.requireNonNull(gate) : current.beginGate(index(), settings.brakes()));
        }
        if (isDry(now)) {
            return compare(current);
        }
        return current.prepared() ? close(now, current, generation) : prepare(current, generation);
    }

    /**
     * The settings that are declared now, as filling it may have taken hours. Before claims wait: to apply settings takes the
     * index its time.
     */
    private Step prepare(Build current, Generation generation) {
        try {
            mayBeLost = !current.prepare();
            hands.keepLease(false);
            return worked(RebuildStatus.Phase.JUDGING);
        } catch (UnavailableException e) {
            return restFor("the build is complete, and waits for its settings: " + message(e));
        } catch (RefusedException | MisconfiguredException e) {
            return failBuild(generation, e);
        }
    }

    private Step judged(RebuildState now, Build current, BuildGate gate) {
        BuildGate.Verdict verdict = gate.step(now.leave());
        if (verdict == BuildGate.Verdict.MORE) {
            return worked(RebuildStatus.Phase.JUDGING);
        }
        if (passes(verdict, now) || isDry(now)) {
            rest = FIRST_REST;
            current.passed(around.clock().instant());
            return worked(RebuildStatus.Phase.JUDGING);
        }
        String sentence = gate.sentence(verdict);
        current.forgetGate();
        if (verdict == BuildGate.Verdict.DIFFERS) {
            lookAtEverythingAgain(current);
            if (lookedAgain++ < LOOKS_AGAIN) {
                log.info("Index '{}': {}", ports.name(), sentence);
                return worked(RebuildStatus.Phase.BUILDING);
            }
        }
        return restFor(sentence);
    }

    /** Somebody who insists gets what the database has had all along; but it is looked at a few times before. */
    private boolean passes(BuildGate.Verdict verdict, RebuildState now) {
        boolean insists = now.leave() && lookedAgain >= LOOKS_AGAIN;
        return verdict == BuildGate.Verdict.PASSES || insists || !around.on(Rule.GATE);
    }

    private static boolean isDry(RebuildState now) {
        return isDry(now.request());
    }

    private static boolean isDry(@Nullable RebuildRequest request) {
        return request != null && request.kind() == RebuildRequest.Kind.DRY_RUN;
    }

    private void lookAtEverythingAgain(Build current) {
        ports.inLedger(tx -> {
            hands.fence(tx);
            return tx.markAll(current.generation(), false);
        });
    }

    private Step restFor(String sentence) {
        if (!sentence.equals(waitsFor)) {
            log.warn("Index '{}': {}", ports.name(), sentence);
        }
        Duration time = rest;
        rest = rest.multipliedBy(2).compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest.multipliedBy(2);
        return waits(RebuildStatus.Phase.WAITING, time, sentence);
    }

    private Step compare(Build current) throws InterruptedException {
        BuildComparison comparison = current.comparison(index());
        if (!comparison.over()) {
            comparison.step();
            return worked(RebuildStatus.Phase.JUDGING);
        }
        BuildGate gate = current.gate();
        BuildGate.Verdict verdict = gate == null ? BuildGate.Verdict.PASSES : gate.judge(false);
        String words = gate == null || verdict == BuildGate.Verdict.PASSES
                ? "the build was complete, and a rebuild would put such a one in the place of the live index"
                : "a rebuild would not be swapped in: " + gate.sentence(verdict);
        return remove(
                current.generation(),
                current.label(),
                current.identity(),
                report(RebuildReport.Ending.LOOKED_AT, current, comparison.changes(), words));
    }

    private RebuildReport report(
            RebuildReport.Ending ending,
            @Nullable Build current,
            RebuildReport.@Nullable Changes changes,
            String words) {
        BuildGate gate = current == null ? null : current.gate();
        return new RebuildReport(
                ending,
                Instant.EPOCH,
                gate == null ? 0 : gate.held(),
                gate == null ? 0 : gate.before(),
                changes,
                words);
    }

    // --- close, swap ------------------------------------------------------------------------------------------------

    /** From now on only what is in the books of the build is claimed, until nothing is in flight; that takes a batch or two. */
    private Step close(RebuildState now, Build current, Generation generation) throws InterruptedException {
        Generation live = now.live().orElse(null);
        if (live == null) {
            return Step.NOTHING;
        }
        if (!now.settled() && around.on(Rule.SWAP_ONCE)) {
            return unsettled(now, now.settled(generation) ? live : generation);
        }
        if (!hands.nothingInFlight() && around.on(Rule.SWAP_DRAINED)) {
            pause.begin();
            return Step.NOTHING;
        }
        if (!isMeant(live)) {
            return Step.WORKED;
        }
        BuildGate gate = current.gate();
        if (gate == null || !passes(gate.judge(now.leave()), now)) {
            current.forgetGate();
            return worked(RebuildStatus.Phase.JUDGING);
        }
        late = false;
        hands.readLog();
        boolean begun = ports.inLedger(tx -> {
            if (!tx.beginSwap(hands.lease(), generation.number(), ports.index().requestLife())) {
                return false;
            }
            mayCome(tx);
            return true;
        });
        if (!begun) {
            hands.keepLease(true);
            pause.begin();
            return worked(RebuildStatus.Phase.JUDGING);
        }
        unsent = generation.number();
        pause.end();
        pause.forgetTries();
        return swap(generation);
    }

    /** In the transaction after which a swap is sent. */
    private void mayCome(LedgerTransaction tx) {
        mayComeWithoutIt = Swaps.of(tx).mayComeUntil();
        lives(tx);
    }

    /** Its life begins when it is sent, which may be long after it was announced; whoever only sees it does not know when. */
    private void lives(LedgerTransaction tx) {
        Swaps.mayCome(tx, tx.now().plus(ports.index().requestLife()));
    }

    /** Whether both names mean what they are taken for, before they are exchanged. */
    private boolean isMeant(Generation live) {
        Build current = build;
        if (current != null && !current.isBound()) {
            mayBeLost = true;
            return false;
        }
        return index().identify().filter(live.identity()::equals).isPresent();
    }

    private Step unsettled(RebuildState now, Generation generation) {
        pause.end();
        Duration left = Duration.between(now.now(), now.unsettledUntil());
        String words = generation.state() == Generation.State.LIVE
                ? "the last swap was made, but the request for it may still come a second time, and two swaps are none; the"
                        + " next one is asked for when that cannot be any more, in "
                : "a swap may still be on its way to the index; the next one is asked for when that cannot be any more, in ";
        return waits(
                RebuildStatus.Phase.SETTLING,
                left.compareTo(LOOK_EVERY) > 0 ? left : LOOK_EVERY,
                words + Words.duration(left));
    }

    private Step swap(Generation beside) throws InterruptedException {
        phase = RebuildStatus.Phase.SWAPPING;
        waitsFor = "";
        Build current = known(beside);
        Sent mine = sent;
        if (unsent == beside.number()) {
            if (!hands.nothingInFlight() && around.on(Rule.SWAP_DRAINED)) {
                return Step.NOTHING;
            }
            unsent = 0;
            Step failed = send(beside);
            if (failed != null) {
                return failed;
            }
            mine = sent;
        }
        if (mine == null || mine.generation() != beside.number()) {
            return isLive(current) ? becomeLive(beside) : notMade(beside, false);
        }
        return await(beside, current, mine);
    }

    /** Once: a swap that is made twice is none. @return null if it is on its way now */
    private @Nullable Step send(Generation beside) {
        ports.inLedger(tx -> {
            hands.fence(tx);
            lives(tx);
            return null;
        });
        try {
            sent = new Sent(beside.number(), null);
            Receipt receipt = index().swap(beside.place().orElseThrow());
            sent = new Sent(beside.number(), receipt);
            return null;
        } catch (UnknownOutcomeException e) {
            log.warn(
                    "Index '{}' gave no answer to a swap; what became of it will be seen: {}",
                    ports.name(),
                    message(e));
            return null;
        } catch (UnavailableException e) {
            notMade(beside, true);
            throw e;
        } catch (RefusedException | MisconfiguredException e) {
            notMade(beside, true);
            return failBuild(beside, e);
        }
    }

    private Step await(Generation beside, Build current, Sent mine) throws InterruptedException {
        Receipt receipt = mine.receipt();
        Duration longest = receipt == null ? UNANSWERED : settings.lane().patience();
        Instant until = around.clock().instant().plus(longest);
        Duration poll = settings.lane().firstPoll();
        while (true) {
            Outcome.Kind outcome = receipt == null ? Outcome.Kind.LOST : outcome(receipt);
            boolean over = outcome != Outcome.Kind.PENDING;
            if (over && (isLive(current) || !around.on(Rule.SWAP_PROVEN))) {
                return becomeLive(beside);
            }
            if (over && receipt != null) {
                return notMade(beside, false);
            }
            if (hands.stopping() || !around.clock().instant().isBefore(until)) {
                return notMade(beside, false);
            }
            around.sleeper().sleep(poll);
            hands.keepLease(true);
            Duration next = poll.multipliedBy(2);
            poll = next.compareTo(settings.lane().longestPoll()) > 0
                    ? settings.lane().longestPoll()
                    : next;
        }
    }

    private Outcome.Kind outcome(Receipt receipt) {
        Outcome outcome = index().outcomes(List.of(receipt)).get(receipt);
        return outcome == null ? Outcome.Kind.LOST : outcome.kind();
    }

    private boolean isLive(Build current) {
        return index().identify().filter(current.identity()::equals).isPresent();
    }

    /** As far as one sees. @param settled whether it was never on its way, so that it cannot be made any more */
    private Step notMade(Generation beside, boolean settled) {
        unsent = 0;
        state = null;
        lookAt = Instant.MIN;
        boolean done = ports.inLedger(tx -> {
            boolean none = settled && !mayComeWithoutIt.isAfter(tx.now());
            if (!tx.endSwap(hands.lease(), beside.number(), none)) {
                return false;
            }
            if (settled) {
                Swaps.cannotCome(tx, mayComeWithoutIt);
            } else {
                lives(tx);
            }
            return true;
        });
        sent = null;
        if (!done) {
            hands.keepLease(true);
        }
        swapsInVain++;
        if (settled && swapsInVain <= LOOKS_AGAIN) {
            return worked(RebuildStatus.Phase.JUDGING);
        }
        log.info(
                "Index '{}': generation {} was not put in the place of the live one{}",
                ports.name(),
                beside.number(),
                settled ? "; it is tried again" : ", as far as one sees now");
        return settled ? waits(RebuildStatus.Phase.JUDGING, FIRST_REST, "") : worked(RebuildStatus.Phase.JUDGING);
    }

    /** What came late into the build before the swap, nobody has looked at: the log tells. */
    private Step becomeLive(Generation beside) {
        hands.readLog();
        boolean done = ports.inLedger(tx -> becomesLive(tx, beside, !late));
        if (!done) {
            throw hands.takenOver();
        }
        afterwards();
        return worked(RebuildStatus.Phase.BUILDING);
    }

    // --- what the live name is bound to -----------------------------------------------------------------------------

    /**
     * R10: the live name is bound to another content than the live generation's. If that is one of ours, its swap was made,
     * late or twice.
     *
     * @return whether it is; then the books say so now
     */
    boolean recognizes(LedgerTransaction tx, IndexIdentity identity) {
        for (Generation beside : tx.generations()) {
            if (beside.state() != Generation.State.LIVE && beside.identity().equals(identity)) {
                return becomesLive(tx, beside, false);
            }
        }
        for (Generation old : tx.retired()) {
            if (old.identity().equals(identity)) {
                return isBack(tx, old);
            }
        }
        return false;
    }

    /** @param inTime whether the log of writes was read since it was swapped, and has told of none that came late */
    private boolean becomesLive(LedgerTransaction tx, Generation seen, boolean inTime) {
        RebuildState.lock(tx);
        RebuildRequest request = RebuildState.request(tx);
        // What was asked for meanwhile is not what this swap was sent for.
        boolean its = request == null || request.generation() == seen.number();
        boolean back = its && request != null && request.kind() == RebuildRequest.Kind.ROLLBACK;
        boolean whole = !back
                && inTime
                && tx.generations().stream()
                        .filter(generation -> generation.number() == seen.number())
                        .anyMatch(Rebuild::isWhole);
        if (!tx.swappedIn(hands.lease(), seen.number(), hands.hold())) {
            return false;
        }
        Swaps.anotherContent(tx);
        lives(tx);
        if (Brake.leftUndone(tx)) {
            tx.oweWalk();
        }
        Build current = build;
        RebuildReport report = report(
                back ? RebuildReport.Ending.ROLLED_BACK : RebuildReport.Ending.SWAPPED_IN,
                current != null && current.is(seen) ? current : null,
                null,
                back ? "what was live before is live again" : "the build is live");
        if (its) {
            RebuildState.end(tx, report.at(tx.now()), whole);
        }
        moved = true;
        liveSince = its && !back && request != null ? request.begun() : null;
        return true;
    }

    /** Whether everything in it was true when its swap began, and nobody has asked for more since. */
    private static boolean isWhole(Generation generation) {
        return generation.state() == Generation.State.SWAPPING
                && generation.frontier().ended()
                && generation.owedWalk() == 0;
    }

    private boolean isBack(LedgerTransaction tx, Generation old) {
        Generation live = tx.live().orElse(null);
        tx.generations().stream()
                .filter(generation -> generation.state() == Generation.State.SWAPPING)
                .forEach(generation -> tx.endSwap(hands.lease(), generation.number(), false));
        if (live == null
                || !tx.swappedBack(hands.lease(), old.number(), ports.index().requestLife(), hands.hold())) {
            return false;
        }
        Swaps.anotherContent(tx);
        mayCome(tx);
        unsent = live.number();
        moved = true;
        liveSince = null;
        return true;
    }

    /** After the transaction that did so. */
    void afterwards() {
        if (!moved) {
            return;
        }
        moved = false;
        build = null;
        sent = null;
        state = null;
        lookAt = Instant.MIN;
        restUntil = Instant.MIN;
        rest = FIRST_REST;
        paced = false;
        pause.end();
        log.info("Index '{}': another content is live now", ports.name());
        hands.becameLive(liveSince);
    }

    /** A write into the build was not applied: perhaps it is not there any more. */
    void lookWhetherLost() {
        mayBeLost = true;
    }

    /** Whether a build's label still means what was written; asked before a confirmation (R10). */
    boolean isBound(long generation) {
        Build current = build;
        if (current == null || current.generation() != generation || !current.isBound()) {
            mayBeLost = true;
            return false;
        }
        return true;
    }

    // --- the end ----------------------------------------------------------------------------------------------------

    private Step lost(Generation beside, @Nullable RebuildRequest request) {
        log.warn(
                "Index '{}': build '{}' is not there any more, or is not the one that was filled; somebody removed it",
                ports.name(),
                beside.place().orElse(""));
        boolean rollback = request != null && request.kind() == RebuildRequest.Kind.ROLLBACK;
        boolean forgotten = ports.inLedger(tx -> {
            RebuildState.lock(tx);
            hands.fence(tx);
            RebuildRequest asked = RebuildState.request(tx);
            if (!tx.forget(hands.lease(), beside.number())) {
                return false;
            }
            if (rollback) {
                RebuildState.end(
                        tx,
                        report(RebuildReport.Ending.FAILED, null, null, "what was live before is not there any more")
                                .at(tx.now()),
                        true);
            } else if (asked != null && asked.generation() == beside.number()) {
                RebuildState.begun(tx, asked, null, RebuildRequest.NO_GENERATION);
            }
            return true;
        });
        build = null;
        mayBeLost = !forgotten;
        return forgotten ? worked(RebuildStatus.Phase.BUILDING) : Step.NOTHING;
    }

    private Step cancel(RebuildState now, Generation beside) {
        pause.end();
        if (hands.inFlight(beside.number()) > 0) {
            return Step.NOTHING;
        }
        if (!now.settled(beside) && around.on(Rule.DROP_SETTLED)) {
            return unsettled(now, beside);
        }
        return removeOrKeep(
                now.requestOf(beside),
                beside,
                report(RebuildReport.Ending.CANCELLED, build, null, "it was cancelled; the live index is what it was"));
    }

    /** Out of the books first: what nobody knows any more is removed as a leftover, should this process die in between. */
    private Step remove(long generation, String label, IndexIdentity identity, RebuildReport report) {
        if (!endsWith(report, generation, tx -> tx.forget(hands.lease(), generation))) {
            return Step.NOTHING;
        }
        log.info("Index '{}': the build is removed: {}", ports.name(), report.words());
        if (removal().mayDrop(ports.inLedger(RebuildState::of))) {
            removal().drop(label, identity);
        }
        return worked(RebuildStatus.Phase.BUILDING);
    }

    /** It is not brought back, and stays what it was: something that can be. */
    private Step keep(Generation old, RebuildReport report) {
        if (!endsWith(report, old.number(), tx -> tx.retire(hands.lease(), old.number()))) {
            return Step.NOTHING;
        }
        log.info("Index '{}': what was live before is not brought back: {}", ports.name(), report.words());
        return worked(RebuildStatus.Phase.BUILDING);
    }

    private boolean endsWith(RebuildReport report, long generation, Predicate<LedgerTransaction> how) {
        boolean done = ports.inLedger(tx -> {
            RebuildState.lock(tx);
            hands.fence(tx);
            RebuildRequest asked = RebuildState.request(tx);
            boolean wanted = report.ending() == RebuildReport.Ending.LOOKED_AT && !isDry(asked);
            if (wanted || !how.test(tx)) {
                return false;
            }
            if (asked == null || asked.generation() == generation) {
                RebuildState.end(tx, report.at(tx.now()), true);
            }
            return true;
        });
        build = done ? null : build;
        return done;
    }

    private Step end(RebuildReport.Ending ending, String words) {
        ports.inLedger(tx -> {
            RebuildState.lock(tx);
            hands.fence(tx);
            RebuildState.end(tx, report(ending, null, null, words).at(tx.now()), true);
            return null;
        });
        return worked(RebuildStatus.Phase.BUILDING);
    }

    private Step fail(StocktakeException cause) {
        log.warn("Index '{}' cannot be rebuilt: {}", ports.name(), message(cause));
        return end(RebuildReport.Ending.FAILED, message(cause));
    }

    private Step failBuild(Generation beside, StocktakeException cause) {
        log.warn("Index '{}' cannot be rebuilt: {}", ports.name(), message(cause));
        RebuildRequest request = ports.inLedger(RebuildState::of).requestOf(beside);
        return removeOrKeep(request, beside, report(RebuildReport.Ending.FAILED, build, null, message(cause)));
    }

    private Step removeOrKeep(@Nullable RebuildRequest request, Generation beside, RebuildReport report) {
        return request != null && request.kind() == RebuildRequest.Kind.ROLLBACK
                ? keep(beside, report)
                : remove(beside.number(), beside.place().orElseThrow(), beside.identity(), report);
    }

    private static String message(StocktakeException e) {
        return String.valueOf(e.getMessage());
    }

    // --- back -------------------------------------------------------------------------------------------------------

    private Step bringBack(RebuildState now, @Nullable Generation old) throws InterruptedException {
        if (old == null) {
            return end(RebuildReport.Ending.FAILED, "no content that was live before is kept any more");
        }
        if (!hands.nothingInFlight()) {
            pause.begin();
            return Step.NOTHING;
        }
        Build back = known(old);
        if (!back.isBound()) {
            mayBeLost = old.state() == Generation.State.BUILDING;
            return mayBeLost ? Step.WORKED : forgetLost(old);
        }
        boolean begun = ports.inLedger(tx -> {
            RebuildState.lock(tx);
            RebuildRequest asked = RebuildState.request(tx);
            if (asked == null
                    || asked.kind() != RebuildRequest.Kind.ROLLBACK
                    || !tx.bringBack(hands.lease(), old.number(), ports.index().requestLife())) {
                return false;
            }
            mayCome(tx);
            RebuildState.begun(tx, asked, tx.now(), old.number());
            return true;
        });
        if (!begun) {
            hands.keepLease(true);
            return Step.WORKED;
        }
        unsent = old.number();
        pause.end();
        log.info("Index '{}': generation {} is brought back", ports.name(), old.number());
        return swap(old);
    }

    private Step forgetLost(Generation old) {
        ports.inLedger(tx -> {
            hands.fence(tx);
            return tx.forget(hands.lease(), old.number());
        });
        return end(RebuildReport.Ending.FAILED, "what was live before is not there any more");
    }

    // --- tidy -------------------------------------------------------------------------------------------------------

    /** Nobody wants anything: what was live before goes when its time is over. */
    private Step tidy(RebuildState now) {
        phase = RebuildStatus.Phase.BUILDING;
        waitsFor = "";
        boolean tidied = removal().dropRetired(now, false);
        restUntil = around.clock().instant().plus(tidied ? TIDY_EVERY : REMOVE_AGAIN);
        return Step.NOTHING;
    }
}
