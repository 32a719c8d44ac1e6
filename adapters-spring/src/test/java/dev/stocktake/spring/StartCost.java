package dev.stocktake.spring;

import dev.stocktake.meilisearch.MeilisearchStandIn;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.FileSystemUtils;

/**
 * What Stocktake costs an application at its start: prints how long the same servlet application with security, actuator and a
 * database takes to be ready, with Stocktake's jars on its path and without, in fresh JVMs by turns. Not a test, as it
 * measures the machine too. Takes how many starts of each; 10 if nothing is said.
 *
 * <p>Jars, as an application has them: every class that anybody loads is looked for in all directories that stand before it on
 * the path, and a look at the disk costs a hundred times as much as one at a jar's list.
 */
final class StartCost {

    private StartCost() {}

    /** The application; knows nothing of Stocktake. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Shop {

        public static void main(String[] args) {
            try (ConfigurableApplicationContext context = SpringApplication.run(Shop.class, args)) {
                long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1_000_000;
                System.out.println(
                        "ready " + ManagementFactory.getRuntimeMXBean().getUptime() + " " + cpu + " "
                                + context.containsBean("stocktakes"));
            }
        }
    }

    /** Of one start, in milliseconds: by the clock since the JVM was begun, and of the main thread alone by the processor. */
    private record Start(long clock, long processor) {}

    public static void main(String[] args) throws IOException, InterruptedException {
        int pairs = args.length == 0 ? 10 : Integer.parseInt(args[0]);
        List<Start> with = new ArrayList<>();
        List<Start> without = new ArrayList<>();
        Path jars = Files.createTempDirectory("stocktake-start-cost");
        try (MeilisearchStandIn meilisearch = MeilisearchStandIn.automatic()) {
            String withStocktake = classPath(true, jars);
            String withoutStocktake = classPath(false, jars);
            List<String> five = List.of(
                    "--stocktake.source.query=classpath:documents.sql",
                    "--stocktake.tables=product.id, stock.product_id -> product.id",
                    "--stocktake.meilisearch.url=" + meilisearch.url(),
                    "--stocktake.meilisearch.api-key=" + MeilisearchStandIn.MASTER_KEY,
                    "--stocktake.admin.enabled=true");
            for (int i = 0; i < pairs; i++) {
                with.add(start(withStocktake, five, true));
                without.add(start(withoutStocktake, List.of(), false));
            }
        } finally {
            FileSystemUtils.deleteRecursively(jars);
        }
        print("with Stocktake", with);
        print("without", without);
    }

    private static void print(String what, List<Start> starts) {
        List<Long> clock = starts.stream().map(Start::clock).sorted().toList();
        List<Long> processor = starts.stream().map(Start::processor).sorted().toList();
        System.out.printf(
                "%-15s ready after %d ms (median of %d; %d to %d), of which the main thread computes %d ms (%d to %d)%n",
                what,
                clock.get(clock.size() / 2),
                clock.size(),
                clock.get(0),
                clock.get(clock.size() - 1),
                processor.get(processor.size() / 2),
                processor.get(0),
                processor.get(processor.size() - 1));
    }

    /** Without: the modules' own classes, but for the tests', which say nothing to Boot. */
    private static String classPath(boolean withStocktake, Path jars) {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> withStocktake || !isModule(entry))
                .map(entry -> isModule(entry) ? jar(Path.of(entry), jars) : entry)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean isModule(String entry) {
        return entry.endsWith(Path.of("target", "classes").toString());
    }

    private static String jar(Path classes, Path jars) {
        String module = classes.getParent().getParent().getFileName().toString();
        String jar = jars.resolve(module + ".jar").toString();
        int status = ToolProvider.findFirst("jar")
                .orElseThrow()
                .run(System.out, System.err, "--create", "--file", jar, "-C", classes.toString(), ".");
        if (status != 0) {
            throw new IllegalStateException("No jar could be made of " + classes);
        }
        return jar;
    }

    private static Start start(String classPath, List<String> more, boolean withStocktake)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                Shop.class.getName(),
                "--spring.datasource.url=jdbc:h2:mem:start;DB_CLOSE_DELAY=-1",
                "--spring.sql.init.schema-locations=classpath:shop.sql",
                "--spring.main.web-application-type=servlet",
                "--spring.main.banner-mode=off",
                "--server.port=0"));
        command.addAll(more);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String ready = output.lines()
                .filter(line -> line.startsWith("ready "))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(output));
        String[] said = ready.split(" ");
        if (process.waitFor() != 0 || Boolean.parseBoolean(said[3]) != withStocktake) {
            throw new IllegalStateException(output);
        }
        return new Start(Long.parseLong(said[1]), Long.parseLong(said[2]));
    }
}
