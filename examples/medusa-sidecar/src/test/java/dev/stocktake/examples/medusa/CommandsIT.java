package dev.stocktake.examples.medusa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stocktake.Stocktake;
import dev.stocktake.meilisearch.MeilisearchStandIn;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** The commands on a real database: what they answer, with which exit code, and what they say if something is wrong. */
class CommandsIT {

    private static final String INDEX = "storefront_products";

    private final MeilisearchStandIn server = MeilisearchStandIn.automatic();
    private Shop shop = Shop.invented();
    private Map<String, String> environment = shop.environment(server.url(), MeilisearchStandIn.MASTER_KEY);

    /** What a command did. */
    private record Answer(int exit, String out, String err) {

        JsonNode json() {
            try {
                return new ObjectMapper().readTree(out);
            } catch (JsonProcessingException e) {
                throw new AssertionError(out, e);
            }
        }

        Answer exits(int code) {
            assertThat(exit).as("%s%s", out, err).isEqualTo(code);
            assertThat(err).as("a stack is no sentence").doesNotContain("\tat ");
            return this;
        }

        Answer says(String... words) {
            assertThat(out + err).contains(words);
            return this;
        }
    }

    private Answer run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Sidecar.execute(args, environment, new PrintWriter(out), new PrintWriter(err))
                .orElseThrow();
        return new Answer(exit, out.toString(), err.toString());
    }

    @AfterEach
    void stopTheServer() {
        server.close();
    }

    @Test
    void fillsTheIndexAndFollowsAnEdit() {
        Answer full = run("sync", "full", "--json").exits(0);
        assertThat(full.json().get("outcome").asText()).isEqualTo("COMPLETE");
        assertThat(full.json().get("written").asInt()).isEqualTo(6);
        assertThat(server.size(INDEX)).isEqualTo(6);

        shop.run("update inventory_level set raw_stocked_quantity = '{\"value\": \"12\"}' where id = 'ilev_1'");
        assertThat(run("sync", "smart", "--json").exits(0).json().get("written").asInt())
                .isEqualTo(1);
        assertThat(server.document(INDEX, "prod_lamp")
                        .orElseThrow()
                        .get("available")
                        .asInt())
                .isEqualTo(13);

        run("sync", "full").exits(0).says("outcome=COMPLETE", "rebuild=SWAPPED_IN");
        run("sync", "full", "--in-place").exits(0).says("outcome=COMPLETE");
    }

    @Test
    void findsAProductByIdHandleSkuAndBarcode() {
        for (String name : List.of("prod_lamp", "tideglass-lamp", "LAMP-L", "4000001", "var_lamp_s")) {
            JsonNode products =
                    run("sync", "product", name, "--json").exits(0).json().get("products");
            assertThat(products.properties()).as(name).hasSize(1);
            assertThat(products.has("prod_lamp")).as(name).isTrue();
        }
        assertThat(server.size(INDEX)).isPositive();
        run("sync", "product", "LAMP-S", "MUG-B").exits(0).says("prod_lamp", "prod_mug");
        run("sync", "product", "no-such-sku").exits(2).says("'no-such-sku'", "spelling");
    }

    @Test
    void removesTheDocumentOfAProductThatIsGoneForGood() {
        run("sync", "full").exits(0);
        shop.run("delete from product where id = 'prod_rug'");

        run("sync", "product", "prod_rug").exits(0).says("prod_rug DELETED");
        assertThat(server.document(INDEX, "prod_rug")).isEmpty();
    }

    @Test
    void tellsOrRepairsWhatDiffers() {
        run("sync", "full").exits(0);
        run("audit").exits(0).says("drift=0");
        shop.run("delete from price where id = 'price_14'");

        Answer told = run("audit", "--dry-run", "--json").exits(1);
        // The rows are so new that the timestamps will be looked at once more, and would name the product then.
        assertThat(told.json().get("known").asInt()).as(told.out()).isEqualTo(1);
        assertThat(told.json().get("written").asInt()).isZero();
        run("audit", "--repair").exits(0).says("written=1");
        run("audit").exits(0);
        run("audit", "--repair", "--dry-run").exits(2);
    }

    @Test
    void explainsAProductAndTheNumbersThatDiffer() {
        run("sync", "full").exits(0);
        run("explain", "MUG-B")
                .exits(0)
                .says(
                        "'prod_mug': true",
                        "inventory_level ilev_8: stocked_quantity is 77 and raw_stocked_quantity 32",
                        "price price_13");
        shop.run("delete from price where id = 'price_14'");

        JsonNode rug = run("explain", "dune-rug", "--json")
                .exits(1)
                .json()
                .get("products")
                .get(0);
        assertThat(rug.get("verdict").asText()).isEqualTo("WRONG");
        assertThat(rug.get("differences").toString()).contains("variants", "price_from");
        run("explain", "not-yet").exits(0).says("only published products");
        run("explain", "nobody").exits(2).says("'nobody'");
    }

    @Test
    void aDoctorLooksAtEverything() {
        run("doctor")
                .exits(0)
                .says(
                        "All 21 tables of Medusa 2 are there",
                        "3 numbers differ from their raw_ column",
                        "will be made",
                        "There is no change log",
                        "never filled",
                        "STOCKTAKE_PAGE_PASSWORD",
                        "what is seen of a change",
                        "product_tags");
        assertThat(run("doctor", "--json").exits(0).json().get("findings")).isNotEmpty();
        run("sync", "full").exits(0);
        run("doctor").exits(0).says("holds 6 documents", "Nothing is known that is not true");
    }

    @Test
    void aDoctorAndAnExplanationMakeNothing() {
        List<String> before = shop.schema();

        run("doctor").exits(0).says("own tables are not there yet", "what is seen of a change");
        run("explain", "MUG-B").exits(2).says("own tables are not in schema stocktake yet", "sync full");

        assertThat(shop.schema()).isEqualTo(before);
        assertThat(server.requests()).noneMatch(request -> request.startsWith("POST /indexes "));
    }

    @Test
    void forgetsAnIndexThatIsKeptNoMore() {
        run("change-log", "forget", "old_products").exits(2).says("There is no change log");
        run("change-log", "install").exits(0);
        environment.put("STOCKTAKE_INDEX", "old_products");
        run("sync", "full").exits(0);
        run("change-log", "forget", "old_products").exits(2).says("is the one that this sidecar keeps");
        environment.put("STOCKTAKE_INDEX", INDEX);
        run("sync", "full").exits(0);

        run("change-log", "forget", "oldproducts").exits(2).says("'oldproducts'", "old_products");
        run("change-log", "forget", "old_products").exits(0).says("is forgotten");
        assertThat(shop.texts("select distinct consumer from stocktake.stocktake_change_consumer"))
                .containsExactly(INDEX);
    }

    @Test
    void answersAsJsonWhereverItIsAskedToAndWhateverHappens() {
        assertThat(run("sync", "--json", "full").exits(0).json().get("outcome").asText())
                .isEqualTo("COMPLETE");
        assertThat(run("--json", "explain", "MUG-B").exits(0).json().get("products"))
                .hasSize(1);
        assertThat(run("document-sql", "--json").exits(0).json().get("sql").asText())
                .contains("with");
        assertThat(run("sync", "product", "nobody", "--json")
                        .exits(2)
                        .json()
                        .get("error")
                        .toString())
                .contains("'nobody'");
        assertThat(run("synk", "--json").exits(2).json().get("exit").asInt()).isEqualTo(2);
        assertThat(run("run", "--json").exits(2).json().get("error").toString()).contains("leave --json out");
        environment.put("DATABASE_URL", "postgres://medusa:hush@127.0.0.1:1/shop");
        assertThat(run("sync", "full", "--json").exits(3).json().get("error").toString())
                .contains("cannot be reached");
    }

    @Test
    void aCommandBesideARunningSidecarSaysWhatItDidNotDo() {
        environment.put("STOCKTAKE_SMART", "1h");
        try (ConfigurableApplicationContext sidecar = SidecarApplication.start(Settings.of(environment), false)) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> sidecar.getBean(Stocktake.class).status().clean());
            shop.run("update product set title = 'Other' where id = 'prod_rug'");

            run("sync", "product", "prod_rug").exits(0);
            assertThat(server.document(INDEX, "prod_rug")
                            .orElseThrow()
                            .get("title")
                            .asText())
                    .isEqualTo("Other");
            run("sync", "full").exits(0).says("rebuild=SWAPPED_IN");
            run("sync", "smart").exits(1).says("outcome=ELSEWHERE", "A running sidecar has the index");
            run("explain", "prod_rug").exits(0);
            run("audit").exits(0);
            run("doctor").exits(0);
        }
    }

    @Test
    void installsAndRemovesTheChangeLog() {
        List<String> before = shop.schema();
        run("change-log", "print").exits(2).says("create schema stocktake;");
        assertThat(shop.schema()).isEqualTo(before);
        shop.asOwner("create schema stocktake");
        run("change-log", "print", "--grant-to", "reader").exits(0).says("create trigger", "grant usage on schema");

        run("change-log", "install").exits(0).says("is installed");
        run("sync", "full").exits(0);
        run("doctor").exits(0).says("The change log is installed", "by trigger");
        shop.run("delete from price where id = 'price_14'");
        run("sync", "smart").exits(0).says("written=1");
        run("change-log", "print", "--removal").exits(0).says("drop trigger");

        run("change-log", "uninstall").exits(0);
        run("uninstall").exits(0).says("table stocktake_mark", "schema stocktake");
        assertThat(shop.schema()).isEqualTo(before);
        run("uninstall").exits(0).says("nothing to remove");
    }

    @Test
    void printsItsQueryToBeginOnesOwnWith(@TempDir Path files) throws Exception {
        String sql = run("document-sql").exits(0).out();
        environment.put(
                "STOCKTAKE_DOCUMENT_SQL",
                Files.writeString(files.resolve("document.sql"), sql).toString());

        run("sync", "full").exits(0).says("written=6");
    }

    @Test
    void aQueryThatIsWrongIsToldBeforeAnythingIsDone(@TempDir Path files) throws Exception {
        environment.put(
                "STOCKTAKE_DOCUMENT_SQL",
                Files.writeString(files.resolve("document.sql"), "select id, titel from product where {products:id}")
                        .toString());

        run("sync", "full").exits(2).says("titel");
        assertThat(server.size(INDEX)).isZero();
    }

    /** Whatever is wrong is a sentence that says what to do. */
    @Nested
    class IfSomethingIsWrong {

        @Test
        void nothingIsSet() {
            environment = Map.of();
            run("sync", "full").exits(2).says("DATABASE_URL is missing", "MEILISEARCH_HOST is missing");
        }

        @Test
        void theCommandIsNone() {
            run("synk").exits(2).says("synk");
            run("sync").exits(2).says("sync full");
            run().exits(2);
            run("--help").exits(0).says("change-log", "doctor");
        }

        @Test
        void theDatabaseIsNotThere() {
            environment.put("DATABASE_URL", "postgres://medusa:hush@127.0.0.1:1/shop");
            Answer answer = run("sync", "full").exits(3).says("cannot be reached", "DATABASE_URL");
            assertThat(answer.err()).doesNotContain("hush");
            run("doctor").exits(1).says("UNREACHABLE");
        }

        @Test
        void theDatabaseHasAnotherName() {
            environment.put("DATABASE_URL", shop.url().replace(shop.name(), "no_such_shop"));
            run("sync", "full").exits(2).says("There is no such database", "DATABASE_URL");
        }

        @Test
        void theUserIsUnknown() {
            environment.put("DATABASE_URL", shop.url("nobody"));
            run("sync", "full").exits(2).says("does not let this user in", "DATABASE_URL");
        }

        @Test
        void theDatabaseHoldsNoShop() {
            shop = Shop.empty();
            environment.put("DATABASE_URL", shop.url());
            run("sync", "full").exits(2).says("There is no Medusa 2 shop", "db:migrate");
        }

        @Test
        void aTableIsMissing() {
            shop.run("drop table price_list");
            run("sync", "full").exits(2).says("the table price_list", "Upgrade Medusa");
        }

        @Test
        void theMedusaIsOlder() {
            shop.run("alter table inventory_level drop column raw_reserved_quantity");
            run("sync", "full")
                    .exits(2)
                    .says(
                            "the column inventory_level.raw_reserved_quantity",
                            "Upgrade Medusa",
                            "STOCKTAKE_DOCUMENT_SQL");
        }

        @Test
        void theServerIsNotThere() {
            server.down();
            run("sync", "product", "prod_lamp").exits(3).says("cannot be reached");
            run("doctor").exits(1).says("UNREACHABLE");
        }

        @Test
        void theKeyIsWrong() {
            environment.put("MEILISEARCH_API_KEY", "not-the-key");
            Answer answer = run("sync", "full").exits(2).says("MEILISEARCH_API_KEY");
            assertThat(answer.err()).doesNotContain("not-the-key");
        }

        @Test
        void theKeyLacksARight() {
            server.addKey("reader", Set.of("documents.get", "indexes.get", "tasks.get"), Set.of("*"));
            environment.put("MEILISEARCH_API_KEY", "reader");
            Answer answer = run("sync", "full");
            assertThat(answer.exit()).isNotZero();
            answer.says("MEILISEARCH_API_KEY", "right");
        }

        @Test
        void theDoctorMissesARight() {
            server.addKey(
                    "reader", Set.of("documents.get", "indexes.get", "tasks.get", "settings.get"), Set.of(INDEX + "*"));
            environment.put("MEILISEARCH_API_KEY", "reader");

            run("doctor")
                    .exits(1)
                    .says(
                            "lacks the right documents.add, documents.delete, settings.update, indexes.delete, indexes.swap",
                            INDEX + "*");
        }

        @Test
        void theDoctorMissesTheRightToRead() {
            server.addKey(
                    "blind",
                    Set.of("documents.add", "documents.delete", "indexes.*", "settings.*", "tasks.get"),
                    Set.of(INDEX + "*"));
            environment.put("MEILISEARCH_API_KEY", "blind");

            run("doctor").exits(1).says("lacks the right documents.get for");
        }

        @Test
        void theDoctorMissesTheBuilds() {
            server.addKey("one", Set.of("*"), Set.of(INDEX));
            environment.put("MEILISEARCH_API_KEY", "one");

            run("doctor").exits(1).says("lacks the right documents.get, documents.add", "or its builds");
        }

        @Test
        void theDoctorFindsAKeyThatWillDo() {
            server.addKey("enough", Set.of("documents.*", "indexes.*", "settings.*", "tasks.get"), Set.of(INDEX + "*"));
            environment.put("MEILISEARCH_API_KEY", "enough");

            run("doctor").exits(0).says("version 1.31 or later", "The key may read and write", "Not probed");
            assertThat(server.requests()).as("nothing came of the probes").isNotEmpty();
            run("sync", "full").exits(0);
        }

        @Test
        void theServerIsTooOld() {
            server.version("1.30.2");
            run("doctor").exits(1).says("Meilisearch is version 1.30.2", "1.31 or later");
            server.addKey("enough", Set.of("documents.*", "indexes.*", "settings.*", "tasks.get"), Set.of(INDEX + "*"));
            environment.put("MEILISEARCH_API_KEY", "enough");
            run("doctor").exits(1).says("Meilisearch is older", "1.31 or later");
        }

        @Test
        void theAddressIsNotOfThisMachine() {
            environment.put("STOCKTAKE_ADDRESS", "192.0.2.1");
            run("run").exits(2).says("STOCKTAKE_ADDRESS", "0.0.0.0");
        }

        @Test
        void thereIsNoRoomForTheOwnTables() {
            shop.run(
                    "create role cramped login password 'cramped'; grant select on all tables in schema public to cramped");
            environment.put("DATABASE_URL", shop.url("cramped"));
            run("doctor").exits(1).says("create schema stocktake authorization cramped");
            shop.run("create schema stocktake");
            run("doctor").exits(1).says("grant usage, create on schema stocktake to cramped");
        }

        @Test
        void theIndexIsMedusasOwn() {
            shop.asOwner("create table search_index_version (id text, physical_name text);"
                    + " insert into search_index_version values ('1', 'products_v1')");
            environment.put("STOCKTAKE_INDEX", "products_v1");
            run("sync", "full").exits(2).says("'products_v1' belongs to Medusa's own search module", "STOCKTAKE_INDEX");
            environment.put("STOCKTAKE_INDEX", "products_mine");
            run("sync", "full").exits(0);
            run("doctor").exits(0).says("'products_mine' is none of them");
        }

        @Test
        void theIndexHoldsSomebodyElsesDocuments() {
            Raw.put(server, "products", "[{\"id\": \"prod_lamp\", \"title\": \"by a plugin\"}]");
            environment.put("STOCKTAKE_INDEX", "products");

            run("sync", "full").exits(2).says("not Stocktake's", "STOCKTAKE_TAKE_OVER_INDEX");
            assertThat(server.document("products", "prod_lamp")
                            .orElseThrow()
                            .get("title")
                            .asText())
                    .isEqualTo("by a plugin");

            environment.put("STOCKTAKE_TAKE_OVER_INDEX", "true");
            run("sync", "full").exits(0);
            assertThat(server.document("products", "prod_lamp")
                            .orElseThrow()
                            .get("title")
                            .asText())
                    .isEqualTo("Tideglass Lamp");
        }
    }
}
