package dev.stocktake.testkit.sim;

import dev.stocktake.AuditableIndex;
import dev.stocktake.BatchLimits;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
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
import org.jspecify.annotations.Nullable;

/** One node's connection to the index's server, which has no log as far as this client knows. */
final class IndexClient implements AuditableIndex {

    static final String NAME = "products";

    /** Small, so that a walk over the index has several pages. */
    private static final int PAGE = 5;

    private static final long TIMEOUT = 10_000;

    private final Server server;
    private final Node node;
    private final World world;

    IndexClient(World world, Node node) {
        this.world = world;
        this.server = world.server();
        this.node = node;
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
        return NAME;
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
        world.checker().sends(batch);
        Fate fate = fate();
        fate.count(world);
        world.history()
                .note(
                        () -> node + " sends batch " + batch.id() + " " + Batches.contents(batch) + ", which " + fate,
                        () -> Batches.keys(batch));
        Answer answer = new Answer();
        boolean late = fate == Fate.ARRIVES_LATE || fate == Fate.NEVER_ARRIVES;
        long there = world.dice().between(1, 30);
        if (!late) {
            deliver(batch, there, answer);
        }
        if (fate == Fate.ARRIVES_LATE || fate == Fate.ARRIVES_TWICE) {
            deliver(batch, there + world.storm().lateness(), new Answer());
        }
        node.waits(there + world.dice().between(1, 30));
        if (answer.refused) {
            throw unreachable();
        }
        if (late || fate == Fate.ARRIVES_BUT_REPLY_IS_LOST) {
            node.waits(TIMEOUT);
            throw new UnknownOutcomeException("No answer to batch '" + batch.id() + "'", null);
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

    private void deliver(WriteBatch batch, long delay, Answer answer) {
        world.storm().sent();
        world.time().after(delay, () -> {
            world.storm().arrived();
            if (world.storm().serverDown()) {
                answer.refused = true;
            } else if (Batches.holdsPoison(batch) && world.dice().chance(0.3)) {
                answer.objection = "A document of the batch is no JSON";
            } else {
                answer.position = server.accept(batch, false);
            }
        });
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
        Optional<IndexIdentity> identity = server.exists() ? Optional.of(server.identity()) : Optional.empty();
        hear();
        return identity;
    }

    @Override
    public IndexIdentity prepare() {
        ask();
        server.create();
        IndexIdentity identity = server.identity();
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
            Fingerprint fingerprint = server.fingerprint(Shop.product(key));
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
            Fingerprint fingerprint = server.fingerprint(product);
            if (fingerprint == null || met++ < skip) {
                continue;
            }
            if (page.size() == Math.min(limit, PAGE)) {
                next = Integer.toString(skip + PAGE);
                break;
            }
            page.put(Shop.key(product), fingerprint);
        }
        FingerprintPage answer = new FingerprintPage(page, next, server.version());
        hear();
        return answer;
    }

    @Override
    public long count() {
        ask();
        long count = server.count();
        hear();
        return count;
    }

    @Override
    public Map<ProductKey, Document> documents(Collection<ProductKey> keys) {
        ask();
        Map<ProductKey, Document> held = new LinkedHashMap<>();
        for (ProductKey key : keys) {
            Value value = server.value(Shop.product(key));
            if (value != Value.ABSENT) {
                held.put(key, value.document());
            }
        }
        hear();
        return held;
    }
}
