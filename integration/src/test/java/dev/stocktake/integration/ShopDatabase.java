package dev.stocktake.integration;

import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Ledger;
import dev.stocktake.ProductSource;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.jdbc.JdbcProductSource;
import dev.stocktake.jdbc.ProductTables;
import dev.stocktake.jdbc.Rows;
import dev.stocktake.jdbc.TimestampFeed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A shop's tables in PostgreSQL, and what Stocktake needs to know of them. */
final class ShopDatabase {

    private final DataSource dataSource;

    private ShopDatabase(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    static ShopDatabase at(String jdbcUrl) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(jdbcUrl);
        return new ShopDatabase(dataSource);
    }

    DataSource dataSource() {
        return dataSource;
    }

    /** Nothing is left of what was there before. */
    void createAnew(int products) {
        execute("drop schema public cascade", "create schema public");
        create(products);
    }

    void create(int products) {
        execute(
                "create table product (id text primary key, title text not null,"
                        + " updated_at timestamptz not null default clock_timestamp())",
                "create table variant (id text primary key, product_id text not null,"
                        + " updated_at timestamptz not null default clock_timestamp())",
                "create table stock (variant_id text not null, place text not null, quantity integer not null,"
                        + " updated_at timestamptz not null default clock_timestamp(), primary key (variant_id, place))",
                "create index on variant (product_id)",
                "create index on stock (updated_at)",
                "insert into product (id, title) select 'p' || n, 'Product ' || n from generate_series(1, " + products
                        + ") n",
                "insert into variant (id, product_id) select 'p' || n || '-' || v, 'p' || n"
                        + " from generate_series(1, " + products + ") n, generate_series(1, 2) v",
                "insert into stock (variant_id, place, quantity) select v.id, place, 10 from variant v,"
                        + " unnest(array['north', 'south']) place",
                "update product set updated_at = updated_at - interval '1 day'",
                "update variant set updated_at = updated_at - interval '1 day'",
                "update stock set updated_at = updated_at - interval '1 day'",
                "analyze");
    }

    void execute(String... statements) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    /** The first column of all rows. */
    List<String> texts(String sql) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        } catch (SQLException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    /** Everything that the ledger remembers. */
    Map<String, List<String>> books() {
        Map<String, List<String>> books = new TreeMap<>();
        texts("select table_name from information_schema.tables where table_schema = 'public'"
                        + " and table_name like 'stocktake\\_%'")
                .forEach(table -> books.put(table, texts("select t::text from " + table + " t order by 1")));
        return books;
    }

    ProductSource source() {
        return JdbcProductSource.builder(dataSource)
                .root("select p.id, p.title from product p where {products:p.id}")
                .children(
                        "variants",
                        Rows.by(
                                "product_id",
                                "select v.product_id, v.id, sum(s.quantity) as quantity from variant v"
                                        + " join stock s on s.variant_id = v.id where {products:v.product_id}"
                                        + " group by v.product_id, v.id order by v.id"))
                .keys("product", "id")
                .build();
    }

    static ProductTables tables() {
        return ProductTables.root("product", "id")
                .table("variant", key("product_id"), leadsTo("product.id"))
                .table("stock", key("variant_id"), leadsTo("variant.id"));
    }

    ChangeFeed feed() {
        return TimestampFeed.builder(dataSource, tables())
                .overlap(Duration.ofMinutes(2))
                .build();
    }

    Ledger ledger() {
        return JdbcLedger.builder(dataSource).build();
    }
}
