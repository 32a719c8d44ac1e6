package dev.stocktake.bench;

import dev.stocktake.bench.Results.Figure;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** How fast is a full sync, against the database's own {@code COPY} piped into the same sink? */
final class FullSyncCase implements Case {

    private static final String OURS = FullSync.NAME;

    private static final int COLD = 3;

    /** So many documents outweigh the start and the compiler. */
    private static final int LARGE = 1_000_000;

    @Override
    public String name() {
        return "full-sync";
    }

    @Override
    public void run(Stage stage, Plan plan, Results results) throws SQLException {
        for (int products : plan.catalogues()) {
            Shop shop = stage.shop(products);
            CopyFloor json = CopyFloor.json(shop, stage.source(), stage.sink());
            CopyFloor flat = CopyFloor.flat(shop, stage.source(), stage.sink());
            CopyFloor merged = CopyFloor.merged(shop, stage.source(), stage.sink());
            try (FullSync ours = new FullSync(shop, stage, 1, StockQuery.JOINED);
                    FullSync two = new FullSync(shop, stage, 2, StockQuery.JOINED);
                    FullSync byArray = new FullSync(shop, stage, 1, StockQuery.BY_ARRAY);
                    FullSync twoByArray = new FullSync(shop, stage, 2, StockQuery.BY_ARRAY)) {
                List<Contestant> contestants = List.of(json, ours, flat, two, merged, byArray, twoByArray);
                Rounds rounds = Rounds.of(stage.meter(), plan.warmUps(), plan.rounds(), contestants);
                for (Contestant contestant : contestants) {
                    results.figures(
                            name(), products, contestant.name(), rounds.of(contestant.name()), figures(products));
                }
                ratios(rounds, products, results);
            }
            double[] cold = new double[plan.rounds() < COLD ? 1 : COLD];
            Arrays.setAll(cold, round -> ColdSync.microsPerDocument(stage, shop));
            results.figure(
                    name(),
                    products,
                    "library's processor time for each document, µs, the JVM's start included",
                    Spread.of(cold),
                    products < LARGE ? "" : "<= 20");
        }
    }

    private void ratios(Rounds rounds, int products, Results results) {
        speed(
                rounds,
                products,
                results,
                FullSync.name(2, StockQuery.JOINED),
                "copy-json",
                ">= 2.5",
                "speed with two readers, to COPY of JSON");
        speed(
                rounds,
                products,
                results,
                FullSync.name(2, StockQuery.BY_ARRAY),
                "copy-json",
                "",
                "speed with two readers and the stock by array, to COPY of JSON");
        speed(
                rounds,
                products,
                results,
                FullSync.name(1, StockQuery.BY_ARRAY),
                "copy-flat",
                "",
                "speed with the stock by array, to COPY of flat rows");
        speed(rounds, products, results, OURS, "copy-json", "", "speed, to COPY of JSON");
        speed(rounds, products, results, OURS, "copy-flat", ">= 0.9", "speed, to COPY of flat rows");
        speed(rounds, products, results, OURS, "copy-merged", "", "speed, to COPY of flat rows merged in order");
        List<Double> database = rounds.values(OURS, Measured::database);
        results.ratio(
                name(),
                products,
                Ratio.of(
                        "library's processor time, to the database's",
                        rounds.values(OURS, Measured::library),
                        database,
                        "<= 0.7"));
        results.ratio(
                name(),
                products,
                Ratio.of(
                        "ledger's share of the database's processor time",
                        rounds.values(OURS, Measured::ledger),
                        database,
                        "<= 0.05"));
    }

    private void speed(
            Rounds rounds,
            int products,
            Results results,
            String contestant,
            String floor,
            String target,
            String words) {
        ToDoubleFunction<Measured> speed = round -> products / (double) round.wall();
        results.ratio(
                name(),
                products,
                Ratio.of(words, rounds.values(contestant, speed), rounds.values(floor, speed), target));
    }

    static List<Figure> figures(int products) {
        return List.of(
                new Figure("documentsPerSecond", round -> products * 1e9 / round.wall()),
                new Figure("libraryMicrosPerDocument", round -> round.library() / 1e3 / products),
                new Figure("databaseMicrosPerDocument", round -> round.database() / 1e3 / products),
                new Figure("ledgerMicrosPerDocument", round -> round.ledger() / 1e3 / products),
                new Figure("sinkMicrosPerDocument", round -> round.sink() / 1e3 / products),
                new Figure("bytesPerDocument", round -> (double) round.counted().bytes() / products),
                new Figure("requests", round -> round.counted().requests()),
                new Figure("statements", Measured::statements),
                new Figure("commits", Measured::commits));
    }
}
