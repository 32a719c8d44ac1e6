package dev.stocktake.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole benchmark on a tiny catalogue. Counts what was done and asks no clock. */
class BenchIT {

    private static final int SMALL = 2_000;
    private static final int LARGE = 6_000;

    private static List<ObjectNode> lines;

    @BeforeAll
    static void runEverything(@TempDir Path scratch) throws SQLException {
        Results results = new Results(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        Plan tiny = new Plan("tiny", SMALL, SMALL, List.of(SMALL, LARGE), 0, 2, List.of(1, 300), 1);
        Bench.run(tiny, Bench.cases(), scratch, results);
        lines = results.all();
    }

    private static JsonNode line(String test, int products, String contestant) {
        return lines.stream()
                .filter(line -> line.path("case").asText().equals(test)
                        && line.path("products").asInt() == products
                        && line.path("contestant").asText().equals(contestant))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No '" + contestant + "' in " + lines));
    }

    private static double median(JsonNode line, String figure) {
        return line.path(figure).path("median").asDouble(Double.NaN);
    }

    private static double full(int products, String figure) {
        return median(line("full-sync", products, FullSync.NAME), figure);
    }

    @Test
    void answersEveryQuestion() {
        assertThat(lines)
                .extracting(line -> line.path("case").asText().replaceAll(" of .*", ""))
                .contains("machine")
                .containsAll(Bench.names());
    }

    @Test
    void measuresTheFloorsOnTheSameData() {
        assertThat(median(line("full-sync", LARGE, "copy-json"), "bytesPerDocument"))
                .isBetween(700.0, 1200.0);
        assertThat(full(LARGE, "bytesPerDocument")).isBetween(700.0, 1200.0);
    }

    @Test
    void makesNoRequestForASingleDocument() {
        assertThat(full(LARGE, "requests") - full(SMALL, "requests")).isLessThanOrEqualTo((LARGE - SMALL) / 100.0);
    }

    @Test
    void executesNoStatementForASingleDocument() {
        assertThat(full(LARGE, "statements") - full(SMALL, "statements")).isLessThanOrEqualTo((LARGE - SMALL) / 20.0);
    }

    @Test
    void writesNothingIfNothingChangedAndAsksTheSameOfEveryCatalogue() {
        for (String who : List.of("stocktake at ", "schedule at ")) {
            JsonNode small = line("idle", SMALL, who + SMALL);
            JsonNode large = line("idle", LARGE, who + LARGE);

            assertThat(median(large, "writesPerRun")).as(who).isZero();
            assertThat(median(large, "statementsPerRun")).as(who).isBetween(1.0, 60.0);
            // A schedule's pass may be cut by the ends of the counting.
            assertThat(median(large, "statementsPerRun"))
                    .as(who)
                    .isCloseTo(median(small, "statementsPerRun"), withPercentage(15));
        }
    }

    @Test
    void costsWhatChangedWhateverTheCatalogue() {
        JsonNode small = line("smart-sync of 300", SMALL, "stocktake at " + SMALL);
        JsonNode large = line("smart-sync of 300", LARGE, "stocktake at " + LARGE);

        assertThat(median(large, "statementsPerRun")).isEqualTo(median(small, "statementsPerRun"));
        assertThat(median(large, "requestsPerRun")).isEqualTo(median(small, "requestsPerRun"));
        assertThat(median(large, "writesPerRun")).isEqualTo(1);
    }

    @Test
    void costsWhatWasEditedBehindAChangeLogWhateverTheCatalogue() {
        JsonNode small = line("change-log of 300", SMALL, "stocktake at " + SMALL);
        JsonNode large = line("change-log of 300", LARGE, "stocktake at " + LARGE);

        assertThat(median(large, "statementsPerRun")).isEqualTo(median(small, "statementsPerRun"));
        assertThat(median(large, "requestsPerRun")).isEqualTo(median(small, "requestsPerRun"));
        assertThat(median(large, "documentsPerRun")).isEqualTo(300);
    }

    @Test
    void writesAProductOnceThatWasEditedTenThousandTimes() {
        JsonNode hot = line("change-log of one product 10000 times", LARGE, "stocktake at " + LARGE);

        assertThat(hot.path("documentsPerRun").path("most").asDouble()).isEqualTo(1);
        assertThat(hot.path("writesPerRun").path("most").asDouble()).isEqualTo(1);
    }

    @Test
    void tellsOfEverySteadyEditHowSoonItWasApplied() {
        JsonNode freshness = line("change-log of 100 edits a second", LARGE, "freshness");

        assertThat(freshness.path("changes").asInt()).isEqualTo(2 * 100);
        assertThat(median(freshness, "p50Millis")).isPositive().isLessThanOrEqualTo(median(freshness, "maxMillis"));
    }

    @Test
    void readsBothSidesOnceForAnAuditAndWritesNothing() {
        JsonNode audit = line("audit", SMALL, "one audit");

        assertThat(audit.path("productsRead").asInt()).isEqualTo(SMALL);
        assertThat(audit.path("productsLookedUp").asInt()).isEqualTo(SMALL);
        assertThat(audit.path("fingerprintsAsked").asInt()).isEqualTo(SMALL);
        assertThat(audit.path("documentsAsked").asInt()).isLessThan(SMALL / 50);
        assertThat(audit.path("writes").asInt(1)).isZero();
        assertThat(median(line("audit", SMALL, "both sides read once"), "statements"))
                .isPositive();
    }

    private static double measure(String test, int products, String what) {
        return lines.stream()
                .filter(line -> line.path("case").asText().equals(test)
                        && line.path("products").asInt() == products
                        && line.path("measure").asText().equals(what))
                .mapToDouble(line -> median(line, "rounds"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No '" + what + "' in " + lines));
    }

    @Test
    void hidesNothingDuringARebuildUnderEditsAndLosesNothing() {
        assertThat(measure("rebuild", LARGE, "documents that a search missed, at most"))
                .isZero();
        assertThat(measure("rebuild", LARGE, "products that differ after the swap"))
                .isZero();
        assertThat(line("rebuild", LARGE, "stocktake").path("edits").asInt()).isPositive();
    }

    @Test
    void fillsLuceneLikeAPlainLoopAndLikeAPeer() {
        for (String who : List.of(LuceneSync.NAME, PlainLucene.NAME, MassIndexing.TUNED, MassIndexing.AS_IT_COMES)) {
            assertThat(median(line("lucene", SMALL, who), "documentsPerSecond"))
                    .as(who)
                    .isPositive();
        }
    }

    @Test
    void fitsIntoASmallHeapAndLeavesTheLedgerEmpty() {
        for (int products : List.of(SMALL, LARGE)) {
            JsonNode heap = line("heap", products, "");
            assertThat(heap.path("succeeded").asBoolean()).as("%s", heap).isTrue();
            assertThat(heap.path("ledgerRowsAfter").asInt(Integer.MAX_VALUE)).isLessThanOrEqualTo(10);
        }
    }
}
