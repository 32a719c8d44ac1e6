package dev.stocktake.testkit.sim;

import dev.stocktake.Fingerprint;
import dev.stocktake.IndexIdentity;
import dev.stocktake.LoggedIndex;
import dev.stocktake.Outcome;
import dev.stocktake.WriteBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The index's server, as a Meilisearch behaves: writes become tasks in one queue, the scheduler takes several at once and
 * commits them together, a poisoned document fails its whole task, an internal error fails every task taken together, and
 * the task history forgets its oldest entries.
 */
final class Server {

    /** A stored document. */
    private record Stored(Value value, Fingerprint fingerprint) {}

    private record Task(long position, WriteBatch batch, boolean foreign) {}

    /** A task that is over. */
    private record Past(long position, @Nullable String batchId, Outcome outcome) {}

    private final World world;
    private final Scenario scenario;
    private final Conductor time;
    private final Dice dice;
    private final Storm storm;
    private final History history;
    private final @Nullable Stored[] stored;
    private final long[] lastTouched;
    private final long[] knownSince;
    private final Timeline[] timelines;
    private final Deque<Task> queue = new ArrayDeque<>();
    private final TreeMap<Long, Past> past = new TreeMap<>();
    private final List<IntConsumer> observers = new ArrayList<>();
    private boolean working;
    private boolean exists;
    private int identity;
    private long lastPosition;
    private long forgottenTo;
    private long writes;

    Server(World world) {
        this.world = world;
        this.scenario = world.scenario();
        this.time = world.time();
        this.dice = world.dice();
        this.storm = world.storm();
        this.history = world.history();
        int products = world.shop().products();
        this.stored = new Stored[products];
        this.lastTouched = new long[products];
        this.knownSince = new long[products];
        this.timelines = new Timeline[products];
        Arrays.setAll(timelines, product -> new Timeline(Value.ABSENT));
    }

    /** Is told of every product whose document was touched. */
    void observe(IntConsumer observer) {
        observers.add(observer);
    }

    // --- what searchers see -----------------------------------------------------------------------------------------

    Value value(int product) {
        Stored document = stored[product];
        return document == null ? Value.ABSENT : document.value();
    }

    Timeline history(int product) {
        return timelines[product];
    }

    // --- what nodes ask ---------------------------------------------------------------------------------------------

    boolean exists() {
        return exists;
    }

    IndexIdentity identity() {
        return new IndexIdentity("content-" + identity);
    }

    void create() {
        if (!exists) {
            exists = true;
            identity++;
        }
    }

    @Nullable
    Fingerprint fingerprint(int product) {
        Stored document = stored[product];
        return document == null ? null : document.fingerprint();
    }

    long count() {
        return Arrays.stream(stored).filter(Objects::nonNull).count();
    }

    /** Changes whenever anything does: the listing is by offset. */
    String version() {
        return identity + "-" + writes;
    }

    Outcome outcome(long position) {
        Past task = past.get(position);
        if (task != null) {
            return task.outcome();
        }
        return position <= forgottenTo ? Outcome.lost("evicted from the task history") : Outcome.pending();
    }

    /** The last position up to which everything is over. */
    long settled() {
        Task first = queue.peek();
        return first == null ? lastPosition : first.position() - 1;
    }

    LoggedIndex.LogPage log(long position, int limit) {
        long end = scenario.keeps(WorldRule.FINAL_STATES_ONLY) ? settled() : lastPosition;
        List<LoggedIndex.Entry> entries = new ArrayList<>();
        long reached = Math.max(position, end);
        boolean more = false;
        for (Past task : past.tailMap(position, false).values()) {
            if (entries.size() == limit) {
                reached = entries.get(limit - 1).position();
                more = true;
                break;
            }
            entries.add(new LoggedIndex.Entry(task.position(), task.batchId(), mayHaveChanged(task)));
        }
        return new LoggedIndex.LogPage(entries, reached, position < forgottenTo, more);
    }

    /** A task that failed for the server's own reasons may have been done once before a crash, and failed the second time. */
    private static boolean mayHaveChanged(Past task) {
        return task.outcome().kind() != Outcome.Kind.REFUSED;
    }

    // --- what the checker knows -------------------------------------------------------------------------------------

