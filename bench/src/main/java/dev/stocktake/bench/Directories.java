package dev.stocktake.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Directories that lie on the disk for a while. */
final class Directories {

    private Directories() {}

    /** A new one below another. */
    static Path temporary(Path below, String name) {
        try {
            return Files.createTempDirectory(below, name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes what is in it. */
    static void empty(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(directory)) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path directory) {
        empty(directory);
        try {
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
