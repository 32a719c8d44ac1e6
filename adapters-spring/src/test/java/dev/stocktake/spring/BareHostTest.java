package dev.stocktake.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stocktake.ProductKey;
import dev.stocktake.testkit.InMemoryIndex;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Applications that lack something, really: each runs in a JVM of its own, from whose class path whole jars are taken away, so that
 * a class that cannot be loaded without them fails here.
 */
class BareHostTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final List<String> WATCHING =
            List.of("actuator", "micrometer-core", "boot-micrometer", "boot-health");
    private static final List<String> SECURITY = List.of("security");
    private static final List<String> WEB = List.of("spring-web", "tomcat", "servlet", "reactor", "netty", "-http");
    private static final List<String> JACKSON = List.of("jackson");

    @TempDir
    private Path folder;

    /** With what its dependency brings along, and a database. */
    @Test
    @Tag(StarterTest.EVERY_BOOT)
    void keepsTheIndexOfAnApplicationThatHasNothingElse() throws Exception {
        runWithout(Stream.of(WATCHING, SECURITY, WEB), "nothingElse");
    }

    @Test
    void servesNoPageWithoutSecurityUnlessItIsAllowed() throws Exception {
        assertThat(runWithout(Stream.of(WATCHING, SECURITY), "noSecurity"))
                .contains("the page is not served: there is no Spring Security")
                .contains("stocktake.admin.allow-unauthenticated=true");
    }

    /** The adapters for JDBC and Meilisearch bring Jackson along; the starter itself and its page need none. */
    @Test
    void needsNoJacksonWhereThePortsAreTheApplications() throws Exception {
        runWithout(Stream.of(WATCHING, SECURITY, JACKSON), "noJackson");
    }

    private String runWithout(Stream<List<String>> groups, String part) throws IOException, InterruptedException {
        List<String> words = groups.flatMap(List::stream).toList();
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry ->
                        words.stream().noneMatch(Path.of(entry).getFileName().toString()::contains))
                .collect(Collectors.joining(File.pathSeparator));
        Path output = folder.resolve(part + ".log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        Parts.class.getName(),
                        part)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(3, TimeUnit.MINUTES);
            String said = Files.readString(output);
            assertThat(ended && process.exitValue() == 0).as(said).isTrue();
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    /** What runs there. */
    static final class Parts {

        private Parts() {}

        /** Does the part that is named. */
        public static void main(String[] args) throws IOException, InterruptedException {
            switch (args[0]) {
                case "nothingElse" -> nothingElse();
                case "noSecurity" -> noSecurity();
                case "noJackson" -> noJackson();
                default -> throw new IllegalArgumentException(args[0]);
            }
            System.exit(0);
        }

        /** No web, no actuator, no security. */
        private static void nothingElse() {
            lacks("org.springframework.web.servlet.function.RouterFunction");
            lacks("org.springframework.boot.actuate.endpoint.annotation.Endpoint");
            lacks("io.micrometer.core.instrument.MeterRegistry");
            try (Host host = new Host()) {
                host.start();
                host.rowsReachTheIndex();
            }
        }

        /** A web application that anybody may use. */
        private static void noSecurity() throws IOException, InterruptedException {
            lacks("org.springframework.security.web.SecurityFilterChain");
            try (Host host = new Host()) {
                host.web(WebApplicationType.SERVLET)
                        .set("stocktake.admin.enabled", "true")
                        .start();
                host.rowsReachTheIndex();
                assertThat(status(get(host.port(), "/stocktake/"))).isEqualTo(404);
            }
            try (Host host = new Host()) {
                host.web(WebApplicationType.SERVLET)
                        .set("stocktake.admin.enabled", "true")
                        .set("stocktake.admin.allow-unauthenticated", "true")
                        .set("stocktake.scheduler.enabled", "false")
                        .start();
                assertThat(status(get(host.port(), "/stocktake/"))).isEqualTo(200);
                assertThat(status(full(host.port()))).as("without our header").isEqualTo(403);
                assertThat(status(full(host.port()).header("X-Stocktake", "1").header("Sec-Fetch-Site", "cross-site")))
                        .isEqualTo(403);
                assertThat(host.context().getBean(RunBook.class).runs("products"))
                        .isEmpty();
                assertThat(status(full(host.port()).header("X-Stocktake", "1"))).isEqualTo(202);
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(host.document(2)).isPresent());
            }
        }

        /** A web application with an index of its own, and no JSON but ours. */
        private static void noJackson() throws IOException, InterruptedException {
            lacks("com.fasterxml.jackson.databind.ObjectMapper");
            lacks("tools.jackson.databind.ObjectMapper");
            try (ConfigurableApplicationContext context = new SpringApplicationBuilder(
                            Host.Application.class, StarterTest.OwnPorts.class)
                    .web(WebApplicationType.SERVLET)
                    .run(
                            "--server.port=0",
                            "--spring.main.banner-mode=off",
                            "--stocktake.admin.enabled=true",
                            "--stocktake.admin.allow-unauthenticated=true")) {
                int port =
                        Integer.parseInt(String.valueOf(context.getEnvironment().getProperty("local.server.port")));
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(
                                        context.getBean(InMemoryIndex.class).documents())
                                .containsKey(ProductKey.of("9")));
                assertThat(send(get(port, "/stocktake/api/indexes")).body())
                        .startsWith("{\"indexes\":[{")
                        .contains("\"index\":\"products\"");
            }
        }

        private static void lacks(String type) {
            try {
                Class.forName(type, false, Parts.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                return;
            }
            throw new AssertionError(type + " is there");
        }

        private static HttpRequest.Builder get(int port, String path) {
            return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
        }

        private static HttpRequest.Builder full(int port) {
            return get(port, "/stocktake/api/indexes/products/runs")
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString("policy=full"));
        }

        private static int status(HttpRequest.Builder request) throws IOException, InterruptedException {
            return send(request).statusCode();
        }

        private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
            return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
