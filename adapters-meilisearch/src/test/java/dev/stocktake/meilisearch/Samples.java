package dev.stocktake.meilisearch;

import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.ProductKey;
import dev.stocktake.WriteBatch;
import dev.stocktake.WriteBatch.Upsert;
import java.util.ArrayList;
import java.util.List;

/** Invented products, and an index to put them in. */
final class Samples {

    private Samples() {}

    static MeilisearchIndex.Builder index(String url, String key, String uid) {
        return MeilisearchIndex.builder()
                .url(url)
                .apiKey(key)
                .uid(uid)
                .searchable("name")
                .displayed("id", "name", "stock");
    }

    static MeilisearchIndex.Builder index(MeilisearchStandIn server) {
        return index(server.url(), MeilisearchStandIn.MASTER_KEY, "lamps");
    }

    static Document lamp(String name, long stock) {
        return Document.builder().put("name", name).put("stock", stock).build();
    }

    static Upsert upsert(String key, Document document) {
        return new Upsert(ProductKey.of(key), document, Fingerprint.of(document, "1"));
    }

    static WriteBatch batch(String id, Upsert... upserts) {
        return new WriteBatch(id, List.of(upserts), List.of());
    }

    static WriteBatch lamps(String id, int from, int to) {
        List<Upsert> upserts = new ArrayList<>();
        for (int i = from; i < to; i++) {
            upserts.add(upsert("lamp-" + i, lamp("Lamp " + i, i)));
        }
        return new WriteBatch(id, upserts, List.of());
    }

    static WriteBatch deletion(String id, String... keys) {
        return new WriteBatch(id, List.of(), ProductKey.all(keys));
    }
}
