package dev.stocktake.meilisearch;

import static dev.stocktake.meilisearch.Samples.lamps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.meilisearch.sdk.Config;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class MeilisearchSettingsTest {

    private static final String KEY = "very-secret-key-4711";

    private static MeilisearchIndex.Builder good() {
        return Samples.index("http://localhost:7700", KEY, "lamps");
    }

    private static void refused(Consumer<MeilisearchIndex.Builder> change, String... parts) {
        MeilisearchIndex.Builder builder = good();
        change.accept(builder);
        assertThatThrownBy(builder::build)
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void areCheckedAllAtOnce() {
        assertThatThrownBy(MeilisearchIndex.builder().connectTimeout(Duration.ZERO)::build)
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContainingAll("'url'", "'uid'", "'searchable'", "'displayed'", "'connectTimeout'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost:7700",
                "ftp://x",
                "http://",
                "http:///x",
                "http://h?x=1",
                "http://h/#x",
                "http://a b",
                "/x"
            })
    void refuseAUrlThatIsNone(String url) {
        refused(builder -> builder.url(url), "'url'");
    }

    @Test
    void refuseAPasswordInTheUrlWithoutRepeatingIt() {
        assertThatThrownBy(
                        () -> good().url("http://admin:hunter2@localhost:7700").build())
                .hasMessageContaining("'apiKey'")
                .hasMessageNotContaining("hunter2");
        assertThatThrownBy(() -> good().url("http://admin:hunter2 @localhost").build())
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageNotContaining("hunter2");
    }

    @ParameterizedTest
    @CsvSource({"http://h:1/,http://h:1", "https://h/meili//,https://h/meili", "HTTP://h,HTTP://h"})
    void takeAUrlWithAPath(String url, String shown) {
        try (MeilisearchIndex index = good().url(url).build()) {
            assertThat(index).hasToString("Meilisearch index 'lamps' at '" + shown + "'");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "ä", "a/b", ".meili"})
    void refuseAUidThatIsNone(String uid) {
        refused(builder -> builder.uid(uid), "'uid'", uid);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a.b", "ä", "stocktake_fingerprint"})
    void refuseAPrimaryKeyThatIsNone(String field) {
        refused(builder -> builder.primaryKey(field), "'primaryKey'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "stock*", "stocktake_fingerprint", "*print", "*", "", " "})
    void refuseToMakeTheFingerprintSearchable(String attribute) {
        refused(builder -> builder.searchable("name", attribute), "'searchable[1]'");
        refused(builder -> builder.filterable("name", attribute), "'filterable[1]'");
        refused(builder -> builder.sortable("name", attribute), "'sortable[1]'");
    }

    @Test
    void refuseToShowTheFingerprintUnlessEverythingIsShown() {
        refused(builder -> builder.displayed("name", "*"), "'displayed[1]'");
        refused(builder -> builder.displayed("stocktake_fingerprint"), "'displayed[0]'");
        assertThatCode(() -> good().displayed("*").build().close()).doesNotThrowAnyException();
    }

    @Test
    void refuseAnAttributeThatIsThereTwice() {
        refused(builder -> builder.searchable("name", "brand", "name"), "'searchable[2]'", "twice");
    }

    @Test
    void refuseATimeThatIsNone() {
        refused(builder -> builder.writeTimeout(Duration.ofSeconds(-1)), "'writeTimeout'");
        refused(builder -> builder.readTimeout(Duration.ofDays(2)), "'readTimeout'");
        refused(builder -> builder.requestLife(Duration.ofSeconds(1)), "'requestLife'", "'writeTimeout'");
    }

    @Test
    void refuseAKeyWithALineEndWithoutRepeatingIt() {
        assertThatThrownBy(() -> good().apiKey(KEY + "\n").build())
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("'apiKey'")
                .hasMessageNotContaining(KEY);
    }

    @Test
    void comeFromTheVendorsConfigToo() {
        try (MeilisearchStandIn server = MeilisearchStandIn.automatic();
                MeilisearchIndex index = MeilisearchIndex.fromConfig(
                                new Config(server.url(), MeilisearchStandIn.MASTER_KEY))
                        .uid("lamps")
                        .searchable("name")
                        .displayed("name")
                        .build()) {
            assertThat(index.prepare()).isEqualTo(index.identify().orElseThrow());
        }
    }

    @Test
    void haveDefaults() {
        try (MeilisearchIndex index = good().build()) {
            assertThat(index.name()).isEqualTo("lamps");
            assertThat(index.limits().maxProducts()).isEqualTo(10_000);
            assertThat(index.limits().maxBytes()).isEqualTo(20_000_000);
            assertThat(index.requestLife()).isEqualTo(Duration.ofMinutes(15));
        }
    }

    @Nested
    class TheKey {

        @Test
        void isInNoTextThatAnybodyReads() {
            ListAppender<ILoggingEvent> log = new ListAppender<>();
            Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
            Level before = root.getLevel();
            log.start();
            root.addAppender(log);
            root.setLevel(Level.TRACE);
            StringWriter said = new StringWriter();
            try (MeilisearchStandIn server = MeilisearchStandIn.manual();
                    MeilisearchIndex index =
                            Samples.index(server.url(), KEY, "lamps").build()) {
                said.append(Samples.index(server.url(), KEY, "lamps").toString())
                        .append(index.toString());
                provoke(server, index, said);
            } finally {
                root.detachAppender(log);
                root.setLevel(before);
            }
            log.list.forEach(event -> said.append(event.getFormattedMessage()).append('\n'));

            assertThat(said.toString())
                    .contains("HTTP 403", "reset by Bearer ***")
                    .doesNotContain(KEY);
        }

        private void provoke(MeilisearchStandIn server, MeilisearchIndex index, StringWriter said) {
            List<ThrowingCallable> calls = List.of(
                    index::prepare,
                    index::identify,
                    index::settledPosition,
                    () -> index.write(lamps("b1", 0, 1)),
                    () -> index.fingerprints(ProductKey.all("x")));
            String echo = "reset by Bearer " + KEY;
            String json = "{\"code\":\"bad_request\",\"message\":\"" + echo + "\",\"type\":\"x\",\"link\":\"y\"}";
            for (ThrowingCallable call : calls) {
                note(call, said);
                for (int status : new int[] {400, 403, 500, 502}) {
                    server.answerNext("/", status, Map.of(), echo);
                    note(call, said);
                    server.answerNext("/", status, Map.of(), json);
                    note(call, said);
                }
                server.dropNextBefore("/");
                note(call, said);
            }
            server.down();
            calls.forEach(call -> note(call, said));
        }

        private void note(ThrowingCallable call, StringWriter said) {
            Throwable thrown = catchThrowable(call);
            assertThat(thrown).isNotNull();
            thrown.printStackTrace(new PrintWriter(said));
        }
    }
}
