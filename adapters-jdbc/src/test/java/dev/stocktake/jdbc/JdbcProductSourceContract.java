package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.testkit.ProductSourceContract;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract on a table of products whose ids are of one type in one database. */
abstract class JdbcProductSourceContract extends ProductSourceContract {

    private final DataSource dataSource;
    private final String idType;
    private final ProductSource source;

    JdbcProductSourceContract(DataSource dataSource, String idType) {
        this.dataSource = dataSource;
        this.idType = idType;
        this.source = JdbcProductSource.builder(dataSource)
                .root("select p.id, p.title, " + weight(dataSource) + " as weight from product p"
                        + " where p.published and {products:p.id}")
                .values(
                        "tags",
                        Rows.by("product_id", "select product_id, tag from product_tag where {products:product_id}"))
                .keys("product", "id")
                .build();
    }

    /** An expression that only a weight of one digit does not make fail: MariaDB takes any text for a number. */
    private static String weight(DataSource dataSource) {
        return Sql.isMariaDb(dataSource) ? "9223372036854775806 + char_length(p.weight)" : "cast(p.weight as integer)";
    }

    @BeforeEach
    void anEmptyCatalogue() {
        Sql.run(dataSource, "drop table if exists product_tag");
        Sql.run(dataSource, "drop table if exists product");
        Sql.run(
                dataSource,
                "create table product (id " + idType + " primary key, title varchar(1000) not null,"
                        + " published boolean default true not null, weight varchar(10) default '7')");
        Sql.run(dataSource, "create table product_tag (product_id " + idType + " not null, tag varchar(100))");
    }

    @Override
    protected ProductSource source() {
        return source;
    }

    @Override
    protected int many() {
        return 200;
    }

    @Override
    protected void save(ProductKey key, String title) {
        if (Sql.run(dataSource, "update product set title = ? where id = ?", title, id(key)) == 0) {
            Sql.run(dataSource, "insert into product (id, title) values (?, ?)", id(key), title);
            for (String tag : List.of("new", "Zander", "äpfel")) {
                Sql.run(dataSource, "insert into product_tag values (?, ?)", id(key), tag);
            }
        }
    }

    @Override
    protected void delete(ProductKey key) {
        Sql.run(dataSource, "delete from product where id = ?", id(key));
    }

    @Override
    protected void unpublish(ProductKey key) {
        Sql.run(dataSource, "update product set published = false where id = ?", id(key));
    }

    @Override
    protected void damage(ProductKey key) {
        Sql.run(dataSource, "update product set weight = 'heavy' where id = ?", id(key));
    }

    @Override
    protected void inCallersTransaction(Runnable work) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            Sql.run(connection, "select count(*) from product");
            work.run();
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private Object id(ProductKey key) {
        return switch (idType) {
            case "bigint" -> Long.valueOf(key.value());
            case "numeric(30)", "bigint unsigned" -> new java.math.BigDecimal(key.value());
            case "uuid" -> UUID.fromString(key.value());
            default -> key.value();
        };
    }

    /** The contract with ids that are whole numbers. */
    abstract static class OfNumbers extends JdbcProductSourceContract {

        OfNumbers(DataSource dataSource, String idType) {
            super(dataSource, idType);
        }

        @Override
        protected List<ProductKey> awkwardKeys() {
            return ProductKey.all(
                    "0",
                    "-1",
                    "9",
                    "10",
                    "100",
                    "99",
                    "-10",
                    "9007199254740993",
                    "9223372036854775807",
                    "-9223372036854775808");
        }
    }

    /** The contract with whole numbers that are never negative. */
    abstract static class OfNaturalNumbers extends JdbcProductSourceContract {

        OfNaturalNumbers(DataSource dataSource, String idType) {
            super(dataSource, idType);
        }

        @Override
        protected List<ProductKey> awkwardKeys() {
            return ProductKey.all("0", "9", "10", "9223372036854775807", "9223372036854775808", "18446744073709551615");
        }
    }

    /** The contract with text in a collation that takes letters with and without accents, in any case, for the same. */
    abstract static class OfLenientText extends JdbcProductSourceContract {

        OfLenientText(DataSource dataSource, String idType) {
            super(dataSource, idType);
        }

        @Override
        protected List<ProductKey> awkwardKeys() {
            return ProductKey.all(
                    "10",
                    "9",
                    "010",
                    "a",
                    "B",
                    "c d",
                    "a-b",
                    "a_b",
                    "a/b",
                    "a.b",
                    "a%2Fb",
                    "a+b",
                    "a:b",
                    "a'b",
                    "a\"b",
                    "a\\b",
                    "a,b;c",
                    "x\ty",
                    "ö",
                    "Ж",
                    "商品",
                    "🦆",
                    "k_20",
                    "x-61",
                    "~",
                    "*",
                    "null",
                    "-1",
                    "x".repeat(ProductKey.MAX_LENGTH));
        }

        /** A product is the one that is written so, and no other that the database takes for the same. */
        @Test
        void knowsNoProductThatIsWrittenOtherwise() {
            save(ProductKey.of("Desk"), "Desk");

            assertThat(source().present(ProductKey.all("desk", "DESK", "Désk", "Desk ", "Desk")))
                    .containsExactly(ProductKey.of("Desk"));
        }
    }

    /** The contract with UUIDs. */
    abstract static class OfUuids extends JdbcProductSourceContract {

        OfUuids(DataSource dataSource) {
            super(dataSource, "uuid");
        }

        @Override
        protected ProductKey key(int number) {
            return ProductKey.of(new UUID(0x7000L << 40, number).toString());
        }

        @Override
        protected List<ProductKey> awkwardKeys() {
            return ProductKey.all(
                    "00000000-0000-0000-0000-000000000000",
                    "7fffffff-ffff-ffff-7fff-ffffffffffff",
                    "80000000-0000-0000-0000-000000000000",
                    "80000000-0000-0000-8000-000000000000",
                    "ffffffff-ffff-ffff-ffff-ffffffffffff");
        }
    }
}
