package dev.stocktake.testkit.sim;

/** Tells what happened in the first bad schedule. */
final class Stories {

    private Stories() {}

    static String of(Scenario scenario, Tally tally) {
        if (tally.bad().isEmpty()) {
            return tally.toString();
        }
        Verdict first = tally.bad().get(0);
        return tally + "\n"
                + String.join("\n", Simulation.replay(scenario, first.seed()).history()) + "\n" + first
                + "\nagain: ./mvnw -q -pl testkit -am test -Dtest=PlayTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dstocktake.replay=" + scenario.name() + ":" + first.seed() + "\n";
    }
}
