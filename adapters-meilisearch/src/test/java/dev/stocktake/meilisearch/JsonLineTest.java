package dev.stocktake.meilisearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLineTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonLine line = new JsonLine(1_000);

    private String written() {
        return new String(line.toBytes(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain",
                "\"quoted\" and \\ and /",
                "\b\t\n\f\r\u0000\u001f\u007f\u2028",
                "ä€\ud83d\ude00\uffff?",
                "what?",
                "\\ud83d"
            })
    void writesTextsThatOthersReadAsTheyWere(String text) throws JsonProcessingException {
        line.text(text);

        assertThat(JSON.readValue(written(), String.class)).isEqualTo(text);
    }

    @Test
    void writesAnyTextThatHasBytes() throws JsonProcessingException {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            int[] points = random.ints(random.nextInt(40), 0, 0x11000)
                    .filter(point -> point < 0xd800 || point > 0xdfff)
                    .toArray();
            String text = new String(points, 0, points.length);
            line.clear();
            line.text(text);

            assertThat(JSON.readValue(written(), String.class)).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 7, -1, 10, -10, 1_234_567_890, Long.MAX_VALUE, Long.MIN_VALUE})
    void writesNumbers(long number) {
        line.number(number);

        assertThat(written()).isEqualTo(Long.toString(number));
    }

    @Test
    void writesNamesAgainAsTheFirstTime() {
        for (String name : new String[] {"Aa", "BB", "Aa", "\"", "\"", "ä", "ä"}) {
            line.clear();
            line.name(name);
            line.raw("null");

            assertThat(written()).isEqualTo("\"" + name.replace("\"", "\\\"") + "\":null");
        }
    }

    @Test
    void givesUpAtItsLimitAndNotBefore() {
        JsonLine short5 = new JsonLine(5);
        short5.text("abc");
        short5.end();
        assertThat(short5.size()).isEqualTo(6);

        short5.clear();
        assertThatExceptionOfType(JsonLine.TooLongException.class).isThrownBy(() -> short5.text("abcd"));
        short5.clear();
        assertThatExceptionOfType(JsonLine.TooLongException.class).isThrownBy(() -> short5.text("ääää"));
        short5.clear();
        short5.number(12_345);
        assertThatExceptionOfType(JsonLine.TooLongException.class).isThrownBy(() -> short5.raw(','));
    }

    @Test
    void growsAsFarAsItMay() {
        JsonLine large = new JsonLine(100_000);
        large.text("x".repeat(99_998));

        assertThat(large.size()).isEqualTo(100_000);
        assertThatExceptionOfType(JsonLine.TooLongException.class).isThrownBy(() -> large.raw('x'));
    }

    @Test
    void saysWhereHalfACharacterStands() {
        assertThatExceptionOfType(JsonLine.HalfCharacterException.class)
                .isThrownBy(() -> line.text("ab\ud83d"))
                .satisfies(half -> assertThat(half.place()).isEqualTo(2));
    }
}
