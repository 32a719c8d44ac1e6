package dev.stocktake.integration;

import dev.stocktake.Sleeper;
import dev.stocktake.Stocktake;
import dev.stocktake.StocktakeException;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSchedule;
import dev.stocktake.SyncSettings;
import dev.stocktake.UnavailableException;
import dev.stocktake.jdbc.ChangeLogFeed;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.meilisearch.MeilisearchIndex;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * The process that is killed: keeps one index true until its parent ends it, and tells each report on its standard output.
 * On its standard input it is asked for products by id, or for a rebuild.
 */
final class Keeper {

    static final Duration LEASE = Duration.ofSeconds(1);

    private Keeper() {}

    /**
     * What a keeper must know.
     *
     * @param port of the database
     * @param shop the shop's database
     * @param ledger the ledger's database
     * @param url the search server's address
     * @param key the search server's key
     * @param uid the index
     * @param requestLife how long a request may be on its way to the search server
     * @param name who it is, for the lease
     */
    record Task(
            int port,
            String shop,
            String ledger,
            String url,
            String key,
            String uid,
            Duration requestLife,
            String name) {

        List<String> arguments() {
            return List.of(Integer.toString(port), shop, ledger, url, key, uid, requestLife.toString(), name);
        }

        static Task of(String... words) {
            return new Task(
                    Integer.parseInt(words[0]),
                    words[1],
                    words[2],
                    words[3],
                    words[4],
                    words[5],
                    Duration.parse(words[6]),
                    words[7]);
        }

        Task named(String other) {
            return new Task(port, shop, ledger, url, key, uid, requestLife, other);
        }
    }

    /** What it is told on its standard input instead of products. */
    static final String REBUILD = "rebuild everything";

    public static void main(String[] words) throws IOException, InterruptedException {
        Stocktake stocktake = open(Task.of(words));
        stocktake.start(SyncSchedule.builder()
                .paced(Duration.ofMillis(10), Duration.ofMillis(50), SyncPolicy.smart())
                .build());
        say("open");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            // Each waits in a thread of its own, so that whatever is asked next is heard at once.
            String asked = line;
            Thread waits = new Thread(() -> attempt(stocktake, asked), "asked");
            waits.setDaemon(true);
            waits.start();
        }
        // The parent is gone.
        Runtime.getRuntime().halt(1);
    }

    private static void attempt(Stocktake stocktake, String asked) {
        try {
            if (asked.equals(REBUILD)) {
                stocktake.run(SyncPolicy.full());
            } else {
                stocktake.sync(asked.split(" "));
            }
        } catch (StocktakeException e) {
            say("refused", e.getClass().getSimpleName(), String.valueOf(e.getMessage()));
        }
    }

    /** Its database may be down when it starts. */
    private static Stocktake open(Task task) throws InterruptedException {
        SyncListener listener = new SyncListener() {
            @Override
            public void finished(SyncReport report) {
                if (report.outcome() != SyncReport.Outcome.ELSEWHERE) {
                    say("report", report.policy(), report.outcome(), micros(report), products(report), problem(report));
                }
            }
        };
        while (true) {
            try {
                return stocktake(task, index(task), listener);
            } catch (UnavailableException e) {
                Sleeper.system().sleep(Duration.ofMillis(50));
            }
        }
    }

    private static void say(Object... words) {
        String line = java.util.Arrays.stream(words)
                .map(word -> String.valueOf(word).replaceAll("[\t\r\n]+", " "))
                .collect(Collectors.joining("\t"));
        synchronized (System.out) {
            System.out.println(line);
            System.out.flush();
        }
    }

    private static long micros(SyncReport report) {
        return ChronoUnit.MICROS.between(java.time.Instant.EPOCH, report.started());
    }

    private static String products(SyncReport report) {
        return report.products().entrySet().stream()
                .map(one -> one.getKey().value() + "=" + one.getValue().result())
                .collect(Collectors.joining(" "));
    }

    private static String problem(SyncReport report) {
        return report.problems().isEmpty() ? "" : report.problems().get(0);
    }

    static MeilisearchIndex index(Task task) {
        return MeilisearchIndex.builder()
                .url(task.url())
                .apiKey(task.key())
                .uid(task.uid())
                .searchable("title")
                .displayed("id", "title", "category", "tags", "variants")
                .writeTimeout(task.requestLife().dividedBy(5))
                .requestLife(task.requestLife())
                .build();
    }

    /** Small batches and a short lease, so that many things are in the middle of something at any time. */
    static Stocktake stocktake(Task task, MeilisearchIndex index, SyncListener listener) {
        DataSource shop = CrashingPostgres.database(task.port(), task.shop());
        DataSource ledger = CrashingPostgres.database(task.port(), task.ledger());
        SyncSettings settings = SyncSettings.defaults()
                .withBatch(new SyncSettings.Batch(20, 100_000, 3, 1))
                .withRetry(new SyncSettings.Retry(Duration.ofMillis(20), Duration.ofMillis(200), 2, 5))
                .withLane(new SyncSettings.Lane(
                        LEASE, Duration.ofSeconds(30), Duration.ofMillis(2), Duration.ofMillis(20)));
        return Stocktake.builder(
                        BusyShop.source(shop, Duration.ofSeconds(10)),
                        index,
                        JdbcLedger.builder(ledger)
                                .timeout(Duration.ofSeconds(2))
                                .build())
                .feed(ChangeLogFeed.builder(shop, BusyShop.tables()).build())
                .settings(settings)
                .listener(listener)
                .instance(task.name())
                .build();
    }
}
