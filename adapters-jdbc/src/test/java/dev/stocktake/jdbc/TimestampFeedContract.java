package dev.stocktake.jdbc;

import dev.stocktake.ChangeFeed;
import dev.stocktake.ProductKey;
import dev.stocktake.testkit.Capability;
import dev.stocktake.testkit.ChangeFeedContract;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;

/** The contract where a product changes by a row of a table two steps below it. */
abstract class TimestampFeedContract extends ChangeFeedContract {

    private final DataSource dataSource;
    private final String timestamp;

    TimestampFeedContract(DataSource dataSource, String timestamp) {
        this.dataSource = dataSource;
        this.timestamp = timestamp;
    }

    @BeforeEach
    void anEmptyCatalogue() {
        for (String table : new String[] {"stock", "variant", "product"}) {
            Sql.run(dataSource, "drop table if exists " + table);
        }
        Sql.run(dataSource, "create table product (id bigint primary key, updated_at " + timestamp + ")");
        Sql.run(
                dataSource,
                "create table variant (id varchar(40) primary key, product_id bigint, updated_at " + timestamp + ")");
        Sql.run(
                dataSource,
                "create table stock (variant_id varchar(40), location int, quantity int, updated_at " + timestamp
                        + ", primary key (variant_id, location))");
        Sql.run(
                dataSource,
                "insert into product select n, current_timestamp - interval '3' day from "
                        + Sql.numbers(dataSource, 1_000));
        Sql.run(dataSource, "insert into variant select 'v' || id, id, updated_at from product");
        Sql.run(dataSource, "insert into stock select id, 1, 0, updated_at from variant");
    }

    @Override
    protected ChangeFeed feed() {
        return TimestampFeed.builder(
                        dataSource,
                        ProductTables.root("product", "id")
                                .table("variant", ProductTables.key("product_id"), ProductTables.leadsTo("product.id"))
                                .table("stock", ProductTables.key("variant_id"), ProductTables.leadsTo("variant.id")))
                .build();
    }

    @Override
    protected Map<Capability, String> missing() {
        return Map.of(
                Capability.DELETIONS, "a deleted row has no timestamp",
                Capability.LOST_HISTORY, "timestamps are kept in the rows themselves");
    }

    @Override
    protected void change(ProductKey... keys) {
        begin(keys).commit();
    }

    @Override
    protected OpenChange begin(ProductKey... keys) {
        try {
            Connection connection = dataSource.getConnection();
            connection.setAutoCommit(false);
            for (ProductKey key : keys) {
                Sql.run(
                        connection,
                        "update stock set quantity = quantity + 1, updated_at = current_timestamp where variant_id = ?",
                        "v" + key);
            }
            return new Open(connection);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private record Open(Connection connection) implements OpenChange {

        @Override
        public void commit() {
            end(true);
        }

        @Override
        public void rollback() {
            end(false);
        }

        private void end(boolean commit) {
            try (connection) {
                if (commit) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }
    }
}
