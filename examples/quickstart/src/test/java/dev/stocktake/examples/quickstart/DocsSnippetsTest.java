package dev.stocktake.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every block of Java in README.md and docs/ is a copy of code that is compiled.
 *
 * <p>A block has a marker on the line above it, {@code <!-- snippet: path/from/the/root/File.java#region -->}, and equals
 * the lines between {@code // region name} and {@code // endregion} there, without their common indentation.
 */
class DocsSnippetsTest {

    private static final Path ROOT = Path.of("..", "..");
    private static final Pattern MARKER = Pattern.compile("<!-- snippet: (\\S+)#(\\S+) -->");
    private static final String FENCE = "```";

    private record Block(String place, String marker, String code) {}

    @Test
    void everyBlockOfJavaIsWhatItsMarkerNames() {
        List<Block> blocks = documents()
                .flatMap(document -> blocks(document, lines(document)).stream())
                .toList();

        assertThat(blocks).as("there is at least the README's").isNotEmpty();
        assertThat(blocks).allSatisfy(DocsSnippetsTest::isCompiled);
    }

    @Test
    void aBlockWithoutAMarkerIsFound() {
        List<Block> blocks = blocks(Path.of("x.md"), List.of("text", "```java", "int a;", "```"));

        assertThat(blocks).hasSize(1);
        assertThatThrownBy(() -> isCompiled(blocks.get(0)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("x.md:2");
    }

    @Test
    void aBlockThatDiffersIsFound() {
        String here = "examples/quickstart/src/test/java/dev/stocktake/examples/quickstart/Snippets.java";
        List<Block> blocks = blocks(
                Path.of("x.md"),
                List.of("<!-- snippet: " + here + "#first-screen -->", "```java", "ProductSource source;", "```"));

        assertThatThrownBy(() -> isCompiled(blocks.get(0))).isInstanceOf(AssertionError.class);
    }

    private static void isCompiled(Block block) {
        Matcher marker = MARKER.matcher(block.marker());
        assertThat(marker.matches())
                .as("%s needs a marker <!-- snippet: path#region --> on the line above", block.place())
                .isTrue();
        assertThat(block.code()).as(block.place()).isEqualTo(region(ROOT.resolve(marker.group(1)), marker.group(2)));
    }

    private static Stream<Path> documents() {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            List<Path> all = new ArrayList<>(docs.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList());
            all.add(ROOT.resolve("README.md"));
            return all.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Block> blocks(Path document, List<String> lines) {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().equals(FENCE + "java")) {
                int end = i + 1;
                while (!lines.get(end).strip().equals(FENCE)) {
                    end++;
                }
                String marker = i == 0 ? "" : lines.get(i - 1).strip();
                blocks.add(new Block(document + ":" + (i + 1), marker, trimmed(lines.subList(i + 1, end))));
                i = end;
            }
        }
        return blocks;
    }

    private static String region(Path file, String name) {
        List<String> lines = lines(file);
        List<String> stripped = lines.stream().map(String::strip).toList();
        int start = stripped.indexOf("// region " + name);
        assertThat(start).as("region '%s' in %s", name, file).isNotNegative();
        int length = stripped.subList(start, lines.size()).indexOf("// endregion");
        assertThat(length).as("end of region '%s' in %s", name, file).isPositive();
        return trimmed(lines.subList(start + 1, start + length));
    }

    private static String trimmed(List<String> lines) {
        return String.join("\n", lines).stripIndent().strip();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
