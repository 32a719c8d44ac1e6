package dev.stocktake.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.meilisearch.MeilisearchStandIn;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;

/**
 * An application that is prepared ahead of time, as the build tools do it: what Spring writes is compiled, and run in a JVM of
 * its own, where no configuration class is read any more. A native image is not built here.
 */
class AotIT {

    @TempDir
    private Path folder;

    @Test
    void canBePreparedAheadOfTimeAndRun() throws Exception {
        try (MeilisearchStandIn meilisearch = MeilisearchStandIn.automatic()) {
            String[] arguments = arguments(meilisearch);
            Path sources = folder.resolve("sources");
            Path resources = folder.resolve("resources");
            Path classes = folder.resolve("classes");
            SpringApplicationAotProcessor.main(Stream.concat(
                            Stream.of(
                                    AotShop.class.getName(),
                                    sources.toString(),
                                    resources.toString(),
                                    classes.toString(),
                                    "shop",
                                    "shop"),
                            Stream.of(arguments))
                    .toArray(String[]::new));

            String hints = text(resources).replace("\\/", "/");
            assertThat(Stream.of(
                            "dev/stocktake/spring/admin/",
                            "dev/stocktake/jdbc/ledger/",
                            "org.springframework.security.web.csrf.CsrfToken",
                            "dev.stocktake.spring.StocktakeProperties"))
                    .allMatch(hints::contains);
            compile(sources, classes);
            run(classes, resources, arguments);
            assertThat(meilisearch.document("brands", "1")).isPresent();
            assertThat(meilisearch.document("names", "1")).isPresent();
        }
    }

    private static String[] arguments(MeilisearchStandIn meilisearch) {
        return new String[] {
            "--spring.datasource.url=jdbc:h2:mem:aot;DB_CLOSE_DELAY=-1",
            "--spring.sql.init.schema-locations=classpath:shop.sql",
            "--spring.main.banner-mode=off",
            "--server.port=0",
            "--stocktake.admin.enabled=true",
            "--stocktake.tables=product.id",
            "--stocktake.meilisearch.url=" + meilisearch.url(),
            "--stocktake.meilisearch.api-key=" + MeilisearchStandIn.MASTER_KEY,
            "--stocktake.indexes.names.source.query=select p.id, p.name from product p where {products:p.id}",
            "--stocktake.indexes.brands.source.query=select p.id, p.brand from product p where {products:p.id}"
        };
    }

    private static String text(Path folder) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Path file : files(folder)) {
            if (file.toString().endsWith(".json")) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static void compile(Path sources, Path classes) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "-proc:none", "-nowarn", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
        files(sources).forEach(file -> arguments.add(file.toString()));
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
    }

    private void run(Path classes, Path resources, String[] arguments) throws IOException, InterruptedException {
        Path output = folder.resolve("shop.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dspring.aot.enabled=true",
                "-cp",
                String.join(
                        File.pathSeparator,
                        classes.toString(),
                        resources.toString(),
                        System.getProperty("java.class.path")),
                AotShop.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(3, TimeUnit.MINUTES);
            assertThat(ended && process.exitValue() == 0)
                    .as(Files.readString(output))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
    }
}
