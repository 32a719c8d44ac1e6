package dev.stocktake.testkit.sim;

/**
 * The process in which this thread ran is dead. An {@code Error}, so that nobody handles it on the way: a dead process
 * handles nothing.
 */
final class Killed extends Error {

    private static final long serialVersionUID = 1L;

    Killed() {
        super("killed by the simulation", null, false, false);
    }
}
