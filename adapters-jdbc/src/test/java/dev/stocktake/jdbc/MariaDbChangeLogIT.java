package dev.stocktake.jdbc;

import static dev.stocktake.jdbc.FeedReader.only;
import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds on every database, and what is special about triggers and foreign keys here. */
@NeedsMariaDb
class MariaDbChangeLogIT extends ChangeLogIT.OnEveryDatabase {

    private static final String NAME = TestMariaDb.createDatabase("collate utf8mb4_general_ci");
    private static final DataSource DATABASE = TestMariaDb.pool(
            NAME + "?sessionVariables=sql_mode='ANSI_QUOTES,PIPES_AS_CONCAT,STRICT_TRANS_TABLES'", "root");
    private static final String TRIGGERS = "select trigger_name from information_schema.triggers where trigger_schema ="
            + " database() and event_object_table = ? order by 1";

    MariaDbChangeLogIT() {
        super(DATABASE);
    }

    @AfterEach
    void withoutForeignKeysOfTheseTests() throws SQLException {
        try (Connection connection = DATABASE.getConnection()) {
            Sql.run(connection, "set foreign_key_checks = 0");
            Sql.run(
                    connection,
                    "drop table if exists category_product, category, stock, link, variant, product, bundle, part,"
                            + " shelf, region, ticket, folder_product, folder, old_stock");
            Sql.run(connection, "set foreign_key_checks = 1");
        }
    }

    @Override
    List<String> everythingInTheCatalog() {
        return Sql.texts(DATABASE, """
                select concat_ws('|', 'column', table_name, column_name, column_type, is_nullable, column_default,
                        collation_name, extra) from information_schema.columns where table_schema = database()
                union all select concat_ws('|', 'table', table_name, engine, table_collation)
                    from information_schema.tables where table_schema = database()
                union all select concat_ws('|', 'trigger', trigger_name, action_statement)
                    from information_schema.triggers where trigger_schema = database()
                union all select concat_ws('|', 'routine', routine_name) from information_schema.routines
                    where routine_schema = database()
                union all select concat_ws('|', 'index', table_name, index_name, column_name)
                    from information_schema.statistics where table_schema = database()
                union all select concat_ws('|', 'constraint', table_name, constraint_name, constraint_type)
                    from information_schema.table_constraints where table_schema = database()
                order by 1""");
    }

    /** As any client would: each trigger is one statement. */
    @Override
    void script(String script) {
        for (String statement : script.split(";\n")) {
            if (!statement.isBlank()) {
                run(statement);
            }
        }
    }

    // --- every way to write

    @Test
    void followsReplaceUpsertAndStatementsOverSeveralTables() {
        run("replace into stock values ('i1', 1, 0), ('i2', 7, 1)");
        assertThat(named()).isEqualTo(only("p1", "p2"));
        run("replace into variant values (3, 'p0')");
        assertThat(named()).isEqualTo(only("p0", "p3"));
        run("insert into stock values ('i0', 1, 0), ('i3', 9, 1) on duplicate key update quantity = quantity + 1");
        assertThat(named()).isEqualTo(only("p0"));
        run("insert into variant values (2, 'p1') on duplicate key update product_id = 'p1'");
        assertThat(named()).isEqualTo(only("p1", "p2"));
        run("insert ignore into stock values ('i1', 1, 0), ('i1', 2, 0)");
        assertThat(named()).isEqualTo(only("p1"));
        run("update stock s join link l on l.item = s.item set s.quantity = 7, l.quantity = 8 where l.variant_id = 1");
        assertThat(named()).isEqualTo(only("p1"));
        run("delete s, l from stock s join link l on l.item = s.item where l.variant_id = 0");
        assertThat(named()).isEqualTo(only("p0"));
    }

    @Test
    void followsRowsThatAreLoadedFromAFile(@TempDir Path folder) throws IOException, SQLException {
        Path file = folder.resolve("stock.tsv");
        Files.writeString(file, "i1\t70\t1\ni2\t70\t2\n");
        try (Connection connection =
                TestMariaDb.dataSource(NAME + "?allowLocalInfile=true", "root").getConnection()) {
            Sql.run(connection, "load data local infile '" + file + "' into table stock");
        }
        assertThat(named()).isEqualTo(only("p1", "p2"));
    }

