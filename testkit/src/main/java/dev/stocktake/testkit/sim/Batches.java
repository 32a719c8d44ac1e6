package dev.stocktake.testkit.sim;

import dev.stocktake.ProductKey;
import dev.stocktake.WriteBatch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Looks into write batches. */
final class Batches {

    private Batches() {}

    static Collection<ProductKey> keys(WriteBatch batch) {
        List<ProductKey> keys = new ArrayList<>(batch.deletions());
        batch.upserts().forEach(upsert -> keys.add(upsert.key()));
        return keys;
    }

    static boolean holdsPoison(WriteBatch batch) {
        return batch.upserts().stream().anyMatch(upsert -> Value.of(upsert.document()) == Value.POISON);
    }

    static String contents(WriteBatch batch) {
        List<String> contents = new ArrayList<>();
        batch.upserts().forEach(upsert -> contents.add(upsert.key() + "=" + Value.of(upsert.document())));
        batch.deletions().forEach(key -> contents.add("-" + key));
        return contents.toString();
    }
}
