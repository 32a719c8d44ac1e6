package dev.stocktake.testkit;

import dev.stocktake.Sleeper;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Time that passes by being slept away: whoever waits moves the clock and goes on at once.
 *
 * <pre>{@code
 * VirtualTime time = new VirtualTime();
 * time.onSleep(nap -> index.applyAll());           // what the world does meanwhile
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class VirtualTime implements Sleeper, InstantSource {

    private final ManualClock clock;
    private final List<Duration> naps = new CopyOnWriteArrayList<>();
    private final List<Consumer<Duration>> meanwhile = new CopyOnWriteArrayList<>();

    /** With a clock of its own. */
    public VirtualTime() {
        this(new ManualClock());
    }

    /** Moves this clock. */
    public VirtualTime(ManualClock clock) {
        this.clock = clock;
    }

    /** The clock that moves. */
    public ManualClock clock() {
        return clock;
    }

    @Override
    public Instant instant() {
        return clock.instant();
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("Interrupted before a virtual sleep of " + time);
        }
        naps.add(time);
        clock.advance(time.isNegative() ? Duration.ZERO : time);
        meanwhile.forEach(world -> world.accept(time));
    }

    /** Does something during every sleep, after the clock has moved. */
    public void onSleep(Consumer<Duration> action) {
        meanwhile.add(action);
    }

    /** Every sleep so far, in order. */
    public List<Duration> naps() {
        return List.copyOf(naps);
    }

    /** How long was slept in all. */
    public Duration slept() {
        return naps.stream().reduce(Duration.ZERO, Duration::plus);
    }
}
