package dev.stocktake.integration;

import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stocktake.ProductSource;
import dev.stocktake.jdbc.JdbcProductSource;
import dev.stocktake.jdbc.ProductTables;
import dev.stocktake.jdbc.Rows;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

/**
 * A shop that is edited all the time, by SQL and without a timestamp in any table: products in categories, with tags,
 * variants and their stock. Drafts are not searched.
 */
final class BusyShop {

    static final int CATEGORIES = 6;

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What must be in the index, in other words than the product source has for it: one statement, and the documents are
     * made by the database.
     */
    private static final String TRUTH = """
            select p.id, p.category_id, jsonb_build_object(
                'title', p.title,
                'category', (select c.name from category c where c.id = p.category_id),
                'tags', (select coalesce(jsonb_agg(t.tag order by t.tag), '[]'::jsonb)
                    from product_tag t where t.product_id = p.id),
                'variants', (select coalesce(jsonb_agg(jsonb_build_object('id', v.id, 'quantity',
                        (select coalesce(sum(s.quantity), 0) from stock s where s.variant_id = v.id))
                    order by v.id), '[]'::jsonb) from variant v where v.product_id = p.id)) as document
            from product p where not p.draft""";

    /**
     * A document as it must be.
     *
     * @param category whose name stands in it
     */
    record Expected(String category, JsonNode document) {}

    private BusyShop() {}

    static void create(DataSource database, int products) throws SQLException {
        execute(
                database,
                "create table category (id text primary key, name text not null)",
                "create table product (id text primary key, title text not null, draft boolean not null default false,"
                        + " category_id text not null references category)",
                "create table product_tag (product_id text not null references product on update cascade on delete"
                        + " cascade, tag text not null, primary key (product_id, tag))",
                "create table variant (id text primary key,"
                        + " product_id text not null references product on update cascade on delete cascade)",
                "create table stock (variant_id text not null references variant on delete cascade,"
                        + " place text not null, quantity integer not null, primary key (variant_id, place))",
                "create index on product (category_id)",
                "create index on variant (product_id)",
                "insert into category select 'c' || n, 'Category ' || n from generate_series(1, " + CATEGORIES + ") n",
                "insert into product (id, title, category_id) select 'p' || n, 'Product ' || n, 'c' || 1 + n % "
                        + CATEGORIES + " from generate_series(1, " + products + ") n",
                "insert into product_tag select 'p' || n, 'new' from generate_series(1, " + products + ", 3) n",
                "insert into variant (id, product_id) select 'p' || n || '-' || v, 'p' || n"
                        + " from generate_series(1, " + products + ") n, generate_series(1, 2) v",
                "insert into stock (variant_id, place, quantity) select v.id, place, 5 from variant v,"
                        + " unnest(array['north', 'south']) place",
                "analyze");
    }

    static void execute(DataSource database, String... statements) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    static ProductSource source(DataSource database, Duration statementTimeout) {
        return JdbcProductSource.builder(database)
                .root("select p.id, p.title, c.name as category from product p"
                        + " join category c on c.id = p.category_id where not p.draft and {products:p.id}")
                .values(
                        "tags",
                        Rows.by(
                                "product_id",
                                "select t.product_id, t.tag from product_tag t where {products:t.product_id}"
                                        + " order by t.tag"))
                .children(
                        "variants",
                        Rows.by(
                                "product_id",
                                "select v.product_id, v.id, coalesce(sum(s.quantity), 0) as quantity from variant v"
                                        + " left join stock s on s.variant_id = v.id where {products:v.product_id}"
                                        + " group by v.product_id, v.id order by v.id"))
                .keys("product", "id")
                .statementTimeout(statementTimeout)
                .build();
    }

    static ProductTables tables() {
        return ProductTables.root("product", "id")
                .table("category", key("id"), leadsTo("product.category_id"))
                .table("product_tag", key("product_id"), leadsTo("product.id"))
                .table("variant", key("product_id"), leadsTo("product.id"))
                .table("stock", key("variant_id"), leadsTo("variant.id"));
    }

    /** The whole catalogue as it is committed now, by product id. */
    static Map<String, Expected> truth(DataSource database) throws SQLException {
        Map<String, Expected> truth = new TreeMap<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(TRUTH)) {
            while (rows.next()) {
                truth.put(
                        rows.getString("id"),
                        new Expected(rows.getString("category_id"), JSON.readTree(rows.getString("document"))));
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("PostgreSQL writes JSON", e);
        }
        return truth;
    }

    static long count(DataSource database, String query) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
