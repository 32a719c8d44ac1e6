package dev.stocktake.testkit.sim;

import dev.stocktake.KeyPage;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.Projection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One node's connection to the shop's database. */
final class SourceClient implements ProductSource {

    private final Shop shop;
    private final Node node;
    private final Conductor time;
    private Shop.@Nullable Row @Nullable [] old;

    SourceClient(Shop shop, Node node, Conductor time) {
        this.time = time;
        this.shop = shop;
        this.node = node;
    }

    /** From now on the products are read as they were then: what a read before the claim would have seen. */
    void readAsOf(Shop.@Nullable Row[] snapshot) {
        old = snapshot;
    }

    private Projection projection(int product) {
        Shop.Row row = old == null ? shop.row(product) : old[product];
        if (row == null || (old == null && shop.isBlank())) {
            return Projection.absent();
        }
        long now = time.now();
        Shop.Turn turn = row.turn();
        Instant again = turn == null || now >= turn.at() ? null : time.instant().plusMillis(turn.at() - now);
        return row.value(now).projection(again);
    }

    @Override
    public Map<ProductKey, Projection> read(Collection<ProductKey> keys) {
        node.askDatabase();
        Map<ProductKey, Projection> answer = new LinkedHashMap<>();
        keys.forEach(key -> answer.put(key, projection(Shop.product(key))));
        node.read(keys);
        node.hearDatabase();
        return answer;
    }

    @Override
    public Set<ProductKey> present(Collection<ProductKey> keys) {
        node.askDatabase();
        Set<ProductKey> present = new LinkedHashSet<>();
        for (ProductKey key : keys) {
            if (!shop.isBlank() && shop.value(Shop.product(key)) != Value.ABSENT) {
                present.add(key);
            }
        }
        node.hearDatabase();
        return present;
    }

    @Override
    public KeyPage keys(@Nullable ProductKey after, int limit) {
        node.askDatabase();
        List<ProductKey> keys = new ArrayList<>();
        boolean end = true;
        if (shop.isBlank()) {
            node.walkedBlank();
            node.hearDatabase();
            return KeyPage.of(after, keys, true);
        }
        for (int product = after == null ? 0 : Shop.product(after) + 1; product < shop.products(); product++) {
            if (shop.row(product) != null) {
                if (keys.size() == limit) {
                    end = false;
                    break;
                }
                keys.add(Shop.key(product));
            }
        }
        node.hearDatabase();
        return KeyPage.of(after, keys, end);
    }

    @Override
    public int compare(ProductKey left, ProductKey right) {
        return Shop.compare(left, right);
    }
}
