package dev.stocktake.examples.medusa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stocktake.meilisearch.MeilisearchStandIn;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run} as systemd or a container starts and stops it: a process that is told by its environment and by signals. */
class RunProcessIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int ENDED_BY_SIGTERM = 143;

    private final MeilisearchStandIn server = MeilisearchStandIn.automatic();

    @TempDir
    private Path folder;

    private Process start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                // The tests' own is silent.
                "-Dlogback.configurationFile=" + Sidecar.class.getResource("/logback.xml"),
                "-Dlogging.config=classpath:logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                Sidecar.class.getName()));
        line.addAll(List.of(arguments));
        ProcessBuilder command = new ProcessBuilder(line);
        command.environment().putAll(environment);
        return command.redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output"));
    }

    @AfterEach
    void stopTheServer() {
        server.close();
    }

    @Test
    void fillsTheIndexAndGivesTheLaneBackWhenItIsStopped() throws Exception {
        Shop shop = Shop.invented();
        shop.asOwner("create table search_index_version (physical_name text)");
        shop.run(RightsIT.documented("administrator", "reader_p", shop));
        shop.asOwner(RightsIT.documented("reader", "reader_p", shop));
        Map<String, String> environment = shop.environment(server.url(), MeilisearchStandIn.MASTER_KEY);
        environment.put("DATABASE_URL", shop.url("reader_p"));
        Process process = start(environment, "run");
        try {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(server.size("storefront_products"))
                            .as("%s", output())
                            .isEqualTo(6));

            process.destroy();

            assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("it ends").isTrue();
            assertThat(process.exitValue()).as(output()).isEqualTo(ENDED_BY_SIGTERM);
            assertThat(output())
                    .doesNotContain("ERROR")
                    .contains("There is no change log", "change-log install")
                    .contains("grant select on search_index_version to reader_p");
        } finally {
            process.destroyForcibly();
        }
        nobodyHasTheLane(environment);
    }

    @Test
    void aCommandGivesTheLaneBackWhenItIsInterrupted() throws Exception {
        Map<String, String> environment = Shop.invented().environment(server.url(), MeilisearchStandIn.MASTER_KEY);
        Runnable release = server.holdNext("POST /indexes/storefront_products/documents?");
        Process process = start(environment, "sync", "full", "--in-place");
        try {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(server.requests())
                            .as("%s", output())
                            .anyMatch(request -> request.startsWith("POST /indexes/storefront_products/documents?")));

            process.destroy();
            release.run();

            assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("it ends").isTrue();
            assertThat(process.exitValue()).as(output()).isEqualTo(ENDED_BY_SIGTERM);
        } finally {
            process.destroyForcibly();
        }
        assertThat(output()).doesNotContain("WARN");
        nobodyHasTheLane(environment);
    }

    private static void nobodyHasTheLane(Map<String, String> environment) {
        try (Parts parts = Parts.of(Settings.of(environment))) {
            assertThat(Databases.list(
                            parts.shop(),
                            "select holder from stocktake.stocktake_lane where held_until > 0",
                            row -> row.getString(1)))
                    .as("who has the lane")
                    .isEmpty();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        StringWriter said = new StringWriter();
        assertThat(Sidecar.execute(
                        new String[] {"sync", "smart"}, environment, new PrintWriter(said), new PrintWriter(said)))
                .hasValue(Sidecar.DONE);
        assertThat(said.toString()).as("nobody else has the lane").contains("outcome=COMPLETE");
    }

    @Test
    void endsWithASentenceIfSomethingMustBeCorrected() throws Exception {
        Map<String, String> environment = Shop.invented().environment(server.url(), "not-the-key");
        Process process = start(environment, "run");
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(output()).isEqualTo(Sidecar.WRONG);
            assertThat(output()).contains("MEILISEARCH_API_KEY").doesNotContain("\tat ");
        } finally {
            process.destroyForcibly();
        }
    }
}
