package dev.stocktake.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

    @ParameterizedTest
    @CsvSource({
        ">= 0.9, 0.9, true",
        ">= 0.9, 0.899, false",
        ">= 3, 3.4, true",
        "<= 64, 64, true",
        "<= 0.05, 0.051, false",
        "<= 0.05, 0, true"
    })
    void holdsUpToItsBound(String words, double value, boolean holds) {
        assertThat(Target.of(words))
                .hasValueSatisfying(target -> assertThat(target.holds(value)).isEqualTo(holds));
    }

    @Test
    void isNoneWhereNothingIsPromised() {
        assertThat(Target.of("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.9", "> 1", ">= 0.9 of it", "p50 <= 50, p99 <= 250", ">= "})
    void refusesWhatItCannotJudge(String words) {
        assertThatIllegalArgumentException().isThrownBy(() -> Target.of(words)).withMessageContaining(words);
    }
}
