package dev.stocktake.examples.medusa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stocktake.meilisearch.MeilisearchStandIn;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

    private Process start(Map<String, String> environment) throws IOException {
        ProcessBuilder command = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Sidecar.class.getName(),
                "run");
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
        Map<String, String> environment = shop.environment(server.url(), MeilisearchStandIn.MASTER_KEY);
        Process process = start(environment);
        try {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(server.size("storefront_products"))
                            .as("%s", output())
                            .isEqualTo(6));

            process.destroy();

            assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("it ends").isTrue();
            assertThat(process.exitValue()).as(output()).isEqualTo(ENDED_BY_SIGTERM);
            assertThat(output()).doesNotContain("ERROR");
        } finally {
            process.destroyForcibly();
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
        Process process = start(environment);
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(output()).isEqualTo(Sidecar.WRONG);
            assertThat(output()).contains("MEILISEARCH_API_KEY").doesNotContain("\tat ");
        } finally {
            process.destroyForcibly();
        }
    }
}
