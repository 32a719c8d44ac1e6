package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RowFieldsTest {

    private final RowFields row = new RowFields(new String[] {"id", "title", "variants"});

    private RowFields filled() {
        row.add("p1");
        row.add(null);
        return row;
    }

    @Test
    void isAMapOfWhatWasAddedAndOfNothingElse() {
        Map<String, Object> same = new LinkedHashMap<>();
        same.put("id", "p1");
        same.put("title", null);

        assertThat(filled()).isEqualTo(same).hasToString(same.toString()).hasSameHashCodeAs(same);
        assertThat(row.containsKey("title")).isTrue();
        assertThat(row.containsKey("variants")).isFalse();
        assertThat(row.get("variants")).isNull();
        assertThat(row.get(7)).isNull();
    }

    @Test
    void takesWhatIsNestedBehindItsColumnsAndMayTakeItAgain() {
        assertThat(filled().put("variants", 1)).isNull();
        assertThat(row.put("variants", 2)).isEqualTo(1);

        assertThat(row).hasSize(3).containsEntry("variants", 2);
        assertThat(row.keySet()).containsExactly("id", "title", "variants");
    }

    @Test
    void isWalkedInOrder() {
        Map<String, Object> walked = new LinkedHashMap<>();
        filled().forEach(walked::put);

        assertThat(walked.keySet()).containsExactly("id", "title");
        assertThat(new LinkedHashMap<>(row)).isEqualTo(walked);
    }

    @Test
    void hasNoOtherFieldsThanItsQuery() {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> filled().put("price", 1))
                .withMessageContaining("price");
    }
}
