package dev.stocktake.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;

/** As much of a {@link Shop} as its writers need, in a database of MariaDB: the same keys, and no texts. */
final class MariaDbShop {

    private MariaDbShop() {}

    static Shop open(DataSource server, String name, int products) throws SQLException {
        try (Connection connection = server.getConnection();
                Statement statement = connection.createStatement()) {
            for (String step : fill(name + ".", products)) {
                statement.execute(step);
            }
        }
        return new Shop(name, products);
    }

    private static List<String> fill(String in, int products) {
        String n = "lpad(n.seq, 8, '0')";
        String from = " from seq_1_to_" + products + " n";
        String key = " varchar(40) character set ascii collate ascii_bin not null";
        return List.of(
                "create database " + in.replace(".", ""),
                "create table " + in + "product (id" + key + ", title text not null, primary key (id))",
                "create table " + in + "product_variant (id" + key + ", product_id" + key
                        + ", sku text not null, primary key (id), index (product_id))",
                "create table " + in + "price (id" + key + ", variant_id" + key
                        + ", amount integer not null, primary key (id), index (variant_id))",
                "create table " + in + "inventory_level (id" + key + ", variant_id" + key + ", location_id" + key
                        + ", stocked integer not null, reserved integer not null, updated_at datetime(6) not null,"
                        + " primary key (id), index (variant_id), index (updated_at, id))",
                "insert into " + in + "product select concat('prod_', " + n + "), concat('Product ', n.seq)" + from,
                "insert into " + in + "product_variant select concat('var_', " + n + ", '_', v.seq), concat('prod_', "
                        + n + "), concat('SKU-', n.seq, '-', v.seq)" + from + " join seq_1_to_3 v",
                "insert into " + in + "inventory_level select concat('level_', " + n + ", '_', v.seq, '_', l.seq),"
                        + " concat('var_', " + n + ", '_', v.seq), concat('loc_', l.seq), 20 + n.seq % 128, n.seq % 16,"
                        + " '2020-01-01' + interval n.seq second" + from + " join seq_1_to_3 v join seq_1_to_2 l");
    }
}
