package dev.stocktake.examples.medusa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Intake;
import dev.stocktake.KeyPage;
import dev.stocktake.Projection;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncProgress;
import dev.stocktake.SyncReport;
import dev.stocktake.jdbc.JdbcProductSource;
import dev.stocktake.meilisearch.MeilisearchStandIn;
import dev.stocktake.meilisearch.RealServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A whole shop five hundred times: what the query and the feeds cost there. Prints its figures; takes minutes. */
@EnabledIfSystemProperty(
        named = "stocktake.soak",
        matches = "true",
        disabledReason = "Skipped: takes minutes; run with -Psoak")
class HundredThousandProductsIT {

    private static final int TIMES = 500;
    private static final String INDEX = "hundred_thousand_products";
    private static final Duration PACE = Duration.ofSeconds(5);

    /** The tables that are multiplied, and which of their columns tell the copies apart. */
    private static final Map<String, List<String>> TABLES = new LinkedHashMap<>();

    static {
        TABLES.put("product", List.of("id", "handle"));
        TABLES.put("product_variant", List.of("id", "product_id", "sku", "barcode", "ean", "upc"));
        TABLES.put("image", List.of("id", "product_id"));
        TABLES.put("product_category_product", List.of("product_id"));
        TABLES.put("product_tags", List.of("product_id"));
        TABLES.put("product_variant_option", List.of("variant_id"));
        TABLES.put("product_variant_inventory_item", List.of("id", "variant_id", "inventory_item_id"));
        TABLES.put("inventory_item", List.of("id", "sku"));
        TABLES.put("inventory_level", List.of("id", "inventory_item_id"));
        TABLES.put("product_sales_channel", List.of("id", "product_id"));
        TABLES.put("product_variant_price_set", List.of("id", "variant_id", "price_set_id"));
        TABLES.put("price_set", List.of("id"));
        TABLES.put("price", List.of("id", "price_set_id"));
    }

    private static Shop multiplied() {
        Shop shop = Shop.whole();
        TABLES.forEach((table, columns) -> {
            StringBuilder select = new StringBuilder();
            for (String column : shop.texts("select attname from pg_attribute where attrelid = '" + table
                    + "'::regclass and attnum > 0 and not attisdropped order by attnum")) {
                select.append(select.isEmpty() ? "" : ", ")
                        .append("t.")
                        .append(column)
                        .append(columns.contains(column) ? " || '_' || n" : "");
            }
            shop.run("set session_replication_role = replica; insert into " + table + " select " + select + " from "
                    + table + " t cross join generate_series(1, " + (TIMES - 1) + ") as copies(n)");
        });
        shop.run("vacuum analyze");
        return shop;
    }

    private static void say(String what, Duration took, String more) {
        System.out.printf(Locale.ROOT, "%-60s %8.2f s  %s%n", what, took.toMillis() / 1000.0, more);
    }

    @Test
    void measures() throws IOException {
        long begun = System.nanoTime();
        Shop shop = multiplied();
        say(
                "made the shop",
                since(begun),
                shop.texts("select count(*) from product").get(0) + " products");
        Map<String, String> environment = shop.environment("http://localhost:1", "");
        fills(shop, environment);
        try (Parts parts = Parts.of(Settings.of(environment)).requireShop()) {
            walk(parts.source());
            for (ChangeFeed feed : parts.feeds()) {
                follows(shop, feed);
            }
            long at = System.nanoTime();
            parts.makeLogSchema();
            parts.changeLog().install();
            say("installed the change log", since(at), "");
            follows(shop, parts.feeds().get(0));
            at = System.nanoTime();
            say(
                    "counted numbers that differ",
                    since(at),
                    parts.check().mismatches().text());
        }
    }

    /** Everything once, in pages of 500 as a rebuild reads it. */
    private static void walk(JdbcProductSource source) {
        long at = System.nanoTime();
        long documents = 0;
        long most = 0;
        long pages = 0;
        KeyPage page = source.keys(null, 500);
        while (true) {
            documents += source.read(page.keys()).values().stream()
                    .filter(Projection.Present.class::isInstance)
                    .count();
            if (++pages % 40 == 0) {
                most = Math.max(most, usedAfterCollection());
            }
            if (page.end()) {
                break;
            }
            page = source.keys(page.last().orElseThrow(), 500);
        }
        Duration took = since(at);
        say(
                "read every document, one reader",
                took,
                documents + " documents, " + documents * 1000 / Math.max(1, took.toMillis()) + " in a second, at most "
                        + most / 1_000_000 + " MB used after a collection");
        assertThat(documents).isEqualTo(186L * TIMES);
    }

    /** A server of its own process, so that its memory is not ours. */
    static final class Server {

        private Server() {}

        /** Says its address, and ends when nobody listens any more. */
        public static void main(String[] args) throws IOException {
            try (MeilisearchStandIn server = MeilisearchStandIn.automatic()) {
                System.out.println(server.url());
                while (System.in.read() >= 0) {
                    // until the end
                }
            }
        }

