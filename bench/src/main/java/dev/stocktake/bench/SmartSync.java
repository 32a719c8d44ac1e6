package dev.stocktake.bench;

import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import java.sql.SQLException;

/** A smart sync after something was changed, or nothing. */
final class SmartSync implements Contestant {

    private final Subject subject;
    private final Shop shop;
    private final int products;
    private final Edits edits;
    private int round;

    private SmartSync(Subject subject, Shop shop, int products, Edits edits) {
        this.subject = subject;
        this.shop = shop;
        this.products = products;
        this.edits = edits;
    }

    /** What the shop's people do before a sync. */
    @FunctionalInterface
    interface Edits {

        /** @param round how many were made before */
        void make(int round) throws SQLException;
    }

    /** @param products how many the edits change; exactly so many must be written */
    static SmartSync after(Edits edits, int products, Subject subject, Shop shop) {
        return new SmartSync(subject, shop, products, edits);
    }

    /** After nothing was changed. */
    static SmartSync idle(Subject subject, Shop shop) {
        return new SmartSync(subject, shop, 0, round -> {});
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
        return Math.max(1, Math.min(20, 200 / Math.max(1, products)));
    }

    @Override
    public void prepare() throws SQLException {
        edits.make(round++);
    }

    @Override
    public void run() {
        SyncReport report = subject.run(SyncPolicy.smart());
        if (report.counts().written() != products) {
            throw new IllegalStateException("Not the " + products + " changed products were written: " + report);
        }
    }
}
