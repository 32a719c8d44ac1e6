package dev.stocktake.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

class ReportTest {

    private final Results results =
            new Results(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));

    private String page() {
        return new Report(results.all()).page(Set.of());
    }

    @Test
    void saysOfEveryTargetWhetherItWasHeld() {
        results.ratio("full-sync", 100_000, Ratio.of("ours to theirs", List.of(1.0, 1.1), List.of(1.0, 1.0), ">= 0.9"));
        results.ratio("audit", 1_000, Ratio.of("time", List.of(1.4, 1.5), List.of(1.0, 1.0), "<= 1.3"));
        results.figure("heap", 10, "live heap, MiB", Spread.of(12), "<= 64");
        results.ratio("idle", 10, Ratio.of("for its own sake", List.of(1.0, 1.0), List.of(1.0, 1.0), ""));

        assertThat(page())
                .contains("| full-sync | 100,000 | ours to theirs | 1.05 | 1 to 1.1 | ≥ 0.9 | held |")
                .contains("| audit | 1,000 | time | 1.45 | 1.4 to 1.5 | ≤ 1.3 | **missed** |")
                .contains("| heap | 10 | live heap, MiB | 12 | 12 to 12 | ≤ 64 | held |")
                .contains("| idle | 10 | for its own sake | 1 | 1 to 1 |  |  |");
    }

    @Test
    void printsNoRatioThatTheRoundsDoNotAgreeOn() {
        results.ratio("full-sync", 10, Ratio.of("ours", List.of(1.0, 9.0), List.of(1.0, 1.0), ">= 0.9"));

        assertThat(page()).contains("| full-sync | 10 | ours |  | 1 to 9 | ≥ 0.9 | no ratio: the rounds spread");
    }

    @Test
    void putsThoseWhoTookPartIntoOneTable() {
        Results.Figure speed = new Results.Figure("perSecond", round -> 1e9 / round.wall());
        Measured slow = Measured.NOTHING.withWall(2_000_000);
        Measured quick = Measured.NOTHING.withWall(1_000_000);
        results.figures("lucene", 5, "ours", List.of(quick, slow), List.of(speed));
        results.figures("lucene", 5, "theirs", List.of(slow, slow), List.of(speed));

        assertThat(page()).contains("""
                ## lucene

                | products | contestant | perSecond |
                | --- | --- | --- |
                | 5 | ours | 750 (500 to 1,000) |
                | 5 | theirs | 500 |
                """);
    }

    @Test
    void writesThePageAndItsPlots(@TempDir Path directory) throws Exception {
        Results.Figure speed = new Results.Figure("documentsPerSecond", round -> 1e9 / round.wall());
        Measured measured = Measured.NOTHING.withWall(1_000_000);
        results.figures("full-sync", 5, "stocktake", List.of(measured), List.of(speed));
        results.figures("full-sync", 5, "copy & <paste>", List.of(measured), List.of(speed));

        Path docs = directory.resolve("docs");
        new Report(results.all()).write(docs);

        assertThat(docs.resolve("results.md")).content().contains("![full-sync](full-sync.svg)");
        assertThat(new ObjectMapper().readTree(docs.resolve("results.json").toFile()))
                .hasSize(2);
        assertThat(docs.resolve("lucene.svg")).doesNotExist();
        Document svg = parsed(docs.resolve("full-sync.svg"));
        assertThat(svg.getElementsByTagName("rect").getLength()).isEqualTo(1 + 2);
        assertThat(Files.readString(docs.resolve("full-sync.svg"))).contains("1,000 documents/s");
    }

    @Test
    void putsEarlierRunsTogether(@TempDir Path directory) throws IOException {
        Path one = directory.resolve("one.json");
        Path two = directory.resolve("two.json");
        Files.writeString(one, "[{\"case\":\"machine\",\"load\":1},{\"case\":\"idle\",\"measure\":\"a\"}]");
        Files.writeString(two, "[{\"case\":\"machine\",\"load\":2},{\"case\":\"idle\",\"measure\":\"b\"}]");

        Path docs = directory.resolve("docs");
        Report.of(List.of(one, two)).write(docs);

        assertThat(new ObjectMapper().readTree(docs.resolve("results.json").toFile()))
                .extracting(line ->
                        line.path("measure").asText() + line.path("load").asText())
                .containsExactly("1", "a", "b");
        Files.writeString(two, "nothing of ours");
        assertThatThrownBy(() -> Report.of(List.of(two)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("two.json");
    }

    private static Document parsed(Path svg) throws IOException, ParserConfigurationException, SAXException {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
    }

    @Test
    void drawsBarsInProportionAndWhiskersToTheEnds() {
        String svg = BarChart.svg(
                "Speed",
                "per second",
                List.of(
                        new BarChart.Bar("ours", new Spread(3, 50, 25, 100), true),
                        new BarChart.Bar("theirs", Spread.of(100), false)));

        assertThat(svg)
                .contains("width=\"210.0\"", "width=\"420.0\"")
                .contains("M335.0")
                .contains("H650.0");
    }

    @Test
    void drawsNothingLongWhereThereIsNothing() {
        assertThat(BarChart.svg("Nothing", "", List.of(new BarChart.Bar("none", Spread.of(0), true))))
                .contains("width=\"0.0\"")
                .doesNotContain("NaN");
    }
}
