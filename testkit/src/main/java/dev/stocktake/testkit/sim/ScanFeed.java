package dev.stocktake.testkit.sim;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Intake;
import dev.stocktake.ProductKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows whose stamp is not older than the last scan, with an overlap: the feed of a database without triggers. */
final class ScanFeed implements ChangeFeed {

    private final Shop shop;
    private final Node node;
    private final Conductor time;
    private final long overlap;
    private final boolean capped;

    ScanFeed(Shop shop, Node node, Conductor time, long overlap, boolean capped) {
        this.shop = shop;
        this.node = node;
        this.time = time;
        this.overlap = overlap;
        this.capped = capped;
    }

    @Override
    public String name() {
        return "scan";
    }

    @Override
    public Completeness completeness() {
        return Completeness.WITHIN_OVERLAP;
    }

    @Override
    public Intake take(@Nullable String cursor, int limit) {
        node.askDatabase();
        long from = cursor == null ? time.now() - overlap : Long.parseLong(cursor);
        List<ProductKey> products = new ArrayList<>();
        long newest = from;
        for (int product = 0; product < shop.products(); product++) {
            Shop.Row row = shop.row(product);
            if (row != null && row.stamp() >= from) {
                products.add(Shop.key(product));
                newest = Math.max(newest, row.stamp());
            }
        }
        long settled = capped ? Math.min(newest, time.now() - overlap) : newest;
        long next = Math.max(from, settled);
        node.hearDatabase();
        return Intake.upTo(Long.toString(next), products, false);
    }
}
