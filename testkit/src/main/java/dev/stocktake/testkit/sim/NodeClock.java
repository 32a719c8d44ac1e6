package dev.stocktake.testkit.sim;

import java.time.Instant;
import java.time.InstantSource;

/** A machine's own clock: wrong, and now and then set. */
final class NodeClock implements InstantSource {

    private static final long SET_EVERY = 600_000;

    private final World world;
    private long offset;
    private long setAt;

    NodeClock(World world) {
        this.world = world;
    }

    @Override
    public Instant instant() {
        long skew = world.scenario().whole(Knob.CLOCK_SKEW);
        if (skew > 0 && world.time().now() >= setAt) {
            setAt = world.time().now() + world.dice().next(SET_EVERY);
            offset = world.dice().between(-skew, skew);
        }
        return world.time().instant().plusMillis(offset);
    }
}
