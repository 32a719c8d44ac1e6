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
import java.util.function.Consumer;
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

    /** Whatever else he lacks: with it he would come no further. */
    @ParameterizedTest
    @ValueSource(strings = {"his own schema", "the owner's schema", "no schema", "no schema, and may make one"})
    void whoIsNotTheOwnerIsToldWhoInstalls(String has) {
        String role = "reader_5" + has.replaceAll("\\W", "");
        prepare(role);
        switch (has) {
            case "his own schema" -> {}
            case "the owner's schema" -> shop.run("alter schema stocktake owner to medusa");
            default -> shop.run("drop schema stocktake");
        }
        if (has.endsWith("may make one")) {
            shop.run("grant create on database " + shop.name() + " to " + role);
        }
        List<String> before = shop.schema();
        String first = "Run change-log install with an address of that user in DATABASE_URL, usually Medusa's own.";
        try (Parts parts = Parts.of(Settings.of(as(role))).requireShop()) {
            assertThatThrownBy(() -> ChangeLogCommand.install(parts, null))
                    .isInstanceOf(WrongSettings.class)
                    .hasMessageContaining("it needs the owner of the shop's tables (medusa), and " + role + " is not")
                    .hasMessageEndingWith(
                            has.equals("his own schema")
                                    ? first + " Before that: Let the owner of the schema run: grant usage, create on"
                                            + " schema stocktake to medusa;"
                                    : first);
        }
        assertThat(shop.schema()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reader_erp", "postgres"})
    void whoDoesNotOwnOneOfTheTablesIsToldWhich(String owner) {
        if (!owner.equals("postgres")) {
            shop.run("create role " + owner);
        }
        shop.run("create table brand (product_id text primary key, name text, updated_at timestamptz);"
                + " grant select on brand to medusa; alter table brand owner to " + owner);
        Map<String, String> environment = asOwner();
        environment.put("STOCKTAKE_EXTRA_TABLES", "brand.product_id -> product.id");
        try (Parts parts = Parts.of(Settings.of(environment)).requireShop()) {
            assertThatThrownBy(() -> ChangeLogCommand.install(parts, null))
                    .isInstanceOf(WrongSettings.class)
                    .hasMessageContaining("medusa does not own brand")
                    .hasMessageNotContaining("grant postgres")
                    .satisfies(this::doesAsToldAsAdministrator);

            ChangeLogCommand.install(parts, null);
        }
    }

    private void doesAsToldAsAdministrator(Throwable failure) {
        doesAsTold(failure, shop::run);
    }

    private static void doesAsTold(Throwable failure, Consumer<String> sql) {
        Matcher advice = Pattern.compile("\\b(grant|create|alter table) [^;]+;").matcher(failure.getMessage());
        assertThat(advice.find()).as(failure.getMessage()).isTrue();
        do {
            sql.accept(advice.group());
        } while (advice.find());
    }

    @Test
    void anOwnerWhoMayNotMakeTheSchemaIsToldHowToGetOne() {
        shop.run("alter database " + shop.name() + " owner to postgres");
        try (Parts parts = Parts.of(Settings.of(asOwner())).requireShop()) {
            assertThatThrownBy(() -> ChangeLogCommand.install(parts, null))
                    .isInstanceOf(WrongSettings.class)
                    .hasMessageEndingWith("create schema stocktake authorization medusa;")
                    .satisfies(this::doesAsToldAsAdministrator);

            ChangeLogCommand.install(parts, null);
        }
    }

    /** The failure has words of its own. */
    @Test
    void anOwnerWithEveryRightIsNotToldToGetMore() {
        prepare("reader_9");
        shop.as("reader_9", documented("owner", "reader_9", shop));
        shop.asOwner("alter table price_list rename to lists; create view price_list as select * from lists");
        try (Parts parts = Parts.of(Settings.of(asOwner())).requireShop()) {
            assertThatThrownBy(() -> ChangeLogCommand.install(parts, null))
                    .isInstanceOf(WrongSettings.class)
                    .hasMessageContaining("The change log was not installed: ")
                    .hasMessageContaining("price_list")
                    .hasMessageNotContaining("owner of the")
                    .hasMessageNotContaining("grant ");
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
    class TheDoctor {

        /** Who asks is not always whom the address names, if it names anybody. */
        private Map<String, String> inTheRoleOf(String role) {
            Map<String, String> environment = as(role);
            environment.put("DATABASE_URL", shop.url("postgres") + "&options=-c%20role%3D" + role);
            return environment;
        }

        /** And says what helps. The sidecar's start says the same. */
        private void misses(Map<String, String> environment, String advice) {
            try (Parts parts = Parts.of(Settings.of(environment))) {
                assertThatThrownBy(parts::requireRoomForTheLedger)
                        .isInstanceOf(WrongSettings.class)
                        .hasMessageEndingWith(advice);
                assertThatThrownBy(parts::ledger)
                        .isInstanceOf(WrongSettings.class)
                        .hasMessageEndingWith(advice)
                        .satisfies(failure -> doesAsTold(failure, shop::asOwner));
                parts.requireRoomForTheLedger();
                parts.ledger();
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "usage", "create"})
        void missesARightOnTheSchema(String has) {
            String role = "reader_a" + has;
            prepare(role);
            shop.run("alter schema stocktake owner to medusa");
            if (!has.isEmpty()) {
                shop.run("grant " + has + " on schema stocktake to " + role);
            }
            misses(inTheRoleOf(role), "grant usage, create on schema stocktake to " + role + ";");
        }

        @Test
        void missesTheSchemaOfALedgerThatIsThere() {
            prepare("reader_b");
            try (Parts parts = Parts.of(Settings.of(as("reader_b")))) {
                parts.ledger();
            }
            shop.run("alter schema stocktake owner to medusa");

            misses(as("reader_b"), "grant usage on schema stocktake to reader_b;");
        }

        private Map<String, String> withTheOwnersLedger(String role) {
            prepare(role);
            shop.as(role, documented("owner", role, shop));
            try (Parts parts = Parts.of(Settings.of(asOwner()))) {
                parts.ledger();
            }
            return as(role);
        }

        @Test
        void missesTheTablesOfALedgerThatSomebodyElseHasMade() {
            Map<String, String> environment = withTheOwnersLedger("reader_c");

            misses(environment, " to reader_c;");

            try (ConfigurableApplicationContext sidecar = start(environment)) {
                followsAnEdit(sidecar);
            }
        }

        @Test
        void missesTheOwnerOfALedgerThatIsOfAnOlderVersion() {
            Map<String, String> environment = withTheOwnersLedger("reader_d");
            misses(environment, " to reader_d;");
            shop.run("delete from stocktake.stocktake_schema_version where version = (select max(version) from"
                    + " stocktake.stocktake_schema_version)");

            try (Parts parts = Parts.of(Settings.of(environment))) {
                assertThatThrownBy(parts::requireRoomForTheLedger)
                        .isInstanceOf(WrongSettings.class)
                        .hasMessageContaining("They belong to medusa");
            }
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
