package dev.stocktake.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.IntConsumer;
import javax.sql.DataSource;

/**
 * An invented shop in a schema of its own: products with three variants each, a price for each variant and its stock at two
 * locations. The same seed gives the same rows.
 *
 * <p>Everything was last changed years ago, so that a feed that looks at timestamps sees only what a case changes.
 *
 * @param schema where its tables are
 * @param products how many
 */
record Shop(String schema, int products) {

    private static final List<String> TABLES = List.of("product", "product_variant", "price", "inventory_level");

    /** The key of the product with this number, 1 to {@link #products}. */
    static String key(long number) {
        return String.format("prod_%08d", number);
    }

    /** Makes the shop anew. */
    static Shop open(DataSource database, String schema, int products, int seed) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set synchronous_commit = off");
            statement.execute("drop schema if exists " + schema + " cascade");
            statement.execute("create schema " + schema);
            statement.execute("set search_path = " + schema);
            for (String step : ShopSql.fill(products, seed)) {
                statement.execute(step);
            }
            statement.execute("reset search_path");
            statement.execute("reset synchronous_commit");
        }
        Shop shop = new Shop(schema, products);
        shop.settle(database);
        return shop;
    }

    /** Leaves the server nothing to catch up on while somebody measures. */
    void settle(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (String table : TABLES) {
                statement.execute("vacuum (freeze, analyze) " + schema + "." + table);
            }
            statement.execute("checkpoint");
        }
    }

    /**
     * Changes the stock of this many products, evenly over the catalogue, as a warehouse's own SQL would: the level's
     * timestamp moves, the product's does not.
     *
     * @param round changes other products than another round, as far as there are others
     */
    void changeStock(DataSource database, int changes, int round) throws SQLException {
        int step = Math.max(1, products / changes);
        String sql = "update " + schema + ".inventory_level set stocked = stocked + 1, updated_at = clock_timestamp()"
                + " where id in (select 'level_' || lpad((1 + (i::bigint * " + step + " + " + round % step + ") % "
                + products
                + ")::text, 8, '0') || '_1_1' from generate_series(0, " + (changes - 1) + ") i)";
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            int changed = statement.executeUpdate(sql);
            if (changed != changes) {
                throw new IllegalStateException("Changed " + changed + " products of " + schema + ", not " + changes);
            }
        }
    }

    /**
     * Changes the stock of one product after the other, each by a statement and a transaction of its own that moves no
     * timestamp, evenly over the catalogue.
     *
     * @param count how many, each once
     * @param round changes other products than another round, as far as there are others
     * @param pace is asked before each one, with its number from 0 on
     */
    void edit(Connection connection, int count, int round, IntConsumer pace) throws SQLException {
        int step = Math.max(1, products / count);
        try (PreparedStatement update = update(connection)) {
            for (int i = 0; i < count; i++) {
                pace.accept(i);
                update(update, 1 + ((long) i * step + round % step) % products);
            }
        }
    }

    /** Changes the stock of one product again and again, each time by a statement and a transaction of its own. */
    void editOne(Connection connection, int times) throws SQLException {
        try (PreparedStatement update = update(connection)) {
            for (int i = 0; i < times; i++) {
                update(update, 1);
            }
        }
    }

    private PreparedStatement update(Connection connection) throws SQLException {
        return connection.prepareStatement(
                "update " + schema + ".inventory_level set stocked = stocked + 1 where id = ?");
    }

    private void update(PreparedStatement update, long number) throws SQLException {
        update.setString(1, String.format("level_%08d_1_1", number));
        if (update.executeUpdate() != 1) {
            throw new IllegalStateException("An update met no row of " + schema);
        }
    }

    /** What the tables and their indexes take on disk. */
    long bytes(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet sum = statement.executeQuery(
                        "select sum(pg_total_relation_size(c.oid)) from pg_class c join pg_namespace n on n.oid ="
                                + " c.relnamespace where c.relkind = 'r' and n.nspname = '" + schema + "'")) {
            sum.next();
            return sum.getLong(1);
        }
    }
}