        static Process start() throws IOException {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx4g",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Server.class.getName())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        }
    }

    /** Collects now and then, and looks at what is left. */
    private static final class Memory implements SyncListener {

        private static final long EVERY = 10_000;

        private final List<Long> megabytes = new ArrayList<>();
        private long next = EVERY;

        @Override
        public void progressed(SyncProgress progress) {
            if (progress.counts().found() >= next) {
                next = progress.counts().found() + EVERY;
                megabytes.add(usedAfterCollection() / 1_000_000);
            }
        }
    }

    /** Into the real server that {@code STOCKTAKE_MEILISEARCH_URL} names, if there is one. */
    private static void fills(Shop shop, Map<String, String> environment) throws IOException {
        if (RealServer.isNamed()) {
            try (SearchServer server = new SearchServer(INDEX)) {
                fills(shop, environment, server.url(), server.key());
            }
            return;
        }
        Process server = Server.start();
        try (BufferedReader said = server.inputReader(StandardCharsets.US_ASCII)) {
            fills(shop, environment, said.readLine(), MeilisearchStandIn.MASTER_KEY);
        } finally {
            server.destroy();
        }
    }

    /** The first fill as {@code sync full} makes it, and what a smart run costs behind it. */
    private static void fills(Shop shop, Map<String, String> environment, String url, String key) {
        Map<String, String> withServer = new LinkedHashMap<>(environment);
        withServer.put("MEILISEARCH_HOST", url);
        withServer.put("MEILISEARCH_API_KEY", key);
        withServer.put("STOCKTAKE_INDEX", INDEX);
        Memory memory = new Memory();
        try (Parts parts = Parts.of(Settings.of(withServer)).requireShop()) {
            Stocktake stocktake = parts.stocktake(memory);
            SyncReport report = stocktake.run(SyncPolicy.full());
            Duration took = report.times().total();
            long documents = report.counts().written();
            say(
                    "filled the index",
                    took,
                    documents + " documents, " + documents * 1000 / took.toMillis() + " in a second; waited for the"
                            + " database " + report.times().reading().toSeconds() + " s, wrote "
                            + report.times().writing().toSeconds() + " s, waited for the index "
                            + report.times().waiting().toSeconds() + " s; MB used after a collection "
                            + memory.megabytes);
            assertThat(report.complete()).isTrue();
            for (int i = 0; i < 12; i++) {
                await().pollDelay(PACE).atMost(PACE.multipliedBy(3)).until(() -> true);
                say(
                        "a smart run, as often as without the change log",
                        stocktake.run(SyncPolicy.smart()).times().total(),
                        "");
            }
            for (int stock = 0; stock < 5; stock++) {
                shop.run(edit(stock));
                followed(stocktake, took);
            }
        }
    }

    /** Runs until one of them finds what has just been edited: a feed that rests may do so in its next look only. */
    private static void followed(Stocktake stocktake, Duration longest) {
        await().atMost(longest.plusMinutes(5))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    SyncReport report = stocktake.run(SyncPolicy.smart());
                    boolean found = report.counts().found() > 0;
                    if (found) {
                        say(
                                "a smart run that finds an edit of stock",
                                report.times().total(),
                                report.toString());
                    }
                    return found;
                });
    }

    private static String edit(int stock) {
        return "update inventory_level set raw_stocked_quantity = '{\"value\": \"" + (91 + stock)
                + "\"}', updated_at = now() where id ="
                + " (select min(l.id) from inventory_level l join product_variant_inventory_item used on"
                + " used.inventory_item_id = l.inventory_item_id)";
    }

    private static long usedAfterCollection() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static void follows(Shop shop, ChangeFeed feed) {
        @Nullable String cursor = drain(feed, null, "begins", new TreeSet<>());
        cursor = drain(feed, cursor, "finds nothing", new TreeSet<>());
        if (feed.name().equals("price-lists")) {
            return;
        }
        shop.run(edit(0));
        TreeSet<String> named = new TreeSet<>();
        @Nullable String[] place = {cursor};
        await().atMost(Duration.ofMinutes(5))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    place[0] = drain(feed, place[0], "finds an edit of stock", named);
                    return !named.isEmpty();
                });
    }

    /** Tells how long it took if it did anything: a feed that rests answers at once. */
    private static @Nullable String drain(ChangeFeed feed, @Nullable String from, String what, TreeSet<String> named) {
        long at = System.nanoTime();
        @Nullable String cursor = from;
        int takes = 0;
        Intake intake;
        do {
            intake = feed.take(cursor, 5_000);
            cursor = intake.cursor() == null ? cursor : intake.cursor();
            intake.products().forEach(product -> named.add(product.value()));
            takes++;
        } while (intake.more());
        Duration took = since(at);
        if (took.toMillis() > 20 || !named.isEmpty()) {
            say(feed.name() + " " + what, took, takes + " takes, " + named.size() + " products");
        }
        return cursor;
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
