package dev.stocktake.testkit.sim;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * How long each change took from its commit to the moment when searchers saw it or a later one. What was in the shop before it
 * opened is no change.
 */
final class Staleness {

    private record Change(long time, Value value) {}

    private final World world;
    private final Deque<Change>[] unseen;
    private final Durations seen = new Durations();

    @SuppressWarnings({"unchecked", "rawtypes"})
    Staleness(World world) {
        this.world = world;
        this.unseen = new Deque[world.shop().products()];
        Arrays.setAll(unseen, product -> new ArrayDeque<>());
        world.shop().observe(this::committed);
        world.server().observe(this::look);
    }

    Durations seen() {
        return seen;
    }

    private void committed(int product) {
        Value value = world.shop().value(product);
        if (world.time().now() == 0) {
            return;
        }
        if (!value.sound()) {
            unseen[product].clear();
            return;
        }
        unseen[product].add(new Change(world.time().now(), value));
        look(product);
    }

    private void look(int product) {
        Value held = world.server().value(product);
        Deque<Change> changes = unseen[product];
        if (changes.stream().noneMatch(change -> change.value() == held)) {
            return;
        }
        Change last = null;
        for (Change change : changes) {
            last = change.value() == held ? change : last;
        }
        while (!changes.isEmpty()) {
            Change change = changes.remove();
            seen.add(world.time().now() - change.time());
            if (change == last) {
                return;
            }
        }
    }
}
