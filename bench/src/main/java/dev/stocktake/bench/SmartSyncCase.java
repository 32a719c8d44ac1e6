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
                        name() + " of " + changes,
                        List.of(after(changes, few, small, stage), after(changes, many, large, stage)));
            }
        }
    }

    private static SmartSync after(int changes, Subject subject, Shop shop, Stage stage) {
        return SmartSync.after(
                round -> shop.changeStock(stage.setUp().source(), changes, round), changes, subject, shop);
    }

    static Subject synced(Shop shop, Stage stage, SyncListener listener) throws SQLException {
        Subject subject = Subject.fresh(
                shop,
                stage.source().source(),
                stage.ledger().source(),
                stage.sink().url(),
                listener);
        subject.run(SyncPolicy.full().inPlace());
        return subject;
    }

    /** The small catalogue first. */
    static void compare(Stage stage, Plan plan, Results results, String test, List<SmartSync> contestants)
            throws SQLException {
        Rounds rounds = Rounds.of(stage.meter(), plan.warmUps(), plan.rounds(), contestants);
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
                        rounds.values(many, Measured::processor),
                        rounds.values(few, Measured::processor),
                        TARGET));
    }

    static List<Figure> figures(int repeats) {
        return List.of(
                new Figure("millisPerRun", round -> round.wall() / 1e6 / repeats),
                new Figure("libraryMillisPerRun", round -> round.library() / 1e6 / repeats),
                new Figure("databaseMillisPerRun", round -> round.database() / 1e6 / repeats),
                new Figure("statementsPerRun", round -> (double) round.statements() / repeats),
                new Figure("commitsPerRun", round -> (double) round.commits() / repeats),
                new Figure("requestsPerRun", round -> (double) round.counted().requests() / repeats),
                new Figure("documentsPerRun", round -> (double) round.counted().documents() / repeats),
                new Figure("writesPerRun", round -> (double) round.counted().writes() / repeats));
    }
}
