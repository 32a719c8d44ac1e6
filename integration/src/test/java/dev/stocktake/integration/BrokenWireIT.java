package dev.stocktake.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Stocktake;
import dev.stocktake.StocktakeException;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSettings;
import dev.stocktake.UnavailableException;
import dev.stocktake.Unread;
import dev.stocktake.integration.FaultProxy.Fault;
import dev.stocktake.integration.FaultProxy.Weather;
import dev.stocktake.jdbc.ChangeLog;
import dev.stocktake.jdbc.ChangeLogFeed;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.meilisearch.MeilisearchIndex;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The library behind wires that break, before the database and before the index, while a {@link BusyWriter} edits: answers
 * that get lost after the commit or the 202, requests that are cut off in the middle, that come late or never. In the end
 * nothing is lost, nothing is stale and no ghost is left.
 *
 * <p>{@code -Dstocktake.seed} plays other storms, {@code -Dstocktake.rounds} another number of them.
 */
class BrokenWireIT {

    private static final int PRODUCTS = 80;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** A call tries three times, and each try may meet some time-outs; without them it would hang for hours. */
    private static final Duration LONGEST_CALL = Duration.ofMinutes(1);

    private static final List<Fault> ALL = List.of(Fault.values());
    private static final List<String> COMMIT = List.of("COMMIT");
    private static final List<String> WRITES =
            List.of("POST /indexes", "/documents?primaryKey", "/documents/delete-batch", "GET /tasks");
    /**
     * What the stand-in answers if it got a part of the headers and then the end: the server of the JDK below it takes them
     * for all. It never carries such a request out, as its key or its body is not whole.
     */
    private static final Pattern CUT_OFF = Pattern.compile(
            "HTTP 400, not in Meilisearch's words|HTTP 401 missing_authorization_header|HTTP 403 invalid_api_key");

    private static final int LONGEST_DELAY = 2_000;

    private static CrashingPostgres postgres;

    private final long seed = Long.getLong("stocktake.seed", 20_261_204L);