    /** The position of the last write that touched the product. */
    long lastTouched(int product) {
        return lastTouched[product];
    }

    /** Since when its last write can be found in the log. */
    long knownSince(int product) {
        return knownSince[product];
    }

    boolean idle() {
        return queue.isEmpty();
    }

    // --- tasks ------------------------------------------------------------------------------------------------------

    long accept(WriteBatch batch, boolean foreign) {
        Task task = new Task(++lastPosition, batch, foreign);
        queue.add(task);
        time.stamp(Batches.keys(batch).hashCode());
        work();
        return task.position();
    }

    private void work() {
        if (working || queue.isEmpty()) {
            return;
        }
        working = true;
        int together = (int) Math.min(queue.size(), dice.between(1, 6));
        time.after(
                dice.between(scenario.whole(Knob.FASTEST_TASK), scenario.whole(Knob.SLOWEST_TASK)),
                () -> commit(together));
    }

    private void commit(int together) {
        if (storm.serverDown()) {
            time.after(storm.untilServerIsUp(), () -> commit(together));
            return;
        }
        boolean broken = storm.strikes(Knob.TASK_FAILS);
        List<Task> tasks = queue.stream().limit(together).toList();
        List<Outcome> outcomes = tasks.stream()
                .map(task -> broken ? Outcome.failed("internal error") : execute(task))
                .toList();
        time.after(dice.between(0, 300), () -> writeDown(outcomes));
    }

    /** Documents are committed first, and what became of the tasks a little later; a crash between does them again. */
    private void writeDown(List<Outcome> outcomes) {
        if (storm.strikes(Knob.CRASHES)) {
            world.count(Happening.INDEX_CRASHED);
            working = false;
            work();
            return;
        }
        for (Outcome outcome : outcomes) {
            Task task = queue.remove();
            count(outcome);
            history.note(
                    () -> "task " + task.position() + " of batch "
                            + task.batch().id() + ": " + outcome.kind(),
                    () -> Batches.keys(task.batch()));
            String batchId = task.foreign() ? null : task.batch().id();
            past.put(task.position(), new Past(task.position(), batchId, outcome));
            Batches.keys(task.batch()).forEach(key -> known(Shop.product(key), task.position()));
        }
        evict();
        working = false;
        work();
    }

    private void known(int product, long position) {
        if (lastTouched[product] == position) {
            knownSince[product] = time.now();
        }
    }

    private void count(Outcome outcome) {
        world.count(
                switch (outcome.kind()) {
                    case APPLIED -> Happening.TASK_APPLIED;
                    case REFUSED -> Happening.TASK_REFUSED;
                    default -> Happening.TASKS_FAILED;
                });
    }

    private void evict() {
        while (past.size() > scenario.of(Knob.HISTORY)) {
            world.count(Happening.TASK_EVICTED);
            forgottenTo = past.pollFirstEntry().getKey();
        }
    }

    private Outcome execute(Task task) {
        if (!exists) {
            return Outcome.failed("There is no such index");
        }
        if (Batches.holdsPoison(task.batch())) {
            return Outcome.refused("A document of the batch has no valid id");
        }
        for (WriteBatch.Upsert upsert : task.batch().upserts()) {
            Value value = Value.of(upsert.document());
            put(Shop.product(upsert.key()), new Stored(value, upsert.fingerprint()), task.position());
        }
        task.batch().deletions().forEach(key -> put(Shop.product(key), null, task.position()));
        return Outcome.applied();
    }

    private void put(int product, @Nullable Stored document, long position) {
        writes++;
        stored[product] = document;
        lastTouched[product] = position;
        knownSince[product] = Long.MAX_VALUE;
        timelines[product].add(time.now(), value(product));
        observers.forEach(observer -> observer.accept(product));
    }

    // --- others -----------------------------------------------------------------------------------------------------

    /** Somebody drops the index and makes an empty one of the same name, at once or never. */
    void replace(boolean anew) {
        history.event(() -> "somebody drops the index" + (anew ? " and makes it anew" : ""));
        exists = false;
        for (int product = 0; product < stored.length; product++) {
            put(product, null, lastTouched[product]);
            known(product, lastTouched[product]);
        }
        if (anew) {
            create();
        }
    }
}
