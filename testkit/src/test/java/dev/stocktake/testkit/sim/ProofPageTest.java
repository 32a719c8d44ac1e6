package dev.stocktake.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pages on the proof name exists, and what must be proven is on them. */
class ProofPageTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    private static final Pattern TEST = Pattern.compile("(\\w+)((?:\\.\\w+)*)#(\\w+)");
    private static final Pattern LINK = Pattern.compile("github\\.com/[^/]+/([^/]+)/issues/(\\d+)");
    private static final Map<String, Path> SOURCES = sources();

    private static Map<String, Path> sources() {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> file.toString().contains("/src/"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            file -> file,
                            ProofPageTest::test));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path test(Path one, Path other) {
        return one.toString().contains("/src/test/") ? one : other;
    }

    private static String page(String name) {
        return read(ROOT.resolve("docs").resolve(name));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> names(String text) {
        return NAME.matcher(text).results().map(found -> found.group(1)).toList();
    }

    /** The cells of every row of a table, heads and lines left out. */
    private static List<List<String>> rows(String page) {
        return page.lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| |") && !line.contains("taken away |"))
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
    }

    // --- what is named exists

    @ParameterizedTest
    @ValueSource(strings = {"proof.md", "simulation.md"})
    void namesOnlyTestsThatExist(String page) {
        List<String> missing = new ArrayList<>();
        List<String> tests = names(page(page)).stream()
                .filter(name -> TEST.matcher(name).matches())
                .toList();
        tests.stream().filter(name -> !exists(name)).forEach(missing::add);

        assertThat(tests).isNotEmpty();
        assertThat(missing).isEmpty();
    }

    private static boolean exists(String name) {
        MatchResult parts = TEST.matcher(name).results().findFirst().orElseThrow();
        Path file = SOURCES.get(parts.group(1));
        if (file == null) {
            return false;
        }
        String source = read(file);
        return Arrays.stream(parts.group(2).split("\\."))
                        .filter(nested -> !nested.isEmpty())
                        .allMatch(nested -> source.contains("class " + nested + " "))
                && Pattern.compile("@\\w*Test\\b[^;{}]*(\\{[^}]*}[^;{}]*)?\\bvoid " + parts.group(3) + "\\(")
                        .matcher(source)
                        .find();
    }

    @ParameterizedTest
    @ValueSource(strings = {"proof.md", "simulation.md"})
    void namesOnlyScenariosAndMutantsThatExist(String page) {
        Set<String> scenarios = Scenario.all().stream().map(Scenario::name).collect(Collectors.toSet());
        Set<String> mutants = Mutant.all().stream().map(Mutant::name).collect(Collectors.toSet());
        List<String> names = names(page(page));

        assertThat(names.stream().filter(name -> name.startsWith("scenario ")))
                .isNotEmpty()
                .allMatch(name -> scenarios.contains(name.substring("scenario ".length())));
        assertThat(names.stream().filter(name -> name.startsWith("mutant ")))
                .isNotEmpty()
                .allMatch(name -> mutants.contains(name.substring("mutant ".length())));
    }

    /** Only a mutant that must be found proves anything. */
    @Test
    void callsNothingProvenByAMutantThatNobodyFinds() {
        Set<String> covered = Mutant.all().stream()
                .filter(mutant -> !mutant.found())
                .map(mutant -> "mutant " + mutant.name())
                .collect(Collectors.toSet());

        assertThat(names(page("proof.md"))).doesNotContainAnyElementsOf(covered);
    }

    // --- what must be proven is there

    @Test
    void provesEveryHazardOnce() {
        List<String> hazards = rows(page("proof.md")).stream()
                .map(cells -> cells.get(0).split("[ ,]")[0])
                .filter(first -> first.matches("H\\d+"))
                .toList();

        assertThat(hazards)
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 33)
                        .filter(number -> number < 18 || number > 19)
                        .mapToObj(number -> "H" + number)
                        .toList());
    }

    @Test
    void namesATestAGuardAndHowItWasTakenAwayForEach() {
        assertThat(rows(page("proof.md"))).hasSizeGreaterThan(36).allSatisfy(cells -> {
            assertThat(cells).hasSize(5).noneMatch(String::isEmpty);
            assertThat(names(cells.get(2))).isNotEmpty();
            assertThat(cells.get(4)).containsAnyOf("switch", "by hand: ");
            boolean switched = names(cells.get(2)).stream()
                    .anyMatch(name -> name.startsWith("mutant ") || name.startsWith("ContractsBiteTest#"));
            assertThat(cells.get(4).contains("switch"))
                    .as("has a mutant: %s", cells)
                    .isEqualTo(switched);
        });
    }

    @Test
    void linksEveryReportOnce() {
        Set<String> linked = LINK.matcher(page("proof.md"))
                .results()
                .map(found -> found.group(1) + " " + found.group(2))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(linked)
                .containsExactlyInAnyOrder(
                        "logstash-integration-jdbc 128",
                        "kafka-connect-jdbc 172",
                        "airbyte 80152",
                        "airbyte 85918",
                        "medusa 11691",
                        "searchkick 1456",
                        "medusa 16884",
                        "shopware 19264",
                        "datahub 18598",
                        "scout 565",
                        "scout 536",
                        "meilisearch 4340",
                        "pgsync 268",
                        "sequin 2154",
                        "createmod.com 1563",
                        "meilisync 125",
                        "magento2 14465",
                        "magento2 10204",
                        "magento2 36086",
                        "searchkick 1587",
                        "searchkick 651",
                        "algoliasearch-magento-2 773",
                        "shopware 4288",
                        "elasticsuite 3177",
                        "SyliusElasticsearchPlugin 190");
    }

    @Test
    void hasARowForEachOfTheElevenScenarios() {
        List<String> scenarios = rows(page("simulation.md")).stream()
                .map(cells -> cells.get(0))
                .filter(first -> first.matches("S\\d+"))
                .toList();

        assertThat(scenarios)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 11)
                        .mapToObj(number -> "S" + number)
                        .toList());
    }
}
