package dev.stocktake.bench;

import dev.stocktake.AuditReport;
import dev.stocktake.Freshness;
import dev.stocktake.RebuildReport;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSchedule;
import dev.stocktake.lucene.LuceneIndex;
import dev.stocktake.lucene.Search;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A rebuild while the shop is edited by raw SQL behind a change log, and searched all the time: does a search ever see less
 * than everything, how old does an edit get in the live index, and is any lost by the swap?
 *
 * <p>Into Lucene in this process: it applies at once, and a search asks no server.
 */
final class RebuildCase implements Case {

    private static final int PER_SECOND = 50;

    /** A machine that is too busy to keep up shall come to an end all the same. */
    private static final int LONGEST = 30;

    private static final long SEARCHED_EVERY = TimeUnit.MILLISECONDS.toNanos(5);
    private static final SyncSchedule OFTEN = SyncSchedule.builder()
            .every(Duration.ofMillis(20), SyncPolicy.smart())
            .build();

    @Override
    public String name() {
        return "rebuild";
    }

    @Override
    public void run(Stage stage, Plan plan, Results results) throws SQLException {
        int products = plan.largest();
        Shop shop = stage.shop(products);
        Path directory = Directories.temporary(stage.scratch(), "rebuild");
        TriggerCase.log(stage, shop).install();
        try (LuceneIndex index = LuceneSync.index(shop, directory);
                Subject subject = Subject.logged(shop, stage, index)) {
            subject.run(SyncPolicy.full().inPlace());
            subject.start(OFTEN);
            rebuild(stage, plan, shop, index, subject, results);
        } finally {
            TriggerCase.log(stage, shop).uninstall();
            Directories.delete(directory);
        }
    }

    private void rebuild(Stage stage, Plan plan, Shop shop, LuceneIndex index, Subject subject, Results results)
            throws SQLException {
        int products = shop.products();
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Long> edited =
                CompletableFuture.supplyAsync(() -> edit(stage, shop, LONGEST * plan.seconds(), over));
        CompletableFuture<Long> seen = CompletableFuture.supplyAsync(() -> search(index, over));
        SyncReport report;
        long from = System.nanoTime();
        try {
            report = subject.ask(SyncPolicy.full());
        } finally {
            over.set(true);
        }
        long wall = System.nanoTime() - from;
        RebuildReport.Ending ending = report.rebuilt()
                .orElseThrow(() -> new IllegalStateException("Nothing was rebuilt: " + report))
                .ending();
        if (ending != RebuildReport.Ending.SWAPPED_IN) {
            throw new IllegalStateException("The build was not put in place: " + report);
        }
        long edits = edited.join();
        long least = seen.join();
        subject.awaitAll(Duration.ofMinutes(5));
        Freshness fresh = subject.freshness();
        AuditReport compared = subject.compare();
        if (compared.products() != products) {
            throw new IllegalStateException("Not all " + products + " products were compared: " + compared);
        }
        results.add(Results.line(name(), products)
                .put("contestant", "stocktake")
                .put("documentsPerSecond", Results.rounded(products * 1e9 / wall))
                .put("edits", edits)
                .put("p50Millis", fresh.p50().toMillis())
                .put("p99Millis", fresh.p99().toMillis()));
        // Not as a share of all: rounded to three digits, that is 1 where four of ten thousand are missing.
        results.figure(
                name(), products, "documents that a search missed, at most", Spread.of(products - least), "<= 0");
        results.figure(
                name(),
                products,
                "oldest edit in the live index, ms",
                Spread.of(fresh.max().toMillis()),
                "<= 2000");
        results.figure(name(), products, "products that differ after the swap", Spread.of(compared.total()), "<= 0");
    }

    /** Each edit at its own time, in a transaction of its own; how many there were. */
    private static long edit(Stage stage, Shop shop, int seconds, AtomicBoolean over) {
        long edits = 0;
        try (Database shoppers = Database.open(stage.databaseUrl(), "shoppers");
                Connection connection = shoppers.source().getConnection()) {
            for (int second = 0; second < seconds && !over.get(); second++) {
                long from = System.nanoTime();
                shop.edit(
                        connection,
                        PER_SECOND,
                        second,
                        i -> SteadyEdits.waitUntil(from + i * TimeUnit.SECONDS.toNanos(1) / PER_SECOND));
                edits += PER_SECOND;
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The shop cannot be edited", e);
        }
        return edits;
    }

    /** The fewest documents that a search saw. */
    private static long search(LuceneIndex index, AtomicBoolean over) {
        AtomicLong least = new AtomicLong(Long.MAX_VALUE);
        while (!over.get()) {
            long found = index.search(Search.everything().limit(1)).total();
            least.accumulateAndGet(found, Math::min);
            SteadyEdits.waitUntil(System.nanoTime() + SEARCHED_EVERY);
        }
        return least.get();
    }
}
