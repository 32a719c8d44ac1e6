package dev.stocktake.testkit.sim;

import dev.stocktake.ProductKey;
import java.util.List;

/**
 * Plays schedules: the real engine on real threads, one at a time, in virtual time, among a modelled database, index and
 * everything that can happen to them and to the engine. While it plays, whatever the ledger takes for true is compared with
 * the database; in the end everything must be true.
 *
 * <pre>{@code
 * Verdict verdict = Simulation.replay(Scenario.stormy(3), 4711);
 * assertThat(verdict.faults()).as(verdict.toString()).isEmpty();
 * }</pre>
 *
 * <p>Thread-safe. The engine's log is loud while everything goes wrong: turn {@code dev.stocktake} off.
 */
public final class Simulation {

    private static final int HISTORY = Integer.getInteger("stocktake.history", 60);

    private Simulation() {}

    /** Plays one schedule and writes its history down. */
    public static Verdict replay(Scenario scenario, long seed) {
        try (Crew crew = new Crew()) {
            World world = new World(scenario, seed, crew, true);
            world.play();
            return verdict(world, seed);
        }
    }

    /**
     * Plays the schedules of many seeds.
     *
     * @param from the first seed
     * @param count how many
     * @param workers how many at once
     */
    public static Tally play(Scenario scenario, long from, long count, int workers) {
        return new Workers(scenario, from, count).play(workers);
    }

    static World world(Scenario scenario, long seed, Crew crew) {
        World world = new World(scenario, seed, crew, false);
        world.play();
        return world;
    }

    static Verdict verdict(World world, long seed) {
        List<ProductKey> wrong =
                world.checker().wrongProducts().stream().map(Shop::key).limit(1).toList();
        List<String> history = world.history().of(wrong, HISTORY);
        return new Verdict(
                world.scenario().name(),
                seed,
                world.checker().faults(),
                world.checker().checks(),
                world.time().digest(),
                history);
    }
}
