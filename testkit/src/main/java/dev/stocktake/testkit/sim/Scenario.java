package dev.stocktake.testkit.sim;

import dev.stocktake.Stocktake;
import dev.stocktake.testkit.InMemoryLedger;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A kind of day: how many nodes, what the shop does, what goes wrong and how often. One scenario and one seed make one
 * schedule.
 *
 * <p>Immutable.
 */
public final class Scenario {

    private final String name;
    private final Map<Knob, Double> knobs;
    private final Set<WorldRule> without;
    private final UnaryOperator<Stocktake.Builder> engine;
    private final Function<InstantSource, InMemoryLedger> ledger;

    private Scenario(
            String name,
            Map<Knob, Double> knobs,
            Set<WorldRule> without,
            UnaryOperator<Stocktake.Builder> engine,
            Function<InstantSource, InMemoryLedger> ledger) {
        this.name = name;
        this.knobs = knobs;
        this.without = without;
        this.engine = engine;
        this.ledger = ledger;
    }

    /** Nothing goes wrong: one node, a change log, edits, long transactions, deletions. */
    public static Scenario calm() {
        return new Scenario(
                "calm",
                new EnumMap<>(Knob.class),
                EnumSet.noneOf(WorldRule.class),
                UnaryOperator.identity(),
                InMemoryLedger::new);
    }

    /** Everything goes wrong that can: deaths, pauses, lost and late messages, outages, failing tasks. */
    public static Scenario stormy(int nodes) {
        return calm().named("stormy-" + nodes)
                .with(Knob.NODES, nodes)
                .with(Knob.KILL_EVERY, 240_000)
                .with(Knob.PAUSES, 0.002)
                .with(Knob.REPLY_LOST, 0.02)
                .with(Knob.DROPPED, 0.01)
                .with(Knob.LATE, 0.03)
                .with(Knob.FLAKY, 0.005)
                .with(Knob.COMMIT_UNKNOWN, 0.006)
                .with(Knob.DEADLOCK, 0.005)
                .with(Knob.OUTAGE_EVERY, 600_000)
                .with(Knob.TASK_FAILS, 0.02)
                .with(Knob.CRASHES, 0.02);
    }

    /** Few products, many changes, more double deliveries: where a missing rule shows soonest. */
    static Scenario hard() {
        return stormy(3)
                .named("hard")
                .with(Knob.PRODUCTS, 6)
                .with(Knob.CHANGE_EVERY, 5_000)
                .with(Knob.FULLS, 0.04)
                .with(Knob.TWICE, 0.005);
    }

    /** The engine cannot read the index's log of writes, so that it must wait until no late write can arrive any more. */
    static Scenario unlogged() {
        return hard().named("no-log-3")
                .with(Knob.LOGGED, 0)
                .with(Knob.LONGEST_PAUSE, 180_000)
                .with(Knob.PAUSE_REST, 600_000)
                .with(Knob.LATEST, 180_000)
                .with(Knob.TWICE, 0)
                .with(Knob.REQUEST_LIFE, 480_000);
    }

    /** A server that takes its time, and requests that take theirs. */
    static Scenario slow() {
        return hard().named("slow-queue-3")
                .with(Knob.FASTEST_TASK, 500)
                .with(Knob.SLOWEST_TASK, 20_000)
                .with(Knob.LATE, 0.15);
    }

    /** Short leases, and nodes that stand still between the renewal of a lease and what they meant to do under it. */
    static Scenario deposed() {
        return hard().named("deposed-3")
                .with(Knob.LEASE, 3_000)
                .with(Knob.FAINTS, 0.05)
                .with(Knob.LONGEST_PAUSE, 60_000);
    }

    /** The engine's own schedule, on its own thread, with callers beside it. */
    static Scenario scheduled() {
        return stormy(3).named("scheduled-3").with(Knob.SCHEDULED, 1).with(Knob.CALLERS, 1);
    }

    /** Sales that begin and end by the clock: what is worth something else although no row was written. */
    static Scenario timed() {
        return stormy(3).named("timed-3").with(Knob.TIMED, 0.4);
    }

    /** Documents that the index refuses, or that cannot be made. */
    static Scenario poisoned() {
        return stormy(3)
                .named("poison-3")
                .with(Knob.POISON, 0.04)
                .with(Knob.UNREADABLE, 0.02)
                .with(Knob.OVERSIZED, 0.02);
    }

