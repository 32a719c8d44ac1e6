package dev.stocktake.testkit.sim;

import dev.stocktake.Fingerprint;
import dev.stocktake.WriteBatch;
import java.util.List;

/** Somebody else with access to the index. */
final class Meddler {

    private static final List<Value> PLANTED = List.of(Value.FOREIGN, Value.SMALL, Value.MEDIUM, Value.LARGE);
    private static final String VERSION = "1";

    private final World world;

    Meddler(World world) {
        this.world = world;
    }

    void begin() {
        world.storm().every(Knob.EDIT_EVERY, this::edit);
        world.storm().every(Knob.DROP_EVERY, this::drop);
    }

    private void edit() {
        if (!world.server().exists()) {
            return;
        }
        int product = world.dice().below(world.shop().products());
        WriteBatch batch = world.dice().chance(0.3)
                ? new WriteBatch("edit", List.of(), List.of(Shop.key(product)))
                : new WriteBatch("edit", List.of(upsert(product)), List.of());
        world.history().note(() -> "somebody edits the index " + Batches.contents(batch), () -> Batches.keys(batch));
        world.count(Happening.INDEX_EDITED);
        world.server().accept(Server.LIVE, batch, true);
    }

    /** Without a fingerprint, or an old document of ours with its own. */
    private WriteBatch.Upsert upsert(int product) {
        Value value = world.dice().oneOf(PLANTED);
        Fingerprint fingerprint =
                value == Value.FOREIGN ? Fingerprint.UNKNOWN : Fingerprint.of(value.document(), VERSION);
        return new WriteBatch.Upsert(Shop.key(product), value.document(), fingerprint);
    }

    private void drop() {
        List<String> builds = List.copyOf(world.server().builds().keySet());
        if (!builds.isEmpty() && world.dice().chance(0.5)) {
            world.server().removeBuild(world.dice().oneOf(builds));
            return;
        }
        world.count(Happening.INDEX_DROPPED);
        world.server().replace(world.dice().chance(0.7));
    }
}
