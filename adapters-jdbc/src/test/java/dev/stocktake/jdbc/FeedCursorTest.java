package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.jdbc.FeedCursor.PartialClimb;
import dev.stocktake.jdbc.FeedCursor.Pass;
import dev.stocktake.jdbc.FeedCursor.Place;
import dev.stocktake.jdbc.FeedCursor.Position;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedCursorTest {

    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00.123456Z");

    @Test
    void comesBackAsItWasWritten() {
        Position last = new Position(NOW.plusNanos(1), List.of("a\"b", "7", ""));
        Position end = new Position(Instant.MAX, List.of("ü"));
        Map<String, Place> tables = new LinkedHashMap<>();
        tables.put("a", new Place(NOW, null));
        tables.put("b", new Place(NOW, new Pass(NOW.minusSeconds(1), last, null)));
        tables.put("c", new Place(NOW, new Pass(NOW, null, new PartialClimb(end, "prod_1"))));
        tables.put("d", new Place(Instant.parse("0001-01-01T00:00:00Z"), null));
        FeedCursor cursor = new FeedCursor(41, "n", tables);

        assertThat(FeedCursor.parse(cursor.text())).contains(cursor);
    }

    @Test
    void staysShortForManyTables() {
        Map<String, Place> tables = new LinkedHashMap<>();
        for (int i = 0; i < 64; i++) {
            tables.put("1abc" + (100 + i), new Place(NOW, null));
        }
        assertThat(new FeedCursor(Long.MAX_VALUE, "mhb1k2.123456789.1234567", tables).text())
                .hasSizeLessThan(2_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "null",
                "[]",
                "{}",
                "{\"v\":1}",
                "{\"v\":2,\"t\":{}}",
                "{\"v\":1,\"t\":{\"a\":[]}}",
                "{\"v\":1,\"t\":{\"a\":[\"zz\"]}}",
                "{\"v\":1,\"t\":{\"a\":[\"1.1\",\"1.1\"]}}",
                "{\"v\":1,\"t\":{\"a\":[\"zzzzzzzzzzzz.1\"]}}",
                "{\"v\":1,\"t\":{\"a\":[\"1.1\"]}} and more"
            })
    void isNothingElse(String text) {
        assertThat(FeedCursor.parse(text)).isEmpty();
    }
}
