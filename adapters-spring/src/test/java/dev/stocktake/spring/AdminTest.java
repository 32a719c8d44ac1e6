package dev.stocktake.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stocktake.ChangeFeed;
import dev.stocktake.Document;
import dev.stocktake.Ledger;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.SearchIndex;
import dev.stocktake.UnavailableException;
import dev.stocktake.testkit.InMemoryChangeFeed;
import dev.stocktake.testkit.InMemoryIndex;
import dev.stocktake.testkit.InMemoryLedger;
import dev.stocktake.testkit.InMemoryProductSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
        String run = json(begun).path("run").asText();

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

        String first = json(post("/stocktake/api/indexes/products/runs", ours, "policy=full"))
                .path("run")
                .asText();
        JsonNode second = json(post("/stocktake/api/indexes/products/runs", ours, "policy=full"));

        assertThat(second.path("run").asText()).isEqualTo(first);
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
        String run = json(post("/stocktake/api/indexes/products/runs", ours(), "policy=products&id=" + ids))
                .path("run")
                .asText();

        await().untilAsserted(() -> {
            JsonNode report = json(get("/stocktake/api/indexes/products/runs/" + run));
            assertThat(report.path("outcome").asText()).isEqualTo("COMPLETE");
            assertThat(report.path("products")).hasSize(3);
            assertThat(report.at("/products/0").has("nowhere")).isFalse();
            assertThat(report.at("/products/2/nowhere").asBoolean())
                    .as("nobody knows product 77")
                    .isTrue();
        });
        JsonNode told = json(get("/stocktake/api/indexes/products")).at("/runs/0");
        assertThat(told.path("run").asText()).isEqualTo(run);
        assertThat(told.at("/asked/found").asInt()).isEqualTo(3);
        assertThat(told.has("products"))
                .as("this is asked for every second by every tab")
                .isFalse();
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
        String run = "/stocktake/api/indexes/products/runs/" + begun.path("run").asText();
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

    /** Ids that a shop may have, a list of which nobody could paste. */
    @Configuration(proxyBeanMethods = false)
    static class OddIds {

        private static final InMemoryProductSource SOURCE = new InMemoryProductSource();

        @Bean
        ProductSource source() {
            for (int i = 0; i < 200; i++) {
                put(Integer.toString(i));
            }
            put("A 1");
            put("B,2;3");
            return SOURCE;
        }

        static void put(String id) {
            SOURCE.put(ProductKey.of(id), Document.of(Map.of("id", id)));
        }

        @Bean
        ChangeFeed feed() {
            return new InMemoryChangeFeed();
        }

        @Bean
        SearchIndex index() {
            return new InMemoryIndex("products");
        }

        @Bean
        Ledger ledger() {
            return new InMemoryLedger(InstantSource.system());
        }
    }

    private InMemoryIndex startWithOddIds() {
        host.with(OddIds.class)
                .without("stocktake.source.query")
                .without("stocktake.tables")
                .without("stocktake.meilisearch.url")
                .set("stocktake.scheduler.enabled", "false")
                .set("management.endpoint.stocktake.access", "unrestricted")
                .start();
        return host.context().getBean(InMemoryIndex.class);
    }

    /** Otherwise "A" and "1" are synced, and "A 1" is said to be true. */
    @Test
    void takesTheIdOfOneProductAsItIs() {
        InMemoryIndex index = startWithOddIds();
        String runs = "/stocktake/api/indexes/products/runs";

        JsonNode run = ended(json(post(runs, ours(), "policy=products&product=A+1")));
        assertThat(run.findValuesAsText("product")).containsExactly("A 1");
        run = ended(json(atEndpoint("{\"policy\":\"products\",\"product\":\"B,2;3\"}")));
        assertThat(run.findValuesAsText("product")).containsExactly("B,2;3");

        assertThat(index.documents()).containsOnlyKeys(ProductKey.of("A 1"), ProductKey.of("B,2;3"));
        assertThat(json(get("/stocktake/api/indexes/products/explain?id=A+1"))
                        .path("verdict")
                        .asText())
                .isEqualTo("TRUE");
    }

    /** What stands on a label is a SKU, and no id. */
    @Configuration(proxyBeanMethods = false)
    static class Labels {

        @Bean
        ProductLookup lookup() {
            return (index, names) -> names.contains("SKU-1") ? Map.of("SKU-1", ProductKey.all("1", "2")) : Map.of();
        }
    }

    @Test
    void knowsPastedProductsByOtherNamesIfTheApplicationDoes() {
        host.with(Labels.class).set("stocktake.scheduler.enabled", "false").start();
        String runs = "/stocktake/api/indexes/products/runs";

        assertThat(json(get("/stocktake/api/session")).path("looksUp").asBoolean())
                .isTrue();
        JsonNode run = ended(json(post(runs, ours(), "policy=products&id=SKU-1,77")));
        assertThat(run.findValuesAsText("product")).containsExactly("1", "2", "77");
        run = ended(json(post(runs, ours(), "policy=products&product=SKU-1")));
        assertThat(run.findValuesAsText("product")).containsExactly("SKU-1");
    }

    /** By whoever has read how much that is. */
    @Test
    void deletesWhatIsHeldBackForWhoeverSaysHowMuchItIs() {
        InMemoryIndex index = startWithOddIds();
        String runs = "/stocktake/api/indexes/products/runs";
        assertThat(post(runs, ours(), "policy=release&documents=0").body()).contains("No deletions");
        ended(json(post(runs, ours(), "policy=full")));
        for (int i = 0; i < 200; i++) {
            OddIds.SOURCE.remove(ProductKey.of(Integer.toString(i)));
        }
        ended(json(post(runs, ours(), "policy=full")));
        assertThat(index.documents()).hasSize(202);
        assertThat(json(get("/stocktake/api/indexes/products")).path("badge").asText())
                .isEqualTo("HELD_BACK");

        for (HttpResponse<String> refused : List.of(
                post(runs, ours(), "policy=release"),
                post(runs, ours(), "policy=release&documents=202"),
                atEndpoint("{\"policy\":\"release\"}"))) {
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("say documents=200");
        }
        assertThat(index.documents()).hasSize(202);

        ended(json(atEndpoint("{\"policy\":\"release\",\"documents\":\"200\"}")));
        assertThat(index.documents()).hasSize(2);
    }

    @Test
    void triesWhatIsQuarantinedAgain() {
        InMemoryIndex index = startWithOddIds();
        String runs = "/stocktake/api/indexes/products/runs";
        assertThat(post(runs, ours(), "policy=retry").body()).contains("No product of index 'products' is quarantined");
        index.refuse(ProductKey.of("7"), "too heavy");
        index.refuse(ProductKey.of("A 1"), "too long");
        ended(json(post(runs, ours(), "policy=full")));
        assertThat(json(get("/stocktake/api/indexes/products/quarantine")).path("products"))
                .hasSize(2);
        index.acceptAgain(ProductKey.of("7"));
        index.acceptAgain(ProductKey.of("A 1"));

        JsonNode run = ended(json(post(runs, ours(), "policy=retry")));

        assertThat(run.findValuesAsText("product")).containsExactlyInAnyOrder("7", "A 1");
        assertThat(run.findValuesAsText("result")).containsOnly("WRITTEN");
    }

    @Test
    void cancelsARunByItsName() {
        InMemoryIndex index = startWithOddIds();
        String runs = "/stocktake/api/indexes/products/runs";
        index.applyLater();
        String run = json(post(runs, ours(), "policy=full")).path("run").asText();
        String path = runs + "/" + run;
        assertThat(json(get(path)).path("canCancel").asBoolean()).isTrue();

        for (HttpResponse<String> unknown : List.of(
                post(runs, ours(), "policy=cancel&run=nobody-1"),
                atEndpoint("{\"policy\":\"cancel\",\"run\":\"nobody-1\"}"))) {
            assertThat(unknown.statusCode()).isEqualTo(400);
            assertThat(unknown.body()).contains("knows no run nobody-1");
        }
        JsonNode told = json(atEndpoint("{\"policy\":\"cancel\",\"run\":\"" + run + "\"}"));
        assertThat(told.path("cancelled").asBoolean()).isTrue();
        assertThat(told.path("canCancel").isMissingNode()).isTrue();
        assertThat(json(post(runs, ours(), "policy=full")).path("begun").asBoolean())
                .as("who wants the same now gets a run of his own")
                .isTrue();
        index.applyAtOnce();
        index.applyAll();

        JsonNode over = ended(told);
        assertThat(over.path("outcome").asText()).isEqualTo("INCOMPLETE");
        assertThat(over.path("problems").toString()).contains("was cancelled");
        assertThat(json(post(runs, ours(), "policy=cancel&run=" + run))
                        .path("running")
                        .asBoolean(true))
                .isFalse();
    }

    private HttpResponse<String> atEndpoint(String body) {
        return send(request("/actuator/stocktake/products")
                .header("Content-Type", "application/json")
                .headers(ours().entrySet().stream()
                        .flatMap(e -> Stream.of(e.getKey(), e.getValue()))
                        .toArray(String[]::new))
                .POST(HttpRequest.BodyPublishers.ofString(body)));
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
                        if (Thread.currentThread().getName().equals("stocktake-look")) {
                            calls.incrementAndGet();
                        }
                        return method.invoke(ledger, arguments);
                    });
        }
    }

    /** So that polls change nothing for the runs: they reach neither ledger nor index more often than one page would. */
    @Test
    void asksTheLedgerOnceASecondHoweverManyPagesPoll() throws InterruptedException {
        host.with(CountedLedger.class)
                .set("stocktake.schedule.full", "0")
                .set("stocktake.schedule.audit", "0")
                .start();
        host.rowsReachTheIndex();
        // Those that the page makes are made by threads of the page's own.
        AtomicInteger looks = host.context().getBean(AtomicInteger.class);
        AtomicInteger answers = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        Instant begun = Instant.now();
        int before = looks.get();
        List<Thread> pages = IntStream.range(0, 4)
                .mapToObj(page -> new Thread(
                        () -> {
                            while (!over.get()) {
                                if (get("/stocktake/api/indexes/products").statusCode() == 200) {
                                    answers.incrementAndGet();
                                }
                            }
                        },
                        "page-" + page))
                .toList();
        pages.forEach(Thread::start);

        for (int quantity = 100; quantity < 105; quantity++) {
            int wanted = quantity;
            host.sql("update stock set quantity = " + quantity
                    + ", updated_at = current_timestamp where product_id = 1");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(host.document(1)
                                    .map(json -> json.path("quantity").asInt()))
                            .contains(wanted));
        }
        over.set(true);
        for (Thread page : pages) {
            page.join();
        }

        long told = host.context().getBean(RunBook.class).told("products");
        long seconds = Duration.between(begun, Instant.now()).toSeconds();
        assertThat(answers.get()).isGreaterThan(looks.get() - before);
        assertThat(looks.get() - before)
                .as("once a second, and once more after each run that did something")
                .isBetween(1, (int) (seconds + 2 + told));
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
        HttpResponse<String> refused = atEndpoint("{\"policy\":\"full\"}");
        assertThat(refused.statusCode()).isIn(404, 405);
    }

    @Test
    @Tag(StarterTest.EVERY_BOOT)
    void startsRunsAtTheEndpointIfAllowed() {
        host.set("management.endpoint.stocktake.access", "unrestricted")
                .set("stocktake.scheduler.enabled", "false")
                .start();

        HttpResponse<String> begun = atEndpoint("{\"policy\":\"products\",\"ids\":\"1,2\"}");

        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(host.document(2)).isPresent());
    }

    @Configuration(proxyBeanMethods = false)
    static class LedgerThatCanGo {

        private final AtomicBoolean gone = new AtomicBoolean();

        @Bean
        AtomicBoolean gone() {
            return gone;
        }

        @Bean
        Ledger ledger() {
            Ledger ledger = new InMemoryLedger(InstantSource.system());
            return (Ledger) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Ledger.class}, (proxy, method, arguments) -> {
                        if (gone.get()) {
                            throw new UnavailableException("The ledger is away", new IOException("silent"));
                        }
                        try {
                            return method.invoke(ledger, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }

    /** In the words of the table in docs/operations.md. */
    @Test
    @Tag(StarterTest.EVERY_BOOT)
    void saysAtTheEndpointWhyItDoesNotAnswer() {
        host.with(LedgerThatCanGo.class)
                .set("management.endpoint.stocktake.access", "unrestricted")
                .set("stocktake.scheduler.enabled", "false")
                .start();
        String explain = "/actuator/stocktake/products/explain";

        assertThat(get(explain).statusCode()).isEqualTo(400);
        HttpResponse<String> tooLong = get(explain + "?id=" + "9".repeat(500));
        assertThat(tooLong.statusCode()).isEqualTo(400);
        assertThat(json(tooLong).path("problem").asText()).contains("too long");
        assertThat(atEndpoint("{\"policy\":\"everything\"}").statusCode()).isEqualTo(400);
        assertThat(get("/actuator/stocktake/products/12").statusCode()).isEqualTo(404);
        Runnable release = host.meilisearch.holdNext("POST /indexes");
        for (int i = 0; i < 8; i++) {
            assertThat(atEndpoint("{\"policy\":\"products\",\"ids\":\"" + i + "\"}")
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(atEndpoint("{\"policy\":\"products\",\"ids\":\"8\"}").statusCode())
                .isEqualTo(429);
        release.run();

        host.context().getBean("gone", AtomicBoolean.class).set(true);
        HttpResponse<String> away = get("/actuator/stocktake/products/quarantine");
        assertThat(away.statusCode()).isEqualTo(503);
        assertThat(json(away).path("problem").asText()).contains("The ledger is away");
    }

    /** It says HTTP 200 all the same, as a search that lags is no reason to restart a shop. */
    @Test
    @Tag(StarterTest.EVERY_BOOT)
    void doesNotKnowWhenTheBoundOfTheAuditIsOver() {
        host.set("stocktake.schedule.audit", "10s").start();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(health()).isEqualTo("UP"));

        host.context().getBean(Stocktakes.class).get("products").stop();

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(health()).isEqualTo("UNKNOWN"));
        assertThat(get("/actuator/health").statusCode()).isEqualTo(200);
    }

    private String health() {
        return json(get("/actuator/health")).at("/components/stocktake/status").asText();
    }

    @Test
    @Tag(StarterTest.EVERY_BOOT)
    void isHealthyOnlyIfTheApplicationWantsItsDefaults() {
        host.set("management.health.defaults.enabled", "false").start();

        assertThat(json(get("/actuator/health")).path("components").has("stocktake"))
                .isFalse();
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
