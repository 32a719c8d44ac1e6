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
        Arguments arguments = Arguments.parse(
                "--full", "--rounds=7", "--cases=heap", "--out=x.json", "--report=docs", "--products=2000");

        assertThat(arguments.plan().rounds()).isEqualTo(7);
        assertThat(arguments.plan().catalogues()).containsExactly(2000);
        assertThat(arguments.plan().small()).isLessThanOrEqualTo(2000);
        assertThat(arguments.cases()).containsExactly("heap");
        assertThat(arguments.out()).isEqualTo(Path.of("x.json"));
        assertThat(arguments.report()).isEqualTo(Path.of("docs"));
    }

    @Test
    void measuresFiveMillionProductsForTheHeapAlone() {
        Arguments arguments = Arguments.parse("--heap");

        assertThat(arguments.cases()).containsExactly("heap");
        assertThat(arguments.plan().largest()).isEqualTo(5_000_000);
    }

    @Test
    void reportsEarlierRunsToSomewhereOnly() {
        assertThat(Arguments.parse("--from=a.json,b.json", "--report=docs").from())
                .containsExactly(Path.of("a.json"), Path.of("b.json"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Arguments.parse("--from=a.json"))
                .withMessageContaining("'--report'");
    }

    @Test
    void saysRatiosOnlyUnlessSomebodyAsksForMore() {
        assertThat(Arguments.parse("--rounds=5").ratiosOnly()).isTrue();
        assertThat(Arguments.parse("--cases=audit").ratiosOnly()).isFalse();
        assertThat(Arguments.parse("--full").ratiosOnly()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--fast", "quick", "--rounds=0", "--rounds=many", "--rounds", "--cases=everything"})
    void refusesWhatItDoesNotKnow(String argument) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Arguments.parse(argument))
                .withMessageContaining(argument.replaceAll(".*=", ""));
    }
}
