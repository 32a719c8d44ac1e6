package dev.stocktake.examples.springshop;

import java.math.BigDecimal;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The shop's tables. Whoever edits them tells nobody. */
@Component
final class Warehouse {

    /** A product as the database has it. */
    record Row(long id, String name, String brand, BigDecimal price, long quantity) {}

    private static final String EDIT = "update stock set quantity = %s where product_id = %s";

    private final JdbcClient database;

    Warehouse(JdbcClient database) {
        this.database = database;
    }

    List<Row> rows() {
        return database.sql("select p.id, p.name, p.brand, p.price, s.quantity from product p"
                        + " join stock s on s.product_id = p.id order by p.id")
                .query((row, number) -> new Row(
                        row.getLong("id"),
                        row.getString("name"),
                        row.getString("brand"),
                        row.getBigDecimal("price"),
                        row.getLong("quantity")))
                .list();
    }

    /**
     * Neither a timestamp nor an event moves.
     *
     * @return the statement as it was run, or an empty text if there is no such product
     */
    String setQuantity(long id, int quantity) {
        int changed =
                database.sql(EDIT.formatted("?", "?")).params(quantity, id).update();
        return changed == 0 ? "" : EDIT.formatted(quantity, id);
    }
}