    @Test
    void keepsKeysLetterByLetterAndFollowsThoseThatTheCollationTakesForEqual() {
        run("update variant set product_id = 'P1 ' where id = 0");
        assertThat(Sql.texts(DATABASE, "select concat('<', row_key, '>') from stocktake_change where source_id > 0"))
                .containsExactlyInAnyOrder("<p0>", "<P1 >");
        assertThat(named()).contains("p0", "p1");
        run("update variant set product_id = 'p1' where id = 0");
        assertThat(Sql.texts(DATABASE, "select concat('<', row_key, '>') from stocktake_change where source_id > 0"))
                .containsExactlyInAnyOrder("<p1>", "<P1 >");
        assertThat(named()).contains("p1");
        run("update stock set location = 3, item = 'I2 ' where item = 'i1'");
        assertThat(named()).contains("p1", "p2");
    }

    /** No trigger and no other trace; but a table that rows of another refer to cannot be emptied so at all. */
    @Test
    void doesNotSeeTruncateAndSaysSo() {
        run("truncate table stock");
        assertThat(entries()).isZero();
        assertThat(named()).isEmpty();
        assertThat(reader.metEverything()).isFalse();
        assertThat(feed("changes", tables()).build().blindSpots())
                .anySatisfy(spot -> assertThat(spot).containsIgnoringCase("truncate"));
        assertThatThrownBy(() -> run("truncate table product"))
                .rootCause()
                .hasMessageContaining("Cannot truncate a table referenced in a foreign key constraint");
    }

    @Test
    void logsOneRowForAnUpdateThatKeepsTheKey() {
        run("update stock set quantity = quantity + 1 where item = 'i1'");
        assertThat(entries()).isEqualTo(1);
    }

    @Test
    void leavesTheLastInsertIdOfTheBusinessAlone() throws SQLException {
        run("create table ticket (id int primary key auto_increment, product_id varchar(80))");
        ProductTables graph =
                ProductTables.root("product", "id").table("ticket", key("product_id"), leadsTo("product.id"));
        log(graph).install();
        try (Connection connection = DATABASE.getConnection()) {
            Sql.run(connection, "insert into ticket (id, product_id) values (41, 'p1')");
            Sql.run(connection, "insert into ticket (product_id) values ('p2')");
            Sql.run(connection, "update stock set quantity = 0");
            assertThat(Sql.texts(connection, "select last_insert_id()")).containsExactly("42");
        }
    }

