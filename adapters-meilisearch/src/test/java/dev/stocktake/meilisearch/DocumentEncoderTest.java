package dev.stocktake.meilisearch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.ProductKey;
import dev.stocktake.WriteBatch.Upsert;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentEncoderTest {

    private static final String PRINT = "0123456789abcdef0123456789abcdef";

    private final DocumentEncoder encoder = new DocumentEncoder("pk", 10_000);

    private String problem(Object value) {
        return encoder.encode("a", upsert(Document.builder().put("f", value).build()));
    }

    private static Upsert upsert(Document document) {
        return new Upsert(ProductKey.of("a"), document, new Fingerprint(PRINT));
    }

    private String line() {
        return new String(encoder.line().toBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void writesOneLineForEachDocument() {
        assertThat(problem(1)).isNull();
        assertThat(line()).isEqualTo("{\"pk\":\"a\",\"f\":1,\"stocktake_fingerprint\":\"" + PRINT + "\"}\n");
        assertThat(problem(List.of(Map.of("x", "y"), new BigDecimal("1.50")))).isNull();
        assertThat(line())
                .isEqualTo("{\"pk\":\"a\",\"f\":[{\"x\":\"y\"},1.50],\"stocktake_fingerprint\":\"" + PRINT + "\"}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "a\ud83d", "\ud83d\ud83d\ude00", "\ud83db", "\ude00", "x\ude00\ud83d", "\udc00y"})
    void refusesHalfACharacterWhereverItStands(String text) {
        assertThat(problem(text)).contains("'f'", "not valid Unicode");
        assertThat(problem(List.of("fine", Map.of("inner", text)))).contains("'f.inner'", "not valid Unicode");
        assertThat(problem(Map.of(text, 1))).contains("not valid Unicode");
        assertThat(problem("fine")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d\ude00", "\\ud83d", "\\uDC00 as text", "\u0000\u001f", "ä\uffff"})
    void takesWholeCharactersAndTextThatSpellsEscapes(String text) {
        assertThat(problem(text)).isNull();
        assertThat(line()).endsWith("\"}\n");
    }

    @Test
    void goesOnAfterADocumentThatItRefused() {
        assertThat(problem("x".repeat(20_000))).contains("more than 10000 bytes");
        assertThat(problem(new BigDecimal("1E+400"))).contains("'f'", "beyond");
        assertThat(problem(List.of(Map.of("n", new BigDecimal("-1E+309"))))).contains("'f.n'", "beyond");
        assertThat(problem(new BigDecimal("1.7E+308"))).isNull();
        assertThat(problem("fine")).isNull();
        assertThat(line()).isEqualTo("{\"pk\":\"a\",\"f\":\"fine\",\"stocktake_fingerprint\":\"" + PRINT + "\"}\n");
    }
}
