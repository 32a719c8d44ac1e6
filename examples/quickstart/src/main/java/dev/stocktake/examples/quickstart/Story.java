package dev.stocktake.examples.quickstart;

import dev.stocktake.Fingerprint;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductOutcome;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncCounts;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.examples.quickstart.ShopIndex.Offer;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Tells what happens to one product, and checks every sentence of it. */
final class Story {

    private final Shop shop;
    private final ShopIndex index;
    private final Stocktake stocktake;
    private final Screen screen;
    private final Shop.LastOne product;

    Story(Shop shop, ShopIndex index, Stocktake stocktake, Screen screen) throws SQLException {
        this.shop = shop;
        this.index = index;
        this.stocktake = stocktake;
        this.screen = screen;
        this.product = shop.lastOne();
    }

    void tell(Assortment assortment) throws SQLException {
        fullSync(assortment);
        soldOut();
        smartSync();
        newPrice();
        nothingChanged();
    }

    private void fullSync(Assortment assortment) {
        screen.title("1. A full sync fills the index.");
        SyncReport report = run(SyncPolicy.full());
        long published = assortment.products().stream()
                .filter(Assortment.Product::published)
                .count();
        screen.say(
                "%,d products written in %s; the %,d that are not published stay out.",
                report.counts().written(),
                seconds(report),
                assortment.products().size() - published);
        check(report.counts().written() == published, "the full sync should have written %d products", published);
        Offer offer = search();
        check(offer.available() == product.quantity(), "the index should know of %d in stock", product.quantity());
    }

    private void soldOut() throws SQLException {
        screen.title(
                "2. Somebody edits the stock by SQL. No event is sent, and the product's own timestamp does not move.");
        String sql =
                "update stock set quantity = 0, updated_at = current_timestamp where quantity > 0 and variant_id = "
                        + product.variant();
        screen.say("sql> %s", sql);
        int rows = shop.execute(sql);
        check(rows == 1, "exactly one row of stock should have been edited, not %d", rows);
        Offer stale = search();
        screen.say("The search page lies: the last ones in '%s' are gone.", product.location());
        check(stale.inStock(), "the search should still show the stale stock");
    }

    private void smartSync() {
        screen.title("3. A smart sync looks for what changed.");
        SyncReport report = run(SyncPolicy.smart());
        tell(report);
        Offer offer = search();
        check(report.counts().found() == 1, "the smart sync should have found exactly this product");
        check(report.counts().written() == 1, "the smart sync should have written exactly this product");
        check(!offer.inStock(), "the search should say that the product is sold out");
        screen.say("The search page tells the truth.");
    }

    private void newPrice() throws SQLException {
        screen.title(
                "4. Somebody edits a price, and this time no timestamp moves at all. One product is asked for by its id.");
        BigDecimal price = new BigDecimal("9.90");
        String sql =
                "update price set amount = " + price + " where currency = 'EUR' and variant_id = " + product.variant();
        screen.say("sql> %s", sql);
        shop.execute(sql);
        Offer before = search();
        SyncReport report = stocktake.sync(product.id());
        ProductOutcome outcome = Objects.requireNonNull(report.products().get(ProductKey.of(product.id())));
        Offer after = search();
        screen.say("product sync: %s %s in %s", product.id(), outcome.result(), seconds(report));
        screen.say("   before: %7.2f EUR, fingerprint %s", before.from(), brief(outcome.before()));
        screen.say("   after:  %7.2f EUR, fingerprint %s", after.from(), brief(outcome.after()));
        check(outcome.result() == ProductOutcome.Result.WRITTEN, "the product should have been written");
        check(
                outcome.before() != null && !outcome.before().equals(outcome.after()),
                "its fingerprint should have changed");
        check(before.from().compareTo(price) != 0, "the search should have shown the old price before");
        check(after.from().compareTo(price) == 0, "the search should show the new price");
    }

    private void nothingChanged() {
        screen.title("5. Nothing changed since. Both syncs look, and write nothing.");
        SyncReport smart = run(SyncPolicy.smart());
        tell(smart);
        check(smart.counts().found() == 0, "the smart sync should have found nothing");
        check(smart.counts().written() == 0, "the smart sync should have written nothing");
        SyncReport full = run(SyncPolicy.full().inPlace());
        tell(full);
        check(
                full.counts().written() == 0 && full.counts().deleted() == 0,
                "the full sync should have written nothing");
        check(stocktake.status().clean(), "everything should be known to be true");
    }

    Stocktake stocktake() {
        return stocktake;
    }

    Shop.LastOne product() {
        return product;
    }

    private SyncReport run(SyncPolicy policy) {
        return run(stocktake, policy);
    }

    SyncReport run(Stocktake with, SyncPolicy policy) {
        SyncReport report = with.run(policy);
        check(report.complete(), "the run '%s' should be complete: %s", policy.name(), report.problems());
        return report;
    }

    /** What a customer sees. */
    Offer search() {
        Offer best = index.search(product.name()).stream()
                .findFirst()
                .orElseThrow(() -> new StoryException("the search for '" + product.name() + "' should find something"));
        screen.say("search \"%s\":  %s", product.name(), best);
        check(best.id().equals(product.id()), "the search should find product %s first", product.id());
        return best;
    }

    void tell(SyncReport report) {
        SyncCounts counts = report.counts();
        screen.say(
                "%s sync: found=%d unchanged=%d written=%d deleted=%d in %s",
                report.policy(),
                counts.found(),
                counts.unchanged(),
                counts.written(),
                counts.deleted(),
                seconds(report));
    }

    static String seconds(SyncReport report) {
        return String.format(Locale.ROOT, "%.2f s", report.times().total().toMillis() / 1000.0);
    }

    private static String brief(@Nullable Fingerprint fingerprint) {
        return fingerprint == null ? "none" : fingerprint.value().substring(0, 8);
    }

    static void check(boolean holds, String sentence, Object... values) {
        if (!holds) {
            throw new StoryException(String.format(Locale.ROOT, sentence, values));
        }
    }
}
