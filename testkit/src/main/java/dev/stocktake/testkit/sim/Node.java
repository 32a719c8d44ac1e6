package dev.stocktake.testkit.sim;

import dev.stocktake.ChangeFeed;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A machine on which the real engine runs, dies, is started again, and stops for minutes at the worst moment. */
final class Node {

    private static final SyncSettings.Retry RETRY =
            new SyncSettings.Retry(Duration.ofSeconds(1), Duration.ofSeconds(20), 2, 5);
    private static final SyncSettings.Lane LANE = new SyncSettings.Lane(
            Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMillis(200), Duration.ofSeconds(2));
    private static final long BATCH_BYTES = 2_000;

    private final World world;
    private final int number;
    private final SourceClient source;
    private final SearchIndex index;
    private final LedgerClient ledger;
    private final ChangeFeed feed;
    private final SyncSettings settings;
    private final List<Actor> process = new ArrayList<>();
    private final Semaphore guests = new Semaphore(0);
    private int lives;
    private long lastPause = Long.MIN_VALUE / 2;
    private Shop.@Nullable Row @Nullable [] before;

    Node(World world, int number) {
        this.world = world;
        this.number = number;
        Scenario scenario = world.scenario();
        this.source = new SourceClient(world.shop(), this);
        IndexClient client = new IndexClient(world, this);
        this.index = scenario.on(Knob.LOGGED) ? new LoggedClient(client, world.server()) : client;
        this.ledger = new LedgerClient(world, this);
        this.feed = scenario.on(Knob.SCANS)
                ? new ScanFeed(world.shop(), this, world.time(), scenario.whole(Knob.OVERLAP))
                : new LogFeed(world.shop(), this, scenario.keeps(WorldRule.QUEUE_BY_ID));
        this.settings = new SyncSettings(
                new SyncSettings.Batch(
                        (int) scenario.whole(Knob.BATCH), BATCH_BYTES, (int) scenario.whole(Knob.IN_FLIGHT)),
                RETRY,
                LANE);
    }

    // --- life and death ---------------------------------------------------------------------------------------------

    void begin() {
        start(world.dice().between(0, 5_000));
        world.storm().every(Knob.KILL_EVERY, this::die);
    }

    private void start(long delay) {
        enter("", this::live, delay);
    }

    private void enter(String role, Runnable part, long delay) {
        Actor actor = new Actor(this + role, world.time(), part);
        process.add(actor);
        world.time().cue(actor, delay);
    }

    private void die() {
        world.history().event(() -> this + " is killed");
        world.count(Happening.KILLED);
        end();
        start(world.dice().anyScale(200, 60_000));
    }

    void end() {
        process.forEach(world.time()::kill);
        process.clear();
    }

    private void live() {
        Stocktake stocktake = build();
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
            waits(world.dice().next(world.scenario().whole(Knob.POLL)));
        }
        world.history().event(() -> this + " is closed");
        world.count(Happening.CLOSED);
        stocktake.close();
        start(world.dice().anyScale(200, 60_000));
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
        stocktake.start(schedule.build());
        guests.acquireUninterruptibly();
    }

    private void call(Stocktake stocktake) {
        boolean open = true;
        while (open && !world.storm().isOver()) {
            waits(world.dice().next(world.scenario().whole(Knob.CALL_EVERY)));
            open = act(stocktake, world.dice().chance(0.05) ? fullWhileItHelps() : someProducts());
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
                .clock(world.time())
                .sleeper(this::sleep)
                .random(world.dice().split());
        return world.scenario().engine().apply(builder).build();
    }

    /** @return false if the engine is closed */
    private boolean act(Stocktake stocktake, SyncPolicy policy) {
        try {
            stocktake.run(policy);
        } catch (MisconfiguredException e) {
            world.time().broke(toString(), e);
        } catch (StoppedException e) {
            world.history().event(() -> this + " is stopped: " + e);
            return Thread.interrupted() || !e.getMessage().contains("is closed");
        } catch (StocktakeException e) {
            world.history().event(() -> this + " fails: " + e);
        }
        return true;
    }

    private final class Reporter implements SyncListener {

        @Override
        public void finished(SyncReport report) {
            world.history().event(() -> Node.this + " reports " + report);
            world.checker().reported(report);
        }
    }

    private SyncPolicy policy() {
        if (world.dice().chance(world.scenario().of(Knob.FULLS))) {
            return fullWhileItHelps();
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
        if (!world.storm().strikes(Knob.PAUSES)
                || world.time().now() - lastPause < world.scenario().whole(Knob.PAUSE_REST)) {
            return 0;
        }
        lastPause = world.time().now();
        world.count(Happening.PAUSED);
        long length = world.dice().anyScale(1_000, world.scenario().whole(Knob.LONGEST_PAUSE));
        world.history().event(() -> this + " stands still for " + length + " ms");
        return length;
    }

    void askDatabase() {
        waits(world.dice().between(1, 15));
        if (world.storm().databaseDown() || world.storm().strikes(Knob.FLAKY)) {
            throw new UnavailableException("The database cannot be reached", null);
        }
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
