package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.ChangeFeed;
import dev.stocktake.ProductKey;
import dev.stocktake.UnavailableException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A standby may be behind, so nothing is read from one. */
class StandbyIT {

    private static final ProductTables TABLES = ProductTables.root("product", "id");

    @TempDir
    private static Path directory;

    private static EmbeddedPostgres server;
    private static DataSource standby;

    @BeforeAll
    static void aServerThatWaitsForItsPrimary() throws IOException {
        Path data = directory.resolve("data");
        try (EmbeddedPostgres primary = start(data)) {
            TestPostgres.execute(
                    primary.getPostgresDatabase(),
                    "create table product (id varchar(20) primary key, updated_at timestamptz not null)",
                    "insert into product values ('p1', now())");
            ChangeLog.builder(primary.getPostgresDatabase(), TABLES).build().install();
        }
        Files.createFile(data.resolve("standby.signal"));
        server = start(data);
        standby = server.getPostgresDatabase();
    }

    private static EmbeddedPostgres start(Path data) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static void assertRefused(Runnable work) {
        assertThatThrownBy(work::run).isInstanceOf(UnavailableException.class).hasMessageContaining("use the primary");
    }

    @Test
    void canBeRead() {
        assertThat(Sql.texts(standby, "select id from product")).containsExactly("p1");
    }

    @Test
    void isNoProductSource() {
        JdbcProductSource source = JdbcProductSource.builder(standby)
                .root("select id from product where {products:id}")
                .build();

        assertRefused(source::verify);
        assertRefused(() -> source.read(List.of(ProductKey.of("p1"))));
        assertRefused(() -> source.keys(null, 10));
    }

    @Test
    void hasNoFeedByXmin() {
        assertRefusedFeed(XminFeed.builder(standby, TABLES).build());
    }

    @Test
    void hasNoFeedByTimestamps() {
        assertRefusedFeed(TimestampFeed.builder(standby, TABLES).build());
    }

    @Test
    void hasNoFeedByTheChangeLog() {
        assertRefused(() -> ChangeLogFeed.builder(standby, TABLES).build().verify());
    }

    /** Also later, when a pool that knows several servers has found another one. */
    private static void assertRefusedFeed(ChangeFeed feed) {
        assertRefused(feed::verify);
        assertRefused(() -> feed.take(null, 10));
    }
}