    @BeforeAll
    static void start() throws IOException {
        postgres = new CrashingPostgres();
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    @Test
    void nothingIsLostOnBrokenWires() throws Exception {
        try (Wired wired = new Wired("wires", "wires", seed)) {
            wired.play(Soak.rounds(30, 1_000));
            if (wired.played >= 30) {
                assertThat(wired.kindsOfFaults()).as("what was tried").isEqualTo(EnumSet.allOf(Fault.class));
            }
        }
    }

    @Test
    void norWithTheLedgerInAnotherDatabase() throws Exception {
        try (Wired wired = new Wired("wires_apart", "wires_ledger", seed + 1)) {
            wired.play(Soak.rounds(8, 200));
        }
    }

    @Test
    void aDatabaseThatFallsSilentIsLeftInTimeThoughTheDataSourceWouldWaitForEver() throws Exception {
        DataSource shop = postgres.create("silent");
        BusyShop.create(shop, PRODUCTS);
        JdbcLedger.of(shop).initialize();
        try (FaultProxy wire = new FaultProxy("silent", postgres.port(), seed)) {
            JdbcLedger ledger = JdbcLedger.builder(CrashingPostgres.database(wire.port(), "silent"))
                    .timeout(Duration.ofMillis(200))
                    .build();
            ledger.verify();
            wire.storm(new Weather(1, List.of(Fault.BLACK_HOLE), List.of("stocktake_"), false, 1));
            Instant began = Instant.now();

            assertThatThrownBy(() ->
                            ledger.inTransaction("products", tx -> tx.live().isPresent()))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("ledger");

            assertThat(Duration.between(began, Instant.now())).isLessThan(LONGEST_CALL);
        }
    }

    /** The library in this process, with a proxy before the database and one before the index. */
    private static final class Wired implements AutoCloseable {

        private final DataSource shop;
        private final DataSource ledger;
        private final String shopName;
        private final String ledgerName;
        private final Random random;
        private final long seed;
        private final SearchServer server;
        private final FaultProxy sql;
        private final FaultProxy http;
        private final HurriedDataSource toShop;
        private final HurriedDataSource toLedger;
        private final BusyWriter writer;
        private final Map<String, AtomicInteger> told = new TreeMap<>();
        private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "weather");
            thread.setDaemon(true);
            return thread;
        });
        private final Instant began = Instant.now();
        private MeilisearchIndex index;
        private Stocktake stocktake;
        private Duration longestCall = Duration.ZERO;
        private int calls;
        private int failedCalls;
        private int incomplete;
        private int played;

        Wired(String shopName, String ledgerName, long seed) throws IOException, SQLException {
            this.shopName = shopName;
            this.ledgerName = ledgerName;
            this.seed = seed;
            random = new Random(seed);
            shop = postgres.create(shopName);
            ledger = ledgerName.equals(shopName) ? shop : postgres.create(ledgerName);
            BusyShop.create(shop, PRODUCTS);
            ChangeLog.builder(shop, BusyShop.tables()).build().install();
            JdbcLedger.of(ledger).initialize();
            server = SearchServer.open(seed);
            sql = new FaultProxy("sql", postgres.port(), seed);
            http = new FaultProxy("http", server.port(), seed);
            toShop = new HurriedDataSource(sql.port(), shopName, 800);
            toLedger = new HurriedDataSource(sql.port(), ledgerName, 800);
            openAtLast();
            writer = new BusyWriter(shop, ledger, PRODUCTS, 2, seed);
        }

        /** Time-outs this short may be met on a busy machine, too. */
        private void openAtLast() {
            Awaitility.await("opening")
                    .atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(UnavailableException.class)
                    .until(() -> {
                        open();
                        return true;
                    });
        }

        private void open() {
            index = MeilisearchIndex.builder()
                    .url("http://127.0.0.1:" + http.port())
                    .apiKey(server.key())
                    .uid(server.uid())
                    .searchable("title")
                    .displayed("id", "title", "category", "tags", "variants")
                    .connectTimeout(Duration.ofMillis(300))
                    .requestTimeout(Duration.ofMillis(600))
                    .readTimeout(Duration.ofMillis(500))
                    .writeTimeout(Duration.ofMillis(600))
                    .prepareTimeout(Duration.ofSeconds(2))
                    .requestLife(Duration.ofSeconds(3))
                    .build();
            Duration statement = Duration.ofMillis(600);
            SyncSettings settings = SyncSettings.defaults()
                    .withBatch(new SyncSettings.Batch(12, 100_000, 3, 1))
                    .withRetry(new SyncSettings.Retry(Duration.ofMillis(5), Duration.ofMillis(50), 2, 3))
                    .withLane(new SyncSettings.Lane(
                            Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofMillis(2), Duration.ofMillis(20)));
            stocktake = Stocktake.builder(
                            BusyShop.source(toShop, statement),
                            index,
                            JdbcLedger.builder(toLedger).timeout(statement).build())
                    .feed(ChangeLogFeed.builder(toShop, BusyShop.tables())
                            .statementTimeout(statement)
                            .build())
                    .settings(settings)
                    .build();
        }

        void play(int rounds) throws IOException, SQLException {
            for (int round = 0; round < rounds; round++) {
                storm();
                calm();
                played++;
                if (random.nextInt(6) == 0) {
                    stocktake.close();
                    index.close();
                    openAtLast();
                }
            }
            System.out.println(this);
        }

        private void storm() {
            double share = 0.1 + random.nextDouble() * 0.8;
            List<Fault> faults = random.nextInt(3) == 0 ? ALL : List.of(ALL.get(random.nextInt(ALL.size())));
            int wires = 1 + random.nextInt(3);
            // It ends while the last call is still at work.
            Future<?> end = timer.schedule(this::clearUp, 200 + random.nextInt(1_300), TimeUnit.MILLISECONDS);
            do {
                if ((wires & 1) != 0) {
                    sql.storm(new Weather(share, faults, COMMIT, true, LONGEST_DELAY));
                }
                if ((wires & 2) != 0) {
                    http.storm(new Weather(share, faults, WRITES, true, LONGEST_DELAY));
                }
                call();
            } while (!end.isDone());
            clearUp();
        }

        private void clearUp() {
            sql.calm();
            http.calm();
        }

        /** Whatever happens on the wires is nobody's setting, and every call comes to an end. */
        private void call() {
            Instant from = Instant.now();
            calls++;
            try {
                SyncReport report = work();
                if (!report.complete()) {
                    incomplete++;
                    assertThat(report.problems()).as(report.toString()).isNotEmpty();
                    report.problems().forEach(this::tell);
                }
            } catch (StocktakeException e) {
                failedCalls++;
                if (!CUT_OFF.matcher(String.valueOf(e.getMessage())).find()) {
                    assertThat(e).isInstanceOf(UnavailableException.class);
                }
                tell(String.valueOf(e.getMessage()));
            }
            Duration took = Duration.between(from, Instant.now());
            longestCall = took.compareTo(longestCall) > 0 ? took : longestCall;
            assertThat(took).isLessThan(LONGEST_CALL);
        }

        private SyncReport work() {
            return switch (random.nextInt(8)) {
                case 0 -> stocktake.run(SyncPolicy.full().inPlace());
                case 1 -> stocktake.run(SyncPolicy.audit());
                case 2, 3 -> stocktake.sync("p" + random.nextInt(PRODUCTS), "p" + random.nextInt(PRODUCTS), "nobody");
                default -> stocktake.run(SyncPolicy.smart());
            };
        }

        private void tell(String message) {
            String form = message.replaceAll("\\d+", "N").replaceAll("'[^']*'", "'...'");
            told.computeIfAbsent(form, text -> new AtomicInteger()).incrementAndGet();
        }

        /** Nobody edits, everything passes, and what was late has come: now it must be true. */
        private void calm() throws IOException, SQLException {
            Runnable goOn = writer.pause();
            try {
                Awaitility.await("what was late").atMost(PATIENCE).until(() -> sql.still() && http.still());
                List<Object> tries = new ArrayList<>();
                Awaitility.await("a complete run when nothing is broken any more, instead of " + tries)
                        .atMost(PATIENCE)
                        .pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> complete(tries));
                assertThat(Siege.differences(BusyShop.truth(shop), server.documents()))
                        .as("lost, stale and ghosts after round %d of seed %d: %s", played, seed, tries)
                        .isEmpty();
                assertThat(BusyShop.count(ledger, "select count(*) from stocktake_mark"))
                        .isZero();
                if (shop != ledger) {
                    // What was marked is taken out of the log by the next look only.
                    Awaitility.await("another run").atMost(PATIENCE).until(() -> complete(tries));
                }
                assertThat(ChangeLogFeed.builder(shop, BusyShop.tables())
                                .build()
                                .unread())
                        .contains(new Unread(0, null));
            } finally {
                goOn.run();
            }
        }

        private boolean complete(List<Object> tries) {
            try {
                SyncReport report = stocktake.run(SyncPolicy.smart());
                tries.add(report);
                return report.complete();
            } catch (UnavailableException e) {
                tries.add(e.getMessage());
                return false;
            }
        }

        EnumSet<Fault> kindsOfFaults() {
            EnumSet<Fault> kinds = EnumSet.noneOf(Fault.class);
            for (FaultProxy wire : List.of(sql, http)) {
                Arrays.stream(Fault.values())
                        .filter(fault ->
                                wire.struck().keySet().stream().anyMatch(name -> name.startsWith(fault.name())))
                        .forEach(kinds::add);
            }
            return kinds;
        }

        @Override
        public void close() throws IOException {
            timer.shutdownNow();
            writer.close();
            stocktake.close();
            index.close();
            toShop.close();
            toLedger.close();
            sql.close();
            http.close();
            server.close();
        }

        @Override
        public String toString() {
            return "wires '" + shopName + "' seed=" + seed + " rounds=" + played + " edits=" + writer.commits()
                    + " calls=" + calls + " failed=" + failedCalls + " incomplete=" + incomplete + " longest_call="
                    + longestCall.toMillis() + "ms sql=" + sql.struck() + " http=" + http.struck() + " told="
                    + told.size() + " took="
                    + Duration.between(began, Instant.now()).toSeconds() + "s"
                    + (Soak.ON ? "\n" + String.join("\n", told.keySet()) : "");
        }
    }
}
