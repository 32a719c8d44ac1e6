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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /**
     * What waits in the queue.
     *
     * @param name which content a write is addressed to, or which is to be exchanged for the live one
     * @param batch null for a swap
     */
    private record Task(
            long position, String name, @Nullable WriteBatch batch, boolean foreign) {

        boolean swaps() {
            return batch == null;
        }

        WriteBatch written() {
            return Objects.requireNonNull(batch);
        }
    }

    /** What a name is bound to. */
    private static final class Content {

        private final String identity;
        private final long made;
        private final @Nullable Stored[] stored;
        private final long[] lastTouched;
        private final long[] knownSince;
        private boolean wasLive;

        Content(String identity, long made, int products) {
            this.identity = identity;
            this.made = made;
            this.stored = new Stored[products];
            this.lastTouched = new long[products];
            this.knownSince = new long[products];
        }

        Value value(int product) {
            Stored document = stored[product];
            return document == null ? Value.ABSENT : document.value();
        }
    }

    /** The name that searchers use; no label of a build is empty. */
    static final String LIVE = "";

    /** A task that is over. */
    private record Past(long position, @Nullable String batchId, Outcome outcome, boolean swap) {}

    private final World world;
    private final Scenario scenario;
    private final Conductor time;
    private final Dice dice;
    private final Storm storm;
    private final History history;
    private final TreeMap<String, Content> contents = new TreeMap<>();
    private final Content nothing;
    private final Timeline[] timelines;
    private final Deque<Task> queue = new ArrayDeque<>();
    private final TreeMap<Long, Past> past = new TreeMap<>();
    private final List<IntConsumer> observers = new ArrayList<>();
    private boolean working;
    private int made;
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
        this.nothing = new Content("nothing", 0, products);
        this.timelines = new Timeline[products];
        Arrays.setAll(timelines, product -> new Timeline(Value.ABSENT));
    }

    /** Is told of every product whose document was touched. */
    void observe(IntConsumer observer) {
        observers.add(observer);
    }

    // --- what searchers see -----------------------------------------------------------------------------------------

    Value value(int product) {
        return at(LIVE).value(product);
    }

    Timeline history(int product) {
        return timelines[product];
    }

    // --- what nodes ask ---------------------------------------------------------------------------------------------

    private Content at(String name) {
        return contents.getOrDefault(name, nothing);
    }

    boolean exists() {
        return exists(LIVE);
    }

    boolean exists(String name) {
        return contents.containsKey(name);
    }

    IndexIdentity identity() {
        return identity(LIVE);
    }

    IndexIdentity identity(String name) {
        return new IndexIdentity(at(name).identity);
    }

    void create(String name) {
        if (!exists(name)) {
            Content content = new Content("content-" + ++made, time.now(), timelines.length);
            if (name.equals(LIVE)) {
                System.arraycopy(nothing.lastTouched, 0, content.lastTouched, 0, timelines.length);
                System.arraycopy(nothing.knownSince, 0, content.knownSince, 0, timelines.length);
            }
            contents.put(name, content);
        }
    }

    Map<String, IndexIdentity> builds() {
        Map<String, IndexIdentity> builds = new LinkedHashMap<>();
        contents.forEach((name, content) -> {
            if (!name.equals(LIVE)) {
                builds.put(name, new IndexIdentity(content.identity));
            }
        });
        return builds;
    }

    void remove(String name) {
        contents.remove(name);
    }

    /** Whether a swap was accepted and has not been made. */
    boolean swapWaits() {
        return queue.stream().anyMatch(Task::swaps);
    }

    @Nullable
    Fingerprint fingerprint(String name, int product) {
        Stored document = at(name).stored[product];
        return document == null ? null : document.fingerprint();
    }

    Value value(String name, int product) {
        return at(name).value(product);
    }

    long count(String name) {
        return Arrays.stream(at(name).stored).filter(Objects::nonNull).count();
    }

    /** Changes whenever anything does: the listing is by offset. */
    String version(String name) {
        return at(name).identity + "-" + writes;
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
            if (task.swap()) {
                continue;
            }
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
        return lastTouched(LIVE, product);
    }

    long lastTouched(String name, int product) {
        return at(name).lastTouched[product];
    }

    /** Since when its last write can be found in the log. */
    long knownSince(int product) {
        return at(LIVE).knownSince[product];
    }

    boolean idle() {
        return queue.isEmpty();
    }

    // --- tasks ------------------------------------------------------------------------------------------------------

    long accept(String name, WriteBatch batch, boolean foreign) {
        time.stamp(Batches.keys(batch).hashCode());
        return accept(new Task(++lastPosition, name, batch, foreign));
    }

    /** To exchange the live content and that of this name. */
    long acceptSwap(String name) {
        return accept(new Task(++lastPosition, name, null, false));
    }

    private long accept(Task task) {
        queue.add(task);
        work();
        return task.position();
    }

    private void work() {
        if (working || queue.isEmpty()) {
            return;
        }
        working = true;
        int together = (int) Math.min(untilSwap(), dice.between(1, 6));
        time.after(
                dice.between(scenario.whole(Knob.FASTEST_TASK), scenario.whole(Knob.SLOWEST_TASK)),
                () -> commit(together));
    }

    /** A swap is done alone, and nothing is taken together across it. */
    private int untilSwap() {
        int writes = 0;
        for (Task task : queue) {
            if (task.swaps()) {
                return Math.max(1, writes);
            }
            writes++;
        }
        return writes;
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
        boolean swaps = Objects.requireNonNull(queue.peek()).swaps();
        if (storm.strikes(Knob.CRASHES) || (swaps && storm.strikes(Knob.SWAP_REPEATED))) {
            world.count(Happening.INDEX_CRASHED);
            if (swaps) {
                history.event(() -> "the index crashes, and will swap once more");
                world.count(Happening.SWAP_REPEATED);
            }
            working = false;
            work();
            return;
        }
        for (Outcome outcome : outcomes) {
            Task task = queue.remove();
            if (task.swaps()) {
                history.event(() -> "task " + task.position() + ", a swap: " + outcome.kind());
                past.put(task.position(), new Past(task.position(), null, outcome, true));
                continue;
            }
            WriteBatch batch = task.written();
            count(outcome);
            history.note(
                    () -> "task " + task.position() + " of batch " + batch.id() + ": " + outcome.kind(),
                    () -> Batches.keys(batch));
            String batchId = task.foreign() ? null : batch.id();
            past.put(task.position(), new Past(task.position(), batchId, outcome, false));
            Batches.keys(batch).forEach(key -> known(Shop.product(key), task.position()));
        }
        evict();
        working = false;
        work();
    }

    /** Whichever name its content has now. */
    private void known(int product, long position) {
        for (Content content : contents.values()) {
            if (content.lastTouched[product] == position) {
                content.knownSince[product] = time.now();
            }
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
        if (!exists(task.name())) {
            return Outcome.failed("There is no such index");
        }
        if (task.swaps()) {
            return swap(task.name());
        }
        WriteBatch batch = task.written();
        if (Batches.holdsPoison(batch)) {
            return Outcome.refused("A document of the batch has no valid id");
        }
        for (WriteBatch.Upsert upsert : batch.upserts()) {
            Value value = Value.of(upsert.document());
            put(task.name(), Shop.product(upsert.key()), new Stored(value, upsert.fingerprint()), task.position());
        }
        batch.deletions().forEach(key -> put(task.name(), Shop.product(key), null, task.position()));
        return Outcome.applied();
    }

    private Outcome swap(String name) {
        if (!exists(LIVE)) {
            return Outcome.failed("There is no such index");
        }
        Content live = at(LIVE);
        Content build = at(name);
        live.wasLive = true;
        contents.put(LIVE, build);
        contents.put(name, live);
        history.event(() -> build.identity + " is swapped in for " + live.identity);
        world.count(build.wasLive ? Happening.SWAPPED_BACK : Happening.SWAPPED_IN);
        for (int product = 0; product < timelines.length; product++) {
            timelines[product].add(time.now(), value(product));
            int changed = product;
            observers.forEach(observer -> observer.accept(changed));
        }
        if (!build.wasLive) {
            build.wasLive = true;
            world.checker().swappedIn(build.made, name);
        }
        return Outcome.applied();
    }

    private void put(String name, int product, @Nullable Stored document, long position) {
        Content content = at(name);
        writes++;
        content.stored[product] = document;
        content.lastTouched[product] = position;
        content.knownSince[product] = Long.MAX_VALUE;
        if (name.equals(LIVE)) {
            timelines[product].add(time.now(), value(product));
            observers.forEach(observer -> observer.accept(product));
        }
    }

    // --- others -----------------------------------------------------------------------------------------------------

    /** Somebody drops the index and makes an empty one of the same name, at once or never. */
    void replace(boolean anew) {
        history.event(() -> "somebody drops the index" + (anew ? " and makes it anew" : ""));
        Content old = at(LIVE);
        contents.remove(LIVE);
        if (anew) {
            create(LIVE);
        }
        for (int product = 0; product < timelines.length; product++) {
            at(LIVE).lastTouched[product] = old.lastTouched[product];
            at(LIVE).knownSince[product] = time.now();
            timelines[product].add(time.now(), Value.ABSENT);
            int gone = product;
            observers.forEach(observer -> observer.accept(gone));
        }
    }

    /** Somebody removes a build. */
    void removeBuild(String name) {
        history.event(() -> "somebody removes build " + name);
        world.count(Happening.BUILD_REMOVED);
        contents.remove(name);
    }
}
