package dev.stocktake.testkit.sim;

import dev.stocktake.AuditableIndex;
import dev.stocktake.BatchLimits;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.RebuildableIndex;
import dev.stocktake.Receipt;
import dev.stocktake.RefusedException;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import dev.stocktake.WriteBatch;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One node's connection to the index's server, which has no log as far as this client knows. */
final class IndexClient implements RebuildableIndex {

    static final String NAME = "products";

    /** Small, so that a walk over the index has several pages. */
    private static final int PAGE = 5;

    private static final long TIMEOUT = 10_000;

    private final Server server;
    private final Node node;
    private final World world;
    private final String content;

    IndexClient(World world, Node node) {
        this(world, node, Server.LIVE);
    }

    /** @param content the label of a build, or the live one */
    private IndexClient(World world, Node node, String content) {
        this.world = world;
        this.server = world.server();
        this.node = node;
        this.content = content;
    }

    /** What happens to a request on its way. */
    private enum Fate {
        ARRIVES(null),
        ARRIVES_TWICE(Happening.REQUEST_TWICE),
        ARRIVES_BUT_REPLY_IS_LOST(Happening.REPLY_LOST),
        ARRIVES_LATE(Happening.REQUEST_LATE),
        NEVER_ARRIVES(Happening.REQUEST_LOST);

        private final @Nullable Happening counted;

        Fate(@Nullable Happening counted) {
            this.counted = counted;
        }

        void count(World world) {
            if (counted != null) {
                world.count(counted);
            }
        }
    }

    private static final class Answer {
        private boolean refused;
        private @Nullable String objection;
        private long position;
    }

    @Override
    public String name() {
        return content.equals(Server.LIVE) ? NAME : NAME + "-" + content;
    }

    @Override
    public BatchLimits limits() {
        Scenario scenario = world.scenario();
        return new BatchLimits((int) scenario.whole(Knob.REQUEST), scenario.whole(Knob.BYTES));
    }

    @Override
    public Duration requestLife() {
        return Duration.ofMillis(world.scenario().whole(Knob.REQUEST_LIFE));
    }

    // --- write ------------------------------------------------------------------------------------------------------

    @Override
    public Receipt write(WriteBatch whole) {
        Map<ProductKey, String> refused = oversized(whole);
        WriteBatch batch = new WriteBatch(
                whole.id(),
                whole.upserts().stream()
                        .filter(upsert -> !refused.containsKey(upsert.key()))
                        .toList(),
                whole.deletions());
        return new Receipt(batch.size() == 0 ? List.of() : List.of(send(batch)), refused);
    }

    private static Map<ProductKey, String> oversized(WriteBatch batch) {
        Map<ProductKey, String> oversized = new LinkedHashMap<>();
        for (WriteBatch.Upsert upsert : batch.upserts()) {
            if (Value.of(upsert.document()) == Value.OVERSIZED) {
                oversized.put(upsert.key(), "too large");
            }
        }
        return oversized;
    }

    private long send(WriteBatch batch) {
        if (content.equals(Server.LIVE)) {
            world.checker().sends(batch);
        }
        Fate fate = fate();
        String to = content.equals(Server.LIVE) ? "" : " to build " + content;
        world.history()
                .note(
                        () -> node + " sends batch " + batch.id() + to + " " + Batches.contents(batch) + ", which "
                                + fate,
                        () -> Batches.keys(batch));
        return send(fate, answer -> arrives(batch, answer), "batch '" + batch.id() + "'");
    }

    private long send(Fate fate, Consumer<Answer> arrival, String what) {
        fate.count(world);
        Answer answer = new Answer();
        boolean late = fate == Fate.ARRIVES_LATE || fate == Fate.NEVER_ARRIVES;
        long there = world.dice().between(1, 30);
        if (!late) {
            deliver(arrival, there, answer);
        }
        if (fate == Fate.ARRIVES_LATE || fate == Fate.ARRIVES_TWICE) {
            deliver(arrival, there + world.storm().lateness(), new Answer());
        }
        node.waits(there + world.dice().between(1, 30));
        if (answer.refused) {
            throw unreachable();
        }
        if (late || fate == Fate.ARRIVES_BUT_REPLY_IS_LOST) {
            node.waits(TIMEOUT);
            throw new UnknownOutcomeException("No answer to " + what, null);
        }
        if (answer.objection != null) {
            throw new RefusedException(answer.objection, null);
        }
        return answer.position;
    }

    private Fate fate() {
        Storm storm = world.storm();
        if (storm.strikes(Knob.REPLY_LOST)) {
            return Fate.ARRIVES_BUT_REPLY_IS_LOST;
        }
        if (storm.strikes(Knob.DROPPED)) {
            return Fate.NEVER_ARRIVES;
        }
        if (storm.strikes(Knob.LATE)) {
            return Fate.ARRIVES_LATE;
        }
        return storm.strikes(Knob.TWICE) ? Fate.ARRIVES_TWICE : Fate.ARRIVES;
    }

