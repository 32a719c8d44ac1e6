package dev.stocktake.jdbc;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Ledger;
import dev.stocktake.ProductKey;
import dev.stocktake.testkit.ChangeFeedContract;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;

/** The contract where a product changes by a row of a table two steps below it, by SQL that moves no timestamp. */
abstract class ChangeLogFeedContract extends ChangeFeedContract {

    private final DataSource dataSource;
    private final Ledger ledger;

    ChangeLogFeedContract(DataSource dataSource, Ledger ledger) {
        this.dataSource = dataSource;
        this.ledger = ledger;
    }

    private static ProductTables tables() {
        return ProductTables.root("product", "id")
                .table("variant", ProductTables.key("product_id"), ProductTables.leadsTo("product.id"))
                .table("stock", ProductTables.key("variant_id"), ProductTables.leadsTo("variant.id"));
    }

    @BeforeEach
    void anEmptyCatalogue() {
        ChangeLog log = ChangeLog.builder(dataSource, tables()).build();
        log.uninstall();
        for (String table : new String[] {"stock", "variant", "product"}) {
            Sql.run(dataSource, "drop table if exists " + table);
        }
        Sql.run(dataSource, "create table product (id bigint primary key, name varchar(40))");
        Sql.run(dataSource, "create table variant (id varchar(40) primary key, product_id bigint)");
        Sql.run(
                dataSource,
                "create table stock (variant_id varchar(40), location int, quantity int,"
                        + " primary key (variant_id, location))");
        Sql.run(dataSource, "insert into product select n, '' from " + Sql.numbers(dataSource, 1_000));
        Sql.run(dataSource, "insert into variant select 'v' || id, id from product");
        Sql.run(dataSource, "insert into stock select id, 1, 0 from variant");
        log.install();
    }

    @Override
    protected ChangeFeed feed() {
        return ChangeLogFeed.builder(dataSource, tables()).wide(3).build();
    }

    @Override
    protected Ledger ledger() {
        return ledger;
    }

    @Override
    protected void change(ProductKey... keys) {
        begin(keys).commit();
    }

    @Override
    protected void delete(ProductKey... keys) {
        for (ProductKey key : keys) {
            Sql.run(dataSource, "delete from product where id = " + key);
        }
    }

    @Override
    protected void loseHistory() {
        Sql.run(dataSource, "delete from stocktake_change");
    }

    @Override
    protected OpenChange begin(ProductKey... keys) {
        try {
            Connection connection = dataSource.getConnection();
            connection.setAutoCommit(false);
            for (ProductKey key : keys) {
                Sql.run(connection, "update stock set quantity = quantity + 1 where variant_id = ?", "v" + key);
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
