package dev.stocktake;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes hints from the feeds and marks them: read first, then mark, save the cursor and acknowledge in one transaction. */
final class Intaker {

    private static final int PAGE = 2_000;
    private static final String STARTED = "";

    private final Ports ports;

    Intaker(Ports ports) {
        this.ports = ports;
    }

    /**
     * Starts feeds that this index has not met before. What happened before a feed began is nobody's but the walk's, so
     * everything is marked; on a new index, where the walk has not begun, that costs nothing.
     */
    void startNewFeeds() {
        for (ChangeFeed feed : ports.feeds()) {
            if (ports.inLedger(tx -> tx.cursor(feed.name())).isEmpty()) {
                start(feed);
            }
        }
    }

    private void start(ChangeFeed feed) {
        Intake first = feed.take(null, PAGE);
        ports.inLedger(tx -> {
            tx.markAll(false);
            tx.saveCursor(feed.name(), first.cursor() == null ? STARTED : first.cursor());
            first.acknowledge(tx);
            return null;
        });
    }

    /** Takes all there is to take. */
    void take() {
        take(() -> {});
    }

    /** @param between called after every page */
    void take(Runnable between) {
        takeSome(Integer.MAX_VALUE, between);
    }

    /**
     * Takes a part of what there is to take, so that whoever follows a change of very many products can write between.
     *
     * @param pages of each feed, at most
     * @param between called after every page
     * @return whether something may be left
     */
    boolean takeSome(int pages, Runnable between) {
        if (ports.feeds().isEmpty()) {
            throw noFeed();
        }
        boolean left = false;
        for (ChangeFeed feed : ports.feeds()) {
            boolean more = true;
            for (int page = 0; more && page < pages; page++) {
                more = take(feed);
                between.run();
            }
            left |= more;
        }
        return left;
    }

    static MisconfiguredException noFeed() {
        return new MisconfiguredException("Policy 'smart' needs a change feed: give Stocktake.builder(...) one with"
                + " feed(...), or run SyncPolicy.full() instead");
    }

    private boolean take(ChangeFeed feed) {
        Optional<String> cursor = ports.inLedger(tx -> tx.cursor(feed.name()));
        if (cursor.isEmpty()) {
            start(feed);
            return true;
        }
        Intake intake = feed.take(place(cursor.get()), PAGE);
        if (intake.isEmpty(cursor.get())) {
            return false;
        }
        ports.inLedger(tx -> {
            enter(tx, feed, intake);
            return null;
        });
        return intake.more();
    }

    private static void enter(LedgerTransaction tx, ChangeFeed feed, Intake intake) {
        if (intake.gap() || intake.everything()) {
            tx.markAll(false);
        }
        List<Intake.Hint> hints = intake.hints();
        if (!hints.isEmpty()) {
            tx.mark(hints);
        }
        if (intake.cursor() != null) {
            tx.saveCursor(feed.name(), intake.cursor());
        }
        intake.acknowledge(tx);
    }

    private static @Nullable String place(String cursor) {
        return cursor.equals(STARTED) ? null : cursor;
    }
}
