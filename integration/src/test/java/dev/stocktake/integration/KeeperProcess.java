package dev.stocktake.integration;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A {@link Keeper} in a JVM of its own, and what it has told so far. */
final class KeeperProcess {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Keeper.Task task;
    private final Process process;
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final List<Report> reports = new CopyOnWriteArrayList<>();

    /**
     * What a run told.
     *
     * @param products what became of those that were asked for
     * @param problem the first one; empty if there was none
     */
    record Report(String policy, String outcome, Instant started, Map<String, String> products, String problem) {

        static Report of(String... words) {
            Map<String, String> products = new LinkedHashMap<>();
            Arrays.stream(words[4].split(" "))
                    .filter(word -> !word.isEmpty())
                    .map(word -> word.split("="))
                    .forEach(word -> products.put(word[0], word[1]));
            return new Report(
                    words[1],
                    words[2],
                    Instant.EPOCH.plus(Long.parseLong(words[3]), ChronoUnit.MICROS),
                    products,
                    words.length > 5 ? words[5] : "");
        }

        boolean complete() {
            return outcome.equals("COMPLETE");
        }
    }

    KeeperProcess(Keeper.Task task) throws IOException {
        this.task = task;
        this.process = new ProcessBuilder(command(task))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread reader = new Thread(this::listen, "reports-of-" + task.name());
        reader.setDaemon(true);
        reader.start();
    }

    /** A light JVM, without the logging that would cost a quarter of its start. */
    private static List<String> command(Keeper.Task task) {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("logback-"))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                classPath,
                Keeper.class.getName()));
        command.addAll(task.arguments());
        return command;
    }

    private void listen() {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                String[] words = line.split("\t", -1);
                if (words[0].equals("report") && words.length == 6) {
                    reports.add(Report.of(words));
                } else {
                    said.add(line);
                }
            }
        } catch (IOException e) {
            said.add("lost: " + e);
        }
    }

    String name() {
        return task.name();
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Whatever it said beside its reports. */
    List<String> said() {
        return List.copyOf(said);
    }

    List<Report> reports() {
        return List.copyOf(reports);
    }

    private List<Report> lastReports() {
        return reports.stream().skip(Math.max(0, reports.size() - 20)).toList();
    }

    @Override
    public String toString() {
        return task.name() + (process.isAlive() ? " said " : ", dead, said ") + said + " and reported " + lastReports();
    }

    void awaitOpen() {
        Awaitility.await(task.name() + " opens")
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(3))
                .failFast(task.name() + " opens", this::requireAlive)
                .until(() -> said.contains("open"));
    }

    void requireAlive() {
        if (!process.isAlive()) {
            throw new IllegalStateException(task.name() + " died by itself and said " + said);
        }
    }

    /** How often it said that it could not answer, as another has taken the lane over. */
    long lostLanes() {
        return said.stream()
                .filter(line -> line.startsWith("refused\tStopped") && line.contains("taken over"))
                .count();
    }

    /** Asks for products; the answer is a report, or a refusal if it loses the lane meanwhile. */
    void ask(List<String> products) throws IOException {
        tell(String.join(" ", products));
    }

    /** Asks for a rebuild; the answer is a report. */
    void askForARebuild() throws IOException {
        tell(Keeper.REBUILD);
    }

    private void tell(String line) throws IOException {
        Writer in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        in.write(line + "\n");
        in.flush();
    }

    /** Lets it live for so long. */
    void live(long millis) throws InterruptedException {
        process.waitFor(millis, TimeUnit.MILLISECONDS);
        requireAlive();
    }

    /** Everything that is known of it, with what its threads are doing. */
    String describe() {
        try {
            // A JVM answers with a dump of its threads, and goes on.
            Signal.QUIT.send(process.toHandle());
            Awaitility.await(task.name() + " dumps its threads")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> said.stream().anyMatch(line -> line.contains("JNI global refs")));
        } catch (IOException | ConditionTimeoutException e) {
            return this + ", and no dump: " + e;
        }
        return task.name() + " reported " + lastReports() + " and said\n" + String.join("\n", said);
    }

    void kill() throws IOException {
        Signal.KILL.send(process.toHandle());
        process.onExit().join();
    }
}
