package dev.stocktake.lucene;

import dev.stocktake.Document;
import dev.stocktake.ProductKey;
import dev.stocktake.SearchIndex;
import dev.stocktake.testkit.Capability;
import dev.stocktake.testkit.IndexHarness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An index in memory for the contracts, with the settings of one that nobody set. */
final class LuceneHarness implements IndexHarness, AutoCloseable {

    private final FaultyDirectory directory = new FaultyDirectory();
    private final FaultyDirectory broken = new FaultyDirectory();
    private final LuceneIndex index = LuceneIndex.builder("contract", directory).build();
    private final LuceneIndex unreachable =
            LuceneIndex.builder("unreachable", broken).build();

    @Override
    public SearchIndex index() {
        return index;
    }

    @Override
    public Optional<Document> stored(ProductKey key) {
        return index.get(key);
    }

    @Override
    public long size() {
        return index.search(Search.everything().limit(0)).total();
    }

    @Override
    public Map<Capability, String> missing() {
        return Map.of(
                Capability.HELD_BACK_WRITES, "a write is applied when it returns",
                Capability.FOREIGN_WRITES, "the directory's lock keeps others out",
                Capability.FORGOTTEN_LOG, "there is no log");
    }

    @Override
    public Document bad() {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i <= DocumentMapper.MAX_FIELDS; i++) {
            fields.put("field" + i, i);
        }
        return Document.of(fields);
    }

    @Override
    public SearchIndex unreachable() {
        broken.failAlways();
        return unreachable;
    }

    @Override
    public void recreate() {
        try {
            directory.wipe();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        index.prepare();
    }

    @Override
    public List<ProductKey> lookalikes() {
        return ProductKey.all("\uD83E", "\uDD86", "\uFFFD", "?");
    }

    @Override
    public void close() {
        index.close();
        broken.heal();
        unreachable.close();
    }
}
