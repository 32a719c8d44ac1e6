package dev.stocktake.bench;

import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.bench.Results.Figure;
import java.sql.SQLException;
import java.util.List;

/** Does a smart sync cost what changed, whatever the size of the catalogue? */
final class SmartSyncCase implements Case {

    private static final String TARGET = "<= 1.2";

    @Override
    public String name() {
        return "smart-sync";
    }

    @Override
    public void run(Stage stage, Plan plan, Results results) throws SQLException {
        Shop small = stage.shop(plan.small());
        Shop large = stage.shop(plan.largest());
        stage.sink().reset(false);
        try (Subject few = synced(small, stage, SyncListener.NONE);
                Subject many = synced(large, stage, SyncListener.NONE)) {
            for (int changes : plan.changes()) {
                compare(
                        stage,
                        plan,
                        results,
                        changes,
                        List.of(
                                new SmartSync(few, small, stage.setUp(), changes),
                                new SmartSync(many, large, stage.setUp(), changes)));
            }
        }
    }

    static Subject synced(Shop shop, Stage stage, SyncListener listener) throws SQLException {
        Subject subject = Subject.fresh(
                shop,
                stage.source().source(),
                stage.ledger().source(),
                stage.sink().url(),
                listener);
        subject.run(SyncPolicy.full());
        return subject;
    }

    private void compare(Stage stage, Plan plan, Results results, int changes, List<SmartSync> contestants)
            throws SQLException {
        Rounds rounds = Rounds.of(stage.meter(), plan.warmUps(), plan.rounds(), contestants);
        String test = name() + " of " + changes;
        int repeats = contestants.get(0).repeats();
        for (SmartSync contestant : contestants) {
            results.figures(
                    test, contestant.products(), contestant.name(), rounds.of(contestant.name()), figures(repeats));
        }
        String few = contestants.get(0).name();
        String many = contestants.get(1).name();
        results.ratio(
                test,
                contestants.get(1).products(),
                Ratio.of(
                        "time, large catalogue to small",
                        rounds.values(many, Measured::wall),
                        rounds.values(few, Measured::wall),
                        TARGET));
        results.ratio(
                test,
                contestants.get(1).products(),
                Ratio.of(
                        "processor time of library and database, large catalogue to small",
                        rounds.values(many, SmartSyncCase::processor),
                        rounds.values(few, SmartSyncCase::processor),
                        TARGET));
    }

    private static double processor(Measured round) {
        return round.library() + (double) round.database();
    }

    static List<Figure> figures(int repeats) {
        return List.of(
                new Figure("millisPerRun", round -> round.wall() / 1e6 / repeats),
                new Figure("libraryMillisPerRun", round -> round.library() / 1e6 / repeats),
                new Figure("databaseMillisPerRun", round -> round.database() / 1e6 / repeats),
                new Figure("statementsPerRun", round -> (double) round.statements() / repeats),
                new Figure("commitsPerRun", round -> (double) round.commits() / repeats),
                new Figure("requestsPerRun", round -> (double) round.counted().requests() / repeats),
                new Figure("writesPerRun", round -> (double) round.counted().writes() / repeats));
    }
}
