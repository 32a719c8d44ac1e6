package dev.stocktake.testkit;

import dev.stocktake.Document;
import dev.stocktake.ProductKey;
import dev.stocktake.SearchIndex;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

final class InMemoryIndexHarness implements IndexHarness {

    private final InMemoryIndex index = new InMemoryIndex("products");
    private final SearchIndex asSeen;

    InMemoryIndexHarness(Function<InMemoryIndex, SearchIndex> view) {
        this.asSeen = view.apply(index);
        index.refuse(
                "price", upsert -> upsert.document().get("price") instanceof String, "field 'price' is not a number");
    }

    @Override
    public SearchIndex index() {
        return asSeen;
    }

    @Override
    public Optional<Document> stored(ProductKey key) {
        return index.document(key);
    }

    @Override
    public long size() {
        return index.documents().size();
    }

    @Override
    public Document bad() {
        return Document.of(Map.of("price", "a lot"));
    }

    @Override
    public SearchIndex unreachable() {
        InMemoryIndex unreachable = new InMemoryIndex("nowhere");
        unreachable.down();
        return unreachable;
    }

    @Override
    public void recreate() {
        index.recreate();
    }

    @Override
    public void writeElsewhere(ProductKey key, Document document) {
        index.plant(key, document);
    }

    @Override
    public void eraseElsewhere(ProductKey key) {
        index.erase(key);
    }

    @Override
    public void holdBack() {
        index.applyLater();
    }

    @Override
    public void letGo() {
        index.applyAtOnce();
    }

    @Override
    public void forgetLog() {
        index.forgetTasks();
    }
}
