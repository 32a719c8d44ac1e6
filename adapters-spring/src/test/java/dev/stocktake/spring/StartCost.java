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
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.FileSystemUtils;

/**
 * What Stocktake costs an application at its start: prints how long the same servlet application with security, actuator and a
 * database takes to be ready without Stocktake's jars on its path, with them and the settings that it needs, and with the page besides,
 * in fresh JVMs by turns. Not a test, as it measures the machine too. Takes how many starts of each; 10 if nothing is said.
 * Costs are the median of the differences to the start without it in the same round.
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
        int rounds = args.length == 0 ? 10 : Integer.parseInt(args[0]);
        List<Start> without = new ArrayList<>();
        List<Start> fiveLines = new ArrayList<>();
        List<Start> withPage = new ArrayList<>();
        Path jars = Files.createTempDirectory("stocktake-start-cost");
        try (MeilisearchStandIn meilisearch = MeilisearchStandIn.automatic()) {
            String withStocktake = classPath(true, jars);
            String withoutStocktake = classPath(false, jars);
            List<String> five = List.of(
                    "--stocktake.source.query=classpath:documents.sql",
                    "--stocktake.tables=product.id, stock.product_id -> product.id",
                    "--stocktake.meilisearch.url=" + meilisearch.url(),
                    "--stocktake.meilisearch.api-key=" + MeilisearchStandIn.MASTER_KEY);
            List<String> page = new ArrayList<>(five);
            page.add("--stocktake.admin.enabled=true");
            for (int i = 0; i < rounds; i++) {
                // Whoever starts first after another finds the machine otherwise, so that each does in turn.
                for (int turn = 0; turn < 3; turn++) {
                    switch ((i + turn) % 3) {
                        case 0 -> without.add(start(withoutStocktake, List.of(), false));
                        case 1 -> fiveLines.add(start(withStocktake, five, true));
                        default -> withPage.add(start(withStocktake, page, true));
                    }
                }
            }
        } finally {
            FileSystemUtils.deleteRecursively(jars);
        }
        print("without", without, without);
        print("with its settings", fiveLines, without);
        print("with its page, too", withPage, without);
    }

    private static void print(String what, List<Start> starts, List<Start> without) {
        System.out.printf(
                "%-18s ready after %s ms, of which the main thread computes %s ms; costs %s ms by the clock, %s ms of the"
                        + " main thread%n",
                what,
                spread(starts.stream().mapToLong(Start::clock)),
                spread(starts.stream().mapToLong(Start::processor)),
                spread(IntStream.range(0, starts.size())
                        .mapToLong(i -> starts.get(i).clock() - without.get(i).clock())),
                spread(IntStream.range(0, starts.size())
                        .mapToLong(
                                i -> starts.get(i).processor() - without.get(i).processor())));
    }

    /** The median, and between which two the middle half lies. */
    private static String spread(LongStream of) {
        long[] sorted = of.sorted().toArray();
        int last = sorted.length - 1;
        return sorted[last / 2] + " (" + sorted[last / 4] + ".." + sorted[last - last / 4] + ")";
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
