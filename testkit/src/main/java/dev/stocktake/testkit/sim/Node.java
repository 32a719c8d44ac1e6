package dev.stocktake.testkit.sim;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Drift;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.RebuildControl;
import dev.stocktake.SearchIndex;
import dev.stocktake.Stocktake;
import dev.stocktake.StocktakeException;
import dev.stocktake.StoppedException;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSchedule;
import dev.stocktake.SyncSettings;
import dev.stocktake.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A machine on which the real engine runs, dies, is started again, and stops for minutes at the worst moment. */
final class Node {

    private static final SyncSettings.Retry RETRY =
            new SyncSettings.Retry(Duration.ofSeconds(1), Duration.ofSeconds(20), 2, 5);

    private static final SyncPolicy BACK = SyncPolicy.of("back", marker -> {});

    private final World world;
    private final int number;
    private final SourceClient source;
    private final SearchIndex index;
    private final LedgerClient ledger;
    private final ChangeFeed feed;
    private final SyncSettings settings;
    private final NodeClock clock;
    private final List<Actor> process = new ArrayList<>();
    private final List<Actor> ghosts = new ArrayList<>();
    private final Semaphore guests = new Semaphore(0);
    private @Nullable Stocktake open;
    private int lives;
    private long lastPause = Long.MIN_VALUE / 2;
    private Shop.@Nullable Row @Nullable [] before;

    Node(World world, int number) {
        this.world = world;
        this.number = number;
        Scenario scenario = world.scenario();
        this.clock = new NodeClock(world);
        this.source = new SourceClient(world.shop(), this, world.time());
        this.index = index(new IndexClient(world, this));
        this.ledger = new LedgerClient(world, this);
        this.feed = scenario.on(Knob.SCANS)
                ? new ScanFeed(
                        world.shop(),
                        this,
                        world.time(),
                        scenario.whole(Knob.OVERLAP),
                        scenario.keeps(WorldRule.WATERMARK_CAPPED))
                : new LogFeed(
                        world.shop(), this, (int) scenario.whole(Knob.LOG_PAGE), scenario.keeps(WorldRule.QUEUE_BY_ID));
        this.settings = new SyncSettings(
                new SyncSettings.Batch(
                        (int) scenario.whole(Knob.BATCH),
                        scenario.whole(Knob.BYTES),
                        (int) scenario.whole(Knob.IN_FLIGHT),
                        0),
                RETRY,
                new SyncSettings.Lane(
                        Duration.ofMillis(scenario.whole(Knob.LEASE)),
                        Duration.ofMinutes(2),
                        Duration.ofMillis(200),
                        Duration.ofSeconds(2)),
                new SyncSettings.Brakes(scenario.of(Knob.BRAKE_SHARE), scenario.whole(Knob.BRAKE_AT_LEAST)),
                new SyncSettings.Rebuilds(0, Duration.ofMillis(scenario.whole(Knob.KEEP_OLD))));
    }

    private SearchIndex index(IndexClient client) {
        if (!world.scenario().on(Knob.READABLE)) {
            return new BlindClient(client);
        }
        return world.scenario().on(Knob.LOGGED) ? new LoggedClient(client, world.server()) : client;
    }

    // --- life and death ---------------------------------------------------------------------------------------------

    void begin() {
        start(world.dice().between(0, 5_000));
        world.storm().every(Knob.KILL_EVERY, this::die);
        world.storm().every(Knob.REBUILD_STOPPED_EVERY, this::stopRebuild);
    }

    /** Somebody cancels it, or pauses it for a while; from outside, so that no process of ours must be alive. */
    private void stopRebuild() {
        RebuildControl control =
                Stocktake.builder(source, index, world.ledger()).build().rebuilds();
        if (world.dice().chance(0.5)) {
            world.history().event(() -> "somebody cancels the rebuild");
            control.cancel();
        } else {
            world.history().event(() -> "somebody pauses the rebuild");
            control.pause();
            world.time().after(world.dice().anyScale(1_000, 240_000), control::resume);
        }
    }

    private void start(long delay) {
        enter("", this::live, delay);
    }

    private void enter(String role, Runnable part, long delay) {
        Actor actor = new Actor(this + role, world.time(), part);
        process.add(actor);
        world.time().cue(actor, delay);
    }

    void die() {
        if (world.storm().strikes(Knob.ABANDONED) && mayPause()) {
            abandon();
        } else {
            world.history().event(() -> this + " is killed");
            world.count(Happening.KILLED);
            endProcess();
        }
        start(world.dice().anyScale(200, 60_000));
    }

    /** Everybody takes it for dead, but it only stands still. */
    private void abandon() {
        bury();
        open = null;
        ghosts.addAll(process);
        process.clear();
        long length = pauseLength();
        world.history().event(() -> this + " is taken for dead, but stands still for " + length + " ms");
        world.count(Happening.ABANDONED);
        ghosts.stream()
                .filter(actor -> !actor.ended())
                .forEach(actor -> world.time().cue(actor, length));
    }

