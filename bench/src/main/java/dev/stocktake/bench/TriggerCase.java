package dev.stocktake.bench;

import dev.stocktake.bench.Results.Figure;
import dev.stocktake.jdbc.ChangeLog;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;

/** What do the triggers of a change log cost those who write to the shop? Two shops alike, one of them with triggers. */
final class TriggerCase implements Case {

    private static final int LARGE_ENOUGH = 17_000;
    private static final int STATEMENTS = 10_000;
    private static final String WITHOUT = "without triggers";
    private static final String WITH = "with triggers";

    @Override
    public String name() {
        return "triggers";
    }

    @Override
    public void run(Stage stage, Plan plan, Results results) throws SQLException {
        int products = plan.largest() < LARGE_ENOUGH ? plan.small() : LARGE_ENOUGH;
        int statements = plan.largest() < LARGE_ENOUGH ? 500 : STATEMENTS;
        Shop plain = Shop.open(stage.setUp().source(), "shop_plain", products, Stage.SEED);
        Shop logged = Shop.open(stage.setUp().source(), "shop_logged", products, Stage.SEED);
        log(stage, logged).install();
        try (Database writer = Database.open(stage.databaseUrl(), "writer")) {
            Meter meter = new Meter(stage.server(), stage.sink(), List.of(), List.of(writer));
            compare(
                    name() + " of one-row updates",
                    "<= 1.35",
                    statements,
                    meter,
                    plan,
                    results,
                    List.of(
                            new Singles(WITHOUT, plain, stage, writer, statements),
                            new Singles(WITH, logged, stage, writer, statements)));
            compare(
                    name() + " of one update of many rows",
                    "<= 1.8",
                    products * 6,
                    meter,
                    plan,
                    results,
                    List.of(new Bulk(WITHOUT, plain, stage, writer), new Bulk(WITH, logged, stage, writer)));
        }
        log(stage, logged).uninstall();
    }

    static ChangeLog log(Stage stage, Shop shop) {
        return ChangeLog.builder(stage.setUp().source(), Subject.tables(shop))
                .schema(shop.schema())
                .build();
    }

    private static void compare(
            String test,
            String target,
            int rows,
            Meter meter,
            Plan plan,
            Results results,
            List<? extends Contestant> contestants)
            throws SQLException {
        Rounds rounds = Rounds.of(meter, plan.warmUps(), plan.rounds(), contestants);
        List<Figure> figures = List.of(
                new Figure("databaseMicrosPerRow", round -> round.ledger() / 1e3 / rows),
                new Figure("wallMicrosPerRow", round -> round.wall() / 1e3 / rows));
        for (Contestant contestant : contestants) {
            results.figures(test, rows, contestant.name(), rounds.of(contestant.name()), figures);
        }
        results.ratio(
                test,
                rows,
                Ratio.of(
                        "processor time of the writer's own process in the database, with triggers to without",
                        rounds.values(WITH, Measured::ledger),
                        rounds.values(WITHOUT, Measured::ledger),
                        target));
    }

    /** Empties the log, which nobody reads here, and leaves the server nothing to catch up on. */
    private static void settle(Stage stage, Shop shop, String contestant) throws SQLException {
        if (contestant.equals(WITH)) {
            try (Connection connection = stage.setUp().source().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("truncate " + shop.schema() + ".stocktake_change");
            }
        }
        shop.settle(stage.setUp().source());
    }

    /** Updates of the stock of one variant at one place, each a transaction. */
    private record Singles(String name, Shop shop, Stage stage, Database writer, int statements) implements Contestant {

        @Override
        public void prepare() throws SQLException {
            settle(stage, shop, name);
        }

        @Override
        public void run() throws SQLException {
            Random random = new Random(Stage.SEED);
            try (Connection connection = writer.source().getConnection();
                    Statement setting = connection.createStatement();
                    PreparedStatement update = connection.prepareStatement(
                            "update " + shop.schema() + ".inventory_level set stocked = stocked + 1 where id = ?")) {
                setting.execute("set synchronous_commit = off");
                for (int i = 0; i < statements; i++) {
                    update.setString(1, String.format("level_%08d_1_1", 1 + random.nextInt(shop.products())));
                    if (update.executeUpdate() != 1) {
                        throw new IllegalStateException("An update met no row of " + shop.schema());
                    }
                }
            }
        }
    }

    /** One update of the stock of everything. */
    private record Bulk(String name, Shop shop, Stage stage, Database writer) implements Contestant {

        @Override
        public void prepare() throws SQLException {
            settle(stage, shop, name);
        }

        @Override
        public void run() throws SQLException {
            try (Connection connection = writer.source().getConnection();
                    Statement update = connection.createStatement()) {
                int rows =
                        update.executeUpdate("update " + shop.schema() + ".inventory_level set stocked = stocked + 1");
                if (rows != shop.products() * 6) {
                    throw new IllegalStateException("Updated " + rows + " rows of " + shop.schema());
                }
            }
        }
    }
}
