package dev.stocktake.testkit;

import dev.stocktake.ProductKey;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.function.Function;
import java.util.stream.Stream;

/** Ledgers that lack a rule, for simulations that must notice. */
public final class LedgerMutants {

    private LedgerMutants() {}

    /**
     * @param order of the keys
     * @param rules names of {@link LedgerRule}s
     */
    public static Function<InstantSource, InMemoryLedger> without(Comparator<ProductKey> order, String... rules) {
        LedgerRule[] missing = Stream.of(rules).map(LedgerRule::valueOf).toArray(LedgerRule[]::new);
        return clock -> new InMemoryLedger(clock).without(missing).keyOrder(order);
    }
}
