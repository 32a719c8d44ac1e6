package dev.stocktake.jdbc;

import dev.stocktake.ChangeFeed;
import dev.stocktake.ProductKey;
import dev.stocktake.testkit.Capability;
import dev.stocktake.testkit.ChangeFeedContract;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/** What every feed promises, where a product changes by a price that starts at this very moment. */
class TimedFeedContractIT {

    abstract static class OnEveryDatabase extends ChangeFeedContract {

        private final DataSource database;

        OnEveryDatabase(DataSource database) {
            this.database = database;
        }

        @BeforeEach
        void noPrices() {
            Sql.run(database, "drop table if exists price");
            Sql.run(database, "create table price (product_id bigint, starts_at " + type() + ")");
        }

        String type() {
            return "timestamp with time zone";
        }

        String now() {
            return "current_timestamp";
        }

        @Override
        protected ChangeFeed feed() {
            return TimedFeed.builder(
                            database, "select product_id from price where starts_at > :from and starts_at <= :to")
                    .overlap(Duration.ofMillis(1))
                    .build();
        }

        @Override
        protected Map<Capability, String> missing() {
            return Map.of(
                    Capability.DELETIONS, "a deleted price is for another feed",
                    Capability.LOST_HISTORY, "what is asked for is kept in the rows themselves");
        }

        @Override
        protected void change(ProductKey... keys) {
            begin(keys).commit();
        }

        @Override
        protected OpenChange begin(ProductKey... keys) {
            try {
                Connection connection = database.getConnection();
                connection.setAutoCommit(false);
                for (ProductKey key : keys) {
                    Sql.run(connection, "insert into price values (?, " + now() + ")", Long.valueOf(key.value()));
                }
                return new Open(connection);
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }

        private record Open(Connection connection) implements OpenChange {

            @Override
            public void commit() {
                Sql.run(connection, "commit");
                close();
            }

            @Override
            public void rollback() {
                Sql.run(connection, "rollback");
                close();
            }

            private void close() {
                try (connection) {
                    connection.rollback();
                    connection.setAutoCommit(true);
                } catch (SQLException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    @Nested
    class OnPostgres extends OnEveryDatabase {

        private static final DataSource DATABASE = Sql.postgres();

        OnPostgres() {
            super(DATABASE);
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends OnEveryDatabase {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase();

        OnMariaDb() {
            super(DATABASE);
        }

        @Override
        String type() {
            return "timestamp(6) null";
        }

        @Override
        String now() {
            return "now(6)";
        }
    }

    @Nested
    class OnH2 extends OnEveryDatabase {

        private static final DataSource DATABASE = Sql.h2();

        OnH2() {
            super(DATABASE);
        }
    }
}
