package dev.stocktake.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {

    @Test
    void isQuickIfNothingIsSaid() {
        assertThat(Arguments.parse().plan()).isEqualTo(Plan.quick());
    }

    @Test
    void takesWhatIsSaidInWhateverOrder() {
        Arguments arguments =
                Arguments.parse("--full", "--rounds=7", "--cases=heap", "--out=x.json", "--products=2000");

        assertThat(arguments.plan().rounds()).isEqualTo(7);
        assertThat(arguments.plan().catalogues()).containsExactly(2000);
        assertThat(arguments.plan().small()).isLessThanOrEqualTo(2000);
        assertThat(arguments.cases()).containsExactly("heap");
        assertThat(arguments.out()).isEqualTo(Path.of("x.json"));
    }

    @Test
    void measuresAMillionProductsForTheHeapAlone() {
        Arguments arguments = Arguments.parse("--heap");

        assertThat(arguments.cases()).containsExactly("heap");
        assertThat(arguments.plan().largest()).isEqualTo(1_000_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--fast", "quick", "--rounds=0", "--rounds=many", "--rounds", "--cases=everything"})
    void refusesWhatItDoesNotKnow(String argument) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Arguments.parse(argument))
                .withMessageContaining(argument.replaceAll(".*=", ""));
    }
}
