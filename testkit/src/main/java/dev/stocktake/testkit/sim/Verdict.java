package dev.stocktake.testkit.sim;

import java.util.List;

/**
 * How one schedule ended.
 *
 * @param scenario its name
 * @param seed with the scenario, all that is needed to play the same schedule again
 * @param faults what did not hold, in words; empty if all did
 * @param checks how often a product that the ledger took for true was compared with the database
 * @param digest stands for the whole schedule: equal for equal seeds
 * @param history what happened to the products concerned, if it was written down
 */
public record Verdict(String scenario, long seed, List<String> faults, long checks, long digest, List<String> history) {

    /** Copies the lists. */
    public Verdict {
        faults = List.copyOf(faults);
        history = List.copyOf(history);
    }

    /** Whether anything did not hold. */
    public boolean bad() {
        return !faults.isEmpty();
    }

    @Override
    public String toString() {
        return "scenario " + scenario + " seed " + seed + (bad() ? ": " + String.join("; ", faults) : " good");
    }
}
