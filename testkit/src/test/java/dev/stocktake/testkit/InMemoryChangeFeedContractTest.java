package dev.stocktake.testkit;

import dev.stocktake.ChangeFeed;
import dev.stocktake.ProductKey;

class InMemoryChangeFeedContractTest extends ChangeFeedContract {

    final InMemoryChangeFeed feed = new InMemoryChangeFeed();

    @Override
    protected ChangeFeed feed() {
        return feed;
    }

    @Override
    protected void change(ProductKey... keys) {
        feed.changed(keys);
    }

    @Override
    protected OpenChange begin(ProductKey... keys) {
        return new OpenChange() {
            @Override
            public void commit() {
                feed.changed(keys);
            }

            @Override
            public void rollback() {}
        };
    }

    @Override
    protected void delete(ProductKey... keys) {
        feed.changed(keys);
    }

    @Override
    protected void loseHistory() {
        feed.gap();
    }
}
