package dev.stocktake.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a JVM like this one, with other options. */
final class Jvm {

    private Jvm() {}

    static ProcessBuilder command(List<String> options, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    /**
     * How a JVM has ended.
     *
     * @param said what it wrote to its standard output
     */
    record Ended(int exit, byte[] said) {}

    /** Runs it to its end, about one shop. Its arguments: database, schema, products, sink. */
    static Ended run(List<String> options, Class<?> main, Stage stage, Shop shop) {
        List<String> arguments = List.of(
                stage.databaseUrl(),
                shop.schema(),
                Integer.toString(shop.products()),
                stage.sink().url());
        try {
            Process process = command(options, main, arguments)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            byte[] said = process.getInputStream().readAllBytes();
            return new Ended(process.waitFor(), said);
        } catch (IOException e) {
            throw new UncheckedIOException("A JVM with " + options + " could not be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }
}
