package dev.stocktake.meilisearch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.ProductKey;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineOnStandInTest extends EngineRules {

    private final StandInHarness harness = new StandInHarness();
    private final MeilisearchStandIn server = harness.server();

    @Override
    ServerHarness harness() {
        return harness;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /indexes/lamps/documents?",
                "GET /tasks",
                "POST /indexes/lamps/documents/fetch",
                "GET /indexes/lamps"
            })
    void getsOverAnAnswerThatIsLost(String request) {
        stock(0, 170);
        try (Stocktake stocktake = stocktake()) {
            server.dropNextAfter(request);
            server.dropNextAfter(request);
            untilComplete(stocktake);
            assertIndexIsTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 422, 500, 502, 503, 504})
    void getsOverAServerInTrouble(int status) {
        stock(0, 170);
        try (Stocktake stocktake = stocktake()) {
            stocktake.run(SyncPolicy.full().inPlace());
            stock(100, 200);
            source.remove(ProductKey.of("lamp/3"));
            for (int i = 0; i < 3; i++) {
                server.answerNext(
                        "POST /indexes/lamps/documents?",
                        status,
                        Map.of("Retry-After", "10"),
                        "{\"type\":\"system\",\"code\":\"no_space_left_on_device\",\"message\":\"full\"}");
            }
            untilComplete(stocktake);
            assertIndexIsTrue();
        }
    }

    @Test
    void getsOverAFailedBatchThatWasNobodysFault() {
        stock(0, 170);
        try (Stocktake stocktake = stocktake()) {
            server.failNextBatch("internal", "An unexpected crash occurred");
            untilComplete(stocktake);
            assertThat(stocktake.quarantine(10)).isEmpty();
            assertIndexIsTrue();
        }
    }

    @Test
    void getsOverABackup() {
        stock(0, 100);
        try (Stocktake stocktake = stocktake()) {
            stocktake.run(SyncPolicy.full().inPlace());
            MeilisearchStandIn.Backup backup = server.backup();
            stock("lamp/3", 77);
            stocktake.sync("lamp/3");
            server.restore(backup);

            stocktake.run(SyncPolicy.smart());
            assertIndexIsTrue();
        }
    }

    /** The server does a late request, dies before it notes that, and fails when it does it again. */
    @Test
    void getsOverALateWriteThatWasAppliedAndIsSaidToHaveFailed() {
        stock(0, 3);
        try (Stocktake stocktake = stocktake()) {
            stocktake.run(SyncPolicy.full().inPlace());
            stock("lamp/1", 50);
            server.forgetRequests();
            server.dropNextBefore("POST /indexes/lamps/documents?");
            stocktake.sync("lamp/1");
            String late = server.requests().stream()
                    .filter(line -> line.startsWith("POST /indexes/lamps/documents?"))
                    .findFirst()
                    .orElseThrow();
            untilComplete(stocktake);
            new Raw(server.url(), MeilisearchStandIn.MASTER_KEY, () -> true)
                    .post(
                            "/indexes/lamps/documents?primaryKey=id&customMetadata="
                                    + late.replaceAll(".*customMetadata=([^,}]*).*", "$1"),
                            "[{\"id\":\""
                                    + DocumentIds.of(ProductKey.of("lamp/1")).orElseThrow()
                                    + "\",\"title\":\"Late\"}]");
            server.tickAndDie();
            server.failNextBatch("internal", "An unexpected crash occurred");
            server.drain();

            stocktake.run(SyncPolicy.smart());
            assertIndexIsTrue();
        }
    }

    @Test
    void asksLittleWhenNothingChanged() {
        stock(0, 100);
        try (Stocktake stocktake = stocktake()) {
            stocktake.run(SyncPolicy.full().inPlace());
            stocktake.run(SyncPolicy.smart());
            server.forgetRequests();
            stocktake.run(SyncPolicy.smart());

            assertThat(server.requests()).hasSizeLessThanOrEqualTo(8).allMatch(request -> request.startsWith("GET "));
        }
    }

    private void untilComplete(Stocktake stocktake) {
        SyncReport report = null;
        for (int i = 0; i < 20 && (report == null || !report.complete()); i++) {
            try {
                report = stocktake.run(SyncPolicy.full().inPlace());
            } catch (dev.stocktake.UnavailableException e) {
                server.drain();
            }
        }
        assertThat(report).isNotNull();
        assertThat(report.complete()).as(report.toString()).isTrue();
    }
}
