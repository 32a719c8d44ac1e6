package dev.stocktake.jdbc;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Intake;
import dev.stocktake.Ledger;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The engine's part in small: takes from a feed, and acknowledges in a transaction of one index's books. */
final class FeedReader {

    private final Ledger ledger;
    private final String index;
    private final ChangeFeed feed;
    private boolean gap;
    private boolean everything;

    FeedReader(Ledger ledger, String index, ChangeFeed feed) {
        this.ledger = ledger;
        this.index = index;
        this.feed = feed;
    }

    Intake take(int limit) {
        String cursor = ledger.<@Nullable String>inTransaction(
                index, tx -> tx.cursor(feed.name()).orElse(null));
        return feed.take(cursor, limit);
    }

    void acknowledge(Intake intake) {
        ledger.<@Nullable Void>inTransaction(index, tx -> {
            if (intake.cursor() != null) {
                tx.saveCursor(feed.name(), intake.cursor());
            }
            intake.acknowledge(tx);
            return null;
        });
    }

    /** Begins, or goes on, until there is nothing more. */
    TreeSet<String> drain(int limit) {
        TreeSet<String> named = new TreeSet<>();
        gap = false;
        everything = false;
        for (int round = 0; round < 5_000; round++) {
            Intake intake = take(limit);
            acknowledge(intake);
            gap |= intake.gap();
            everything |= intake.everything();
            intake.products().forEach(key -> named.add(key.value()));
            if (!intake.more()) {
                return named;
            }
        }
        throw new AssertionError("The feed '" + feed.name() + "' never ends");
    }

    TreeSet<String> drain() {
        return drain(2_000);
    }

    /** Whether the last {@link #drain} met a gap. */
    boolean metGap() {
        return gap;
    }

    /** Whether the last {@link #drain} was told that everything may have changed. */
    boolean metEverything() {
        return everything;
    }

    static Set<String> only(String... keys) {
        return new TreeSet<>(Set.of(keys));
    }
}
