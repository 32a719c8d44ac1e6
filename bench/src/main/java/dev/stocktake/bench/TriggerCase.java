package dev.stocktake.bench;

import dev.stocktake.bench.Results.Figure;
import dev.stocktake.jdbc.ChangeLog;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.PGStatement;

/**
 * What do the triggers of a change log cost those who write to the shop? Two shops alike, one of them with triggers; on
 * PostgreSQL, and on MariaDB where it is installed.
 */
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
        boolean large = plan.largest() >= LARGE_ENOUGH;
        Sizes sizes = large
                ? new Sizes(LARGE_ENOUGH, STATEMENTS, STATEMENTS / 5)
                : new Sizes(plan.small(), STATEMENTS / 20, STATEMENTS / 20);
        postgres(stage, sizes, plan, results);
        if (MariaDb.missing().isPresent()) {
            results.add(Results.line(name() + " on MariaDB", sizes.products())
                    .put("skipped", MariaDb.missing().get()));
            return;
        }
        mariaDb(stage, sizes, plan, results);
    }

    /**
     * How much is written.
     *
     * @param hasty one-row updates that wait for no disk
     * @param durable one-row updates that do
     */
    private record Sizes(int products, int hasty, int durable) {}

    private void postgres(Stage stage, Sizes sizes, Plan plan, Results results) throws SQLException {
        DataSource setUp = stage.setUp().source();
        Shop plain = Shop.open(setUp, "shop_plain", sizes.products(), Stage.SEED);
        Shop logged = Shop.open(setUp, "shop_logged", sizes.products(), Stage.SEED);
        log(stage, logged).install();
        try (Database writer = Database.open(stage.databaseUrl(), "writer")) {
            Meter meter = new Meter(stage.server(), stage.sink(), List.of(), List.of(writer));
            Comparison comparison = new Comparison(meter, plan, results);
            Place without = new Place(WITHOUT, plain, writer.source(), false, () -> plain.settle(setUp));
            Place with = new Place(WITH, logged, writer.source(), false, () -> {
                run(setUp, "truncate " + logged.schema() + ".stocktake_change");
                logged.settle(setUp);
            });
            comparison.singles("of one-row updates, each durable", "<= 1.35", sizes.durable(), without, with);
            comparison.singles(
                    "of one-row updates prepared beforehand, each durable",
                    "",
                    sizes.durable(),
                    without.preparing(),
                    with.preparing());
            run(writer.source(), "alter user postgres set synchronous_commit = off");
            try (Database hasty = Database.open(stage.databaseUrl(), "hasty")) {
                Place plainly = without.through(hasty.source());
                Place loggedly = with.through(hasty.source());
                Comparison hastily = new Comparison(
                        new Meter(stage.server(), stage.sink(), List.of(), List.of(hasty)), plan, results);
                hastily.singles("of one-row updates that wait for no disk", "", sizes.hasty(), plainly, loggedly);
                hastily.singles(
                        "of one-row updates prepared beforehand that wait for no disk",
                        "",
                        sizes.hasty(),
                        plainly.preparing(),
                        loggedly.preparing());
            } finally {
                run(writer.source(), "alter user postgres reset synchronous_commit");
            }
            comparison.bulk("of one update of many rows", "<= 1.8", without, with);
        }
        log(stage, logged).uninstall();
    }

    /** Its triggers fire for each row. */
    private void mariaDb(Stage stage, Sizes sizes, Plan plan, Results results) throws SQLException {
        try (MariaDb server = MariaDb.start(stage.scratch())) {
            DataSource writer = server.database().source();
            Shop plain = MariaDbShop.open(writer, "shop_plain", sizes.products());
            Shop logged = MariaDbShop.open(writer, "shop_logged", sizes.products());
            ChangeLog.builder(writer, Subject.tables(logged))
                    .schema(logged.schema())
                    .build()
                    .install();
            results.add(Results.line(name() + " on MariaDB", sizes.products()).put("version", server.version()));
            Comparison comparison = new Comparison(
                    new Meter(stage.server(), stage.sink(), List.of(), List.of(server.database())), plan, results);
            Place without = new Place(WITHOUT, plain, writer, true, () -> {});
            Place with = new Place(
                    WITH, logged, writer, true, () -> run(writer, "truncate " + logged.schema() + ".stocktake_change"));
            comparison.singles("on MariaDB of one-row updates, each durable", "", sizes.durable(), without, with);
            run(writer, "set global innodb_flush_log_at_trx_commit = 0");
            comparison.singles("on MariaDB of one-row updates that wait for no disk", "", sizes.hasty(), without, with);
            comparison.bulk("on MariaDB of one update of many rows", "", without, with);
        }
    }

    static ChangeLog log(Stage stage, Shop shop) {
        return ChangeLog.builder(stage.setUp().source(), Subject.tables(shop))
                .schema(shop.schema())
                .build();
    }

    private static void run(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Leaves the server nothing to catch up on, and the log empty, which nobody reads here. */
    @FunctionalInterface
    private interface Settling {
        void settle() throws SQLException;
    }

    /**
     * Somewhere to write.
     *
     * @param prepared whether the server plans a statement once for the whole session, as no shop does that edits a row here
     *     and there; otherwise each time, as for the first statements of each of its sessions, or behind a pooler
     */
    private record Place(String name, Shop shop, DataSource writer, boolean prepared, Settling settling) {

        Place through(DataSource other) {
            return new Place(name, shop, other, prepared, settling);
        }

        Place preparing() {
            return new Place(name, shop, writer, true, settling);
        }
    }

    /** With triggers to without, in the same rounds. */
    private record Comparison(Meter meter, Plan plan, Results results) {

        void singles(String what, String target, int statements, Place... places) throws SQLException {
            compare(
                    what,
                    target,
                    statements,
                    Stream.of(places)
                            .map(place -> new Singles(place, statements))
                            .toList());
        }

        void bulk(String what, String target, Place... places) throws SQLException {
            compare(
                    what,
                    target,
                    places[0].shop().products() * 6,
                    Stream.of(places).map(Bulk::new).toList());
        }

        private void compare(String what, String target, int rows, List<? extends Contestant> contestants)
                throws SQLException {
            String test = "triggers " + what;
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
                            "processor time of the writer's own connection in the database, with triggers to without",
                            rounds.values(WITH, Measured::ledger),
                            rounds.values(WITHOUT, Measured::ledger),
                            target));
        }
    }

    /** Updates of the stock of one variant at one place, each a transaction. */
    private record Singles(Place place, int statements) implements Contestant {

        @Override
        public String name() {
            return place.name();
        }

        @Override
        public void prepare() throws SQLException {
            place.settling().settle();
        }

        @Override
        public void run() throws SQLException {
            Shop shop = place.shop();
            Random random = new Random(Stage.SEED);
            try (Connection connection = place.writer().getConnection();
                    PreparedStatement update = connection.prepareStatement(
                            "update " + shop.schema() + ".inventory_level set stocked = stocked + 1 where id = ?")) {
                if (!place.prepared()) {
                    update.unwrap(PGStatement.class).setPrepareThreshold(0);
                }
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
    private record Bulk(Place place) implements Contestant {

        @Override
        public String name() {
            return place.name();
        }

        @Override
        public void prepare() throws SQLException {
            place.settling().settle();
        }

        @Override
        public void run() throws SQLException {
            Shop shop = place.shop();
            try (Connection connection = place.writer().getConnection();
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
