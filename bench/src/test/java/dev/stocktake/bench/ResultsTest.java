package dev.stocktake.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Results results = new Results(new PrintStream(said, true, StandardCharsets.UTF_8));

    private List<JsonNode> lines() {
        return said.toString(StandardCharsets.UTF_8)
                .lines()
                .map(ResultsTest::parse)
                .toList();
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new AssertionError("Not JSON: " + line, e);
        }
    }

    @Test
    void saysARatioOnALineOfItsOwn() {
        results.ratio("full-sync", 100, Ratio.of("a to b", List.of(1.0, 1.0), List.of(2.0, 2.0), ">= 0.9"));
        results.add(Results.line("heap", 5));

        assertThat(lines()).hasSize(2);
        assertThat(lines().get(0).path("value").asDouble()).isEqualTo(0.5);
        assertThat(lines().get(0).path("target").asText()).isEqualTo(">= 0.9");
        assertThat(lines().get(1).path("case").asText()).isEqualTo("heap");
    }

    @Test
    void saysWhyThereIsNoRatioAndGivesNone() {
        results.ratio("full-sync", 100, Ratio.of("a to b", List.of(1.0, 9.0), List.of(2.0, 2.0), ""));

        assertThat(lines().get(0).has("value")).isFalse();
        assertThat(lines().get(0).path("refused").asText()).contains("more than a third");
        assertThat(lines().get(0).at("/rounds/most").asDouble()).isEqualTo(4.5);
    }

    @Test
    void saysAFigureWithWhatItShouldBe() {
        results.figure("heap", 100, "live heap, MiB", Spread.of(3.14159), "<= 64");

        assertThat(lines().get(0).path("measure").asText()).isEqualTo("live heap, MiB");
        assertThat(lines().get(0).path("value").asDouble()).isEqualTo(3.14);
        assertThat(lines().get(0).path("target").asText()).isEqualTo("<= 64");
    }

    @Test
    void leavesOutWhatDependsOnTheMachineIfItShall() {
        Results few = new Results(new PrintStream(said, true, StandardCharsets.UTF_8), true);

        few.add(Results.line("heap", 5));
        few.figure("heap", 100, "live heap, MiB", Spread.of(3.14159), "<= 64");
        few.ratio("full-sync", 100, Ratio.of("a to b", List.of(1.0, 1.0), List.of(2.0, 2.0), ""));

        assertThat(lines())
                .singleElement()
                .satisfies(line -> assertThat(line.has("ratio")).isTrue());
        assertThat(few.all()).hasSize(1);
    }

    @Test
    void keepsATargetThatWasMissedWhateverItShallLeaveOut() {
        Results few = new Results(new PrintStream(said, true, StandardCharsets.UTF_8), true);

        few.figure("rebuild", 100, "products that differ after the swap", Spread.of(1), "<= 0");
        few.figure("rebuild", 100, "documents that a search missed, at most", Spread.of(0), "<= 0");

        assertThat(lines())
                .singleElement()
                .satisfies(line -> assertThat(line.path("value").asInt()).isEqualTo(1));
    }

    @Test
    void keepsEverythingForTheFile(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("new").resolve("bench.json");
        results.add(Results.line("heap", 5));
        results.add(Results.line("heap", 6));

        results.write(file);

        assertThat(JSON.readTree(file.toFile())).hasSize(2);
    }

    @Test
    void roundsToWhatAMeasurementCanSay() {
        assertThat(Results.rounded(0.123456)).isEqualTo(0.123);
        assertThat(Results.rounded(12.3456)).isEqualTo(12.3);
        assertThat(Results.rounded(26_471.8)).isEqualTo(26_472);
        assertThat(Results.rounded(0)).isZero();
    }
}
