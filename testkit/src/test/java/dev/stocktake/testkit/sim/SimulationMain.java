package dev.stocktake.testkit.sim;

/**
 * Plays many schedules, {@code <scenarios> <from> <count> [workers]}, or one with its history, {@code replay <scenario>
 * <seed>}. How scenarios are named: {@link Catalogue}; {@code all} and {@code mutants} are names, too.
 */
public final class SimulationMain {

    private static final int LONGEST = 400;

    private SimulationMain() {}

    public static void main(String[] args) {
        if (args[0].equals("replay")) {
            Verdict verdict = Simulation.replay(Catalogue.one(args[1]), Long.parseLong(args[2]));
            verdict.history().forEach(System.out::println);
            System.out.println(verdict + " digest " + Long.toHexString(verdict.digest()));
            return;
        }
        int workers = args.length > 3 ? Integer.parseInt(args[3]) : 2;
        for (Scenario scenario : Catalogue.all(args[0])) {
            long start = System.nanoTime();
            tell(
                    Simulation.play(scenario, Long.parseLong(args[1]), Long.parseLong(args[2]), workers),
                    (System.nanoTime() - start) / 1e9);
        }
    }

    private static void tell(Tally tally, double seconds) {
        tally.bad().stream()
                .limit(Integer.getInteger("show", 3))
                .map(Verdict::toString)
                .forEach(verdict ->
                        System.out.println(verdict.length() > LONGEST ? verdict.substring(0, LONGEST) + "…" : verdict));
        if (Boolean.getBoolean("census")) {
            System.out.println(tally.census().per(tally.seeds()));
        }
        System.out.printf("%s (%.1f s, digest %x)%n", tally, seconds, tally.digest());
    }
}
