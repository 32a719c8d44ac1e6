package dev.stocktake;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a lane works with.
 *
 * @param name of the index whose books are kept
 * @param index what is written; the live one, or a build beside it
 */
record Ports(String name, ProductSource source, SearchIndex index, Ledger ledger, List<ChangeFeed> feeds) {

    static Ports of(ProductSource source, SearchIndex index, Ledger ledger, List<ChangeFeed> feeds) {
        return new Ports(index.name(), source, index, ledger, feeds);
    }

    /** The same books, and another content to write. */
    Ports into(SearchIndex content) {
        return new Ports(name, source, content, ledger, feeds);
    }

    <T extends @Nullable Object> T inLedger(Function<LedgerTransaction, T> work) {
        return ledger.inTransaction(name(), work);
    }
}