    private void deliver(Consumer<Answer> arrival, long delay, Answer answer) {
        world.storm().sent();
        world.time().after(delay, () -> {
            world.storm().arrived();
            if (world.storm().serverDown()) {
                answer.refused = true;
            } else {
                arrival.accept(answer);
            }
        });
    }

    private void arrives(WriteBatch batch, Answer answer) {
        if (Batches.holdsPoison(batch) && world.dice().chance(0.3)) {
            answer.objection = "A document of the batch is no JSON";
        } else {
            answer.position = server.accept(content, batch, false);
        }
    }

    private static UnavailableException unreachable() {
        return new UnavailableException("The index's server cannot be reached", null);
    }

    // --- ask --------------------------------------------------------------------------------------------------------

    void ask() {
        node.waits(world.dice().between(1, 30));
        if (world.storm().serverDown() || world.storm().strikes(Knob.FLAKY)) {
            throw unreachable();
        }
    }

    void hear() {
        node.waits(world.dice().between(1, 30));
    }

    @Override
    public Optional<IndexIdentity> identify() {
        ask();
        Optional<IndexIdentity> identity =
                server.exists(content) ? Optional.of(server.identity(content)) : Optional.empty();
        hear();
        return identity;
    }

    @Override
    public IndexIdentity prepare() {
        ask();
        server.create(content);
        IndexIdentity identity = server.identity(content);
        hear();
        return identity;
    }

    @Override
    public Map<Receipt, Outcome> outcomes(Collection<Receipt> receipts) {
        ask();
        Map<Receipt, Outcome> outcomes = new LinkedHashMap<>();
        receipts.forEach(receipt ->
                outcomes.put(receipt, server.outcome(receipt.positions().get(0))));
        hear();
        return outcomes;
    }

    @Override
    public Map<ProductKey, Fingerprint> fingerprints(Collection<ProductKey> keys) {
        ask();
        Map<ProductKey, Fingerprint> held = new LinkedHashMap<>();
        for (ProductKey key : keys) {
            Fingerprint fingerprint = server.fingerprint(content, Shop.product(key));
            if (fingerprint != null) {
                held.put(key, fingerprint);
            }
        }
        hear();
        return held;
    }

    /** By offset, as far as the walk can know: what is written meanwhile makes entries slip from page to page. */
    @Override
    public FingerprintPage fingerprints(@Nullable String cursor, int limit) {
        ask();
        int skip = cursor == null ? 0 : Integer.parseInt(cursor);
        Map<ProductKey, Fingerprint> page = new LinkedHashMap<>();
        String next = null;
        int met = 0;
        for (int product = 0; product < world.shop().products(); product++) {
            Fingerprint fingerprint = server.fingerprint(content, product);
            if (fingerprint == null || met++ < skip) {
                continue;
            }
            if (page.size() == Math.min(limit, PAGE)) {
                next = Integer.toString(skip + PAGE);
                break;
            }
            page.put(Shop.key(product), fingerprint);
        }
        FingerprintPage answer = new FingerprintPage(page, next, server.version(content));
        hear();
        return answer;
    }

    @Override
    public long count() {
        ask();
        long count = server.count(content);
        hear();
        return count;
    }

    @Override
    public Map<ProductKey, Document> documents(Collection<ProductKey> keys) {
        ask();
        Map<ProductKey, Document> held = new LinkedHashMap<>();
        for (ProductKey key : keys) {
            Value value = server.value(content, Shop.product(key));
            if (value != Value.ABSENT) {
                held.put(key, value.document());
            }
        }
        hear();
        return held;
    }

    // --- builds -----------------------------------------------------------------------------------------------------

    @Override
    public AuditableIndex build(String label) {
        return new IndexClient(world, node, RebuildableIndex.requireLabel(label));
    }

    @Override
    public Map<String, IndexIdentity> builds() {
        ask();
        Map<String, IndexIdentity> builds = server.builds();
        hear();
        return builds;
    }

    @Override
    public Receipt swap(String label) {
        Fate late = world.dice().chance(0.5) ? Fate.ARRIVES_LATE : Fate.ARRIVES_TWICE;
        Fate fate = world.storm().strikes(Knob.SWAP_LATE) ? late : fate();
        world.history().event(() -> node + " asks for a swap with build " + label + ", which " + fate);
        return Receipt.at(send(fate, answer -> answer.position = server.acceptSwap(label), "a swap"));
    }

    /** Looks first and removes then, as somebody must whose server knows no conditions; but not while swaps wait there. */
    @Override
    public boolean drop(String label, IndexIdentity onlyIf) {
        ask();
        boolean meant = server.exists(label) && server.identity(label).equals(onlyIf) && !server.swapWaits();
        hear();
        if (!meant) {
            return false;
        }
        node.waits(world.dice().anyScale(1, world.scenario().whole(Knob.LONGEST_REMOVAL)));
        ask();
        world.history().event(() -> node + " removes build " + label);
        world.checker().removes(label);
        server.remove(label);
        hear();
        return true;
    }
}
