package dev.stocktake.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.KeyPage;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.Projection;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.meilisearch.MeilisearchIndex;
import dev.stocktake.meilisearch.MeilisearchStandIn;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Kills a real process that goes by timestamps with signal 9 again and again while somebody else changes the shop by SQL, and
 * then asks one smart run to finish: it only looks at what was noticed, so whatever was lost stays wrong and is found here.
 * {@link SiegeIT} is the same by the change log, with more that can happen.
 */
class KilledProcessIT {

    private static final int PRODUCTS = 300;
    private static final int ROUNDS = Boolean.getBoolean("stocktake.soak") ? 200 : 8;

    private final long seed = Long.getLong("stocktake.seed", 20_261_122L);

    @Test
    void losesNothingHoweverOftenItIsKilled() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
                MeilisearchStandIn server = MeilisearchStandIn.automatic()) {
            String url = postgres.getJdbcUrl("postgres", "postgres");
            ShopDatabase shop = ShopDatabase.at(url);
            shop.create(PRODUCTS);
            JdbcLedger.builder(shop.dataSource()).build().initialize();
            killAndKillAgain(url, shop, server.url());
            assertNothingIsLost(shop, server.url());
        }
    }

    private void killAndKillAgain(String url, ShopDatabase shop, String serverUrl) throws Exception {
        Random random = new Random(seed);
        AtomicBoolean done = new AtomicBoolean();
        Writer writer = new Writer(shop, new Random(random.nextLong()), done);
        Thread thread = new Thread(writer, "writer");
        thread.start();
        try {
            for (int round = 0; round < ROUNDS; round++) {
                Process process = launch(url, serverUrl);
                // A kill comes at a random moment; nothing is waited for.
                process.waitFor(random.nextInt(50, 900), TimeUnit.MILLISECONDS);
                assertThat(process.isAlive())
                        .as("round %d of seed %d died by itself", round, seed)
                        .isTrue();
                process.destroyForcibly().waitFor();
            }
        } finally {
            done.set(true);
            thread.join();
        }
        assertThat(writer.failure).as("the writer").isNull();
    }

    private static Process launch(String url, String serverUrl) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        java,
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dlogback.statusListenerClass=ch.qos.logback.core.status.NopStatusListener",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ShopKeeper.class.getName(),
                        url,
                        serverUrl,
                        MeilisearchStandIn.MASTER_KEY)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        assertThat(out.lines().anyMatch("open"::equals)).as("opened").isTrue();
        return process;
    }

    private void assertNothingIsLost(ShopDatabase shop, String serverUrl) throws SQLException {
        ProductSource source = shop.source();
        try (MeilisearchIndex index = ShopKeeper.index(serverUrl, MeilisearchStandIn.MASTER_KEY);
                Stocktake stocktake = ShopKeeper.stocktake(shop, source, index)) {
            SyncReport report = awaitTheDeadMansLease(stocktake);
            assertThat(report.complete()).as(report.toString()).isTrue();
            assertThat(held(index)).as("seed %d", seed).isEqualTo(wanted(source));
            assertThat(stocktake.status().clean()).isTrue();
        }
        assertThat(rows(shop, "stocktake_mark")).isZero();
    }

    private static SyncReport awaitTheDeadMansLease(Stocktake stocktake) {
        return org.awaitility.Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(
                        () -> stocktake.run(SyncPolicy.smart()),
                        report -> report.outcome() != SyncReport.Outcome.ELSEWHERE);
    }

    private static Map<ProductKey, Fingerprint> wanted(ProductSource source) {
        Map<ProductKey, Fingerprint> wanted = new LinkedHashMap<>();
        KeyPage page = source.keys(null, 1_000);
        assertThat(page.end()).isTrue();
        source.read(page.keys()).forEach((key, projection) -> {
            if (projection instanceof Projection.Present present) {
                wanted.put(key, Fingerprint.of(present.document(), source.projectionVersion()));
            }
        });
        return wanted;
    }

    private static Map<ProductKey, Fingerprint> held(MeilisearchIndex index) {
        FingerprintPage page = index.fingerprints(null, 10_000);
        assertThat(page.next()).isNull();
        return page.entries();
    }

    private static long rows(ShopDatabase shop, String table) throws SQLException {
        try (Connection connection = shop.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** Sells, restocks and adds products, by SQL, in transactions that stay open for a while. */
    private static final class Writer implements Runnable {

        private final ShopDatabase shop;
        private final Random random;
        private final AtomicBoolean done;
        private int added = PRODUCTS;
        private volatile @Nullable Exception failure;

        Writer(ShopDatabase shop, Random random, AtomicBoolean done) {
            this.shop = shop;
            this.random = random;
            this.done = done;
        }

        @Override
        public void run() {
            try (Connection connection = shop.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                while (!done.get()) {
                    for (int i = 0; i <= random.nextInt(4); i++) {
                        change(connection);
                    }
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("select pg_sleep(" + random.nextInt(40) / 1000.0 + ")");
                    }
                    connection.commit();
                }
            } catch (SQLException e) {
                failure = e;
            }
        }

        private void change(Connection connection) throws SQLException {
            if (random.nextInt(20) == 0) {
                String id = "p" + ++added;
                update(connection, "insert into product (id, title) values (?, ?)", id, "Product " + added);
                update(connection, "insert into variant (id, product_id) values (?, ?)", id + "-1", id);
                update(connection, "insert into stock (variant_id, place, quantity) values (?, 'north', 1)", id + "-1");
            } else {
                update(
                        connection,
                        "update stock set quantity = " + random.nextInt(5)
                                + ", updated_at = clock_timestamp() where variant_id = ?",
                        "p" + (1 + random.nextInt(PRODUCTS)) + "-" + (1 + random.nextInt(2)));
            }
        }

        private static void update(Connection connection, String sql, String... arguments) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                List<String> values = List.of(arguments);
                for (int i = 0; i < values.size(); i++) {
                    statement.setString(i + 1, values.get(i));
                }
                statement.executeUpdate();
            }
        }
    }
}
