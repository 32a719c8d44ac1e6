package dev.stocktake.meilisearch;

import static dev.stocktake.meilisearch.Samples.batch;
import static dev.stocktake.meilisearch.Samples.deletion;
import static dev.stocktake.meilisearch.Samples.lamp;
import static dev.stocktake.meilisearch.Samples.lamps;
import static dev.stocktake.meilisearch.Samples.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stocktake.Document;
import dev.stocktake.LoggedIndex.Entry;
import dev.stocktake.LoggedIndex.LogPage;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.Receipt;
import dev.stocktake.RefusedException;
import dev.stocktake.StocktakeException;
import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import dev.stocktake.WriteBatch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server answers badly, late or not at all: every time it must be clear what became of a write. */
class MeilisearchFaultsTest {

    private static final String ADD = "POST /indexes/lamps/documents?";
    private static final String DELETE = "POST /indexes/lamps/documents/delete-batch";
    private static final Map<String, String> NONE = Map.of();
    private static final String PAGE = "<html><body><h1>502 Bad Gateway</h1>edge-proxy</body></html>";

    private final MeilisearchStandIn server = MeilisearchStandIn.manual();
    private final MeilisearchIndex index = Samples.index(server)
            .sleeper(time -> server.drain())
            .clock(InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z")))
            .build();

    @BeforeEach
    void prepares() {
        index.prepare();
        server.forgetRequests();
    }

    @AfterEach
    void closes() {
        index.close();
        server.close();
    }

    private static String error(String code) {
        return "{\"message\":\"Because of " + code + ".\",\"code\":\"" + code
                + "\",\"type\":\"system\",\"link\":\"https://docs.meilisearch.com/errors#" + code + "\"}";
    }

    private long sent(String request) {
        return server.requests().stream().filter(line -> line.contains(request)).count();
    }

    @Nested
    class AWriteIsRejected {

        @Test
        void whereNobodyListens() {
            server.down();

            assertThatThrownBy(() -> index.write(lamps("b1", 0, 3)))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining(server.url());
            server.up();
            assertThat(index.write(lamps("b1", 0, 3)).positions()).hasSize(1);
        }

        @Test
        void whereTheHostHasNoAddress() {
            try (MeilisearchIndex nowhere = Samples.index("http://no-such-host.invalid:7700", "", "lamps")
                    .build()) {
                assertThatThrownBy(() -> nowhere.write(lamps("b1", 0, 3))).isInstanceOf(UnavailableException.class);
            }
        }

        @Test
        void whereTheConnectionBreaksBeforeAllOfItWasSent() throws Exception {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                CompletableFuture<Void> rude = CompletableFuture.runAsync(() -> readSomeAndReset(socket));
                try (MeilisearchIndex large = Samples.index("http://127.0.0.1:" + socket.getLocalPort(), "", "lamps")
                        .build()) {
                    assertThatThrownBy(() -> large.write(batch("b1", upsert("x", lamp("x".repeat(15_000_000), 1)))))
                            .isInstanceOf(UnavailableException.class)
                            .hasMessageContaining("not delivered");
                }
                rude.get();
            }
        }

        private static void readSomeAndReset(ServerSocket socket) {
            try (Socket client = socket.accept()) {
                client.getInputStream().readNBytes(100_000);
                client.setSoLinger(true, 0);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        static Stream<Arguments> answers() {
            return Stream.of(
                    Arguments.of(503, "too_many_search_requests", UnavailableException.class),
                    Arguments.of(408, "", UnavailableException.class),
                    Arguments.of(429, "", UnavailableException.class),
                    Arguments.of(422, "no_space_left_on_device", UnavailableException.class),
                    Arguments.of(422, "io_error", UnavailableException.class),
                    Arguments.of(422, "too_many_open_files", UnavailableException.class),
                    Arguments.of(413, "payload_too_large", RefusedException.class),
                    Arguments.of(413, "", RefusedException.class),
                    Arguments.of(400, "malformed_payload", RefusedException.class),
                    Arguments.of(400, "bad_request", MisconfiguredException.class),
                    Arguments.of(415, "invalid_content_type", MisconfiguredException.class),
                    Arguments.of(404, "", MisconfiguredException.class),
                    Arguments.of(401, "missing_authorization_header", MisconfiguredException.class),
                    Arguments.of(403, "invalid_api_key", MisconfiguredException.class),
                    Arguments.of(403, "", MisconfiguredException.class),
                    Arguments.of(301, "", MisconfiguredException.class));
        }

        @ParameterizedTest
        @MethodSource("answers")
        void byAnAnswerThatSaysSo(int status, String code, Class<? extends StocktakeException> meaning) {
            server.answerNext(ADD, status, NONE, code.isEmpty() ? PAGE : error(code));

            assertThatThrownBy(() -> index.write(lamps("b1", 0, 3)))
                    .isInstanceOf(meaning)
                    .hasMessageContaining(String.valueOf(status))
                    .hasMessageContaining(code);
            server.drain();
            assertThat(server.size("lamps")).isZero();
            assertThat(sent(ADD)).isEqualTo(1);
        }

        @Test
        void byAFullTaskQueue() {
            server.full(true);
            assertThatThrownBy(() -> index.write(deletion("b1", "x"))).isInstanceOf(UnavailableException.class);
            server.full(false);
            assertThat(index.write(deletion("b1", "x")).positions()).hasSize(1);
        }

        @Test
        void byALimitOnTheBody() {
            server.maxBody(1_000);

            assertThatThrownBy(() -> index.write(lamps("b1", 0, 100)))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("'limits'");
        }

        @Test
        void byALimitOnTheBodyOnceForEachSizeAndNotWithEveryBatch() {
            server.maxBody(70_000);
            List<WriteBatch.Upsert> upserts = IntStream.range(0, 20)
                    .mapToObj(i -> upsert("x" + i, lamp("x".repeat(10_000), 1)))
                    .toList();
            WriteBatch large = new WriteBatch("b1", upserts, List.of());

            assertThatThrownBy(() -> index.write(large)).as("200 KB").isInstanceOf(RefusedException.class);
            assertThatThrownBy(() -> index.write(large)).as("100 KB").isInstanceOf(RefusedException.class);
            server.forgetRequests();
            assertThat(index.write(large).positions()).hasSizeGreaterThan(3);
            assertThat(sent(ADD)).isLessThanOrEqualTo(5);
            server.drain();
            assertThat(server.size("lamps")).isEqualTo(20);
        }

        /** Or else it would take its neighbours along each time: they travel in several requests once one was too large. */
        @Test
        void byALimitOnTheBodyAloneWhereOneDocumentIsLargerThanIt() {
            server.maxBody(70_000);
            index.write(new WriteBatch("b0", List.of(upsert("old", lamp("old", 1))), List.of()));
            List<WriteBatch.Upsert> upserts = new ArrayList<>();
            IntStream.range(0, 20).forEach(i -> upserts.add(upsert("x" + i, lamp("x".repeat(10_000), 1))));
            upserts.add(10, upsert("large", lamp("x".repeat(100_000), 1)));
            WriteBatch batch = new WriteBatch("b1", upserts, List.of(ProductKey.of("old")));
            Receipt receipt = null;
            for (int tries = 0; receipt == null; tries++) {
                assertThat(tries).isLessThan(5);
                try {
                    receipt = index.write(batch);
                } catch (RefusedException | UnknownOutcomeException e) {
                    assertThat(e).hasMessageContaining("413");
                }
            }

            assertThat(receipt.refused()).containsOnlyKeys(ProductKey.of("large"));
            assertThat(receipt.refused().get(ProductKey.of("large"))).contains("'limits'");
            server.drain();
            assertThat(server.size("lamps")).isEqualTo(20);
        }

        @ParameterizedTest
        @CsvSource({"503, 7", "429, 7", "408, 7", "503, 'Sun, 01 Mar 2026 12:00:07 GMT'"})
        void withTheServersAdviceWhenToComeBack(int status, String retryAfter) {
            server.answerNext(
                    ADD,
                    status,
                    Map.of("Retry-After", retryAfter),
                    status == 503 ? error("too_many_search_requests") : PAGE);

            UnavailableException e =
                    catchThrowableOfType(UnavailableException.class, () -> index.write(lamps("b1", 0, 3)));
            assertThat(e.retryAfter()).contains(Duration.ofSeconds(7));
        }

        @ParameterizedTest
        @ValueSource(strings = {"soon", "-1", "99999999999999999999", ""})
        void withoutAdviceThatMakesNoSense(String retryAfter) {
            server.answerNext(ADD, 503, Map.of("Retry-After", retryAfter), error("too_many_search_requests"));

            UnavailableException e =
                    catchThrowableOfType(UnavailableException.class, () -> index.write(lamps("b1", 0, 3)));
            assertThat(e.retryAfter()).isEmpty();
        }
    }

    @Nested
    class AWriteIsUnknown {

        @Test
        void whereTheConnectionBreaksBeforeItWasQueued() {
            server.dropNextBefore(ADD);

            assertThatThrownBy(() -> index.write(lamps("b1", 0, 3))).isInstanceOf(UnknownOutcomeException.class);
            assertThat(sent(ADD)).isEqualTo(1);
        }

        @Test
        void whereTheConnectionBreaksAfterItWasQueued() {
            long start = index.settledPosition();
            server.dropNextAfter(ADD);

            assertThatThrownBy(() -> index.write(lamps("b1", 0, 3))).isInstanceOf(UnknownOutcomeException.class);
            server.drain();
            assertThat(sent(ADD)).isEqualTo(1);
            assertThat(index.writesAfter(start, 10).writes()).containsExactly(new Entry(start + 1, "b1", true));
        }

        @Test
        void whereAKeptConnectionBreaks() {
            index.write(lamps("b0", 0, 1));
            server.forgetRequests();
            server.dropNextAfter(ADD);

            assertThatThrownBy(() -> index.write(lamps("b1", 0, 3))).isInstanceOf(UnknownOutcomeException.class);
            assertThat(sent(ADD)).isEqualTo(1);
        }

        @ParameterizedTest
        @ValueSource(strings = {ADD, DELETE})
        void whereTheAnswerBreaksOff(String request) {
            server.cutNext(request);

            assertThatThrownBy(() -> index.write(request.equals(ADD) ? lamps("b1", 0, 3) : deletion("b1", "lamp-1")))
                    .isInstanceOf(UnknownOutcomeException.class)
                    .hasMessageContaining(server.url());
            assertThat(sent(request)).isEqualTo(1);
        }

        @Test
        void whereADeletionIsNotAnswered() {
            server.dropNextAfter(DELETE);

            assertThatThrownBy(() -> index.write(deletion("b1", "x"))).isInstanceOf(UnknownOutcomeException.class);
            assertThat(sent(DELETE)).isEqualTo(1);
        }

        @Test
        void whereTheAnswerComesTooLate() {
            long start = index.settledPosition();
            Runnable release = server.holdNext(ADD);
            try (MeilisearchIndex hasty =
                    Samples.index(server).writeTimeout(Duration.ofMillis(50)).build()) {
                assertThatThrownBy(() -> hasty.write(lamps("b1", 0, 3))).isInstanceOf(UnknownOutcomeException.class);
            }
            release.run();
            while (index.writesAfter(start, 10).writes().isEmpty()) {
                server.drain();
            }
            assertThat(server.size("lamps")).isEqualTo(3);
        }

        @ParameterizedTest
        @ValueSource(ints = {200, 202, 204, 500, 502, 503, 504, 520})
        void byAnAnswerThatDoesNotSay(int status) {
            server.answerNext(ADD, status, NONE, PAGE);
            assertThatThrownBy(() -> index.write(lamps("b1", 0, 3)))
                    .isInstanceOf(UnknownOutcomeException.class)
                    .hasMessageContaining("'url'");

            server.answerNext(ADD, status, NONE, "");
            assertThatThrownBy(() -> index.write(lamps("b1", 0, 3))).isInstanceOf(UnknownOutcomeException.class);

            server.answerNext(ADD, status, NONE, "{\"code\":\"SERVICE_UNAVAILABLE\",\"message\":\"upstream\"}");
            assertThatThrownBy(() -> index.write(lamps("b1", 0, 3)))
                    .as("a gateway has codes of its own")
                    .isInstanceOf(UnknownOutcomeException.class);
        }

        @ParameterizedTest
        @ValueSource(ints = {400, 403, 408, 413, 422, 503})
        void whereOnlyAPartOfItWasAccepted(int status) {
            server.answerNext(DELETE, status, NONE, error("whatever"));

            assertThatThrownBy(() ->
                            index.write(new WriteBatch("b1", lamps("b1", 0, 3).upserts(), ProductKey.all("x"))))
                    .isInstanceOf(UnknownOutcomeException.class)
                    .hasMessageContaining("b1");
        }
    }

    @Nested
    class ACallEnds {

        @Test
        void whenItsThreadIsInterrupted() {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> index.write(lamps("b1", 0, 3))).isInstanceOf(StoppedException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(sent(ADD)).isZero();

            Thread.currentThread().interrupt();
            assertThatThrownBy(index::identify).isInstanceOf(StoppedException.class);
            assertThat(Thread.interrupted()).isTrue();
        }

        @Test
        void whenTheIndexIsClosedMeanwhile() throws Exception {
            server.holdNext(ADD);
            CompletableFuture<Receipt> write = CompletableFuture.supplyAsync(() -> index.write(lamps("b1", 0, 3)));
            while (sent(ADD) == 0) {
                Thread.onSpinWait();
            }
            index.close();

            ExecutionException e = catchThrowableOfType(ExecutionException.class, write::get);
            assertThat(e.getCause()).isInstanceOf(StoppedException.class);
        }

        @Test
        void afterTheIndexWasClosed() {
            index.close();
            index.close();
            assertThatThrownBy(() -> index.write(lamps("b1", 0, 3))).isInstanceOf(StoppedException.class);
            assertThatThrownBy(index::identify).isInstanceOf(StoppedException.class);
        }
    }

    @Nested
    class AQuestion {

        private final Receipt receipt = Receipt.at(0L);

        private List<ThrowingCallable> questions() {
            return List.of(
                    index::identify,
                    index::settledPosition,
                    index::prepare,
                    () -> index.writesAfter(3, 10),
                    () -> index.outcomes(List.of(receipt)),
                    () -> index.fingerprints(null, 10),
                    () -> index.fingerprints(ProductKey.all("x")),
                    index::count,
                    () -> index.documents(ProductKey.all("x")),
                    () -> index.documents(ProductKey.all("x", "y")));
        }

        @Test
        void canBeAskedAgainWhereNobodyListens() {
            server.down();

            assertThat(questions())
                    .allSatisfy(question -> assertThatThrownBy(question).isInstanceOf(UnavailableException.class));
        }

        @ParameterizedTest
        @ValueSource(ints = {200, 408, 429, 500, 502, 503, 504})
        void canBeAskedAgainAfterAnAnswerThatIsNone(int status) {
            assertThat(questions()).allSatisfy(question -> {
                server.answerNext("/", status, NONE, PAGE);
                assertThatThrownBy(question)
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining(String.valueOf(status))
                        .hasMessageContaining("'url'");
            });
            assertThat(questions()).allSatisfy(question -> {
                server.answerNext("/", status, NONE, "");
                assertThatThrownBy(question).isInstanceOf(UnavailableException.class);
            });
        }

        @Test
        void canBeAskedAgainWhenTheConnectionBreaks() {
            server.dropNextBefore("documents/fetch");
            assertThatThrownBy(() -> index.fingerprints(ProductKey.all("x"))).isInstanceOf(UnavailableException.class);
        }

        @Test
        void canBeAskedAgainWhenTheAnswerBreaksOff() {
            assertThat(questions()).allSatisfy(question -> {
                server.cutNext("/");
                assertThatThrownBy(question)
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining(server.url());
            });
        }

        @ParameterizedTest
        @ValueSource(ints = {400, 404})
        void isNotAnsweredWhereThereIsSomethingElse(int status) {
            assertThat(questions()).allSatisfy(question -> {
                server.answerNext("/", status, NONE, "<html>no such page</html>");
                assertThatThrownBy(question)
                        .isInstanceOf(MisconfiguredException.class)
                        .hasMessageContaining("'url'");
            });
        }
    }

    @Nested
    class Preparing {

        /** Which has not asked for the version yet. */
        private final MeilisearchIndex fresh = Samples.index(server).build();

        @AfterEach
        void closes() {
            fresh.close();
        }

        @ParameterizedTest
        @ValueSource(strings = {"1.30.9", "0.30.0", "1.2.0"})
        void refusesAnOldServer(String version) {
            server.version(version);

            assertThatThrownBy(fresh::prepare)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining(version)
                    .hasMessageContaining("1.31");
        }

        @ParameterizedTest
        @ValueSource(strings = {"1.31.0", "1.50.0", "1.131.0-rc.1", "2.0.0"})
        void takesANewServer(String version) {
            server.version(version);

            assertThat(fresh.prepare()).isEqualTo(index.identify().orElseThrow());
        }

        @Test
        void refusesAServerWithoutAVersion() {
            server.answerNext("GET /version", 200, NONE, "{\"pkgVersion\":\"newest\"}");
            assertThatThrownBy(fresh::prepare)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("'url'");
        }

        @ParameterizedTest
        @ValueSource(strings = {"POST /indexes", "PATCH /indexes/other/settings", "GET /version"})
        void canBeDoneAgainAfterAnAnswerThatIsNone(String request) {
            try (MeilisearchIndex other = Samples.index(server.url(), MeilisearchStandIn.MASTER_KEY, "other")
                    .sleeper(time -> server.drain())
                    .build()) {
                for (String page : List.of(PAGE, "", "{}", error("internal"))) {
                    server.answerNext(request, 502, NONE, page);
                    assertThatThrownBy(other::prepare).as(page).isInstanceOf(UnavailableException.class);
                }
                assertThat(other.prepare()).isEqualTo(other.identify().orElseThrow());
            }
        }

        @Test
        void takesAnIndexThatSomebodyElseMadeMeanwhile() {
            try (MeilisearchIndex one = Samples.index(server.url(), MeilisearchStandIn.MASTER_KEY, "other")
                            .sleeper(time -> server.drain())
                            .build();
                    MeilisearchIndex two = Samples.index(server.url(), MeilisearchStandIn.MASTER_KEY, "other")
                            .sleeper(time -> one.prepare())
                            .build()) {
                assertThat(two.prepare()).isEqualTo(one.identify().orElseThrow());
            }
        }

        @Test
        void doesNotWaitForEver() {
            try (MeilisearchIndex other = Samples.index(server.url(), MeilisearchStandIn.MASTER_KEY, "other")
                    .sleeper(time -> {})
                    .build()) {
                assertThatThrownBy(other::prepare)
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining("run again later");
            }
        }

        /** The time of the questions counts too: six seconds each, of the twenty for a build. */
        @Test
        void doesNotWaitLongerBecauseTheAnswersAreSlow() {
            AtomicLong seconds = new AtomicLong();
            try (MeilisearchIndex slow = Samples.index(server)
                    .clock(() -> Instant.ofEpochSecond(seconds.getAndAdd(6)))
                    .sleeper(time -> {})
                    .build()) {
                server.forgetRequests();

                assertThatThrownBy(() -> slow.build("b1").prepare())
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining("run again later");
                assertThat(sent("GET /tasks?{uids=")).isEqualTo(4);
            }
        }

        @Test
        void saysThatAnEmptyIndexCouldNotBeMade() {
            server.failNextBatch("internal", "disk on fire");
            try (MeilisearchIndex other = Samples.index(server.url(), MeilisearchStandIn.MASTER_KEY, "other")
                    .sleeper(time -> server.drain())
                    .build()) {
                assertThatThrownBy(other::prepare)
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining("disk on fire");
            }
        }
    }

    @Nested
    class TheLog {

        @Test
        void endsBeforeAWriteThatIsNotFinal() {
            long start = index.settledPosition();
            Receipt one = index.write(lamps("b1", 0, 1));
            server.tick();
            Receipt two = index.write(lamps("b2", 1, 2));
            server.beginBatch();
            Receipt three = index.write(lamps("b3", 2, 3));

            long first = one.positions().get(0);
            assertThat(index.writesAfter(start, 10).writes()).containsExactly(new Entry(first, "b1", true));
            assertThat(index.writesAfter(start, 10).position()).isEqualTo(first);
            assertThat(index.writesAfter(start, 10).more()).isFalse();
            assertThat(index.settledPosition()).isEqualTo(first);
            assertThat(index.writesAfter(first, 10).writes()).isEmpty();
            assertThat(index.writesAfter(first, 10).position()).isEqualTo(first);

            server.drain();
            assertThat(index.settledPosition()).isEqualTo(three.positions().get(0));
            assertThat(index.writesAfter(first, 10).writes())
                    .containsExactly(
                            new Entry(two.positions().get(0), "b2", true),
                            new Entry(three.positions().get(0), "b3", true));
        }

        @Test
        void costsOneRequestWhenNothingHappened() {
            long position = index.settledPosition();
            server.forgetRequests();

            assertThat(index.writesAfter(position, 10).writes()).isEmpty();
            assertThat(server.requests()).hasSize(1);
        }

        @Test
        void hasAHoleWhenItsBeginningWasForgotten() {
            long start = index.settledPosition();
            index.write(lamps("b1", 0, 1));
            index.write(lamps("b2", 1, 2));
            server.drain();
            server.purge((int) start + 2);

            assertThat(index.writesAfter(start, 10).hole()).isTrue();
            assertThat(index.writesAfter(index.writesAfter(start, 10).position(), 10)
                            .hole())
                    .isFalse();
        }

        @Test
        void hasNoHoleWhenOnlyWhatWasReadIsForgotten() {
            long start = index.settledPosition();
            Receipt receipt = index.write(lamps("b1", 0, 1));
            server.drain();
            server.purge((int) start + 1);

            assertThat(index.writesAfter(start, 10).hole()).isFalse();
            assertThat(index.writesAfter(start, 10).writes())
                    .containsExactly(new Entry(receipt.positions().get(0), "b1", true));
        }

        @Test
        void hasAHoleWhenEverythingWasForgotten() {
            long start = index.settledPosition();
            server.purge(100);

            assertThat(index.writesAfter(start, 10).hole()).isTrue();
            long position = index.writesAfter(start, 10).position();
            assertThat(index.writesAfter(position, 10).hole()).isFalse();
            Receipt receipt = index.write(lamps("b1", 0, 1));
            server.drain();
            assertThat(index.writesAfter(position, 10).hole()).isFalse();
            assertThat(index.writesAfter(position, 10).writes())
                    .containsExactly(new Entry(receipt.positions().get(0), "b1", true));
        }

        @Test
        void hasAHoleWhileALaterWriteIsNotFinalButOnlyOnce() {
            long start = index.settledPosition();
            index.write(lamps("b1", 0, 1));
            server.drain();
            server.purge(100);
            index.write(lamps("b2", 1, 2));

            assertThat(index.writesAfter(start, 10).hole()).isTrue();
            long position = index.writesAfter(start, 10).position();
            assertThat(index.writesAfter(position, 10).hole()).isFalse();
        }

        private void isApplied(Receipt receipt, boolean applied) {
            long position = receipt.positions().get(0);
            assertThat(index.writesAfter(position - 1, 10).writes())
                    .filteredOn(entry -> entry.position() == position)
                    .extracting(Entry::applied)
                    .containsExactly(applied);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "internal",
                    "io_error",
                    "no_space_left_on_device",
                    "database_size_limit_reached",
                    "vector_embedding_error",
                    "something_new"
                })
        void takesATaskThatFailedForTheServersReasonsForApplied(String code) {
            Receipt receipt = index.write(lamps("b1", 0, 3));
            server.tickAndDie();
            server.failNextBatch(code, "An unexpected crash occurred when processing the task");
            server.drain();

            assertThat(server.size("lamps")).as("applied before it failed").isEqualTo(3);
            isApplied(receipt, true);
        }

        @Test
        void takesATaskThatWasCancelledForApplied() {
            Receipt receipt = index.write(lamps("b1", 0, 3));
            server.tickAndDie();
            new Raw(server.url(), MeilisearchStandIn.MASTER_KEY, () -> true)
                    .post("/tasks/cancel?uids=" + receipt.positions().get(0), "{}");
            server.drain();

            assertThat(server.size("lamps"))
                    .as("applied before it was cancelled")
                    .isEqualTo(3);
            isApplied(receipt, true);
        }

        @Test
        void takesATaskThatFailedForItsNeighbourForApplied() {
            filterByPlace();
            Receipt innocent = index.write(lamps("b1", 0, 3));
            server.tickAndDie();
            Receipt bad = index.write(batch("b2", upsert("x", nowhere())));
            server.drain();

            assertThat(server.size("lamps")).as("applied before it failed").isEqualTo(3);
            isApplied(innocent, true);
            assertThat(index.outcomes(List.of(bad)).get(bad))
                    .extracting(Outcome::kind)
                    .isEqualTo(Outcome.Kind.REFUSED);
        }

        @Test
        void knowsThatATaskWhoseOwnContentIsBadWasNeverApplied() {
            filterByPlace();
            Receipt bad = index.write(batch("b1", upsert("x", nowhere())));
            server.drain();
            isApplied(bad, false);

            Raw other = new Raw(server.url(), MeilisearchStandIn.MASTER_KEY, () -> server.tick());
            for (String documents : List.of("[{\"id\":\"no id\"}]", "[{\"name\":\"none\"}]")) {
                long uid = other.done("POST", "/indexes/lamps/documents", documents)
                        .path("uid")
                        .asLong();
                isApplied(Receipt.at(uid), false);
            }
            long uid = other.done("POST", "/indexes/lamps/documents?primaryKey=sku", "[{\"sku\":1}]")
                    .path("uid")
                    .asLong();
            isApplied(Receipt.at(uid), false);
        }

        private Document nowhere() {
            return Document.builder().put("_geo", Map.of("lat", 1)).build();
        }

        private void filterByPlace() {
            try (MeilisearchIndex wide = Samples.index(server)
                    .filterable("_geo")
                    .sleeper(time -> server.drain())
                    .build()) {
                wide.prepare();
            }
        }

        /** A server that dies between the deletion and its note of it does it again; until then it looks undone. */
        @Test
        void hasAHoleWhereADeletionOfTasksIsNotNotedYet() {
            long start = index.settledPosition();
            Receipt receipt = index.write(lamps("b1", 0, 1));
            server.drain();
            new Raw(server.url(), MeilisearchStandIn.MASTER_KEY, () -> true)
                    .call("DELETE", "/tasks?uids=" + receipt.positions().get(0), null);
            server.tickAndDie();

            LogPage page = index.writesAfter(start, 10);
            assertThat(page.hole()).isTrue();
            server.drain();
            assertThat(index.writesAfter(page.position(), 10).hole()).isFalse();
        }

        @Test
        void hasAHoleWhereADeletionBehindThePagesEndTookFromIt() {
            long start = index.settledPosition();
            Receipt lost = index.write(lamps("b1", 0, 1));
            server.tick();
            index.write(lamps("b2", 1, 2));
            server.tick();
            index.write(lamps("b3", 2, 3));
            server.drain();
            new Raw(server.url(), MeilisearchStandIn.MASTER_KEY, () -> true)
                    .call("DELETE", "/tasks?uids=" + lost.positions().get(0), null);
            server.drain();

            assertThat(index.writesAfter(start, 1).hole()).isTrue();
        }

        /** The task at the place is spared for its state, which says nothing about those behind it. */
        @Test
        void hasAHoleWhereOnlyItsPlaceWasSpared() {
            Raw admin = new Raw(server.url(), MeilisearchStandIn.MASTER_KEY, () -> server.tick());
            long place = admin.done("POST", "/indexes/lamps/documents", "[{\"id\":\"not an id\"}]")
                    .path("uid")
                    .asLong();
            admin.done("POST", "/indexes/lamps/documents", "[{\"id\":1}]");
            admin.done("DELETE", "/tasks?statuses=succeeded", null);

            LogPage page = index.writesAfter(place, 10);
            assertThat(page.hole()).isTrue();
            assertThat(index.writesAfter(page.position(), 10).hole()).isFalse();
        }

        /** The server's own clearing goes by age, and so does a careful administrator's. */
        @Test
        void hasNoHoleWhereOnlyWhatIsOlderThanThePlaceWasDeleted() {
            Raw admin = new Raw(server.url(), MeilisearchStandIn.MASTER_KEY, () -> server.tick());
            index.write(lamps("b1", 0, 1));
            server.drain();
            long position = index.settledPosition();
            String bound = admin.get("/tasks/" + position).path("enqueuedAt").asText();
            admin.done("POST", "/indexes", "{\"uid\":\"desks\"}");
            admin.done("DELETE", "/tasks?indexUids=desks", null);
            admin.done("DELETE", "/tasks?beforeEnqueuedAt=" + bound + "&statuses=succeeded,failed,canceled", null);
            Receipt next = index.write(lamps("b2", 1, 2));
            server.drain();

            assertThat(index.writesAfter(position, 10).hole()).isFalse();
            assertThat(index.writesAfter(position, 10).writes())
                    .containsExactly(new Entry(next.positions().get(0), "b2", true));
        }

        @Test
        void hasAHoleAfterARestore() {
            MeilisearchStandIn.Backup backup = server.backup();
            Receipt receipt = index.write(lamps("b1", 0, 1));
            server.drain();
            server.restore(backup);

            assertThat(index.writesAfter(receipt.positions().get(0), 10).hole()).isTrue();
        }
    }

    @Test
    void aRestartKeepsWhatWasAccepted() {
        Receipt receipt = index.write(lamps("b1", 0, 3));
        server.beginBatch();
        server.restart();
        assertThat(index.outcomes(List.of(receipt))).containsEntry(receipt, Outcome.pending());
        server.drain();

        assertThat(index.outcomes(List.of(receipt))).containsEntry(receipt, Outcome.applied());
    }
}
