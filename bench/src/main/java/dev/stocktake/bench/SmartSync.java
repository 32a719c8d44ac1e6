package dev.stocktake.bench;

import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import java.sql.SQLException;

/** A smart sync after some products changed, or none. */
final class SmartSync implements Contestant {

    private final Subject subject;
    private final Shop shop;
    private final Database setUp;
    private final int changes;
    private int round;

    SmartSync(Subject subject, Shop shop, Database setUp, int changes) {
        this.subject = subject;
        this.shop = shop;
        this.setUp = setUp;
        this.changes = changes;
    }

    @Override
    public String name() {
        return "stocktake at " + shop.products();
    }

    int products() {
        return shop.products();
    }

    /** Short runs are repeated: a single one is shorter than what the kernel counts in. */
    @Override
    public int repeats() {
        return Math.max(1, Math.min(20, 200 / Math.max(1, changes)));
    }

    @Override
    public void prepare() throws SQLException {
        if (changes > 0) {
            shop.changeStock(setUp.source(), changes, round++);
        }
    }

    @Override
    public void run() {
        SyncReport report = subject.run(SyncPolicy.smart());
        if (report.counts().written() != changes) {
            throw new IllegalStateException("Not the " + changes + " changed products were written: " + report);
        }
    }
}
