package dev.stocktake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShapeTest {

    private static FieldMap map(String... names) {
        FieldMap.Collector collector = new FieldMap.Collector(names.length);
        for (int i = 0; i < names.length; i++) {
            collector.put(names[i], (long) i);
        }
        return collector.finish();
    }

    @Test
    void isSharedByMapsOfTheSameNames() {
        assertThat(map("id", "title").shape()).isSameAs(map("id", "title").shape());
    }

    @Test
    void isAnotherForOtherNamesOrAnotherOrder() {
        Shape shape = map("id", "title", "sku").shape();

        assertThat(map("id", "sku", "title").shape()).isNotSameAs(shape);
        assertThat(map("id", "title", "stock").shape()).isNotSameAs(shape);
        assertThat(map("id", "title").shape()).isNotSameAs(shape);
        assertThat(map("id", "title", "sku").shape()).isSameAs(shape);
    }

    @Test
    void keepsManyAtOnce() {
        Set<Shape> first = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            first.add(map("first" + i, "second").shape());
        }
        Set<Shape> again = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            again.add(map("first" + i, "second").shape());
        }

        assertThat(first).hasSize(20);
        assertThat(again).as("found again").filteredOn(first::contains).hasSizeGreaterThan(15);
    }

    @Test
    void ofManyNamesIsNotKept() {
        String[] names = new String[100];
        for (int i = 0; i < names.length; i++) {
            names[i] = "n" + i;
        }

        assertThat(map(names).shape()).isNotSameAs(map(names).shape());
        assertThat(map(names)).isEqualTo(map(names)).containsEntry("n99", 99L);
    }

    /** Against a map of the JDK, with names that repeat, come in other orders, and more or fewer than were expected. */
    @Test
    void neverChangesWhatAMapHolds() {
        Random random = new Random(4);
        for (int round = 0; round < 20_000; round++) {
            int puts = random.nextInt(random.nextInt(10) == 0 ? 40 : 6);
            Map<String, Object> expected = new LinkedHashMap<>();
            FieldMap.Collector collector = new FieldMap.Collector(random.nextInt(8));
            FieldMap before = null;
            Map<String, Object> expectedBefore = Map.of();
            for (int i = 0; i < puts; i++) {
                String name = String.valueOf((char) ('a' + random.nextInt(puts < 6 ? 4 : 30)));
                collector.put(name, (long) i);
                expected.put(name, (long) i);
                if (random.nextInt(4) == 0) {
                    before = collector.build();
                    expectedBefore = new LinkedHashMap<>(expected);
                }
            }
            FieldMap map = collector.finish();

            assertThat(map).isEqualTo(expected);
            assertThat(map.keySet()).containsExactlyElementsOf(expected.keySet());
            expected.forEach((name, value) -> assertThat(map.get(name)).isEqualTo(value));
            assertThat(map.get("none")).isNull();
            if (before != null) {
                assertThat(before).isEqualTo(expectedBefore);
            }
        }
    }
}