    /**
     * The index is rebuilt again and again. Requests live shorter than elsewhere, and pauses are bounded, as what waits for the
     * end of a request's life would wait to the end of the storm.
     */
    static Scenario rebuilt(Scenario other) {
        return other.with(Knob.REBUILDS, 0.08)
                .with(Knob.LONGEST_PAUSE, 60_000)
                .with(Knob.PAUSE_REST, 120_000)
                .with(Knob.LATEST, 60_000)
                .with(Knob.REQUEST_LIFE, 150_000)
                .with(Knob.SWAP_REPEATED, 0.15)
                .with(Knob.SWAP_LATE, 0.1)
                .with(Knob.SWAP_KILLS, 0.1)
                .with(Knob.LONGEST_REMOVAL, 20_000);
    }

    /** What was live before is removed soon and slowly, while swaps come late and twice. */
    static Scenario removed() {
        return rebuilt(hard().named("rebuilt-removed-3"))
                .with(Knob.REBUILDS, 0.15)
                .with(Knob.KEEP_OLD, 1_000)
                .with(Knob.SWAP_LATE, 0.5)
                .with(Knob.LONGEST_REMOVAL, 60_000);
    }

    /** Somebody drops the index now and then. */
    static Scenario dropped() {
        return stormy(2).named("dropped-2").with(Knob.DROP_EVERY, 240_000);
    }

    /** Every scenario that the engine must stand. */
    public static List<Scenario> all() {
        return List.of(
                calm(),
                stormy(1),
                stormy(2),
                stormy(3),
                stormy(5),
                hard(),
                hard().named("abandoned-3").with(Knob.ABANDONED, 0.7),
                stormy(3).named("clocks-3").with(Knob.CLOCK_SKEW, 600_000),
                stormy(3).named("evicted-3").with(Knob.HISTORY, 12),
                stormy(3).named("gaps-3").with(Knob.GAP_EVERY, 180_000),
                stormy(3).named("hot-3").with(Knob.PRODUCTS, 4).with(Knob.CHANGE_EVERY, 2_000),
                stormy(3).named("twice-3").with(Knob.TWICE, 0.02),
                stormy(3).named("forgetful-3").with(Knob.SUSPECTS_KEPT, 120_000),
                stormy(3).named("fulls-3").with(Knob.FULLS, 0.08),
                hard().named("worst-3")
                        .with(Knob.PRODUCTS, 8)
                        .with(Knob.TWICE, 0.02)
                        .with(Knob.HISTORY, 12)
                        .with(Knob.SUSPECTS_KEPT, 120_000)
                        .with(Knob.FULLS, 0.08),
                slow(),
                deposed(),
                unlogged(),
                unlogged().named("write-only-3").with(Knob.READABLE, 0),
                scheduled(),
                stormy(2)
                        .named("callers-2")
                        .with(Knob.CALLERS, 2)
                        .with(Knob.CLOSE_EVERY, 180_000)
                        .with(Knob.INTERRUPTS, 0.01),
                poisoned(),
                timed(),
                timed().named("timed-scheduled-3")
                        .with(Knob.SCHEDULED, 1)
                        .with(Knob.CALLERS, 1)
                        .with(Knob.POISON, 0.03)
                        .with(Knob.OVERSIZED, 0.02),
                edited(),
                dropped(),
                dropped().named("dropped-scheduled-2").with(Knob.SCHEDULED, 1).with(Knob.CALLERS, 1),
                scanning(),
                punctual(),
                stormy(3)
                        .named("bypassed-3")
                        .with(Knob.SILENT, 0.05)
                        .with(Knob.EDIT_EVERY, 120_000)
                        .with(Knob.FULLS, 0.05),
                stormy(3).named("audited-3").with(Knob.AUDITS, 0.1),
                dropped().named("audited-dropped-2").with(Knob.AUDITS, 0.2),
                bypassed().named("bypassed-audited-3").with(Knob.FULLS, 0).with(Knob.AUDITS, 0.1),
                rolling(),
                busy(),
                patrolled(),
                paused(),
                scanning().named("scanning-audited-2").with(Knob.FULLS, 0).with(Knob.AUDITS, 0.1),
                blank(),
                restored(calm().named("restored-1")),
                restored(calm().named("restored-scheduled-1").with(Knob.SCHEDULED, 1)),
                restored(stormy(3).named("restored-3")),
                restored(scheduled().named("restored-scheduled-3")),
                apart(),
                apart().named("restored-apart-scheduled-3")
                        .with(Knob.SCHEDULED, 1)
                        .with(Knob.CALLERS, 1),
                untold(),
                brisk(),
                rebuilt(calm().named("rebuilt-1")),
                rebuilt(stormy(1).named("rebuilt-stormy-1")),
                rebuilt(stormy(3).named("rebuilt-3")),
                rebuilt(stormy(3).named("rebuilt-busy-3"))
                        .with(Knob.PRODUCTS, 6)
                        .with(Knob.CHANGE_EVERY, 2_000),
                rebuilt(scheduled().named("rebuilt-scheduled-3")),
                rebuilt(stormy(3).named("rebuilt-stopped-3"))
                        .with(Knob.REBUILD_STOPPED_EVERY, 90_000)
                        .with(Knob.BRINGS_BACK, 0.05),
                rebuilt(deposed().named("rebuilt-deposed-3")),
                rebuilt(poisoned().named("rebuilt-poison-3")),
                rebuilt(timed().named("rebuilt-timed-3")),
                rebuilt(dropped().named("rebuilt-dropped-2")),
                rebuilt(unlogged().named("rebuilt-no-log-3")),
                rebuilt(blank().named("rebuilt-blank-2")),
                removed(),
                calm().named("anything").with(Knob.SHUFFLED, 1),
                calm().named("anything-no-log").with(Knob.SHUFFLED, 1).with(Knob.LOGGED, 0));
    }

