package dev.stocktake.jdbc;

import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.testkit.ProductSourceContract;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;

/** The contract on a table of products whose ids are of one type in one database. */
abstract class JdbcProductSourceContract extends ProductSourceContract {

    private final DataSource dataSource;
    private final String idType;
    private final ProductSource source;

    JdbcProductSourceContract(DataSource dataSource, String idType) {
        this.dataSource = dataSource;
        this.idType = idType;
        this.source = JdbcProductSource.builder(dataSource)
                .root("select p.id, p.title, cast(p.weight as integer) as weight from product p"
                        + " where p.published and {products:p.id}")
                .values(
                        "tags",
                        Rows.by("product_id", "select product_id, tag from product_tag where {products:product_id}"))
                .keys("product", "id")
                .build();
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
            case "numeric(30)" -> new java.math.BigDecimal(key.value());
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
