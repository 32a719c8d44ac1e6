package dev.stocktake.jdbc;

import dev.stocktake.ChangeFeed;
import dev.stocktake.testkit.Capability;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;

/** What every feed promises, kept by the numbers of transactions alone. */
class XminFeedContractIT {

    @Nested
    class OnPostgres extends TimestampFeedContract {

        private static final DataSource DATABASE = Sql.postgres();

        OnPostgres() {
            super(DATABASE, "timestamptz");
        }

        @Override
        protected ChangeFeed feed() {
            return XminFeed.builder(
                            DATABASE,
                            ProductTables.root("product", "id")
                                    .table(
                                            "variant",
                                            ProductTables.key("product_id"),
                                            ProductTables.leadsTo("product.id"))
                                    .table(
                                            "stock",
                                            ProductTables.key("variant_id"),
                                            ProductTables.leadsTo("variant.id")))
                    .share(1)
                    .build();
        }

        @Override
        protected Map<Capability, String> missing() {
            return Map.of(Capability.DELETIONS, "a deleted row leaves no xmin");
        }

        /** As if the cursor were another database's. */
        @Override
        protected void loseHistory() {
            ledger().inTransaction("contract", tx -> {
                String cursor = tx.cursor("xmin").orElseThrow();
                tx.saveCursor("xmin", cursor.replaceFirst("\"o\":\"[0-9]", "\"o\":\"x"));
                return true;
            });
        }
    }
}