    /** Two that live under one name take the lane from each other for ever: safe, but nothing gets done. */
    void bury() {
        ghosts.forEach(world.time()::kill);
        ghosts.clear();
    }

    void end() {
        bury();
        endProcess();
    }

    private void endProcess() {
        process.forEach(world.time()::kill);
        process.clear();
    }

    private void live() {
        Stocktake stocktake = build();
        open = stocktake;
        for (int i = 0; i < world.scenario().whole(Knob.CALLERS); i++) {
            enter("-caller" + i, () -> call(stocktake), 0);
        }
        if (world.scenario().on(Knob.SCHEDULED)) {
            schedule(stocktake);
        } else {
            runAgainAndAgain(stocktake);
        }
    }

    private void runAgainAndAgain(Stocktake stocktake) {
        long lifetime = lifetime();
        while (world.storm().isOver() || world.time().now() < lifetime) {
            act(stocktake, policy());
            long poll = world.scenario().whole(Knob.POLL);
            waits(world.dice().between(poll / 2, poll + poll / 2));
        }
        world.history().event(() -> this + " is closed");
        world.count(Happening.CLOSED);
        stocktake.close();
        if (stocktake == open) {
            open = null;
            start(world.dice().anyScale(200, 60_000));
        }
    }

    private long lifetime() {
        return world.scenario().on(Knob.CLOSE_EVERY)
                ? world.time().now() + world.dice().next(world.scenario().whole(Knob.CLOSE_EVERY))
                : Long.MAX_VALUE;
    }

    /** The engine makes a thread of its own, which joins us. */
    private void schedule(Stocktake stocktake) {
        long poll = world.scenario().whole(Knob.POLL);
        SyncSchedule.Builder schedule =
                SyncSchedule.builder().paced(Duration.ofMillis(poll / 5), Duration.ofMillis(poll), SyncPolicy.smart());
        if (world.scenario().on(Knob.FULLS)) {
            long every = Math.round(poll / world.scenario().of(Knob.FULLS));
            schedule.every(Duration.ofMillis(every), fullWhileItHelps());
        }
        if (world.scenario().on(Knob.REBUILDS)) {
            long every = Math.round(poll / world.scenario().of(Knob.REBUILDS));
            schedule.every(Duration.ofMillis(every), SyncPolicy.full());
        }
        if (world.scenario().on(Knob.AUDIT_WITHIN)) {
            schedule.audit(Duration.ofMillis(world.scenario().whole(Knob.AUDIT_WITHIN)));
        }
        stocktake.start(schedule.build());
        guests.acquireUninterruptibly();
    }

    private void call(Stocktake stocktake) {
        while (stocktake == open && !world.storm().isOver()) {
            waits(world.dice().next(world.scenario().whole(Knob.CALL_EVERY)));
            act(stocktake, world.dice().chance(0.05) ? fullWhileItHelps() : someProducts());
        }
    }

    /** Under its old name or a new one: both must be safe. */
    private Stocktake build() {
        if (lives == 0 || world.dice().chance(0.5)) {
            lives++;
        }
        Stocktake.Builder builder = Stocktake.builder(source, index, ledger)
                .feed(feed)
                .settings(settings)
                .listener(new Reporter())
                .instance(this + "." + lives)
                .clock(clock)
                .sleeper(this::sleep)
                .random(world.dice().split());
        return world.scenario().engine().apply(builder).build();
    }

    private void act(Stocktake stocktake, SyncPolicy policy) {
        try {
            if (policy == BACK) {
                stocktake.rollback();
            } else {
                stocktake.run(policy);
            }
        } catch (MisconfiguredException e) {
            world.time().broke(toString(), e);
        } catch (StoppedException e) {
            world.history().event(() -> this + " is stopped: " + e);
            Thread.interrupted();
        } catch (StocktakeException e) {
            world.history().event(() -> this + " fails: " + e);
        } catch (IllegalStateException e) {
            nothingOfThatKindNow(e);
        }
    }

    /** Somebody else asked for a rebuild, or there is nothing to roll back to. */
    private void nothingOfThatKindNow(IllegalStateException e) {
        String message = String.valueOf(e.getMessage());
        if (!message.contains("roll back") && !message.contains("is on its way")) {
            world.time().broke(toString(), e);
            return;
        }
        world.history().event(() -> this + " may not: " + message);
    }

    private final class Reporter implements SyncListener {

        private final Map<Thread, Long> begun = new HashMap<>();

        @Override
        public void started(String index, String policy) {
            begun.put(Thread.currentThread(), world.time().now());
            world.checker().begins();
        }