    @Test
    void rollsBackWithTheBusiness() throws SQLException {
        try (Connection connection = DATABASE.getConnection()) {
            connection.setAutoCommit(false);
            Sql.run(connection, "update stock set quantity = 0");
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(entries()).isZero();
    }

    @Test
    void seesATransactionThatBeganBeforeTheConsumer() throws SQLException {
        try (Connection early = DATABASE.getConnection()) {
            early.setAutoCommit(false);
            assertThat(Sql.texts(early, "select count(*) from product")).containsExactly("4");
            FeedReader late = reader("late", tables());
            late.drain();
            Sql.run(early, "update stock set quantity = 0 where item = 'i1'");
            assertThat(named()).isEmpty();
            early.commit();
            early.setAutoCommit(true);
            assertThat(named()).isEqualTo(only("p1"));
            assertThat(late.drain()).isEqualTo(only("p1"));
        }
    }

    /** However small its tables are, where a plan that looks through them would be the cheapest. */
    @Test
    void waitsForNoOpenTransaction() throws SQLException {
        try (Connection open = DATABASE.getConnection()) {
            open.setAutoCommit(false);
            Sql.run(open, "update stock set quantity = 0 where item = 'i0'");
            FeedReader other = reader("other", tables());
            other.drain();
            run("update stock set quantity = 0 where item = 'i1'");
            assertThat(named()).isEqualTo(only("p1"));
            assertThat(other.drain()).isEqualTo(only("p1"));
            assertThat(log(tables()).forget("other")).isTrue();
            open.commit();
            open.setAutoCommit(true);
        }
        assertThat(named()).isEqualTo(only("p0"));
    }

    // --- cascades, for which InnoDB fires no trigger

    private void begin(ProductTables graph) {
        log(graph).install();
        log(graph).verify();
        reader = reader("cascades", graph);
        reader.drain();
        reader.drain();
    }

    @Test
    void followsACascadeOverTwoLevels() {
        run(
                "alter table link add foreign key (variant_id) references variant (id) on delete cascade on update cascade");
        begin(tables());
        run("update variant set id = 40 where id = 0");
        assertThat(named()).isEqualTo(only("p0"));
        run("update product set id = 'q0' where id = 'p0'");
        assertThat(named()).isEqualTo(only("p0", "q0"));
        run("delete from variant where id = 2");
        assertThat(Sql.texts(DATABASE, "select item from link where variant_id = 2"))
                .isEmpty();
        assertThat(named()).isEqualTo(only("p2"));
        run("delete from product where id = 'p1'");
        assertThat(Sql.texts(DATABASE, "select item from link where variant_id = 1"))
                .isEmpty();
        assertThat(named()).isEqualTo(only("p1"));
    }

    /** The parent's own key leads nowhere any more: the rows that told where went with it. */
    @Test
    void followsACascadeThatComesFromBelow() {
        run("alter table category_product add foreign key (category_id) references category (id) on delete cascade");
        run("alter table product add foreign key (category_id) references category (id) on delete set null");
        begin(tables());
        run("delete from category where id = 7");
        assertThat(named()).isEqualTo(only("p0", "p1"));
        run("delete from category where id = 8");
        assertThat(named()).isEqualTo(only("p3"));
    }

    @Test
    void followsACascadeFromTablesThatNoGraphNames() {
        run("create table region (id int primary key)");
        run("create table shelf (id int primary key, region_id int,"
                + " foreign key (region_id) references region (id) on delete cascade)");
        run("insert into region values (1), (2)");
        run("insert into shelf values (1, 1), (2, 2)");
        run("update stock set location = 2 where item in ('i2', 'i3')");
        run("alter table stock add foreign key (location) references shelf (id) on delete cascade on update cascade");
        begin(tables());
        run("update shelf set id = 9 where id = 1");
        assertThat(named()).isEqualTo(only("p0", "p1"));
        run("update shelf set region_id = 1 where id = 9");
        assertThat(named()).isEmpty();
        run("delete from region where id = 2");
        assertThat(Sql.texts(DATABASE, "select item from stock where location = 2"))
                .isEmpty();
        assertThat(named()).isEqualTo(only("p2", "p3"));
    }

    @Test
    void followsAChildThatLedToAnotherProductThroughAnotherParent() {
        run("create table bundle (product_id varchar(80), part_id bigint,"
                + " foreign key (product_id) references product (id) on delete cascade on update cascade,"
                + " foreign key (part_id) references variant (id) on delete cascade on update cascade)");
        run("insert into bundle values ('p3', 0), ('p3', 1), ('p2', 1)");
        begin(ProductTables.root("product", "id")
                .table("variant", key("product_id"), leadsTo("product.id"))
                .table("bundle", key("product_id"), leadsTo("product.id"))
                .table("bundle", key("part_id"), leadsTo("variant.id")));
        run("update variant set id = 30 where id = 0");
        assertThat(named()).isEqualTo(only("p0", "p3"));
        run("delete from product where id = 'p1'");
        assertThat(Sql.texts(DATABASE, "select part_id from bundle")).containsExactly("30");
        assertThat(named()).isEqualTo(only("p1", "p2", "p3"));
        run("delete from variant where id = 30");
        assertThat(named()).isEqualTo(only("p0", "p3"));
    }

    @Test
    void followsACascadeDownATree() {
        run("create table folder (id int primary key, parent_id int,"
                + " foreign key (parent_id) references folder (id) on delete cascade)");
        run("create table folder_product (folder_id int, product_id varchar(80),"
                + " foreign key (folder_id) references folder (id) on delete cascade)");
        run("insert into folder values (1, null), (2, 1), (3, 2), (4, 3), (5, null)");
        run("insert into folder_product values (1, 'p0'), (3, 'p1'), (4, 'p2'), (5, 'p3')");
        begin(ProductTables.root("product", "id")
                .table("folder_product", key("product_id"), leadsTo("product.id"))
                .table("folder", key("id"), leadsTo("folder_product.folder_id")));
        run("delete from folder where id = 2");
        assertThat(named()).isEqualTo(only("p1", "p2"));
        run("delete from folder where id = 1");
        assertThat(named()).isEqualTo(only("p0"));
    }

    @Test
    void namesTheNewKeyThatACascadeWrites() {
        run("create table shelf (id int primary key)");
        run("insert into shelf values (1), (8)");
        run("update stock set location = 1");
        run("alter table stock add foreign key (location) references shelf (id) on update cascade");
        begin(ProductTables.root("product", "id").table("stock", key("location"), leadsTo("product.category_id")));
        run("delete from stock where item <> 'i1'");
        reader.drain();
        run("update product set category_id = 1 where id = 'p0'");
        reader.drain();
        run("delete from shelf where id = 8");
        run("update shelf set id = 8 where id = 1");
        assertThat(named()).isEqualTo(only("p0", "p3"));
    }

    @Test
    void saysThatAForeignKeyCameAfterTheTriggers() {
        run("create table shelf (id int primary key)");
        run("insert into shelf values (1)");
        run("alter table stock add foreign key (location) references shelf (id) on delete cascade");
        assertThatThrownBy(() -> feed("changes", tables()).build().verify())
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("'stock' has no trigger on `" + NAME + "`.`shelf` for rows that follow it by the"
                        + " foreign key 'stock_ibfk_1'")
                .hasMessageContaining("ChangeLog.install()");
        log(tables()).install();
        feed("changes", tables()).build().verify();
    }

    // --- triggers that somebody touched

    @Test
    void goesOnWhereAnInstallationStopped() {
        List<String> triggers = Sql.texts(DATABASE, TRIGGERS, "stock");
        assertThat(triggers).hasSize(4).allMatch(name -> name.length() <= 64);
        run("drop trigger " + triggers.get(1));
        assertThatThrownBy(() -> log(tables()).verify())
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("'stock' has no trigger for insert")
                .hasMessageNotContaining("'variant'");
        log(tables()).install();
        assertThat(Sql.texts(DATABASE, TRIGGERS, "stock")).isEqualTo(triggers);
    }

    @Test
    void refusesATriggerThatSomebodyAltered() {
        String name = Sql.texts(DATABASE, TRIGGERS, "stock").get(3);
        run("create or replace trigger " + name + " after update on stock for each row set @nothing = 1");
        assertThatThrownBy(() -> reader.drain())
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("'stock' has another trigger '" + name + "' than the one that is needed");
        log(tables()).install();
        reader.drain();
        assertThat(reader.metGap()).isTrue();
    }

    @Test
    void saysThatThereWasAGapIfATriggerWasGoneForAMoment() {
        String name = Sql.texts(DATABASE, TRIGGERS, "stock").get(3);
        String text = Sql.texts(
                        DATABASE,
                        "select action_statement from information_schema.triggers where trigger_name = ?"
                                + " and trigger_schema = database()",
                        name)
                .get(0);
        run("drop trigger " + name);
        run("update stock set quantity = 0");
        run("create trigger " + name + " after update on stock for each row " + text);
        log(tables()).verify();
        reader.drain();
        assertThat(reader.metGap()).isTrue();
        assertThat(named()).isEmpty();
    }

    @Test
    void saysThatThereWasAGapIfATableWasSwappedForAnother() {
        run("create table new_stock like stock");
        run("insert into new_stock select item, location, 0 from stock");
        run("rename table stock to old_stock, new_stock to stock");
        assertThatThrownBy(() -> reader.drain())
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("'stock' has no trigger for its changes");
        log(tables()).install();
        reader.drain();
        assertThat(reader.metGap()).isTrue();
        run("update stock set quantity = 3 where item = 'i1'");
        assertThat(named()).isEqualTo(only("p1"));
    }

    @Test
    void saysThatThereWasAGapIfTheLogWasTruncated() {
        run("update stock set quantity = 0 where item = 'i1'");
        run("truncate table stocktake_change");
        reader.drain();
        assertThat(reader.metGap()).isTrue();
    }

    @Test
    void saysWhatIsNotSeen() {
        assertThat(feed("changes", tables()).build().blindSpots()).anyMatch(spot -> spot.contains("TRUNCATE"));
    }

    @Test
    void refusesTablesWithoutTransactionsAndViews() {
        run("create table part (product_id varchar(80)) engine = MyISAM");
        ProductTables graph =
                ProductTables.root("product", "id").table("part", key("product_id"), leadsTo("product.id"));
        assertThatThrownBy(() -> feed("part", graph).build().verify())
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("'part' is kept by the engine MyISAM");
        run("drop table part");
        run("create or replace view seen as select * from stock");
        ProductTables view = ProductTables.root("product", "id").table("seen", key("item"), leadsTo("product.id"));
        assertThatThrownBy(() -> feed("view", view).build().verify())
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("'seen' is not a table");
        run("drop view seen");
    }

    @Test
    void letsTheShopGoOnWhenItCannotBeInstalledInTimeAndGoesOnLater() throws SQLException {
        log(tables()).uninstall();
        try (Connection writer = DATABASE.getConnection()) {
            writer.setAutoCommit(false);
            Sql.run(writer, "update stock set quantity = 0");
            assertThatThrownBy(() -> log(tables()).install())
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("Installing the change log");
            Sql.run(writer, "update stock set quantity = 1");
            writer.rollback();
            writer.setAutoCommit(true);
        }
        assertThatThrownBy(() -> log(tables()).verify()).hasMessageContaining("'stock' has no trigger");
        log(tables()).install();
        log(tables()).verify();
    }

    // --- rights

    @Test
    void needsFewRights() {
        run("create or replace user clerk@localhost");
        run("create or replace user taker@localhost");
        for (String table : List.of("product", "variant", "link", "stock", "category", "category_product")) {
            run("grant select, insert, update, delete on " + table + " to clerk@localhost");
            run("grant select, trigger on " + table + " to taker@localhost");
        }
        for (String table : List.of("stocktake_change", "stocktake_change_copy", "stocktake_change_consumer")) {
            run("grant select, insert, update, delete on " + table + " to taker@localhost");
        }
        JdbcConnectionPool clerk = TestMariaDb.pool(NAME, "clerk");
        JdbcConnectionPool taker = TestMariaDb.pool(NAME, "taker");
        try {
            reader = new FeedReader(
                    ledger,
                    "shop",
                    ChangeLogFeed.builder(taker, tables()).name("taker").build());
            reader.drain();
            Sql.run(clerk, "update stock set quantity = 0 where item = 'i1'");
            Sql.run(clerk, "delete from product where id = 'p2'");
            assertThat(named()).isEqualTo(only("p1", "p2"));
            ChangeLog.builder(taker, tables()).build().verify();
            assertThatThrownBy(() -> Sql.texts(clerk, "select * from stocktake_change"))
                    .hasStackTraceContaining("SELECT command denied");
            run("revoke trigger on stock from taker@localhost");
            assertThatThrownBy(() -> ChangeLog.builder(taker, tables()).build().verify())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining(
                            "'stock' has no trigger for its changes, or none that this user may see, which"
                                    + " needs the right TRIGGER on it");
        } finally {
            clerk.dispose();
            taker.dispose();
            run("drop user clerk@localhost, taker@localhost");
        }
    }
}
