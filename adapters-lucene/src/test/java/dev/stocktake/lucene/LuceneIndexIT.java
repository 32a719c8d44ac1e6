package dev.stocktake.lucene;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.IndexIdentity;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.UnavailableException;
import dev.stocktake.WriteBatch;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a real disk, and with a process that dies. */
@Timeout(120)
class LuceneIndexIT {

    private static final int BATCH = 50;
    private static final int ROUNDS = 8;

    @TempDir
    Path directory;

    @Test
    void holdsWholeBatchesAndAllThatWereAcknowledgedAfterTheWriterWasKilled() throws Exception {
        Process writer = start(WritesUntilKilled.class);
        int acknowledged;
        IndexIdentity identity;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(writer.getInputStream(), UTF_8))) {
            identity = new IndexIdentity(lines.readLine());
            String last = lines.readLine();
            for (int i = 1; i < ROUNDS; i++) {
                last = lines.readLine();
            }
            acknowledged = Integer.parseInt(last);
            assertThatThrownBy(this::writeHere)
                    .as("a second writer while the first lives")
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("another process");
        } finally {
            writer.destroyForcibly().waitFor();
        }

        try (LuceneIndex index = LuceneIndex.builder("killed", directory).build()) {
            assertThat(index.prepare()).isEqualTo(identity);
            // The process may have gone on for a while before it died.
            Object held = index.get(ProductKey.of(0)).orElseThrow().get("round");
            assertThat(held).isInstanceOf(Long.class);
            Long round = (Long) held;
            assertThat(round).isGreaterThanOrEqualTo(acknowledged);
            assertThat(index.fingerprints(null, 1_000).entries()).hasSize(BATCH).containsValue(fingerprint(round));
            assertThat(index.search(Search.everything().where("round", round)).total())
                    .as("products of one batch")
                    .isEqualTo(BATCH);
            index.write(batch(1_000_000));
            assertThat(index.search(Search.everything().where("round", 1_000_000))
                            .total())
                    .isEqualTo(BATCH);
        }
    }

    @Test
    void holdsTheOneBuildOrTheOtherAfterTheProcessThatSwappedWasKilled() throws Exception {
        Random random = new Random(7);
        long acknowledged = 0;
        for (int kill = 0; kill < 6; kill++) {
            Process rebuilder = start(RebuildsUntilKilled.class);
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(rebuilder.getInputStream(), UTF_8))) {
                int rounds = 1 + random.nextInt(4);
                for (int i = 0; i < rounds; i++) {
                    acknowledged = Long.parseLong(lines.readLine());
                }
            } finally {
                rebuilder.destroyForcibly().waitFor();
            }

            try (LuceneIndex index = LuceneIndex.builder("killed", directory).build()) {
                Object held = index.get(ProductKey.of(0)).orElseThrow().get("round");
                assertThat(held).isInstanceOf(Long.class);
                Long round = (Long) held;
                assertThat(round).isGreaterThanOrEqualTo(acknowledged);
                assertThat(index.fingerprints(null, 1_000).entries())
                        .hasSize(BATCH)
                        .containsValue(fingerprint(round));
                assertThat(index.search(Search.everything().where("round", round))
                                .total())
                        .as("products of one build")
                        .isEqualTo(BATCH);
                assertThat(index.builds().size()).isLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void namesTheDirectoryIfItIsAFile() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "x");

        assertThatThrownBy(() -> LuceneIndex.builder("products", file).build())
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("directory")
                .hasMessageContaining(file.toString());
    }

    @Test
    void saysWhatToDoWithFilesThatAreBroken() throws Exception {
        try (LuceneIndex index = LuceneIndex.builder("products", directory).build()) {
            index.prepare();
            index.write(batch(1));
        }
        try (Stream<Path> files = Files.list(directory)) {
            Path commit = files.filter(file -> file.getFileName().toString().startsWith("segments_"))
                    .findFirst()
                    .orElseThrow();
            Files.write(commit, new byte[] {1, 2, 3});
        }

        try (LuceneIndex index = LuceneIndex.builder("products", directory).build()) {
            assertThatThrownBy(index::prepare)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("Move it away");
        }
    }

    @Test
    void isMadeAnewIfSomebodyRemovesTheDirectoryWhileItIsOpen() throws Exception {
        Path removed = directory.resolve("removed");
        try (LuceneIndex index = LuceneIndex.builder("products", removed).build()) {
            IndexIdentity before = index.prepare();
            index.write(batch(1));
            try (Stream<Path> files = Files.walk(removed)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }

            assertThat(index.identify()).isEmpty();
            assertThat(index.prepare()).isNotEqualTo(before);
            index.write(batch(2));
            assertThat(index.search(Search.everything().where("round", 2)).total())
                    .isEqualTo(BATCH);
            assertThat(index.search(Search.everything()).total()).isEqualTo(BATCH);
        }
    }

    private void writeHere() {
        try (LuceneIndex second = LuceneIndex.builder("killed", directory).build()) {
            second.prepare();
        }
    }

    private Process start(Class<?> main) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static WriteBatch batch(long round) {
        Document document = document(round);
        return new WriteBatch(
                "round-" + round,
                IntStream.range(0, BATCH)
                        .mapToObj(i -> new WriteBatch.Upsert(ProductKey.of(i), document, Fingerprint.of(document, "1")))
                        .toList(),
                List.of());
    }

    private static Document document(long round) {
        return Document.builder().put("round", round).build();
    }

    private static Fingerprint fingerprint(long round) {
        return Fingerprint.of(document(round), "1");
    }

    /** Rebuilds again and again, removes what is left of the build before, and prints each round that was swapped in. */
    static final class RebuildsUntilKilled {

        private RebuildsUntilKilled() {}

        public static void main(String[] args) {
            try (LuceneIndex index =
                    LuceneIndex.builder("killed", Path.of(args[0])).build()) {
                index.prepare();
                index.builds().forEach(index::drop);
                long first = index.get(ProductKey.of(0))
                        .map(document -> (Long) document.fields().get("round"))
                        .orElse(0L);
                for (long round = first + 1; ; round++) {
                    IndexIdentity old = index.identify().orElseThrow();
                    index.build("b" + round).prepare();
                    index.build("b" + round).write(batch(round));
                    index.swap("b" + round);
                    System.out.println(round);
                    index.drop("b" + round, old);
                }
            }
        }
    }

    /** Writes the same products again and again, and prints each round that was acknowledged. */
    static final class WritesUntilKilled {

        private WritesUntilKilled() {}

        public static void main(String[] args) {
            try (LuceneIndex index =
                    LuceneIndex.builder("killed", Path.of(args[0])).build()) {
                System.out.println(index.prepare());
                for (long round = 0; ; round++) {
                    index.write(batch(round));
                    System.out.println(round);
                }
            }
        }
    }
}
