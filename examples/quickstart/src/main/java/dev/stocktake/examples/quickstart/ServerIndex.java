package dev.stocktake.examples.quickstart;

import com.meilisearch.sdk.Client;
import com.meilisearch.sdk.Config;
import dev.stocktake.AuditableIndex;
import dev.stocktake.meilisearch.MeilisearchIndex;
import java.util.List;
import java.util.UUID;

/** An index of our own on a real server, removed at the end. */
final class ServerIndex implements ShopIndex {

    private final String url;
    private final Client client;
    private final MeilisearchIndex index;

    ServerIndex(String url, String key) {
        this.url = url;
        Config config = new Config(url, key);
        client = new Client(config);
        index = MeilisearchIndex.fromConfig(config)
                .uid("stocktake-quickstart-" + UUID.randomUUID())
                .searchable("name", "brand", "category", "variants.sku")
                .filterable("in_stock", "category", "price_from")
                .displayed("id", "name", "brand", "category", "available", "in_stock", "price_from", "variants")
                .build();
    }

    @Override
    public AuditableIndex port() {
        return index;
    }

    @Override
    public String description() {
        return "the index '" + index.name() + "' on the Meilisearch server at " + url;
    }

    @Override
    public List<Offer> search(String words) {
        return client.index(index.name()).search(words).getHits().stream()
                .map(Offer::of)
                .toList();
    }

    @Override
    public void alter(Offer shown, long available) {
        String change = "[{\"id\":\"" + shown.id() + "\",\"available\":" + available + ",\"in_stock\":"
                + (available > 0) + "}]";
        client.waitForTask(
                client.index(index.name()).updateDocuments(change, "id").getTaskUid());
    }

    @Override
    public void close() {
        client.waitForTask(client.deleteIndex(index.name()).getTaskUid());
        index.close();
    }
}
