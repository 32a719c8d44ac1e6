package dev.stocktake.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stocktake.Freshness;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.bench.Results.Figure;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Behind a change log: does a smart sync cost what was edited, whatever the size of the catalogue? What does a product cost
 * that is edited all the time? And how soon is an edit in an index that applies at once?
 */
final class ChangeLogCase implements Case {

    static final int HOT = 10_000;

    @Override
    public String name() {
        return "change-log";
    }

    @Override
    public void run(Stage stage, Plan plan, Results results) throws SQLException {
        Shop small = stage.shop(plan.small());
        Shop large = stage.shop(plan.largest());
        stage.sink().reset(false);
        for (Shop shop : List.of(small, large)) {
            TriggerCase.log(stage, shop).install();
        }
        try (Database writer = Database.open(stage.databaseUrl(), "writer")) {
            try (Subject few = synced(small, stage);
                    Subject many = synced(large, stage)) {
                for (int edits : plan.changes()) {
                    SmartSyncCase.compare(
                            stage,
                            plan,
                            results,
                            name() + " of " + edits,
                            List.of(after(edits, few, small, writer), after(edits, many, large, writer)));
                }
                hot(stage, plan, results, many, large, writer);
            }
            steady(stage, plan, results, large);
        } finally {
            for (Shop shop : List.of(small, large)) {
                TriggerCase.log(stage, shop).uninstall();
            }
        }
    }

    private static Subject synced(Shop shop, Stage stage) throws SQLException {
        Subject.forget(shop, stage.ledger().source());
        Subject subject = Subject.logged(shop, stage, SyncListener.NONE);
        subject.run(SyncPolicy.full().inPlace());
        return subject;
    }

    private static SmartSync after(int edits, Subject subject, Shop shop, Database writer) {
        return SmartSync.after(
                round -> {
                    try (Connection connection = hasty(writer)) {
                        shop.edit(connection, edits, round, i -> {});
                    }
                },
                edits,
                subject,
                shop);
    }

    private void hot(Stage stage, Plan plan, Results results, Subject subject, Shop shop, Database writer)
            throws SQLException {
        SmartSync sync = SmartSync.after(
                round -> {
                    try (Connection connection = hasty(writer)) {
                        shop.editOne(connection, HOT);
                    }
                },
                1,
                subject,
                shop);
        Contestant once = new Once(sync);
        Rounds rounds = Rounds.of(stage.meter(), plan.warmUps(), plan.rounds(), List.of(once));
        results.figures(
                name() + " of one product " + HOT + " times",
                shop.products(),
                once.name(),
                rounds.of(once.name()),
                SmartSyncCase.figures(1));
    }

    /** Edits are made off the clock, so nobody waits for the disk. */
    private static Connection hasty(Database writer) throws SQLException {
        Connection connection = writer.source().getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute("set synchronous_commit = off");
        }
        return connection;
    }

    // --- how fresh
    // ----------------------------------------------------------------------------------------------------

    private void steady(Stage stage, Plan plan, Results results, Shop shop) throws SQLException {
        List<Freshness> fresh;
        Rounds rounds;
        try (Database shoppers = Database.open(stage.databaseUrl(), "shoppers");
                SteadyEdits edits = new SteadyEdits(stage, shop, shoppers, plan.seconds())) {
            rounds = Rounds.of(stage.meter(), plan.warmUps(), plan.rounds(), List.of(edits));
            fresh = new ArrayList<>(edits.freshness()).subList(plan.warmUps(), plan.warmUps() + plan.rounds());
        }
        String test = name() + " of " + SteadyEdits.PER_SECOND + " edits a second";
        ObjectNode line = Results.line(test, shop.products()).put("contestant", "freshness");
        line.put("changes", fresh.stream().mapToLong(Freshness::changes).sum());
        line.set("p50Millis", Results.json(millis(fresh, Freshness::p50)));
        line.set("p99Millis", Results.json(millis(fresh, Freshness::p99)));
        line.set("maxMillis", Results.json(millis(fresh, Freshness::max)));
        results.add(line);
        results.figure(
                test, shop.products(), "from the change to the index, p50, ms", millis(fresh, Freshness::p50), "<= 50");
        results.figure(
                test,
                shop.products(),
                "from the change to the index, p99, ms",
                millis(fresh, Freshness::p99),
                "<= 250");
        int seconds = plan.seconds();
        results.figures(
                test,
                shop.products(),
                SteadyEdits.NAME,
                rounds.of(SteadyEdits.NAME),
                List.of(
                        new Figure("editsPerSecond", round -> SteadyEdits.PER_SECOND * seconds * 1e9 / round.wall()),
                        new Figure("libraryMillisPerSecond", round -> round.library() * 1e3 / round.wall()),
                        new Figure("databaseMillisPerSecond", round -> round.database() * 1e3 / round.wall()),
                        new Figure("statementsPerSecond", round -> round.statements() * 1e9 / round.wall()),
                        new Figure("documents", round -> round.counted().documents()),
                        new Figure("writes", round -> round.counted().writes())));
    }

    private static Spread millis(List<Freshness> rounds, Function<Freshness, Duration> figure) {
        return Spread.of(rounds.stream()
                .mapToDouble(round -> figure.apply(round).toNanos() / 1e6)
                .toArray());
    }

    /** Without the repeats: the edits before it take long. */
    private record Once(SmartSync sync) implements Contestant {

        @Override
        public String name() {
            return sync.name();
        }

        @Override
        public void prepare() throws SQLException {
            sync.prepare();
        }

        @Override
        public void run() {
            sync.run();
        }
    }
}
