package dev.stocktake.bench;

import dev.stocktake.AuditableIndex;
import dev.stocktake.ProductSource;
import dev.stocktake.SyncPolicy;
import dev.stocktake.bench.Results.Figure;
import dev.stocktake.lucene.LuceneIndex;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/**
 * What does an audit cost that finds nothing, against reading both sides once?
 *
 * <p>The null sink holds no documents to give back, so the index is one in this process, on disk: its reads are in our
 * processor time, on both sides of the ratio, and no wire hides what the audit itself takes.
 */
final class AuditCase implements Case {

    private static final String TARGET = "<= 1.3";

    @Override
    public String name() {
        return "audit";
    }

    @Override
    public void run(Stage stage, Plan plan, Results results) throws SQLException {
        Shop shop = stage.shop(plan.audited());
        Path directory = Directories.temporary(stage.scratch(), "lucene");
        try (LuceneIndex lucene = LuceneSync.index(shop, directory)) {
            ProductSource products = Subject.products(shop, stage.source().source());
            CountedPort<ProductSource> source = new CountedPort<>(ProductSource.class, products);
            CountedPort<AuditableIndex> index = new CountedPort<>(AuditableIndex.class, lucene);
            try (Subject subject = Subject.between(source.port(), index.port(), shop, stage)) {
                subject.run(SyncPolicy.full().inPlace());
                compare(
                        stage,
                        plan,
                        results,
                        List.of(
                                ReadOnce.sourceAlone(products, shop.products()),
                                ReadOnce.bothSides(products, lucene, shop.products()),
                                new Audit(subject, source, index, shop.products())));
                results.add(Results.line(name(), shop.products())
                        .put("contestant", "one audit")
                        .put("productsRead", source.keys("read"))
                        .put("productsLookedUp", source.keys("present"))
                        .put("fingerprintsAsked", index.keys("fingerprints"))
                        .put("documentsAsked", index.keys("documents"))
                        .put("identityAsked", index.calls("identify"))
                        .put("writes", index.calls("write")));
            }
        } finally {
            Directories.delete(directory);
        }
    }

    private void compare(Stage stage, Plan plan, Results results, List<Contestant> contestants) throws SQLException {
        int products = plan.audited();
        Rounds rounds = Rounds.of(stage.meter(), plan.warmUps(), plan.rounds(), contestants);
        List<Figure> figures = List.of(
                new Figure("productsPerSecond", round -> products * 1e9 / round.wall()),
                new Figure("libraryMicrosPerProduct", round -> round.library() / 1e3 / products),
                new Figure("databaseMicrosPerProduct", round -> round.database() / 1e3 / products),
                new Figure("ledgerMicrosPerProduct", round -> round.ledger() / 1e3 / products),
                new Figure("statements", Measured::statements),
                new Figure("commits", Measured::commits));
        for (Contestant contestant : contestants) {
            results.figures(name(), products, contestant.name(), rounds.of(contestant.name()), figures);
        }
        String floor = contestants.get(1).name();
        results.ratio(
                name(),
                products,
                Ratio.of(
                        "time, to " + floor,
                        rounds.values(Audit.NAME, Measured::wall),
                        rounds.values(floor, Measured::wall),
                        TARGET));
        results.ratio(
                name(),
                products,
                Ratio.of(
                        "processor time of library and database, to " + floor,
                        rounds.values(Audit.NAME, Measured::processor),
                        rounds.values(floor, Measured::processor),
                        TARGET));
        results.ratio(
                name(),
                products,
                Ratio.of(
                        "database's processor time, to " + floor,
                        rounds.values(Audit.NAME, Measured::database),
                        rounds.values(floor, Measured::database),
                        ""));
    }
}
