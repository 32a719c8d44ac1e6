package dev.stocktake.testkit;

import dev.stocktake.Document;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import java.util.Map;

class InMemoryProductSourceContractTest extends ProductSourceContract {

    private final InMemoryProductSource source = new InMemoryProductSource();

    @Override
    protected ProductSource source() {
        return source;
    }

    @Override
    protected void save(ProductKey key, String title) {
        source.put(key, Document.of(Map.of(TITLE, title)));
    }

    @Override
    protected void delete(ProductKey key) {
        source.remove(key);
    }

    @Override
    protected void unpublish(ProductKey key) {
        source.unpublish(key);
    }

    @Override
    protected void damage(ProductKey key) {
        source.unreadable(key, "price 'abc' is not a number");
    }

    @Override
    protected Map<Capability, String> missing() {
        return Map.of(Capability.CALLERS_TRANSACTION, "there are no transactions in memory");
    }
}
