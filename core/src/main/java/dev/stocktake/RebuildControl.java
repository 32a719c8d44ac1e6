package dev.stocktake;

import java.util.Optional;

/**
 * What may be said to the rebuild of an index, by any instance, whichever makes it. Made by {@link Stocktake#rebuilds()}; asked
 * for is one by {@link SyncPolicy#full()}.
 *
 * <p>Everything is kept in the ledger and holds until it is taken back, over restarts. Whoever makes the rebuild notices within
 * seconds. Thread-safe.
 */
public final class RebuildControl {

    private final Ports ports;

    RebuildControl(Ports ports) {
        this.ports = ports;
    }

    /**
     * Where it stands, or how the last one ended; empty if there never was one.
     *
     * @throws UnavailableException if the ledger cannot be reached
     */
    public Optional<RebuildStatus> status() {
        return Optional.ofNullable(ports.inLedger(RebuildState::status));
    }

    /**
     * Ends it; the build is removed, and the live index is what it was. Too late once the index was asked to swap. It is done
     * by the next run, as the build is removed by whoever runs the lane.
     *
     * @return whether there was one to cancel
     * @throws UnavailableException if the ledger cannot be reached
     */
    public boolean cancel() {
        return ports.inLedger(RebuildState::cancel);
    }

    /**
     * From now on nothing is written into a build, until {@link #resume}. Edits go on reaching the live index, and are
     * remembered for the build.
     *
     * @throws UnavailableException if the ledger cannot be reached
     */
    public void pause() {
        pause(true);
    }

    /**
     * Takes {@link #pause} back. A schedule goes on with the rebuild, whichever instance runs it; where there is none, {@link
     * Stocktake#finishRebuild} does.
     *
     * @throws UnavailableException if the ledger cannot be reached
     */
    public void resume() {
        pause(false);
    }

    private void pause(boolean paused) {
        ports.inLedger(tx -> {
            RebuildState.pause(tx, paused);
            return null;
        });
    }

    /**
     * From now on the walk over all products goes no faster than this, instead of what {@link
     * SyncSettings.Rebuilds#documentsPerSecond} says. Edits are not held up.
     *
     * @param documentsPerSecond 0 for as fast as the two sides can
     * @throws IllegalArgumentException if it is negative or no number
     * @throws UnavailableException if the ledger cannot be reached
     */
    public void throttle(double documentsPerSecond) {
        if (!(documentsPerSecond >= 0 && documentsPerSecond <= 1e9)) {
            throw new IllegalArgumentException(
                    "documentsPerSecond must be 0 or a positive number, not " + documentsPerSecond);
        }
        ports.inLedger(tx -> {
            RebuildState.throttle(tx, documentsPerSecond);
            return null;
        });
    }
}
