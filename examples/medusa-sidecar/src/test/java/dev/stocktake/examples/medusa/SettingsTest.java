package dev.stocktake.examples.medusa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {

    @TempDir
    private Path files;

    private static Map<String, String> least() {
        Map<String, String> environment = new HashMap<>();
        environment.put("DATABASE_URL", "postgres://medusa:hush@localhost/medusa");
        environment.put("MEILISEARCH_HOST", "http://localhost:7700");
        return environment;
    }

    @Test
    void needsADatabaseAndAServer() {
        Settings settings = Settings.of(least());

        assertThat(settings.index()).isEqualTo("storefront_products");
        assertThat(settings.schema()).isEqualTo("stocktake");
        assertThat(settings.pace().bound()).isEqualTo(Duration.ofMinutes(15));
        assertThat(settings.page()).isNull();
        assertThat(settings.attributes()).isEqualTo(Settings.Attributes.OURS);
        assertThat(settings.toString()).doesNotContain("hush");
    }

    @Test
    void tellsEverythingThatIsWrongAtOnce() {
        assertThatThrownBy(() -> Settings.of(Map.of(
                        "STOCKTAKE_BOUND", "soon",
                        "STOCKTAKE_SMART", "1ms",
                        "STOCKTAKE_INDEX", "a b",
                        "STOCKTAKE_SCHEMA", "pg_mine",
                        "STOCKTAKE_PAGE_PASSWORD", "short",
                        "STOCKTAKE_TAKE_OVER_INDEX", "yes",
                        "STOCKTAKE_FIELDS_SQL", "/no/such/file.sql",
                        "STOCKTAKE_PORT", "70000",
                        "STOCKTAKE_ADDRESS", "256.0.0.1",
                        "MEILISEARCH_API_KEY_FILE", "/no/such/key")))
                .isInstanceOfSatisfying(
                        WrongSettings.class,
                        wrong -> assertThat(wrong.problems())
                                .hasSize(12)
                                .anyMatch(problem -> problem.startsWith("DATABASE_URL is missing"))
                                .anyMatch(problem -> problem.startsWith("MEILISEARCH_HOST is missing"))
                                .anyMatch(problem -> problem.startsWith("STOCKTAKE_BOUND"))
                                .anyMatch(problem -> problem.startsWith("STOCKTAKE_SMART"))
                                .anyMatch(problem -> problem.startsWith("STOCKTAKE_INDEX"))
                                .anyMatch(problem -> problem.startsWith("STOCKTAKE_SCHEMA"))
                                .anyMatch(problem -> problem.startsWith("STOCKTAKE_PAGE_PASSWORD"))
                                .anyMatch(problem -> problem.startsWith("STOCKTAKE_TAKE_OVER_INDEX"))
                                .anyMatch(problem -> problem.startsWith("STOCKTAKE_FIELDS_SQL"))
                                .anyMatch(problem -> problem.startsWith("STOCKTAKE_PORT"))
                                .anyMatch(problem -> problem.startsWith("STOCKTAKE_ADDRESS"))
                                .anyMatch(problem -> problem.startsWith("MEILISEARCH_API_KEY_FILE")))
                .hasMessageNotContaining("short'");
    }

    @Test
    void readsSecretsFromFiles() throws Exception {
        Map<String, String> environment = least();
        environment.put(
                "MEILISEARCH_API_KEY_FILE",
                Files.writeString(files.resolve("key"), "the-key\n").toString());

        assertThat(Settings.of(environment).apiKey()).isEqualTo("the-key");
    }

    @Test
    void readsWhereToListenLikeEverythingElse() throws Exception {
        Map<String, String> environment = least();
        environment.put("STOCKTAKE_ADDRESS", "");
        environment.put("STOCKTAKE_PORT", " ");
        assertThat(Settings.of(environment).listening())
                .isEqualTo(new Settings.Listening(InetAddress.getByName("127.0.0.1"), 8090));

        environment.put("STOCKTAKE_ADDRESS", "0.0.0.0");
        environment.put(
                "STOCKTAKE_PORT_FILE",
                Files.writeString(files.resolve("port"), "8091\n").toString());
        assertThat(Settings.of(environment).listening())
                .isEqualTo(new Settings.Listening(InetAddress.getByName("0.0.0.0"), 8091));

        environment.put("STOCKTAKE_PORT", "abc");
        assertThatThrownBy(() -> Settings.of(environment))
                .isInstanceOf(WrongSettings.class)
                .hasMessageContaining("STOCKTAKE_PORT")
                .hasMessageContaining("'abc'");
    }

    @Test
    void addsToOurListsOrReplacesThem() {
        Map<String, String> environment = least();
        environment.put("STOCKTAKE_FILTERABLE", "+brand, +color");
        environment.put("STOCKTAKE_SORTABLE", "title,brand");

        Settings.Attributes attributes = Settings.of(environment).attributes();

        assertThat(attributes.filterable())
                .containsAll(Settings.Attributes.OURS.filterable())
                .endsWith("brand", "color");
        assertThat(attributes.sortable()).containsExactly("title", "brand");
    }

    @Test
    void readsTheShopsOwnTables() {
        assertThat(MedusaTables.graph(
                        List.of("brand.id -> product.brand_id", "review.product_id -> product.id by written_at")))
                .isNotNull();
        assertThatThrownBy(() -> MedusaTables.graph(List.of("brand")))
                .isInstanceOf(WrongSettings.class)
                .hasMessageContaining("STOCKTAKE_EXTRA_TABLES")
                .hasMessageContaining("'brand'");
    }
}
