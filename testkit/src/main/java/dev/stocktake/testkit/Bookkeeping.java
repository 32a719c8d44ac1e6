package dev.stocktake.testkit;

import dev.stocktake.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** What the rules work with inside one transaction. */
final class Bookkeeping {

    private final String index;
    private final Books books;
    private final Instant now;
    private final Policy policy;
    private final List<Runnable> onCommit = new ArrayList<>();

    /**
     * What all transactions of a ledger share.
     *
     * @param tokens one sequence; a token that was taken by a transaction that failed is not given again
     * @param keys the order of keys, for the one rule whose absence needs it
     * @param suspectsKept how long the products of suspect batches are remembered
     */
    record Policy(LongSupplier tokens, Set<LedgerRule> without, KeyOrder keys, Duration suspectsKept) {}

    Bookkeeping(String index, Books books, Instant now, Policy policy) {
        this.index = index;
        this.books = books;
        this.now = now;
        this.policy = policy;
    }

    String index() {
        return index;
    }

    Books books() {
        return books;
    }

    Instant now() {
        return now;
    }

    long token() {
        return policy.tokens().getAsLong();
    }

    Duration suspectsKept() {
        return policy.suspectsKept();
    }

    KeyOrder keys() {
        return policy.keys();
    }

    boolean keeps(LedgerRule rule) {
        return !policy.without().contains(rule);
    }

    boolean current(Lease lease) {
        return lease.index().equals(index) && (held(lease) || !keeps(LedgerRule.EPOCH_CHECK));
    }

    /** Epochs begin anew when somebody empties the books, so the holder is compared as well. */
    private boolean held(Lease lease) {
        return lease.epoch() == books.lane().epoch()
                && lease.holder().equals(books.lane().holder());
    }

    void onCommit(Runnable effect) {
        onCommit.add(effect);
    }

    List<Runnable> effects() {
        return onCommit;
    }
}
