package dev.stocktake.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stocktake.Ledger;
import dev.stocktake.testkit.InMemoryLedger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The page's JSON and the endpoint, over HTTP, behind Spring Security as Boot sets it up. */
class AdminTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String USER =
            "Basic " + Base64.getEncoder().encodeToString("clerk:secret-of-the-clerk".getBytes(StandardCharsets.UTF_8));

    private final Host host = new Host();
    private HttpClient client =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

    @BeforeEach
    void logIn() {
        host.web(WebApplicationType.SERVLET)
                .set("stocktake.admin.enabled", "true")
                .set("spring.security.user.name", "clerk")
                .set("spring.security.user.password", "secret-of-the-clerk")
                .set("management.endpoints.web.exposure.include", "*")
                .set("management.endpoint.health.show-details", "always");
    }

    @AfterEach
    void close() {
        host.close();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + host.port() + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(answer.body(), e);
        }
    }

    private HttpResponse<String> get(String path) {
        return send(request(path).header("Authorization", USER));
    }

    private HttpResponse<String> post(String path, Map<String, String> headers, String body) {
        HttpRequest.Builder request = request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return send(request);
    }

    /** As the page does. */
    private Map<String, String> ours() {
        JsonNode csrf = json(get("/stocktake/api/session")).path("csrf");
        return Map.of(
                "Authorization",
                USER,
                "X-Stocktake",
                "1",
                csrf.path("header").asText(),
                csrf.path("token").asText());
    }

    @Test
    void tellsHowTrueTheIndexIs() {
        host.start();
        host.rowsReachTheIndex();

        await().untilAsserted(() -> {
            JsonNode index = json(get("/stocktake/api/indexes/products"));
            assertThat(index.path("badge").asText()).isEqualTo("TRUE");
            assertThat(index.path("sentence").asText()).startsWith("Every product compared within the last");
            assertThat(index.path("runs")).isNotEmpty();
        });
        assertThat(get("/stocktake/api/indexes").body()).contains("products").doesNotContain("master-key");
        assertThat(get("/stocktake/api/indexes/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void servesThePageAndItsFilesOnly() {
        host.start();

        HttpResponse<String> page = get("/stocktake/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'");
        assertThat(get("/stocktake").statusCode()).isEqualTo(302);
        assertThat(get("/stocktake").headers().firstValue("Location")).contains("stocktake/");
        for (String file : new String[] {"app.js", "button.js", "app.css"}) {
            assertThat(get("/stocktake/" + file).statusCode()).as(file).isEqualTo(200);
        }
        assertThat(get("/stocktake/AdminRoutes.class").statusCode()).isEqualTo(404);
        String tag = page.headers().firstValue("ETag").orElseThrow();
        assertThat(send(request("/stocktake/").header("Authorization", USER).header("If-None-Match", tag))
                        .statusCode())
                .isEqualTo(304);
    }

    @Test
    @Tag(StarterTest.EVERY_BOOT)
    void startsARunOnceAndTellsItsEnd() {
        host.set("stocktake.scheduler.enabled", "false").start();
        Map<String, String> ours = ours();

        HttpResponse<String> begun = post("/stocktake/api/indexes/products/runs", ours, "policy=full");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
        long run = json(begun).path("run").asLong();

        await().untilAsserted(() -> assertThat(json(get("/stocktake/api/indexes/products/runs/" + run))
                        .path("outcome")
                        .asText())
                .isEqualTo("COMPLETE"));
        assertThat(host.document(2)).isPresent();
    }

    @Test
    void givesASecondClickTheRunThatGoesOn() {
        host.set("stocktake.scheduler.enabled", "false").start();
        Map<String, String> ours = ours();
        Runnable release = host.meilisearch.holdNext("POST /indexes");

        long first = json(post("/stocktake/api/indexes/products/runs", ours, "policy=full"))
                .path("run")
                .asLong();
        JsonNode second = json(post("/stocktake/api/indexes/products/runs", ours, "policy=full"));

        assertThat(second.path("run").asLong()).isEqualTo(first);
        assertThat(second.path("begun").asBoolean()).isFalse();
        release.run();
    }

    @Test
    void syncsPastedProductsAndExplainsThem() {
        host.set("stocktake.schedule.smart", "0")
                .set("stocktake.schedule.audit", "0")
                .start();
        await().untilAsserted(() -> assertThat(host.context()
                        .getBean(Stocktakes.class)
                        .get("products")
                        .status()
                        .known())
                .isTrue());
        host.sql("update product set name = 'Oar <b>&' where id = 1");

        String ids = URLEncoder.encode(" 1,2\n 77 ", StandardCharsets.UTF_8);
        long run = json(post("/stocktake/api/indexes/products/runs", ours(), "policy=products&id=" + ids))
                .path("run")
                .asLong();

        await().untilAsserted(() -> {
            JsonNode report = json(get("/stocktake/api/indexes/products/runs/" + run));
            assertThat(report.path("outcome").asText()).isEqualTo("COMPLETE");
            assertThat(report.path("products")).hasSize(3);
        });
        JsonNode seen = json(get("/stocktake/api/indexes/products/explain?id=1"));
        assertThat(seen.path("verdict").asText()).isEqualTo("TRUE");
        assertThat(get("/stocktake/api/indexes/products/check").body())
                .contains("product")
                .contains("by its timestamp");
        assertThat(json(get("/stocktake/api/indexes/products/quarantine")).path("products"))
                .isEmpty();
    }

    @Test
    @Tag(StarterTest.EVERY_BOOT)
    void refusesWhatDoesNotComeFromItsPage() {
        host.set("stocktake.scheduler.enabled", "false").start();
        Map<String, String> ours = new java.util.HashMap<>(ours());
        String runs = "/stocktake/api/indexes/products/runs";

        assertThat(send(request("/stocktake/api/indexes")).statusCode()).isEqualTo(401);
        assertThat(post(runs, Map.of("X-Stocktake", "1"), "policy=full").statusCode())
                .isIn(401, 403);
        assertThat(post(runs, Map.of("X-Stocktake", "1", "Authorization", USER), "policy=full")
                        .statusCode())
                .as("without a token")
                .isIn(401, 403);
        ours.put("Sec-Fetch-Site", "cross-site");
        assertThat(post(runs, ours, "policy=full").statusCode()).isEqualTo(403);
        ours.remove("Sec-Fetch-Site");
        ours.remove("X-Stocktake");
        assertThat(post(runs, ours, "policy=full").statusCode()).isEqualTo(403);
        assertThat(host.context().getBean(RunBook.class).runs("products")).isEmpty();
    }

    @Test
    void rebuildsRollsBackAndHoldsARebuildUp() {
        host.set("stocktake.scheduler.enabled", "false").start();
        Map<String, String> ours = ours();
        String runs = "/stocktake/api/indexes/products/runs";
        ended(json(post(runs, ours, "policy=full")));

        assertThat(post(runs, ours, "policy=pause").statusCode()).isEqualTo(202);
        assertThat(post(runs, ours, "policy=resume").statusCode()).isEqualTo(202);
        assertThat(ended(json(post(runs, ours, "policy=rebuild")))
                        .path("outcome")
                        .asText())
                .isEqualTo("COMPLETE");
        JsonNode rebuild = json(get("/stocktake/api/indexes/products")).path("rebuild");
        assertThat(rebuild.path("active").asBoolean()).isFalse();
        assertThat(rebuild.path("canRollBack").asBoolean()).isTrue();
        assertThat(ended(json(post(runs, ours, "policy=rollback")))
                        .path("outcome")
                        .asText())
                .isEqualTo("COMPLETE");
        assertThat(host.document(1)).isPresent();
    }

    private JsonNode ended(JsonNode begun) {
        String run = "/stocktake/api/indexes/products/runs/" + begun.path("run").asLong();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !json(get(run)).path("running").asBoolean(true));
        return json(get(run));
    }

    @Test
    void refusesNonsense() {
        host.set("stocktake.scheduler.enabled", "false").start();
        String runs = "/stocktake/api/indexes/products/runs";

        assertThat(post(runs, ours(), "policy=everything").statusCode()).isEqualTo(400);
        assertThat(post(runs, ours(), "").statusCode()).isEqualTo(400);
        assertThat(post(runs, ours(), "policy=products&id=").statusCode()).isEqualTo(400);
        assertThat(get("/stocktake/api/indexes/products/explain").statusCode()).isEqualTo(400);
    }

    @Test
    void onlyShowsIfItIsReadOnly() {
        host.set("stocktake.admin.read-only", "true").start();

        assertThat(json(get("/stocktake/api/session")).path("readOnly").asBoolean())
                .isTrue();
        assertThat(post("/stocktake/api/indexes/products/runs", ours(), "policy=full")
                        .statusCode())
                .isEqualTo(403);
    }

    @Configuration(proxyBeanMethods = false)
    static class CountedLedger {

        private final AtomicInteger calls = new AtomicInteger();

        @Bean
        AtomicInteger ledgerCalls() {
            return calls;
        }

        @Bean
        Ledger ledger() {
            Ledger ledger = new InMemoryLedger(InstantSource.system());
            return (Ledger) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Ledger.class}, (proxy, method, arguments) -> {
                        calls.incrementAndGet();
                        return method.invoke(ledger, arguments);
                    });
        }
    }

    /** So that polls change nothing for the runs: they reach neither ledger nor index more often than one page would. */
    @Test
    void asksTheLedgerOnceASecondHoweverManyPagesPoll() {
        host.with(CountedLedger.class)
                .set("stocktake.scheduler.enabled", "false")
                .start();
        AtomicInteger calls = host.context().getBean(AtomicInteger.class);
        get("/stocktake/api/indexes/products");
        int before = calls.get();
        host.context().getBean(Stocktakes.class).get("products").status();
        int ofOneLook = calls.get() - before;
        assertThat(ofOneLook).isPositive();
        host.meilisearch.forgetRequests();

        Instant begun = Instant.now();
        before = calls.get();
        for (int i = 0; i < 200; i++) {
            assertThat(get("/stocktake/api/indexes/products").statusCode()).isEqualTo(200);
        }

        long seconds = Duration.between(begun, Instant.now()).toSeconds();
        assertThat(calls.get() - before).isBetween(0, (int) (seconds + 2) * ofOneLook);
        assertThat(host.meilisearch.requests()).isEmpty();
    }

    @Test
    void isNotThereUnlessItIsSwitchedOn() {
        host.without("stocktake.admin.enabled").start();

        assertThat(get("/stocktake/").statusCode()).isEqualTo(404);
    }

    // --- the actuator -----------------------------------------------------------------------------------------------

    @Test
    @Tag(StarterTest.EVERY_BOOT)
    void showsItsHealth() {
        host.start();
        host.rowsReachTheIndex();

        await().untilAsserted(() -> assertThat(json(get("/actuator/health"))
                        .at("/components/stocktake/status")
                        .asText())
                .isEqualTo("UP"));
        host.meilisearch.down();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(json(get("/actuator/health"))
                                .at("/components/stocktake/status")
                                .asText())
                        .isEqualTo("DOWN"));
        host.meilisearch.up();
    }

    @Test
    void doesNotWaitForAnIndexThatIsSilent() {
        host.set("stocktake.health.answer-within", "300ms")
                .set("stocktake.scheduler.enabled", "false")
                .start();
        // Whoever asks the index who it is; it would wait for 30 s.
        Runnable release = host.meilisearch.holdNext("GET /indexes/products");

        JsonNode health = json(get("/actuator/health")).at("/components/stocktake");

        assertThat(health.path("status").asText()).isEqualTo("DOWN");
        assertThat(health.at("/details/products/index").asText())
                .contains("Index 'products' has not answered within", "stocktake.health.answer-within");
        release.run();
        await().untilAsserted(() -> assertThat(json(get("/actuator/health"))
                        .at("/components/stocktake/status")
                        .asText())
                .isNotEqualTo("DOWN"));
    }

    @Test
    @Tag(StarterTest.EVERY_BOOT)
    void readsAtTheEndpointAndStartsNothingThereUnlessAllowed() {
        host.start();
        host.rowsReachTheIndex();

        assertThat(json(get("/actuator/stocktake")).at("/indexes/0/index").asText())
                .isEqualTo("products");
        assertThat(json(get("/actuator/stocktake/products")).has("runs")).isTrue();
        assertThat(json(get("/actuator/stocktake/products/explain?id=1"))
                        .path("verdict")
                        .asText())
                .isEqualTo("TRUE");
        assertThat(get("/actuator/stocktake/products/check").statusCode()).isEqualTo(200);
        assertThat(get("/actuator/stocktake/nothing").statusCode()).isEqualTo(404);
        HttpResponse<String> refused = send(request("/actuator/stocktake/products")
                .header("Content-Type", "application/json")
                .headers(ours().entrySet().stream()
                        .flatMap(e -> java.util.stream.Stream.of(e.getKey(), e.getValue()))
                        .toArray(String[]::new))
                .POST(HttpRequest.BodyPublishers.ofString("{\"policy\":\"full\"}")));
        assertThat(refused.statusCode()).isIn(404, 405);
    }

    @Test
    @Tag(StarterTest.EVERY_BOOT)
    void startsRunsAtTheEndpointIfAllowed() {
        host.set("management.endpoint.stocktake.access", "unrestricted")
                .set("stocktake.scheduler.enabled", "false")
                .start();

        HttpResponse<String> begun = send(request("/actuator/stocktake/products")
                .header("Content-Type", "application/json")
                .headers(ours().entrySet().stream()
                        .flatMap(e -> java.util.stream.Stream.of(e.getKey(), e.getValue()))
                        .toArray(String[]::new))
                .POST(HttpRequest.BodyPublishers.ofString("{\"policy\":\"products\",\"ids\":\"1,2\"}")));

        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(host.document(2)).isPresent());
    }

    @Test
    @Tag(StarterTest.EVERY_BOOT)
    void hasMeters() {
        host.start();
        host.rowsReachTheIndex();

        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            for (String meter : new String[] {
                "stocktake.freshness",
                "stocktake.run",
                "stocktake.documents",
                "stocktake.change.oldest",
                "stocktake.audit.oldest",
                "stocktake.drift",
                "stocktake.quarantine.size",
                "stocktake.index.wait",
                "stocktake.clean"
            }) {
                assertThat(get("/actuator/metrics/" + meter + "?tag=index:products")
                                .statusCode())
                        .as(meter)
                        .isEqualTo(200);
            }
        });
    }
}
