package dev.stocktake.testkit;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Intake;
import dev.stocktake.ProductKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Feeds that break their contract. */
final class LyingFeeds {

    private LyingFeeds() {}

    /** Numbers a change when it is made and reads those behind the last number it has seen, as so many do. */
    @RunByContractRun
    static final class CursorIntoALog extends ChangeFeedContract implements ChangeFeed {

        private final TreeMap<Long, ProductKey> committed = new TreeMap<>();
        private long sequence;

        @Override
        protected ChangeFeed feed() {
            return this;
        }

        @Override
        protected void change(ProductKey... keys) {
            begin(keys).commit();
        }

        @Override
        protected void delete(ProductKey... keys) {
            change(keys);
        }

        @Override
        protected OpenChange begin(ProductKey... keys) {
            Map<Long, ProductKey> rows = new TreeMap<>();
            for (ProductKey key : keys) {
                rows.put(++sequence, key);
            }
            return new OpenChange() {
                @Override
                public void commit() {
                    committed.putAll(rows);
                }

                @Override
                public void rollback() {}
            };
        }

        @Override
        protected Map<Capability, String> missing() {
            return Map.of(Capability.LOST_HISTORY, "not the matter here");
        }

        @Override
        public String name() {
            return "log";
        }

        @Override
        public Completeness completeness() {
            return Completeness.COMPLETE;
        }

        @Override
        public Intake take(@Nullable String cursor, int limit) {
            long from = cursor == null ? 0 : Long.parseLong(cursor);
            List<ProductKey> keys = new ArrayList<>();
            long to = from;
            for (Map.Entry<Long, ProductKey> row :
                    committed.tailMap(from, false).entrySet()) {
                if (keys.size() < limit) {
                    keys.add(row.getValue());
                    to = row.getKey();
                }
            }
            return Intake.upTo(Long.toString(to), keys, keys.size() == limit);
        }
    }

    /** Removes what it reads before anybody has marked it. */
    @RunByContractRun
    static final class HastyQueue extends InMemoryChangeFeedContractTest {

        @Override
        protected ChangeFeed feed() {
            return new ChangeFeed() {
                @Override
                public String name() {
                    return feed.name();
                }

                @Override
                public Completeness completeness() {
                    return feed.completeness();
                }

                @Override
                public Intake take(@Nullable String cursor, int limit) {
                    Intake intake = feed.take(cursor, limit);
                    if (intake.gap()) {
                        return intake;
                    }
                    new InMemoryLedger(new ManualClock()).inTransaction("hasty", tx -> {
                        intake.acknowledge(tx);
                        return true;
                    });
                    return Intake.queued(intake.products(), intake.more(), tx -> {});
                }
            };
        }
    }
}
