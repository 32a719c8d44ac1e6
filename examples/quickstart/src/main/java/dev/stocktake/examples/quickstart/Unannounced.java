package dev.stocktake.examples.quickstart;

import dev.stocktake.AuditReport;
import dev.stocktake.Explanation;
import dev.stocktake.SelfCheck;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSchedule;
import java.sql.SQLException;
import java.util.Locale;

/** The second half: edits that leave no trace but themselves, in the database and in the index. */
final class Unannounced {

    private final Shop shop;
    private final ShopIndex index;
    private final Story story;
    private final Screen screen;
    private final Stocktake stocktake;
    private final Shop.LastOne product;

    Unannounced(Shop shop, ShopIndex index, Story story, Screen screen) {
        this.shop = shop;
        this.index = index;
        this.story = story;
        this.screen = screen;
        this.stocktake = story.stocktake();
        this.product = story.product();
    }

    void tell() throws SQLException {
        selfCheck();
        foundByComparing();
        foundByTheChangeLog();
        editedInTheIndex();
    }

    private void selfCheck() {
        screen.title("6. What does this set-up not see? It knows, and says so before it happens.");
        SelfCheck check = stocktake.check(SyncSchedule.recommended());
        screen.lines(check.toString());
        Story.check(
                check.tables().stream().noneMatch(SelfCheck.Table::complete),
                "timestamps alone should not be called complete");
        Story.check(check.lossFree(), "with an audit nothing should be lost");
    }

    private void foundByComparing() throws SQLException {
        screen.title(
                "7. Somebody sells at a loss: a price by SQL, and no timestamp moves. A smart sync cannot see it.");
        price("7.77");
        SyncReport smart = story.run(stocktake, SyncPolicy.smart());
        story.tell(smart);
        Story.check(smart.counts().found() == 0, "the smart sync should have found nothing");
        screen.say("Why is this product wrong?");
        explain(stocktake, Explanation.Verdict.WRONG);
        screen.say("An audit compares everything with everything; a schedule spreads it over the hour.");
        SyncReport audit = story.run(stocktake, SyncPolicy.audit());
        Story.check(tell(audit).total() == 1, "the audit should have found exactly this product");
        Story.check(audit.counts().written() == 1, "and written exactly this product");
        explain(stocktake, Explanation.Verdict.TRUE);
        story.search();
    }

    private void foundByTheChangeLog() throws SQLException {
        screen.title("8. The same edit, but now the tables have triggers that write down which rows change.");
        try (Stocktake logged = ShopSync.withChangeLog(shop.database(), index.port())) {
            SelfCheck check = logged.check(SyncSchedule.recommended());
            screen.lines(check.toString());
            Story.check(
                    check.tables().stream().allMatch(SelfCheck.Table::complete),
                    "with the change log every table should be called complete");
            SyncReport first = story.run(logged, SyncPolicy.smart());
            screen.say("The first run looks at everything once, since nobody knows what happened before the triggers.");
            story.tell(first);
            price("8.88");
            SyncReport smart = story.run(logged, SyncPolicy.smart());
            story.tell(smart);
            Story.check(smart.counts().found() == 1, "the smart sync should have found exactly this product");
            Story.check(smart.counts().written() == 1, "and written exactly this product");
            story.search();
        }
    }

    private void editedInTheIndex() {
        screen.title("9. Somebody edits the document in the index itself. No database will ever tell.");
        ShopIndex.Offer shown = story.search();
        index.alter(shown, 99);
        ShopIndex.Offer altered = story.search();
        Story.check(altered.available() == 99, "the search should show what somebody wrote");
        SyncReport audit = story.run(stocktake, SyncPolicy.audit());
        tell(audit);
        ShopIndex.Offer repaired = story.search();
        Story.check(repaired.equals(shown), "the search should show what the database says");
    }

    private AuditReport tell(SyncReport audit) {
        AuditReport compared = audit.compared().orElseThrow(() -> new StoryException("the audit should have compared"));
        screen.say(
                "audit: compared=%d drift=%s written=%d in %s",
                compared.products(), compared.drift(), audit.counts().written(), Story.seconds(audit));
        return compared;
    }

    private void price(String amount) throws SQLException {
        String sql =
                "update price set amount = " + amount + " where currency = 'EUR' and variant_id = " + product.variant();
        screen.say("sql> %s", sql);
        shop.execute(sql);
    }

    private void explain(Stocktake asked, Explanation.Verdict expected) {
        Explanation explanation = asked.explain(product.id());
        if (expected == Explanation.Verdict.TRUE) {
            screen.say("%s", explanation.toString().lines().findFirst().orElseThrow());
        } else {
            screen.lines(explanation.toString());
        }
        Story.check(
                explanation.verdict() == expected,
                "the explanation should say %s, not %s",
                expected.name().toLowerCase(Locale.ROOT),
                explanation.verdict());
    }
}
