package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Document;
import dev.stocktake.KeyPage;
import dev.stocktake.ProductKey;
import dev.stocktake.Projection;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.testkit.InMemoryIndex;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Source, feed and ledger in one MariaDB, in the collation that most shops have, under the real engine. The shop's tables
 * name products in whatever letters.
 */
@NeedsMariaDb
class MariaDbShopIT {

    private final DataSource database = TestMariaDb.freshDatabase("collate utf8mb4_general_ci");
    private final InMemoryIndex index = new InMemoryIndex("products");
    private final JdbcProductSource source = JdbcProductSource.builder(database)
            .root("select p.sku, p.title, p.price, p.on_sale_from from product p where p.visible and {products:p.sku}")
            .id("sku")
            .children(
                    "stock",
                    Rows.by(
                            "sku",
                            "select s.sku, s.place, s.quantity from stock s where {products:s.sku} order by s.id"))
            .keys("product", "sku")
            .build();
    private final JdbcLedger ledger = JdbcLedger.of(database).initialize();

    @BeforeEach
    void aShop() {
        run(
                "create table product (sku varchar(40) primary key, title varchar(100), price decimal(10, 2), visible boolean,"
                        + " on_sale_from datetime, updated_at timestamp(6) null default current_timestamp(6))");
        run("create table stock (id int primary key auto_increment, sku varchar(40), place varchar(20), quantity int,"
                + " updated_at timestamp(6) null default current_timestamp(6) on update current_timestamp(6),"
                + " foreign key (sku) references product (sku) on delete cascade on update cascade)");
        run(
                "insert into product (sku, title, price, visible) select 'Lamp-' || n, 'Lamp ' || n, n / 4, n % 10 > 0 from "
                        + Sql.numbers(database, 3_000));
        run("insert into stock (sku, place, quantity) select lower(sku), 'north', 5 from product");
    }

    private void run(String sql, Object... parameters) {
        Sql.run(database, sql, parameters);
    }

    /** As after a restart. */
    private Stocktake stocktake() {
        TimestampFeed feed = TimestampFeed.builder(database, tables()).build();
        return Stocktake.builder(source, index, ledger)
                .feed(feed)
                .instance("one")
                .build();
    }

    private void agree(SyncReport report) {
        assertThat(report.complete()).as(report.toString()).isTrue();
        Map<ProductKey, Document> expected = new LinkedHashMap<>();
        KeyPage page = source.keys(null, 700);
        read(page, expected);
        while (!page.end()) {
            page = source.keys(page.last().orElseThrow(), 700);
            read(page, expected);
        }
        assertThat(index.documents()).containsOnlyKeys(expected.keySet());
        expected.forEach((key, document) ->
                assertThat(index.document(key)).as(key.value()).contains(document));
        assertThat(LedgerTableContents.sizes(database))
                .as("what is true has no rows")
                .containsEntry("stocktake_mark", 0)
                .containsEntry("stocktake_batch", 0);
    }

    private void read(KeyPage page, Map<ProductKey, Document> documents) {
        source.read(page.keys()).forEach((key, projection) -> {
            if (projection instanceof Projection.Present present) {
                documents.put(key, present.document());
            }
        });
    }

    @Test
    void keepsAnIndexTrueFromTheFirstDocumentOn() {
        agree(stocktake().run(SyncPolicy.full().inPlace()));
        assertThat(index.documents()).hasSize(2_700);

        run("update stock set quantity = 0 where sku = 'LAMP-7'");
        run("update product set price = 1, updated_at = now(6) where sku = 'lamp-8 '");
        long before = index.documentsWritten();
        agree(stocktake().run(SyncPolicy.smart()));
        assertThat(index.documentsWritten()).isEqualTo(before + 2);
        assertThat(index.document(ProductKey.of("Lamp-7"))
                        .orElseThrow()
                        .fields()
                        .toString())
                .contains("quantity=0");

        run("delete from product where sku = 'Lamp-9'");
        run("update product set sku = 'LAMP-11' where sku = 'Lamp-11'");
        agree(stocktake().run(SyncPolicy.full().inPlace()));
        assertThat(index.document(ProductKey.of("LAMP-11"))).isPresent();
        assertThat(index.document(ProductKey.of("Lamp-11"))).isEmpty();
    }

    @Test
    void findsWhatWasCommittedLongAfterItWasStamped() throws SQLException {
        Stocktake stocktake = stocktake();
        agree(stocktake.run(SyncPolicy.full().inPlace()));
        try (Connection open = database.getConnection()) {
            open.setAutoCommit(false);
            Sql.run(open, "update stock set quantity = 77 where sku = 'Lamp-1'");
            run("update stock set quantity = 78 where sku = 'Lamp-2'");
            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();
            assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();
            open.commit();
            open.setAutoCommit(true);
        }

        agree(stocktake.run(SyncPolicy.smart()));
    }

    private static ProductTables tables() {
        return ProductTables.root("product", "sku")
                .table("stock", ProductTables.key("sku"), ProductTables.leadsTo("product.sku"));
    }

    /** Whatever letters the shop names its products in, and without any timestamp. */
    @Test
    void findsByTriggersWhatMovesNoTimestampAndWhatIsGone() {
        ChangeLog log = ChangeLog.builder(database, tables()).build();
        log.install();
        Stocktake stocktake = Stocktake.builder(source, index, ledger)
                .feed(ChangeLogFeed.builder(database, tables()).build())
                .instance("one")
                .build();
        agree(stocktake.run(SyncPolicy.full().inPlace()));
        agree(stocktake.run(SyncPolicy.smart()));

        run("update stock set quantity = 3, updated_at = updated_at where sku = 'LAMP-7'");
        run("update stock set sku = 'lAMP-12 ', updated_at = updated_at where sku = 'Lamp-11'");
        run("delete from product where sku = 'Lamp-9'");
        run("update product set sku = 'LAMP-13' where sku = 'Lamp-13'");
        long before = index.documentsWritten();
        agree(stocktake.run(SyncPolicy.smart()));
        assertThat(index.documentsWritten())
                .as("four and the ids of two that are gone")
                .isEqualTo(before + 6);
        assertThat(index.document(ProductKey.of("Lamp-7"))
                        .orElseThrow()
                        .fields()
                        .toString())
                .contains("quantity=3");
        assertThat(index.document(ProductKey.of("Lamp-9"))).isEmpty();
        assertThat(index.document(ProductKey.of("Lamp-13"))).isEmpty();
        assertThat(index.document(ProductKey.of("LAMP-13"))).isPresent();
        log.uninstall();
    }
}
