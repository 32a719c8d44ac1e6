package dev.stocktake.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stocktake.meilisearch.MeilisearchStandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The YAML that docs/spring-boot.md shows, run: only addresses and keys are others. */
class DocsTest {

    private static final String SIXTH = "stocktake.ledger.initialize: always\n";

    private final Host host = new Host();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        host.close();
    }

    private String yaml(String name) throws IOException {
        String page = Files.readString(Path.of("..", "docs", "spring-boot.md"));
        Matcher block = Pattern.compile("<!-- run: " + name + " -->\n```yaml\n(.*?)```", Pattern.DOTALL)
                .matcher(page);
        assertThat(block.find()).as(name).isTrue();
        return block.group(1)
                .replace("jdbc:postgresql://localhost/shop", "jdbc:h2:mem:docs-" + name + ";DB_CLOSE_DELAY=-1")
                .replace("http://localhost:7700", host.meilisearch.url())
                .replace("a-key-that-may-write-the-index", MeilisearchStandIn.MASTER_KEY);
    }

    private void startWith(String yaml) throws IOException {
        Path file = folder.resolve("shop.yaml");
        Files.writeString(file, yaml);
        host.without("stocktake.source.query")
                .without("stocktake.tables")
                .set("spring.config.additional-location", file.toUri().toString())
                .start();
    }

    private void onlyTheLinesOfThePage() {
        host.without("spring.datasource.url")
                .without("stocktake.meilisearch.url")
                .without("stocktake.meilisearch.api-key")
                .without("stocktake.schedule.full");
    }

    private void theIndexIsFilled() {
        await().untilAsserted(() -> assertThat(host.document(1)
                        .map(json ->
                                json.path("name").asText() + json.path("brand").asText()))
                .contains("Brass HookHarbour"));
    }

    @Test
    void fiveLinesAreEnoughInMemory() throws IOException {
        onlyTheLinesOfThePage();

        startWith(yaml("six-lines").replace(SIXTH, ""));

        theIndexIsFilled();
    }

    @Test
    void theSixthLineMakesTheTablesInADatabaseThatLasts() throws IOException {
        onlyTheLinesOfThePage();
        host.set("spring.sql.init.mode", "always");

        startWith(onDisk(yaml("six-lines")));

        theIndexIsFilled();
    }

    @Test
    void withoutTheSixthLineTheStartSaysWhichTablesAreMissing() throws IOException {
        onlyTheLinesOfThePage();
        host.set("spring.sql.init.mode", "always");
        String five = onDisk(yaml("six-lines").replace(SIXTH, ""));

        assertThatThrownBy(() -> startWith(five)).hasStackTraceContaining("stocktake.ledger.initialize");
    }

    private String onDisk(String yaml) {
        return yaml.replace("jdbc:h2:mem:docs-six-lines;DB_CLOSE_DELAY=-1", "jdbc:h2:file:" + folder.resolve("shop"));
    }

    @Test
    void rowsBelowAProductAreQueriesOfTheirOwn() throws IOException {
        startWith(yaml("several-tables"));

        await().untilAsserted(() -> assertThat(
                        host.document(1).map(json -> json.at("/stock/quantity").asInt()))
                .contains(41));
        host.sql("update stock set quantity = 5, updated_at = current_timestamp where product_id = 1");
        await().untilAsserted(() -> assertThat(
                        host.document(1).map(json -> json.at("/stock/quantity").asInt()))
                .contains(5));
    }

    @Test
    void severalIndexesStandUnderTheirNames() throws IOException {
        startWith(yaml("several-indexes"));

        await().untilAsserted(() -> {
            assertThat(host.document(1)).isPresent();
            assertThat(host.meilisearch.document("product_brands", "2")).isPresent();
        });
    }
}