    /** Changes that no trigger sees, and edits of the index: complete only together with full runs. */
    static Scenario bypassed() {
        return stormy(3)
                .named("bypassed-3")
                .with(Knob.SILENT, 0.05)
                .with(Knob.EDIT_EVERY, 120_000)
                .with(Knob.FULLS, 0.05);
    }

    /** Rows by time stamp, with skewed writers and changes that move no stamp: complete only together with full runs. */
    static Scenario scanning() {
        return stormy(2)
                .named("scanning-2")
                .with(Knob.SCANS, 1)
                .with(Knob.UNSTAMPED, 0.1)
                .with(Knob.SKEW, 300_000)
                .with(Knob.FULLS, 0.05);
    }

    /**
     * Rows by time stamp where a scan sees everything, with no full run behind it: every change moves its stamp, nothing is
     * deleted, and clocks are less wrong and transactions shorter than the overlap.
     */
    static Scenario punctual() {
        return stormy(2)
                .named("punctual-2")
                .with(Knob.SCANS, 1)
                .with(Knob.SKEW, 240_000)
                .with(Knob.LONGEST, 50_000)
                .with(Knob.DELETES, 0)
                .with(Knob.FULLS, 0);
    }

    /** Somebody writes the index beside us. */
    static Scenario edited() {
        return stormy(2).named("edited-2").with(Knob.EDIT_EVERY, 60_000);
    }

    /** The schedule's own audit instead of full runs, on the engine's own thread. */
    static Scenario rolling() {
        return bypassed()
                .named("bypassed-rolling-3")
                .with(Knob.FULLS, 0)
                .with(Knob.SCHEDULED, 1)
                .with(Knob.AUDIT_WITHIN, 300_000);
    }

    /** A scan that misses a lot, and the schedule's own audit, which leaves nothing wrong for longer than its bound. */
    static Scenario patrolled() {
        return scanning()
                .named("scanning-rolling-2")
                .with(Knob.FULLS, 0)
                .with(Knob.SCHEDULED, 1)
                .with(Knob.AUDIT_WITHIN, 300_000);
    }

    /** Nodes stand still at every step, and above all whoever holds the lane. */
    static Scenario paused() {
        return stormy(3)
                .named("paused-3")
                .with(Knob.PAUSES, 0.01)
                .with(Knob.FAINTS, 0.05)
                .with(Knob.ABANDONED, 0.5);
    }

