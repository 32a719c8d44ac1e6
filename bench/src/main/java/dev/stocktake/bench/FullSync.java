package dev.stocktake.bench;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Every product of a shop into an empty index, from an empty ledger. */
final class FullSync implements Contestant {

    static final String NAME = "stocktake";

    private final Shop shop;
    private final Stage stage;
    private final int readers;
    private final StockQuery stock;
    private @Nullable Subject subject;

    FullSync(Shop shop, Stage stage, int readers, StockQuery stock) {
        this.shop = shop;
        this.stage = stage;
        this.readers = readers;
        this.stock = stock;
    }

    static String name(int readers, StockQuery stock) {
        return NAME + (readers == 1 ? "" : "-" + readers + "-readers") + stock.suffix();
    }

    @Override
    public String name() {
        return name(readers, stock);
    }

    @Override
    public void prepare() throws SQLException {
        close();
        stage.sink().reset(false);
        subject = Subject.fresh(shop, stage, readers, stock);
    }

    @Override
    public void run() {
        if (subject == null) {
            throw new IllegalStateException("Not prepared");
        }
        subject.fill(shop);
    }

    @Override
    public void close() {
        if (subject != null) {
            subject.close();
            subject = null;
        }
    }
}
