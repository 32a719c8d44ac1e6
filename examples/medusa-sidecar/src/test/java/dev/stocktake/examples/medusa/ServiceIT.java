package dev.stocktake.examples.medusa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stocktake.Stocktake;
import dev.stocktake.UnavailableException;
import dev.stocktake.meilisearch.MeilisearchStandIn;
import dev.stocktake.spring.ProductLookup;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.web.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The service as it is run: what it serves to whom, and when it does not start. */
class ServiceIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PASSWORD = "a-long-enough-one";

    private final MeilisearchStandIn server = MeilisearchStandIn.automatic();
    private final HttpClient http = HttpClient.newHttpClient();

    private ConfigurableApplicationContext start(Map<String, String> environment) {
        return SidecarApplication.start(Settings.of(environment), false);
    }

    private HttpResponse<String> get(ConfigurableApplicationContext sidecar, String path, String password) {
        int port = ((WebServerApplicationContext) sidecar).getWebServer().getPort();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (!password.isEmpty()) {
            String login = Base64.getEncoder().encodeToString(("admin:" + password).getBytes(StandardCharsets.UTF_8));
            request.header("Authorization", "Basic " + login);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(path, e);
        }
    }

    @AfterEach
    void stopTheServer() {
        server.close();
    }

    @Test
    void fillsTheIndexAndServesHealthMetersAndThePage() {
        Map<String, String> environment = Shop.invented().environment(server.url(), MeilisearchStandIn.MASTER_KEY);
        environment.put("STOCKTAKE_PAGE_PASSWORD", PASSWORD);
        try (ConfigurableApplicationContext sidecar = start(environment)) {
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(server.size("storefront_products")).isEqualTo(6));
            await().atMost(PATIENCE)
                    .until(() -> sidecar.getBean(Stocktake.class).status().clean());

            assertThat(get(sidecar, "/actuator/health", "").body())
                    .contains("\"stocktake\"")
                    .contains("UP");
            assertThat(get(sidecar, "/actuator/health/liveness", "").statusCode())
                    .isEqualTo(200);
            assertThat(get(sidecar, "/actuator/prometheus", "").body())
                    .contains("stocktake_clean{application=\"medusa-sidecar\",index=\"storefront_products\"");
            assertThat(get(sidecar, "/stocktake/", "").statusCode()).isIn(302, 401);
            assertThat(get(sidecar, "/stocktake/", PASSWORD).body()).contains("<html");
            assertThat(get(sidecar, "/stocktake/api/indexes", "wrong" + PASSWORD)
                            .statusCode())
                    .isEqualTo(401);
            assertThat(get(sidecar, "/stocktake/api/indexes", PASSWORD).body()).contains("products");
            assertThat(get(sidecar, "/stocktake/api/session", PASSWORD).body()).contains("\"looksUp\":true");
            List<String> pasted = List.of("LAMP-S", "4000001", "var_mug", "prod_rug", "nobody's");
            assertThat(sidecar.getBean(ProductLookup.class)
                            .find("storefront_products", pasted)
                            .toString())
                    .isEqualTo("{4000001=[prod_lamp], LAMP-S=[prod_lamp], prod_rug=[prod_rug], var_mug=[prod_mug]}");
            assertThat(get(sidecar, "/actuator/stocktake", "").statusCode()).isIn(302, 401);
        }
    }

    @Test
    void countsTheNumbersThatTheShopKeepsTwiceAndDifferently() {
        try (ConfigurableApplicationContext sidecar =
                start(Shop.invented().environment(server.url(), MeilisearchStandIn.MASTER_KEY))) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    get(sidecar, "/actuator/prometheus", "").body())
                            .contains(mismatches("inventory_level.stocked_quantity", 2))
                            .contains(mismatches("inventory_level.reserved_quantity", 0))
                            .contains(mismatches("price.amount", 1)));
        }
    }

    private static String mismatches(String column, int number) {
        return "medusa_raw_mismatches{application=\"medusa-sidecar\",column=\"" + column + "\"} " + number + ".0";
    }

    @Test
    void setsTheIndexUpForAStorefront() {
        Map<String, String> environment = Shop.invented().environment(server.url(), MeilisearchStandIn.MASTER_KEY);
        environment.put("STOCKTAKE_FILTERABLE", "+subtitle");
        try (ConfigurableApplicationContext sidecar = start(environment)) {
            await().atMost(PATIENCE)
                    .until(() -> sidecar.getBean(Stocktake.class).status().clean());
            String settings = send("/indexes/storefront_products/settings");
            assertThat(settings)
                    .contains("\"subtitle\"")
                    .contains("in_stock_channel_ids")
                    .contains("price_from")
                    .contains("in_stock:desc")
                    .contains("variants.sku");
        }
    }

    private String send(String path) {
        try {
            return http.send(
                            HttpRequest.newBuilder(URI.create(server.url() + path))
                                    .header("Authorization", "Bearer " + MeilisearchStandIn.MASTER_KEY)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new AssertionError(path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(path, e);
        }
    }

    @Test
    void servesNoPageWithoutAPassword() {
        Map<String, String> environment = Shop.invented().environment(server.url(), MeilisearchStandIn.MASTER_KEY);
        try (ConfigurableApplicationContext sidecar = start(environment)) {
            assertThat(get(sidecar, "/stocktake/", "").statusCode()).isIn(302, 401, 403);
            assertThat(get(sidecar, "/stocktake/", "anything").statusCode()).isEqualTo(401);
            assertThat(get(sidecar, "/actuator/health/liveness", "").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void startsWhileTheIndexIsDownAndFillsItWhenItIsUp() {
        Map<String, String> environment = Shop.invented().environment(server.url(), MeilisearchStandIn.MASTER_KEY);
        server.down();
        try (ConfigurableApplicationContext sidecar = start(environment)) {
            assertThat(sidecar.getBean(Stocktake.class).status().known()).isFalse();
            server.up();
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(server.size("storefront_products")).isEqualTo(6));
        }
    }

    @Test
    void keepsItsTablesInAnotherDatabase() {
        Shop shop = Shop.invented();
        Shop elsewhere = Shop.empty();
        var before = shop.schema();
        Map<String, String> environment = shop.environment(server.url(), MeilisearchStandIn.MASTER_KEY);
        environment.put("STOCKTAKE_DATABASE_URL", elsewhere.url());
        try (ConfigurableApplicationContext sidecar = start(environment)) {
            await().atMost(PATIENCE)
                    .until(() -> sidecar.getBean(Stocktake.class).status().clean());
            assertThat(server.size("storefront_products")).isEqualTo(6);
            assertThat(shop.schema()).isEqualTo(before);
            assertThat(elsewhere.texts("select count(*) from stocktake.stocktake_lane"))
                    .containsExactly("1");
        }
    }

    /** A user that may read the shop and nothing more, and another database that is Stocktake's. */
    @Test
    void readsTheShopAndWritesOnlyElsewhere() {
        Shop shop = Shop.invented();
        shop.run(RightsIT.documented("administrator", "reader_s", shop));
        shop.asOwner(RightsIT.documented("reader", "reader_s", shop));
        shop.run("drop schema stocktake");
        Shop elsewhere = Shop.empty();
        var before = shop.schema();
        Map<String, String> environment = shop.environment(server.url(), MeilisearchStandIn.MASTER_KEY);
        environment.put("DATABASE_URL", shop.url("reader_s"));
        environment.put("STOCKTAKE_DATABASE_URL", elsewhere.url());
        try (ConfigurableApplicationContext sidecar = start(environment)) {
            await().atMost(PATIENCE)
                    .until(() -> sidecar.getBean(Stocktake.class).status().clean());
            assertThat(server.size("storefront_products")).isEqualTo(6);
            assertThat(shop.schema()).isEqualTo(before);
        }
    }

    /** The log must be where the shop's rows are; the marks need not. */
    @Test
    void takesChangesFromTheLogInTheShopAndKeepsItsTablesElsewhere() {
        Shop shop = Shop.invented();
        Shop elsewhere = Shop.empty();
        Map<String, String> environment = shop.environment(server.url(), MeilisearchStandIn.MASTER_KEY);
        environment.put("STOCKTAKE_DATABASE_URL", elsewhere.url());
        List<String> before = shop.schema();
        List<String> beforeElsewhere = elsewhere.schema();
        try (ConfigurableApplicationContext sidecar = SidecarApplication.start(Settings.of(environment), true)) {
            await().atMost(PATIENCE)
                    .until(() -> sidecar.getBean(Stocktake.class).status().clean());
            shop.run("update product set title = 'Other' where id = 'prod_rug'");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(server.document("storefront_products", "prod_rug")
                                    .orElseThrow()
                                    .get("title")
                                    .asText())
                            .isEqualTo("Other"));
            assertThat(sidecar.getBean(Stocktake.class).check().toString()).contains("by trigger");
        }
        try (Parts parts = Parts.of(Settings.of(environment))) {
            parts.uninstall();
        }
        assertThat(shop.schema()).isEqualTo(before);
        assertThat(elsewhere.schema()).isEqualTo(beforeElsewhere);
    }

    @Test
    void refusesAWrongKeyBeforeItStarts() {
        Map<String, String> environment = Shop.invented().environment(server.url(), "not-the-key");
        assertThatThrownBy(() -> start(environment))
                .isInstanceOf(WrongSettings.class)
                .hasMessageContaining("MEILISEARCH_API_KEY");
    }

    @Test
    void saysThatTheDatabaseCannotBeReached() {
        Map<String, String> environment = Shop.invented().environment(server.url(), MeilisearchStandIn.MASTER_KEY);
        environment.put("DATABASE_URL", "postgres://medusa:secret-word@127.0.0.1:1/shop");
        assertThatThrownBy(() -> start(environment))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("DATABASE_URL")
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageNotContaining("secret-word");
    }
}