    /** A calm and busy day: ten changes a second, few of them deletions, looked for every second. */
    static Scenario brisk() {
        return calm().named("brisk-1")
                .with(Knob.STORM, 120_000)
                .with(Knob.PRODUCTS, 200)
                .with(Knob.CHANGE_EVERY, 250)
                .with(Knob.LONG, 0)
                .with(Knob.DELETES, 0.01)
                .with(Knob.DRAFTS, 0.01)
                .with(Knob.FULLS, 0)
                .with(Knob.SYNCS, 0)
                .with(Knob.POLL, 1_000)
                .with(Knob.BATCH, 50)
                .with(Knob.REQUEST, 50)
                .with(Knob.BYTES, 100_000)
                .with(Knob.LOG_PAGE, 1_000)
                .with(Knob.SCHEDULED, 1);
    }

    /** More changes than can be written: marks wait all the time, and everything else has its turn beside them. */
    static Scenario busy() {
        return rolling()
                .named("busy-3")
                .with(Knob.STORM, 480_000)
                .with(Knob.CHANGE_EVERY, 700)
                .with(Knob.BATCH, 1)
                .with(Knob.IN_FLIGHT, 1)
                .with(Knob.FULLS, 0.02);
    }

    /** The database is suddenly empty, for a while and for everybody who asks. */
    static Scenario blank() {
        return stormy(2)
                .named("blank-2")
                .with(Knob.BLANK_EVERY, 240_000)
                .with(Knob.FULLS, 0.1)
                .with(Knob.AUDITS, 0.1)
                .with(Knob.BRAKE_SHARE, 0.1)
                .with(Knob.BRAKE_AT_LEAST, 3);
    }

    /** The database, and the ledger in it, is restored from a backup that is ten minutes old. */
    static Scenario restored(Scenario other) {
        return other.with(Knob.RESTORE_EVERY, 120_000);
    }

    /** The database is restored from a backup, but not the ledger, which is elsewhere. */
    static Scenario apart() {
        return restored(stormy(3).named("restored-apart-3"))
                .with(Knob.LEDGER_APART, 1)
                .with(Knob.FULLS, 0);
    }

    /** And no feed can tell; but the schedule's own audit compares everything within its bound. */
    static Scenario untold() {
        return apart().named("restored-untold-3")
                .with(Knob.RESTORE_TOLD, 0)
                .with(Knob.SCHEDULED, 1)
                .with(Knob.AUDIT_WITHIN, 300_000);
    }

    /** In one word. */
    public String name() {
        return name;
    }

    /** The same under another name. */
    public Scenario named(String other) {
        return new Scenario(other, knobs, without, engine, ledger);
    }

    /** The same with other engines: a hook for what a test wants to add to every builder. */
    public Scenario withEngine(UnaryOperator<Stocktake.Builder> hook) {
        return new Scenario(name, knobs, without, hook, ledger);
    }

    /** The same on another ledger in memory, which must tell the time by the clock it is given. */
    public Scenario withLedger(Function<InstantSource, InMemoryLedger> made) {
        return new Scenario(name, knobs, without, engine, made);
    }

    Scenario with(Knob knob, double value) {
        Map<Knob, Double> changed = new EnumMap<>(Knob.class);
        changed.putAll(knobs);
        changed.put(knob, value);
        return new Scenario(name, changed, without, engine, ledger);
    }

    Scenario without(WorldRule rule) {
        Set<WorldRule> more = EnumSet.of(rule);
        more.addAll(without);
        return new Scenario(name, knobs, more, engine, ledger);
    }

    /** Where the scenario leaves it to chance, the knobs are drawn for each seed. */
    Scenario drawn(Dice dice) {
        return on(Knob.SHUFFLED) ? Shuffle.of(this, dice) : this;
    }

    double of(Knob knob) {
        return knobs.getOrDefault(knob, knob.usual());
    }

    long whole(Knob knob) {
        return Math.round(of(knob));
    }

    boolean on(Knob knob) {
        return of(knob) != 0;
    }

    boolean keeps(WorldRule rule) {
        return !without.contains(rule);
    }

    UnaryOperator<Stocktake.Builder> engine() {
        return engine;
    }

    InMemoryLedger ledger(InstantSource clock) {
        return ledger.apply(clock);
    }

    @Override
    public String toString() {
        return name;
    }
}
