package dev.stocktake.testkit.sim;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Intake;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The change log, consumed as a queue by one node. */
final class LogFeed implements ChangeFeed {

    static final String NAME = "log";

    private final Shop shop;
    private final Node node;
    private final int page;
    private final boolean exactly;

    /**
     * @param page how much one look takes
     * @param exactly whether what was read is deleted (R2), or everything up to it, also what is committed later
     */
    LogFeed(Shop shop, Node node, int page, boolean exactly) {
        this.shop = shop;
        this.node = node;
        this.page = page;
        this.exactly = exactly;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Completeness completeness() {
        return Completeness.COMPLETE;
    }

    @Override
    public Intake take(@Nullable String cursor, int limit) {
        node.askDatabase();
        long gaps = shop.gaps();
        if (!Long.toString(gaps).equals(cursor == null ? "0" : cursor)) {
            node.hearDatabase();
            return Intake.gap(Long.toString(gaps));
        }
        Set<ProductKey> products = new LinkedHashSet<>();
        Set<Long> taken = new LinkedHashSet<>();
        for (Map.Entry<Long, Integer> entry : shop.log().entrySet()) {
            if (taken.size() == Math.min(limit, page)) {
                break;
            }
            products.add(Shop.key(entry.getValue()));
            taken.add(entry.getKey());
        }
        boolean more = taken.size() < shop.log().size();
        node.hearDatabase();
        return Intake.queued(products, more, tx -> acknowledge(tx, taken));
    }

    private void acknowledge(LedgerTransaction tx, Set<Long> taken) {
        Effects effects = Objects.requireNonNull(tx.unwrap(Effects.class));
        effects.onCommit(() -> {
            if (exactly) {
                taken.forEach(shop::removeEntry);
            } else {
                shop.skipTo(taken.stream().mapToLong(Long::longValue).max().orElse(0));
            }
        });
    }

    /** What else a ledger transaction commits, as log and ledger live in one database. */
    @FunctionalInterface
    interface Effects {
        void onCommit(Runnable effect);
    }
}
