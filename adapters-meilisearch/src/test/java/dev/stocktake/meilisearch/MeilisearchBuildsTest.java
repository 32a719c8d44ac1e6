package dev.stocktake.meilisearch;

import static dev.stocktake.meilisearch.Samples.lamps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stocktake.AuditableIndex;
import dev.stocktake.IndexIdentity;
import dev.stocktake.LoggedIndex.Entry;
import dev.stocktake.LoggedIndex.LogPage;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.Receipt;
import dev.stocktake.StocktakeException;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import dev.stocktake.WriteBatch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeilisearchBuildsTest {

    private static final String BUILD = "lamps__stocktake_b1";
    private static final String SWAP = "POST /swap-indexes";
    private static final String[] REBUILDING = {
        "documents.add",
        "documents.get",
        "documents.delete",
        "indexes.get",
        "indexes.create",
        "indexes.update",
        "indexes.delete",
        "indexes.swap",
        "tasks.get",
        "settings.get",
        "settings.update"
    };

    private final MeilisearchStandIn server = MeilisearchStandIn.manual();
    private final Raw admin = new Raw(server.url(), MeilisearchStandIn.MASTER_KEY, server::tick);
    private final MeilisearchIndex index =
            Samples.index(server).sleeper(time -> server.drain()).build();
    private final AuditableIndex build = index.build("b1");

    @BeforeEach
    void prepares() {
        index.prepare();
        written(index, lamps("b0", 0, 1));
    }

    @AfterEach
    void closes() {
        index.close();
        server.close();
    }

    private IndexIdentity live() {
        return index.identify().orElseThrow();
    }

    private Outcome outcome(Receipt receipt) {
        return index.outcomes(List.of(receipt)).getOrDefault(receipt, Outcome.lost("no answer"));
    }

    private long written(AuditableIndex target, WriteBatch batch) {
        Receipt receipt = target.write(batch);
        server.drain();
        assertThat(outcome(receipt)).isEqualTo(Outcome.applied());
        return receipt.positions().get(0);
    }

    private IndexIdentity built() {
        IndexIdentity identity = build.prepare();
        written(build, lamps("b1", 0, 3));
        return identity;
    }

    private long requests(String request) {
        return server.requests().stream()
                .filter(line -> line.startsWith(request))
                .count();
    }

    @Nested
    class Preparing {

        @Test
        void setsWhatIsSetBeforeTheFirstDocument() {
            admin.done(
                    "PATCH", "/indexes/lamps/settings", "{\"synonyms\":{\"lamp\":[\"light\"]},\"stopWords\":[\"a\"]}");
            server.forgetRequests();
            build.prepare();

            List<String> changes = server.requests().stream()
                    .filter(line -> !line.startsWith("GET"))
                    .toList();
            assertThat(changes)
                    .containsExactly(
                            "POST /indexes",
                            "PATCH /indexes/" + BUILD + "/settings",
                            "PATCH /indexes/" + BUILD + "/settings");
            JsonNode settings = admin.get("/indexes/" + BUILD + "/settings");
            assertThat(settings).isEqualTo(admin.get("/indexes/lamps/settings"));
            assertThat(settings.path("synonyms").toString()).isEqualTo("{\"lamp\":[\"light\"]}");
        }

        @Test
        void setsWhatIsDeclaredToday() {
            try (MeilisearchIndex today = Samples.index(server)
                    .searchable("name", "brand")
                    .filterable("brand")
                    .sleeper(time -> server.drain())
                    .build()) {
                today.build("b1").prepare();
            }
            JsonNode settings = admin.get("/indexes/" + BUILD + "/settings");
            assertThat(settings.path("searchableAttributes").toString()).isEqualTo("[\"name\",\"brand\"]");
            assertThat(settings.path("filterableAttributes").toString()).isEqualTo("[\"brand\"]");
            assertThat(admin.get("/indexes/lamps/settings")
                            .path("searchableAttributes")
                            .toString())
                    .as("the live one is left alone")
                    .isEqualTo("[\"name\"]");
        }

        @Test
        void changesNothingTheSecondTime() {
            admin.done("PATCH", "/indexes/lamps/settings", "{\"stopWords\":[\"a\"]}");
            build.prepare();
            server.forgetRequests();

            build.prepare();
            assertThat(server.requests()).allMatch(line -> line.startsWith("GET"));
        }

        @Test
        void refusesToLoseAKeyThatTheServerDoesNotTell() {
            admin.done(
                    "PATCH",
                    "/indexes/lamps/settings",
                    "{\"embedders\":{\"e\":{\"source\":\"openAi\",\"apiKey\":\"sk-abXXXX\"}}}");

            assertThatThrownBy(build::prepare)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("'embedders'")
                    .hasMessageNotContaining("sk-ab");
        }

        @ParameterizedTest
        @ValueSource(strings = {"PATCH /indexes/" + BUILD, "GET /indexes/lamps/settings", "POST /indexes"})
        void canBeDoneAgain(String request) {
            admin.done("PATCH", "/indexes/lamps/settings", "{\"stopWords\":[\"a\"]}");
            server.answerNext(request, 502, Map.of(), "");
            assertThatThrownBy(build::prepare).isInstanceOf(UnavailableException.class);

            assertThat(build.prepare()).isEqualTo(build.identify().orElseThrow());
            assertThat(admin.get("/indexes/" + BUILD + "/settings")
                            .path("stopWords")
                            .toString())
                    .isEqualTo("[\"a\"]");
        }
    }

    private static Duration sum(List<Duration> times) {
        return times.stream().reduce(Duration.ZERO, Duration::plus);
    }

    /** The server has a lot to do for others. */
    @Nested
    class PreparingOnABusyServer {

        private final List<Duration> slept = new ArrayList<>();

        /** Time passes in sleep only: how long this machine takes for a question is not looked at. */
        private MeilisearchIndex.Builder busy() {
            return Samples.index(server)
                    .clock(InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z")))
                    .sleeper(slept::add);
        }

        @Test
        void isNotWaitedForAsLongAsALaneLasts() {
            try (MeilisearchIndex busy = busy().build()) {
                assertThatThrownBy(() -> busy.build("b1").prepare())
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining(BUILD);
            }
            assertThat(sum(slept)).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(22));
        }

        /** The creation takes ten seconds, and so does each of the settings. */
        @Test
        void isNotWaitedForLongerWhereThereAreManySteps() {
            admin.done("PATCH", "/indexes/lamps/settings", "{\"stopWords\":[\"a\"]}");
            List<Duration> sinceTick = new ArrayList<>();
            try (MeilisearchIndex busy = busy().sleeper(time -> {
                        slept.add(time);
                        sinceTick.add(time);
                        if (sum(sinceTick).compareTo(Duration.ofSeconds(9)) > 0) {
                            server.tick();
                            sinceTick.clear();
                        }
                    })
                    .build()) {
                assertThatThrownBy(() -> busy.build("b1").prepare()).isInstanceOf(UnavailableException.class);
                assertThat(sum(slept)).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(22));

                server.drain();
                assertThat(busy.build("b1").identify())
                        .as("made, for whoever comes next")
                        .isPresent();
            }
        }

        @Test
        void leavesNotOneMoreIndexWithEachAttempt() {
            server.forgetRequests();
            try (MeilisearchIndex busy = busy().build()) {
                assertThatThrownBy(() -> busy.build("b1").prepare()).isInstanceOf(UnavailableException.class);
                slept.clear();
                for (String label : List.of("b2", "b3")) {
                    assertThatThrownBy(() -> busy.build(label).prepare())
                            .isInstanceOf(UnavailableException.class)
                            .hasMessageContaining(BUILD)
                            .hasMessageContaining("indexCreation");
                }
                assertThat(slept).isEmpty();
                assertThat(requests("POST")).isEqualTo(1);
                server.drain();
                assertThat(index.builds()).containsOnlyKeys("b1");

                IndexIdentity left = index.builds().values().iterator().next();
                assertThatThrownBy(() -> busy.drop("b1", left)).isInstanceOf(UnavailableException.class);
                assertThatThrownBy(() -> busy.build("b4").prepare())
                        .as("there is no room for two")
                        .hasMessageContaining("indexDeletion");
            }
            server.drain();
            index.build("b5").prepare();
            assertThat(index.builds()).containsOnlyKeys("b5");
        }

        @Test
        void takesItsTimeForTheLiveIndex() {
            try (MeilisearchIndex busy = busy().searchable("brand")
                    .prepareTimeout(Duration.ofMinutes(3))
                    .build()) {
                assertThatThrownBy(busy::prepare).isInstanceOf(UnavailableException.class);
            }
            assertThat(sum(slept)).isGreaterThanOrEqualTo(Duration.ofMinutes(3));
        }
    }

    @Nested
    class ASwap {

        /** Two are none. */
        @Test
        void isNotSentBehindAnother() {
            IndexIdentity built = built();
            index.swap("b1");

            assertThatThrownBy(() -> index.swap("b1"))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("'" + BUILD + "'");
            server.beginBatch();
            assertThatThrownBy(() -> index.swap("b1")).as("processing").isInstanceOf(UnavailableException.class);
            server.drain();

            assertThat(live()).isEqualTo(built);
            assertThat(requests(SWAP)).isEqualTo(1);
        }

        @Test
        void isNotSentWhileOneWaitsThatItsKeyDoesNotSee() {
            built();
            index.swap("b1");
            try (MeilisearchIndex confined = Samples.index(server.url(), key("lamps*", REBUILDING), "lamps")
                    .build()) {
                assertThatThrownBy(() -> confined.swap("b1"))
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining("'apiKey' does not see");
            }
            assertThat(requests(SWAP)).isEqualTo(1);
        }

        @Test
        void isSentOnceAndDoneWhenItsTaskIs() {
            IndexIdentity old = live();
            IndexIdentity built = built();

            Receipt swap = index.swap("b1");
            assertThat(outcome(swap)).isEqualTo(Outcome.pending());
            assertThat(live()).isEqualTo(old);
            server.drain();

            assertThat(outcome(swap)).isEqualTo(Outcome.applied());
            assertThat(live()).isEqualTo(built);
            assertThat(index.builds()).isEqualTo(Map.of("b1", old));
            assertThat(requests(SWAP)).isEqualTo(1);
        }

        static List<Arguments> answers() {
            return List.of(
                    Arguments.of(503, "too_many_search_requests", UnavailableException.class),
                    Arguments.of(408, "", UnavailableException.class),
                    Arguments.of(422, "no_space_left_on_device", UnavailableException.class),
                    Arguments.of(400, "invalid_swap_indexes", MisconfiguredException.class),
                    Arguments.of(404, "", MisconfiguredException.class),
                    Arguments.of(301, "", MisconfiguredException.class),
                    Arguments.of(500, "internal", UnknownOutcomeException.class),
                    Arguments.of(503, "", UnknownOutcomeException.class),
                    Arguments.of(504, "", UnknownOutcomeException.class),
                    Arguments.of(200, "", UnknownOutcomeException.class));
        }

        @ParameterizedTest
        @MethodSource("answers")
        void isRejectedOrUnknownAsTheAnswerSays(int status, String code, Class<? extends StocktakeException> meaning) {
            IndexIdentity old = live();
            built();
            String body =
                    code.isEmpty() ? "" : "{\"type\":\"system\",\"code\":\"" + code + "\",\"message\":\"Because.\"}";
            server.answerNext(SWAP, status, Map.of("Location", "/"), body);

            assertThatThrownBy(() -> index.swap("b1")).isInstanceOf(meaning);
            server.drain();
            assertThat(live()).isEqualTo(old);
            assertThat(requests(SWAP)).isEqualTo(1);
        }

        @Test
        void isRejectedWhereNobodyListens() {
            built();
            server.down();
            assertThatThrownBy(() -> index.swap("b1")).isInstanceOf(UnavailableException.class);
            server.up();
        }

        @Test
        void isUnknownWhereItsAnswerGetsLostAndIsNotSentAgain() {
            IndexIdentity built = built();
            server.dropNextAfter(SWAP);

            assertThatThrownBy(() -> index.swap("b1")).isInstanceOf(UnknownOutcomeException.class);
            server.drain();

            assertThat(live()).isEqualTo(built);
            assertThat(requests(SWAP)).isEqualTo(1);
        }

        @Test
        void isUnknownWhereItGetsLostItself() {
            IndexIdentity old = live();
            built();
            server.dropNextBefore(SWAP);

            assertThatThrownBy(() -> index.swap("b1")).isInstanceOf(UnknownOutcomeException.class);
            server.drain();
            assertThat(live()).isEqualTo(old);
        }

        @Test
        void thatComesLateIsUnknownFirstAndDoneThen() {
            IndexIdentity old = live();
            IndexIdentity built = built();
            try (MeilisearchIndex hasty =
                    Samples.index(server).requestTimeout(Duration.ofMillis(200)).build()) {
                hasty.identify();
                Runnable release = server.holdNext(SWAP);
                assertThatThrownBy(() -> hasty.swap("b1")).isInstanceOf(UnknownOutcomeException.class);
                assertThat(live()).isEqualTo(old);

                release.run();
            }
            org.awaitility.Awaitility.await().until(() -> {
                server.drain();
                return live().equals(built);
            });
        }

        @Test
        void thatComesLateToABuildThatIsGoneDoesNothing() {
            IndexIdentity old = live();
            IndexIdentity built = built();
            server.beginBatch();
            index.drop("b1", built);
            Receipt late = index.swap("b1");
            server.drain();

            assertThat(outcome(late).kind()).isEqualTo(Outcome.Kind.FAILED);
            assertThat(outcome(late).reason()).contains("index_not_found").contains(BUILD);
            assertThat(live()).isEqualTo(old);
        }

        /** The exchange is committed before the task's state: a server that dies in between does it again. */
        @Test
        void thatIsExecutedTwiceIsToldByTheIdentitiesAlone() {
            IndexIdentity old = live();
            IndexIdentity built = built();
            server.executeNextSwapTwice();
            Receipt swap = index.swap("b1");
            server.tick();
            assertThat(live()).as("between the two").isEqualTo(built);
            assertThat(outcome(swap)).isEqualTo(Outcome.pending());

            server.drain();

            assertThat(outcome(swap)).isEqualTo(Outcome.applied());
            assertThat(live()).isEqualTo(old);
            assertThat(index.builds()).isEqualTo(Map.of("b1", built));
            assertThat(server.size("lamps")).isEqualTo(1);
        }

        @Test
        void isAFailureWhereTheServerHasTroubleOfItsOwn() {
            IndexIdentity old = live();
            built();
            Receipt swap = index.swap("b1");
            server.failNextBatch("internal", "disk on fire");
            server.drain();

            assertThat(outcome(swap).kind()).isEqualTo(Outcome.Kind.FAILED);
            assertThat(outcome(swap).reason()).contains("disk on fire");
            assertThat(live()).isEqualTo(old);
        }

        @Test
        void isLostToARestoredServer() {
            built();
            MeilisearchStandIn.Backup backup = server.backup();
            Receipt swap = index.swap("b1");
            server.drain();
            server.restore(backup);
            assertThat(outcome(swap).kind()).isEqualTo(Outcome.Kind.LOST);

            admin.done("POST", "/swap-indexes", "[{\"indexes\":[\"lamps\",\"" + BUILD + "\"]}]");
            assertThat(outcome(swap).kind())
                    .as("somebody else's under the same number")
                    .isEqualTo(Outcome.Kind.LOST);
        }

        @Test
        void keepsTheOutcomesOfWritesBeforeIt() {
            built();
            Receipt before = index.write(lamps("b2", 5, 6));
            Receipt built = build.write(lamps("b3", 6, 7));
            Receipt swap = index.swap("b1");
            Receipt after = index.write(lamps("b4", 7, 8));
            server.drain();

            assertThat(index.outcomes(List.of(before, built, swap, after)).values())
                    .containsOnly(Outcome.applied());
            assertThat(build.outcomes(List.of(before, swap)).values()).containsOnly(Outcome.applied());
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void isRefusedOnAnOldServer(boolean mayAskForTheVersion) {
            built();
            server.version("1.30.4");
            String key = mayAskForTheVersion ? MeilisearchStandIn.MASTER_KEY : key("lamps*", REBUILDING);
            try (MeilisearchIndex other =
                    Samples.index(server.url(), key, "lamps").build()) {
                assertThatThrownBy(() -> other.swap("b1"))
                        .isInstanceOf(MisconfiguredException.class)
                        .hasMessageContaining("1.31");
            }
            assertThat(requests(SWAP)).isZero();
        }
    }

    private String key(String pattern, String... actions) {
        String key = "key-" + String.join("", actions).hashCode() + "-0123456789";
        server.addKey(key, Set.of(actions), Set.of(pattern));
        return key;
    }

    @Nested
    class AKey {

        private MeilisearchIndex with(String pattern, String... actions) {
            return Samples.index(server.url(), key(pattern, actions), "lamps")
                    .sleeper(time -> server.drain())
                    .build();
        }

        @Test
        void forTheIndexAndItsBuildsIsEnoughToRebuild() {
            IndexIdentity old = live();
            try (MeilisearchIndex confined = with("lamps*", REBUILDING)) {
                confined.prepare();
                AuditableIndex next = confined.build("b1");
                IndexIdentity built = next.prepare();
                Receipt write = next.write(lamps("b1", 0, 3));
                Receipt swap = confined.swap("b1");
                assertThat(confined.outcomes(List.of(swap))).containsEntry(swap, Outcome.pending());
                server.drain();

                assertThat(confined.outcomes(List.of(write, swap)).values()).containsOnly(Outcome.applied());
                assertThat(confined.identify()).contains(built);
                assertThat(confined.builds()).isEqualTo(Map.of("b1", old));
                assertThat(confined.drop("b1", old)).isTrue();
                assertThat(confined.builds()).isEmpty();
            }
        }

        @Test
        void thatDoesNotSeeSwapsLearnsThatOneFailed() {
            try (MeilisearchIndex confined = with("lamps*", REBUILDING)) {
                Receipt swap = confined.swap("b1");
                server.drain();
                Outcome outcome = confined.outcomes(List.of(swap)).getOrDefault(swap, Outcome.applied());
                assertThat(outcome.kind()).isEqualTo(Outcome.Kind.FAILED);
                assertThat(outcome.reason()).contains("all indexes");

                server.purge(100);
                assertThat(confined.outcomes(List.of(swap)).values())
                        .extracting(Outcome::kind)
                        .containsExactly(Outcome.Kind.LOST);
            }
        }

        static Stream<Arguments> lacking() {
            return Stream.of("indexes.create", "indexes.swap", "indexes.delete").map(Arguments::of);
        }

        @ParameterizedTest
        @MethodSource("lacking")
        void withoutARightIsToldWhich(String right) {
            String[] others = Stream.of(REBUILDING)
                    .filter(action -> !action.equals(right))
                    .toArray(String[]::new);
            try (MeilisearchIndex confined = with("lamps*", others)) {
                assertThatThrownBy(() -> {
                            IndexIdentity built = confined.build("b1").prepare();
                            confined.swap("b1");
                            server.drain();
                            confined.drop("b1", live());
                            confined.drop("b1", confined.builds().getOrDefault("b1", built));
                        })
                        .isInstanceOf(MisconfiguredException.class)
                        .hasMessageContaining("'apiKey'")
                        .hasMessageContaining("'" + right + "'")
                        .hasMessageContaining("lamps");
            }
        }

        @Test
        void forTheIndexAloneDoesNotReachItsBuilds() {
            built();
            try (MeilisearchIndex confined = with("lamps", REBUILDING)) {
                assertThat(confined.builds()).isEmpty();
                assertThatThrownBy(() -> confined.swap("b1"))
                        .isInstanceOf(MisconfiguredException.class)
                        .hasMessageContaining("'indexes.swap'")
                        .hasMessageContaining("index 'lamps' and index '" + BUILD + "'");
                assertThatThrownBy(() -> confined.build("b1").identify())
                        .isInstanceOf(MisconfiguredException.class)
                        .hasMessageContaining(BUILD);
            }
        }
    }

    @Nested
    class Dropping {

        @Test
        void isPutOffWhileASwapWouldBeExecutedFirst() {
            IndexIdentity old = live();
            IndexIdentity built = built();
            index.swap("b1");

            assertThatThrownBy(() -> index.drop("b1", built))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("swap");
            assertThat(live()).as("nobody waited").isEqualTo(old);
            server.drain();

            assertThat(index.drop("b1", built)).as("it is live now").isFalse();
            assertThat(live()).isEqualTo(built);
            assertThat(server.size("lamps")).isEqualTo(3);
            assertThat(index.builds()).isEqualTo(Map.of("b1", old));
            assertThat(requests("DELETE")).isZero();
        }

        @Test
        void isSentOnceAndNotWaitedForLong() {
            IndexIdentity built = built();
            List<Duration> slept = new ArrayList<>();
            try (MeilisearchIndex busy =
                    Samples.index(server).sleeper(slept::add).build()) {
                for (int i = 0; i < 2; i++) {
                    slept.clear();
                    assertThatThrownBy(() -> busy.drop("b1", built))
                            .isInstanceOf(UnavailableException.class)
                            .hasMessageContaining(BUILD);
                    assertThat(sum(slept)).isLessThan(Duration.ofSeconds(7));
                }
            }
            assertThat(requests("DELETE")).isEqualTo(1);
            server.drain();
            assertThat(index.drop("b1", built)).isFalse();
            assertThat(index.builds()).isEmpty();
        }

        @Test
        void isDoneWhereTheServerDoesItTwice() {
            IndexIdentity built = built();
            try (MeilisearchIndex other = Samples.index(server)
                    .sleeper(time -> {
                        server.tickAndDie();
                        server.drain();
                    })
                    .build()) {
                assertThat(other.drop("b1", built)).isTrue();
            }
            assertThat(index.builds()).isEmpty();
            assertThat(live()).isEqualTo(index.prepare());
        }

        @Test
        void canBeDoneAgainWhereItsAnswerGetsLost() {
            IndexIdentity built = built();
            server.dropNextAfter("DELETE");
            assertThatThrownBy(() -> index.drop("b1", built)).isInstanceOf(UnavailableException.class);
            server.drain();

            assertThat(index.drop("b1", built)).isFalse();
            assertThat(index.builds()).isEmpty();
        }

        @Test
        void tellsThatTheServerCouldNot() {
            IndexIdentity built = built();
            server.failNextBatch("internal", "disk on fire");
            assertThatThrownBy(() -> index.drop("b1", built))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("disk on fire");
            assertThat(index.builds()).isEqualTo(Map.of("b1", built));
        }
    }

    @Nested
    class Leftovers {

        @Test
        void areFoundAmongManyOtherIndexes() {
            IndexIdentity built = built();
            IntStream.range(0, 30)
                    .forEach(i -> admin.done("POST", "/indexes", "{\"uid\":\"lamp" + i + "\",\"primaryKey\":\"id\"}"));
            List.of(
                            "lamps__stocktake_",
                            "lamps__stocktake_B1",
                            "lamps_b1",
                            "xlamps__stocktake_b1",
                            "lamps__stocktake_a_b")
                    .forEach(uid -> admin.done("POST", "/indexes", "{\"uid\":\"" + uid + "\",\"primaryKey\":\"id\"}"));

            assertThat(index.builds()).isEqualTo(Map.of("b1", built));
        }

        @Test
        void ofALateWriteToABuildThatIsGoneAreFound() {
            IndexIdentity built = built();
            index.drop("b1", built);
            build.write(lamps("late", 0, 1));
            server.drain();

            Map<String, IndexIdentity> builds = index.builds();
            assertThat(builds).containsOnlyKeys("b1");
            assertThat(index.drop("b1", built)).isFalse();
            assertThat(index.drop("b1", builds.getOrDefault("b1", built))).isTrue();
        }

        @Test
        void ofAnotherIndexCannotBeMistakenForOurs() {
            assertThatThrownBy(() -> Samples.index(server.url(), "", BUILD).build())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("'uid'");
        }
    }

    @Nested
    class TheLog {

        @Test
        void goesOnOverSwapsAndRemovals() {
            long start = index.settledPosition();
            long live = written(index, lamps("l1", 1, 2));
            IndexIdentity old = live();
            build.prepare();
            long built = written(build, lamps("b1", 0, 3));
            index.swap("b1");
            server.drain();
            long swapped = written(index, lamps("l2", 3, 4));
            index.drop("b1", old);
            long last = written(index, lamps("l3", 4, 5));

            LogPage page = index.writesAfter(start, 100);
            assertThat(page.writes())
                    .containsExactly(
                            new Entry(live, "l1", true),
                            new Entry(built, "b1", true),
                            new Entry(swapped, "l2", true),
                            new Entry(last, "l3", true));
            assertThat(page.hole()).isFalse();
            assertThat(index.writesAfter(page.position(), 100).writes()).isEmpty();
        }

        @Test
        void isReadPageByPageOverManyBuilds() {
            long start = index.settledPosition();
            long[] expected = IntStream.range(0, 60)
                    .mapToLong(i -> {
                        AuditableIndex next = index.build("b" + i);
                        IndexIdentity made = next.prepare();
                        long position = written(next, lamps("b" + i, 0, 1));
                        if (i % 2 == 0) {
                            index.drop("b" + i, made);
                        }
                        return position;
                    })
                    .toArray();

            List<Long> read = new ArrayList<>();
            LogPage page = new LogPage(List.of(), start, false, true);
            while (page.more()) {
                page = index.writesAfter(page.position(), 7);
                assertThat(page.hole()).isFalse();
                page.writes().forEach(entry -> read.add(entry.position()));
            }
            assertThat(read)
                    .containsExactly(java.util.Arrays.stream(expected).boxed().toArray(Long[]::new));
        }

        @Test
        void endsBeforeABuildsWriteThatIsNotFinal() {
            built();
            long settled = index.settledPosition();
            long position = build.write(lamps("b2", 3, 4)).positions().get(0);

            assertThat(index.settledPosition()).isEqualTo(settled);
            assertThat(index.writesAfter(settled, 10).position()).isEqualTo(settled);
            server.drain();
            assertThat(index.writesAfter(settled, 10).writes()).containsExactly(new Entry(position, "b2", true));
        }

        @Test
        void tellsOfASwapWithSomethingElse() {
            built();
            long start = index.settledPosition();
            admin.done("POST", "/indexes", "{\"uid\":\"desks\",\"primaryKey\":\"id\"}");
            long swap = admin.done("POST", "/swap-indexes", "[{\"indexes\":[\"" + BUILD + "\",\"desks\"]}]")
                    .path("uid")
                    .asLong();

            assertThat(index.writesAfter(start, 10).writes()).containsExactly(new Entry(swap, null, true));
        }

        @Test
        void hasAHoleWhereABuildsTasksWereDeleted() {
            long start = index.settledPosition();
            built();
            admin.await(admin.call("DELETE", "/tasks?indexUids=" + BUILD, null)
                    .path("taskUid")
                    .asLong());

            assertThat(index.writesAfter(start, 10).hole()).isTrue();
        }

        /** The server answers such a key's question for the newest task with nothing, if that is of another index. */
        @Test
        void hasNoHoleForAKeyThatDoesNotSeeTheBusyOnes() {
            String key = key("lamps*", REBUILDING);
            admin.done("POST", "/indexes", "{\"uid\":\"desks\",\"primaryKey\":\"id\"}");
            try (MeilisearchIndex confined =
                    Samples.index(server.url(), key, "lamps").build()) {
                long position = written(index, lamps("l1", 1, 2));
                keepOthersBusy();
                assertThat(confined.settledPosition()).isEqualTo(position);
                IndexIdentity built = build.prepare();
                long last = written(build, lamps("b1", 0, 1));
                assertThat(confined.settledPosition()).isEqualTo(last);
                index.drop("b1", built);
                keepOthersBusy();
                assertThat(confined.writesAfter(last, 10).hole()).isFalse();
                assertThat(confined.writesAfter(last, 10).position()).isEqualTo(last);
                assertThat(confined.writesAfter(position, 10).hole()).isFalse();
            }
        }

        private void keepOthersBusy() {
            for (int i = 0; i < 3; i++) {
                admin.done("POST", "/indexes/desks/documents", "[{\"id\":1}]");
            }
        }
    }

    @Test
    void keepsTheBuildsDocumentsApart() {
        built();
        assertThat(build.fingerprints(ProductKey.all("lamp-2"))).hasSize(1);
        assertThat(index.fingerprints(ProductKey.all("lamp-2"))).isEmpty();
        assertThat(build.name()).isEqualTo(BUILD);
        assertThat(build.toString()).contains(BUILD);
    }
}
