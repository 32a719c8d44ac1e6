package dev.stocktake;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a lane works with. */
record Ports(ProductSource source, SearchIndex index, Ledger ledger, List<ChangeFeed> feeds) {

    String name() {
        return index.name();
    }

    <T extends @Nullable Object> T inLedger(Function<LedgerTransaction, T> work) {
        return ledger.inTransaction(name(), work);
    }
}
