package dev.stocktake.integration;

import static dev.stocktake.integration.Siege.Blow.CRASH_DATABASE;
import static dev.stocktake.integration.Siege.Blow.CRASH_INDEX;
import static dev.stocktake.integration.Siege.Blow.KILL_AT_START;
import static dev.stocktake.integration.Siege.Blow.KILL_AT_WORK;
import static dev.stocktake.integration.Siege.Blow.KILL_SESSION;
import static dev.stocktake.integration.Siege.Blow.PAUSE;
import static dev.stocktake.integration.Siege.Blow.PAUSE_HOLDER;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stocktake.integration.Siege.Blow;
import dev.stocktake.integration.Siege.Plan;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Real processes, a real database, real signals: however often something is killed or stands still, nothing is lost, nothing
 * is stale, and no ghost is left.
 *
 * <p>{@code -Dstocktake.seed} plays other moments, {@code -Dstocktake.rounds} another number of them.
 */
class SiegeIT {

    private static CrashingPostgres postgres;

    private final long seed = Long.getLong("stocktake.seed", 20_261_203L);

    @BeforeAll
    static void start() throws IOException {
        postgres = new CrashingPostgres();
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    private static void play(Plan plan) throws Exception {
        try (Siege siege = new Siege(postgres, plan)) {
            siege.play();
        }
    }

    @Test
    void oneKeeperIsKilledAgainAndAgain() throws Exception {
        Map<Blow, Integer> blows =
                Map.of(KILL_AT_START, 45, KILL_AT_WORK, 35, CRASH_INDEX, 10, CRASH_DATABASE, 6, KILL_SESSION, 4);
        play(new Plan("killed", seed, Soak.rounds(50, 1_000), 1, blows, false, false, false));
    }

    @Test
    void theLedgerIsInAnotherDatabaseThanTheShop() throws Exception {
        Map<Blow, Integer> blows = Map.of(KILL_AT_START, 3, KILL_AT_WORK, 5, CRASH_DATABASE, 1, CRASH_INDEX, 1);
        play(new Plan("apart", seed, Soak.rounds(8, 200), 1, blows, true, false, false));
    }

    @Test
    void theDatabaseLosesItsLastMoments() throws Exception {
        Map<Blow, Integer> blows = Map.of(CRASH_DATABASE, 3, KILL_AT_WORK, 1);
        play(new Plan("forgetful", seed, Soak.rounds(6, 200), 1, blows, false, true, false));
    }

    @Test
    void theHolderStandsStillLongerThanItsLease() throws Exception {
        play(new Plan("paused", seed, Soak.rounds(8, 200), 2, Map.of(PAUSE_HOLDER, 1), false, false, false));
    }

    @Test
    void threeKeepersAreKilledAndPausedAtRandom() throws Exception {
        Map<Blow, Integer> blows = Map.of(KILL_AT_START, 2, KILL_AT_WORK, 3, PAUSE_HOLDER, 2, PAUSE, 3, CRASH_INDEX, 1);
        play(new Plan("three", seed, Soak.rounds(10, 200), 3, blows, false, false, false));
    }

    /** Three processes, two editors without rest and a rebuild want a machine to themselves; a build has {@link RebuildIT}. */
    @Test
    void theIndexIsRebuiltAgainAndAgainMeanwhile() throws Exception {
        assumeTrue(Soak.ON, "Only with -Psoak (-Dstocktake.soak=true): wants a machine to itself");
        Map<Blow, Integer> blows = Map.of(KILL_AT_START, 2, KILL_AT_WORK, 4, PAUSE_HOLDER, 3, PAUSE, 3, CRASH_INDEX, 1);
        play(new Plan("rebuilt", seed, Soak.rounds(200, 200), 3, blows, false, false, true));
    }
}
