package dev.stocktake.bench;

import dev.stocktake.bench.Results.Figure;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** How fast is Lucene filled, against a plain loop and against Hibernate Search's mass indexer on the same tables? */
final class LuceneCase implements Case {

    @Override
    public String name() {
        return "lucene";
    }

    @Override
    public void run(Stage stage, Plan plan, Results results) throws SQLException {
        int products = plan.audited();
        Shop shop = stage.shop(products);
        List<Path> directories = new ArrayList<>();
        for (String owner : List.of("ours", "plain", "mass", "mass-as-it-comes")) {
            directories.add(Directories.temporary(stage.scratch(), "lucene-" + owner));
        }
        try (LuceneSync ours = new LuceneSync(shop, stage, directories.get(0));
                PlainLucene plain = new PlainLucene(shop, stage.source(), directories.get(1));
                MassIndexing tuned = new MassIndexing(
                        MassIndexing.TUNED, shop, stage.source().source(), directories.get(2));
                MassIndexing asItComes = new MassIndexing(
                        MassIndexing.AS_IT_COMES, shop, stage.source().source(), directories.get(3))) {
            List<Contestant> contestants = List.of(plain, ours, tuned, asItComes);
            Rounds rounds = Rounds.of(stage.meter(), plan.warmUps(), plan.rounds(), contestants);
            List<Figure> figures = List.of(
                    new Figure("documentsPerSecond", round -> products * 1e9 / round.wall()),
                    new Figure("libraryMicrosPerDocument", round -> round.library() / 1e3 / products),
                    new Figure("databaseMicrosPerDocument", round -> round.database() / 1e3 / products),
                    new Figure("statements", Measured::statements));
            for (Contestant contestant : contestants) {
                results.figures(name(), products, contestant.name(), rounds.of(contestant.name()), figures);
            }
            ToDoubleFunction<Measured> speed = round -> products / (double) round.wall();
            ratio(results, rounds, products, speed, MassIndexing.TUNED, ">= 3");
            ratio(results, rounds, products, speed, MassIndexing.AS_IT_COMES, ">= 3");
            ratio(results, rounds, products, speed, PlainLucene.NAME, ">= 0.8");
        } finally {
            directories.forEach(Directories::delete);
        }
    }

    private void ratio(
            Results results,
            Rounds rounds,
            int products,
            ToDoubleFunction<Measured> speed,
            String other,
            String target) {
        results.ratio(
                name(),
                products,
                Ratio.of(
                        "speed, to the " + other,
                        rounds.values(LuceneSync.NAME, speed),
                        rounds.values(other, speed),
                        target));
    }
}
