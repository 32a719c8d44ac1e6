package dev.stocktake.examples.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** The shop's database: H2 in this process, gone when it is closed. */
final class Shop implements AutoCloseable {

    private static final OffsetDateTime OPENED = OffsetDateTime.of(2025, 6, 1, 8, 0, 0, 0, ZoneOffset.UTC);

    private final JdbcConnectionPool pool;

    private Shop(JdbcConnectionPool pool) {
        this.pool = pool;
    }

    static Shop with(Assortment assortment) throws SQLException {
        Shop shop = new Shop(JdbcConnectionPool.create(
                "jdbc:h2:mem:shop-" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "shop", "shop"));
        try (Connection connection = shop.pool.getConnection()) {
            connection.createStatement().execute(schema());
            connection.setAutoCommit(false);
            new Filling(connection).fill(assortment);
            connection.commit();
            return shop;
        } catch (SQLException | RuntimeException e) {
            shop.close();
            throw e;
        }
    }

    private static String schema() {
        try (InputStream script = Objects.requireNonNull(Shop.class.getResourceAsStream("/shop.sql"))) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    DataSource database() {
        return pool;
    }

    /** A product of which a single row of stock is left, somewhere in the catalogue. */
    record LastOne(String id, String name, long variant, String location, long quantity) {}

    LastOne lastOne() throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement select = connection.prepareStatement("""
                        select p.id, p.name, v.id, l.name, s.quantity
                        from product p
                        join variant v on v.product_id = p.id
                        join stock s on s.variant_id = v.id and s.quantity > 0
                        join location l on l.id = s.location_id
                        where p.published and p.id > 'P-100100' and 1 = (
                            select count(*) from stock s2 join variant v2 on v2.id = s2.variant_id
                            where v2.product_id = p.id and s2.quantity > 0)
                        order by p.id fetch first row only""");
                ResultSet rows = select.executeQuery()) {
            if (!rows.next()) {
                throw new StoryException("The generated shop has no product with a single row of stock left");
            }
            return new LastOne(
                    rows.getString(1), rows.getString(2), rows.getLong(3), rows.getString(4), rows.getLong(5));
        }
    }

    /** Somebody works on the tables, past every application. */
    int execute(String sql) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return connection.createStatement().executeUpdate(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        execute("shutdown");
        pool.dispose();
    }

    /** Writes an assortment into the tables, parents first. */
    private record Filling(Connection connection) {

        void fill(Assortment assortment) throws SQLException {
            named("category", assortment.categories());
            named("location", assortment.locations());
            products(assortment.products());
            variants(assortment.products());
        }

        private void named(String table, List<String> names) throws SQLException {
            try (Rows rows = new Rows(connection, table, 3)) {
                for (int i = 0; i < names.size(); i++) {
                    rows.add(i, names.get(i), OPENED.minusYears(1));
                }
            }
        }

        private void products(List<Assortment.Product> products) throws SQLException {
            try (Rows rows = new Rows(connection, "product", 7)) {
                for (Assortment.Product sold : products) {
                    rows.add(
                            sold.id(),
                            sold.category(),
                            sold.name(),
                            sold.brand(),
                            sold.description(),
                            sold.published(),
                            touched(sold));
                }
            }
        }

        private void variants(List<Assortment.Product> products) throws SQLException {
            int id = 0;
            try (Rows stock = new Rows(connection, "stock", 5);
                    Rows price = new Rows(connection, "price", 5);
                    Rows variant = new Rows(connection, "variant", 5)) {
                for (Assortment.Product sold : products) {
                    for (Assortment.Variant kind : sold.variants()) {
                        id++;
                        variant.add(id, sold.id(), kind.sku(), kind.color(), touched(sold));
                        for (int i = 0; i < kind.quantities().size(); i++) {
                            stock.add(stock.next(), id, i, kind.quantities().get(i), touched(sold));
                        }
                        price.add(price.next(), id, "EUR", kind.euros(), touched(sold));
                        price.add(price.next(), id, "USD", kind.dollars(), touched(sold));
                    }
                }
            }
        }

        private static OffsetDateTime touched(Assortment.Product sold) {
            return OPENED.minusDays(sold.ageInDays());
        }
    }

    /** Rows on their way into one table; sent when it is closed. */
    private static final class Rows implements AutoCloseable {

        private final PreparedStatement insert;
        private int count;

        Rows(Connection connection, String table, int columns) throws SQLException {
            insert = connection.prepareStatement(
                    "insert into " + table + " values (?" + ", ?".repeat(columns - 1) + ")");
        }

        int next() {
            return count + 1;
        }

        void add(Object... values) throws SQLException {
            for (int i = 0; i < values.length; i++) {
                insert.setObject(i + 1, values[i]);
            }
            insert.addBatch();
            count++;
        }

        @Override
        public void close() throws SQLException {
            try (insert) {
                insert.executeBatch();
            }
        }
    }
}
