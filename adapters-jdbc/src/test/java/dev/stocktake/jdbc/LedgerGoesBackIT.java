package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Intake;
import dev.stocktake.ProductKey;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.testkit.InMemoryIndex;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The ledger lives in a database of its own, which loses its last seconds or is restored from a backup, while the shop's
 * does not: entries of the change log are gone whose marks went back with it.
 */
class LedgerGoesBackIT {

    @Nested
    class OnPostgres extends OnADatabase {

        OnPostgres() {
            super(TestPostgres.freshDatabase());
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends OnADatabase {

        OnMariaDb() {
            super(TestMariaDb.freshDatabase());
        }
    }

    @Nested
    class OnH2 extends OnADatabase {

        OnH2() {
            super(TestH2.freshDatabase());
        }
    }

    abstract static class OnADatabase {

        private static final ProductTables TABLES = ProductTables.root("product", "id");

        private final DataSource shop;
        private final DataSource books = TestH2.freshDatabase();
        private final JdbcLedger ledger = JdbcLedger.of(books).initialize();
        private final FeedReader reader;

        OnADatabase(DataSource shop) {
            this.shop = shop;
            this.reader = reader();
        }

        private ChangeFeed feed() {
            return ChangeLogFeed.builder(shop, TABLES).build();
        }

        /** One instance after another: what was only remembered is forgotten. */
        private FeedReader reader() {
            return new FeedReader(ledger, "shop", feed());
        }

        @BeforeEach
        void aShop() {
            Sql.run(shop, "create table product (id varchar(20) primary key, price int)");
            Sql.run(shop, "insert into product select concat('p', n), 1 from " + Sql.numbers(shop, 9));
            ChangeLog.builder(shop, TABLES).build().install();
            reader.drain();
        }

        private void edit(String product) {
            assertThat(Sql.run(shop, "update product set price = price + 1 where id = ?", product))
                    .isEqualTo(1);
        }

        private List<String> backup() {
            return Sql.texts(books, "script");
        }

        private void restore(List<String> backup) {
            Sql.run(books, "drop all objects");
            backup.forEach(sql -> Sql.run(books, sql));
        }

        private String cursor() {
            return ledger.inTransaction("shop", tx -> tx.cursor("changes").orElseThrow());
        }

        private List<String> left() {
            return Sql.texts(shop, "select row_key from stocktake_change where source_id > 0");
        }

        /** Takes what there is, and comes back with the cursor, upon which its entries go. */
        private Set<String> taken(FeedReader who) {
            Set<String> named = who.drain();
            assertThat(who.drain()).isEmpty();
            return named;
        }

        private void goesOnInOrder(FeedReader next) {
            assertThat(next.drain()).isEmpty();
            assertThat(next.metGap() || next.metEverything()).isFalse();
            edit("p8");
            assertThat(next.drain()).isEqualTo(FeedReader.only("p8"));
            assertThat(next.metGap() || next.metEverything()).isFalse();
            assertThat(next.drain()).isEmpty();
            assertThat(left()).isEmpty();
        }

        @Test
        void marksEverythingWhenTheLedgerHasLostMarksWhoseEntriesAreGone() {
            edit("p1");
            taken(reader);
            List<String> backup = backup();
            edit("p2");
            edit("p3");
            assertThat(taken(reader)).isEqualTo(FeedReader.only("p2", "p3"));
            assertThat(left()).isEmpty();

            restore(backup);

            reader.drain();
            assertThat(reader.metEverything()).isTrue();
            goesOnInOrder(reader);
        }

        /** Back to where the feed had begun and taken nothing yet; and the process is another one. */
        @Test
        void marksEverythingHoweverFarTheLedgerWentBackAndWhoeverGoesOn() {
            List<String> backup = backup();
            for (String product : List.of("p1", "p2", "p3")) {
                edit(product);
                taken(reader);
            }

            restore(backup);

            FeedReader next = reader();
            next.drain();
            assertThat(next.metEverything()).isTrue();
            goesOnInOrder(next);
            restore(backup);
            next.drain();
            assertThat(next.metEverything()).as("once more").isTrue();
            goesOnInOrder(next);
        }

        /** Entries go when the cursor comes back; until then they outlive whatever the ledger loses. */
        @Test
        void losesNothingAndMarksNothingMoreWhenOnlyMarksAreLostWhoseEntriesAreStillThere() {
            edit("p1");
            taken(reader);
            List<String> backup = backup();
            edit("p2");
            reader.acknowledge(reader.take(100));
            assertThat(left()).containsExactly("p2");

            restore(backup);

            assertThat(reader.drain()).isEqualTo(FeedReader.only("p2"));
            assertThat(reader.metEverything()).isFalse();
            goesOnInOrder(reader);
        }

        @Test
        void repeatsWhatAProcessHadMarkedThatDiedBeforeItCouldRemoveIt() {
            edit("p1");
            taken(reader);
            edit("p2");
            reader.acknowledge(reader.take(100));

            FeedReader next = reader();

            assertThat(next.drain()).isEqualTo(FeedReader.only("p2"));
            assertThat(next.metEverything()).isFalse();
            goesOnInOrder(next);
        }

        /** A dry run may look with a cursor that it read a moment ago. */
        @Test
        void takesNobodyWhoLooksWithAnOldCursorForALedgerThatWentBack() {
            edit("p1");
            taken(reader);
            String old = cursor();
            edit("p2");
            taken(reader);
            String now = cursor();

            assertThat(feed().peek(old, 100))
                    .hasValueSatisfying(peeked -> assertThat(peeked.gap()).isTrue());
            assertThat(feed().peek(now, 100))
                    .hasValueSatisfying(peeked -> assertThat(peeked.gap()).isFalse());
            FeedReader late = reader();
            Intake seen = feed().take(old, 100);
            late.acknowledge(seen);

            assertThat(seen.everything())
                    .as("what it would have named is not known")
                    .isTrue();
            assertThat(cursor()).isEqualTo(now);
            goesOnInOrder(reader);
        }

        /** Who was overtaken marks, and leaves the place to those who overtook. */
        @Test
        void letsNobodyWhoWasOvertakenTakeThePlaceBack() {
            FeedReader slow = reader();
            edit("p1");
            Intake old = slow.take(100);
            taken(reader);
            edit("p2");
            taken(reader);
            String now = cursor();

            slow.acknowledge(old);

            assertThat(old.products()).containsExactly(ProductKey.of("p1"));
            assertThat(cursor()).isEqualTo(now);
            goesOnInOrder(reader);
        }

        @Test
        void makesTheIndexTrueAgain() {
            InMemoryIndex index = new InMemoryIndex("shop");
            try (Stocktake stocktake = Stocktake.builder(
                            JdbcProductSource.builder(shop)
                                    .root("select p.id, p.price from product p where {products:p.id}")
                                    .keys("product", "id")
                                    .build(),
                            index,
                            ledger)
                    .feed(feed())
                    .build()) {
                stocktake.run(SyncPolicy.full().inPlace());
                edit("p1");
                stocktake.run(SyncPolicy.smart());
                List<String> backup = backup();
                edit("p2");
                taken(reader);
                restore(backup);

                assertThat(stocktake.run(SyncPolicy.smart()).complete()).isTrue();

                assertThat(price(index, "p1")).isEqualTo("2");
                assertThat(price(index, "p2")).isEqualTo("2");
            }
        }

        private static String price(InMemoryIndex index, String product) {
            return String.valueOf(
                    index.document(ProductKey.of(product)).orElseThrow().get("price"));
        }
    }
}