        @Override
        public void drifted(String index, Drift drift) {
            world.history().note(() -> Node.this + " finds drift " + drift, () -> List.of(drift.product()));
            world.checker().drifted(drift);
        }

        @Override
        public void finished(SyncReport report) {
            world.history().event(() -> Node.this + " reports " + report);
            world.checker().reported(report, Objects.requireNonNull(begun.get(Thread.currentThread())));
        }
    }

    private SyncPolicy policy() {
        if (world.dice().chance(world.scenario().of(Knob.AUDITS))) {
            return SyncPolicy.audit();
        }
        if (world.storm().isOver() && world.scenario().on(Knob.BLANK_EVERY)) {
            boolean builds = world.ledger()
                    .inTransaction(IndexClient.NAME, LedgerTransaction::build)
                    .isPresent();
            return builds
                    ? SyncPolicy.full().allowingMassDeletion()
                    : SyncPolicy.smart().allowingMassDeletion();
        }
        if (world.dice().chance(world.scenario().of(Knob.FULLS))) {
            return fullWhileItHelps();
        }
        if (world.storm().strikes(Knob.REBUILDS)) {
            return world.dice().chance(0.15) ? SyncPolicy.full().dryRun() : SyncPolicy.full();
        }
        if (world.storm().strikes(Knob.BRINGS_BACK)) {
            return BACK;
        }
        boolean sync = world.storm().strikes(Knob.SYNCS);
        return sync ? someProducts() : SyncPolicy.smart();
    }

    /** Where the feed sees every change, full runs in the calm would only hide what is left over from the storm. */
    private SyncPolicy fullWhileItHelps() {
        return SyncPolicy.of("full", marker -> {
            if (world.storm().isOver() && world.checker().everyChangeIsSeen()) {
                marker.takeChanges();
            } else {
                marker.markEverything();
            }
        });
    }

    private SyncPolicy someProducts() {
        Set<ProductKey> wanted = new LinkedHashSet<>();
        int count = 1 + world.dice().below(3);
        for (int i = 0; i < count; i++) {
            wanted.add(Shop.key(world.dice().below(world.shop().products())));
        }
        return SyncPolicy.products(wanted);
    }

    // --- time -------------------------------------------------------------------------------------------------------

    /** Everything a process does takes time, and now and then much more than meant. */
    void waits(long meant) {
        long delay = meant + pause();
        if (world.time().isOnStage()) {
            world.time().pass(delay);
        } else {
            Actor guest = new Actor(this + "-schedule", world.time(), () -> {});
            process.add(guest);
            world.crew().welcome(guest);
            world.time().join(guest, delay, guests::release);
        }
    }

    private void sleep(Duration time) throws InterruptedException {
        waits(Math.max(1, time.toMillis()));
        if (world.storm().strikes(Knob.INTERRUPTS)) {
            world.count(Happening.INTERRUPTED);
            throw new InterruptedException("by the simulation");
        }
    }

    private long pause() {
        if (!world.storm().strikes(Knob.PAUSES) || !mayPause()) {
            return 0;
        }
        world.count(Happening.PAUSED);
        long length = pauseLength();
        world.history().event(() -> this + " stands still for " + length + " ms");
        return length;
    }

    /** Between the renewal of the lease and whatever it was renewed for. */
    void renewed() {
        if (world.storm().strikes(Knob.FAINTS) && mayPause()) {
            world.count(Happening.FAINTED);
            long length = world.scenario().whole(Knob.LEASE) + pauseLength();
            world.history().event(() -> this + " stands still for " + length + " ms, longer than its lease");
            waits(length);
        }
    }

    private boolean mayPause() {
        return world.time().now() - lastPause >= world.scenario().whole(Knob.PAUSE_REST);
    }

    private long pauseLength() {
        lastPause = world.time().now();
        return world.dice().anyScale(1_000, world.scenario().whole(Knob.LONGEST_PAUSE));
    }

    void askDatabase() {
        waits(world.dice().between(1, 15));
        if (world.storm().databaseDown() || world.storm().strikes(Knob.FLAKY)) {
            throw new UnavailableException("The database cannot be reached", null);
        }
    }

    void read(Collection<ProductKey> keys) {
        world.checker().read(keys);
    }

    void walkedBlank() {
        world.checker().walkedBlank();
    }

    void hearDatabase() {
        waits(world.dice().between(1, 15));
    }

    // --- what a read before the claim would have seen ---------------------------------------------------------------

    void beforeTransaction() {
        if (!world.scenario().keeps(WorldRule.READ_AFTER_CLAIM)) {
            before = world.shop().snapshot();
        }
    }

    void claimed() {
        if (before != null) {
            source.readAsOf(before);
        }
    }

    @Override
    public String toString() {
        return "node" + number;
    }
}
