package dev.stocktake.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinesTest {

    private static ByteArrayInputStream body(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({"'', 0", "a, 1", "'a\n', 1", "'a\nb', 2", "'a\nb\n', 2"})
    void countsALastLineWithoutAnEnd(String text, long count) throws IOException {
        Lines expected = new Lines(count, text.length());

        assertThat(Lines.count(body(text))).isEqualTo(expected);
        assertThat(Lines.each(body(text), line -> {})).isEqualTo(expected);
    }

    @Test
    void showsLinesThatAreLongerThanItsBuffer() throws IOException {
        String first = "ä".repeat(50_000);
        String last = "z".repeat(100_000);
        List<String> seen = new ArrayList<>();

        Lines.each(body(first + "\n\n" + last), line -> seen.add(new String(line, StandardCharsets.UTF_8)));

        assertThat(seen).containsExactly(first, "", last);
    }
}
