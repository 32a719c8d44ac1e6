package dev.stocktake.examples.medusa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stocktake.Stocktake;
import dev.stocktake.meilisearch.MeilisearchStandIn;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;

/** The rights that the documentation says are enough, and nothing more. */
class RightsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String INDEX = "storefront_products";

    private final MeilisearchStandIn server = MeilisearchStandIn.automatic();
    private final Shop shop = Shop.invented();

    @AfterEach
    void stopTheServer() {
        server.close();
    }

    /** The block of SQL of this name in docs/medusa.md, for a user of this test's own. */
    static String documented(String block, String role, Shop shop) {
        try {
            String page = Files.readString(Path.of("..", "..", "docs", "medusa.md"));
            Matcher found = Pattern.compile("<!-- sql: " + block + " -->\\s*```sql\\n(.*?)```", Pattern.DOTALL)
                    .matcher(page);
            assertThat(found.find()).as("block '%s' of docs/medusa.md", block).isTrue();
            return found.group(1)
                    .replace("stocktake_user", role)
                    .replace("database medusa", "database " + shop.name())
                    .replace("'a-password'", "'" + role + "'");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, String> asOwner() {
        return shop.environment(server.url(), MeilisearchStandIn.MASTER_KEY);
    }

    private Map<String, String> as(String role) {
        Map<String, String> environment = asOwner();
        environment.put("DATABASE_URL", shop.url(role));
        environment.put("STOCKTAKE_BOUND", "1s");
        return environment;
    }

    /** Each block as who the documentation says must run it. */
    private void prepare(String role) {
        shop.run(documented("administrator", role, shop));
        shop.asOwner(documented("reader", role, shop));
    }

    private static ConfigurableApplicationContext start(Map<String, String> environment) {
        return SidecarApplication.start(Settings.of(environment), false);
    }

    private void followsAnEdit(ConfigurableApplicationContext sidecar) {
        await().atMost(PATIENCE)
                .until(() -> sidecar.getBean(Stocktake.class).status().clean());
        assertThat(server.size(INDEX)).isEqualTo(6);
        shop.run("update product set title = 'Other' where id = 'prod_rug'");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(server.document(INDEX, "prod_rug")
                                .orElseThrow()
                                .get("title")
                                .asText())
                        .isEqualTo("Other"));
    }

    @Test
    void readingIsEnoughWithoutTheChangeLog() {
        prepare("reader_1");
        List<String> writable = shop.texts(
                "select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and"
                        + " has_table_privilege('reader_1', c.oid, 'insert, update, delete, truncate')");
        assertThat(writable).isEmpty();

        try (ConfigurableApplicationContext sidecar = start(as("reader_1"))) {
            followsAnEdit(sidecar);
        }
    }

    @Test
    void theChangeLogIsInstalledByTheOwnerAndReadByTheUser() {
        prepare("reader_2");
        shop.as("reader_2", documented("owner", "reader_2", shop));
        try (Parts parts = Parts.of(Settings.of(asOwner())).requireShop()) {
            ChangeLogCommand.install(parts, "reader_2");
        }

        try (ConfigurableApplicationContext sidecar = start(as("reader_2"))) {
            followsAnEdit(sidecar);
            assertThat(sidecar.getBean(Stocktake.class).check().toString()).contains("by trigger");
        }
    }

    @Test
    void namesTheTablesThatMayNotBeRead() {
        prepare("reader_3");
        shop.run("revoke select on price, price_list from reader_3");

        assertThatThrownBy(() -> start(as("reader_3")))
                .isInstanceOf(WrongSettings.class)
                .hasMessageContaining("grant select on price, price_list to reader_3;");
    }

    @Test
    void saysHowASchemaIsMadeForTheOwnTables() {
        prepare("reader_4");
        shop.run("drop schema stocktake");

        assertThatThrownBy(() -> start(as("reader_4")))
                .isInstanceOf(WrongSettings.class)
                .hasMessageContaining("create schema stocktake authorization reader_4")
                .hasMessageContaining("STOCKTAKE_DATABASE_URL");
    }

    @Test
    void whoIsNotTheOwnerIsToldWhoInstalls() {
        prepare("reader_5");
        try (Parts parts = Parts.of(Settings.of(as("reader_5"))).requireShop()) {
            assertThatThrownBy(() -> ChangeLogCommand.install(parts, null))
                    .isInstanceOf(WrongSettings.class)
                    .hasMessageContaining("needs the owner of the shop's tables");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "usage", "create"})
    void anOwnerWhoLacksARightOnTheSchemaIsToldWhoGivesIt(String has) {
        String role = "reader_8" + has;
        prepare(role);
        if (!has.isEmpty()) {
            shop.as(role, "grant " + has + " on schema stocktake to medusa");
        }
        try (Parts parts = Parts.of(Settings.of(asOwner())).requireShop()) {
            assertThatThrownBy(() -> ChangeLogCommand.install(parts, role))
                    .isInstanceOf(WrongSettings.class)
                    .hasMessageContaining("permission denied for schema stocktake")
                    .hasMessageContaining(
                            "Let the owner of the schema run: grant usage, create on schema stocktake to medusa;")
                    .hasMessageNotContaining("owner of the shop's tables");
        }
    }

    @Nested
    class WhoeverRemovesIt {

        private List<String> installed(String role) {
            prepare(role);
            shop.run("drop schema stocktake");
            List<String> before = shop.schema();
            shop.run("create schema stocktake authorization " + role);
            shop.as(role, documented("owner", role, shop));
            try (Parts parts = Parts.of(Settings.of(asOwner())).requireShop()) {
                ChangeLogCommand.install(parts, role);
            }
            try (Parts parts = Parts.of(Settings.of(as(role)))) {
                parts.ledger();
            }
            return before;
        }

        @Test
        void isTwoUsersInTurn() {
            List<String> before = installed("reader_6");

            assertThat(Sidecar.execute(new String[] {"change-log", "uninstall"}, asOwner(), nowhere(), nowhere()))
                    .hasValue(Sidecar.DONE);
            assertThat(Sidecar.execute(new String[] {"uninstall"}, as("reader_6"), nowhere(), nowhere()))
                    .hasValue(Sidecar.DONE);

            assertThat(shop.schema()).isEqualTo(before);
        }

        @Test
        void removesNothingOutOfTurnAndIsToldWhoseTurnItIs() {
            installed("reader_7");
            List<String> before = shop.schema();

            try (Parts parts = Parts.of(Settings.of(as("reader_7")))) {
                assertThatThrownBy(parts::uninstall)
                        .isInstanceOf(WrongSettings.class)
                        .hasMessageContaining("Nothing was removed")
                        .hasMessageContaining("Run change-log uninstall with Medusa's own DATABASE_URL first");
            }
            try (Parts parts = Parts.of(Settings.of(asOwner()))) {
                assertThatThrownBy(parts::uninstall)
                        .isInstanceOf(WrongSettings.class)
                        .hasMessageContaining("Nothing was removed")
                        .hasMessageContaining("belong to reader_7");
            }

            assertThat(shop.schema()).isEqualTo(before);
        }

        private PrintWriter nowhere() {
            return new PrintWriter(Writer.nullWriter());
        }
    }
}
