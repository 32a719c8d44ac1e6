package dev.stocktake.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessTimesTest {

    @Test
    void countsUserAndSystemTimeInTicksOfTenMilliseconds() {
        String stat = "4711 (postgres) S 1 2 3 4 5 6 7 8 9 10 100 20 3000 500 20 0 1 0 8\n";

        assertThat(ProcessTimes.parse(stat)).isEqualTo(new ProcessTimes(1_200_000_000L, 36_200_000_000L));
    }

    @Test
    void isNotMisledByTheProgramsName() {
        String stat = "4711 (a) b) S) S 1 2 3 4 5 6 7 8 9 10 1 2 3 4 20 0 1 0 8\n";

        assertThat(ProcessTimes.parse(stat).own()).isEqualTo(30_000_000L);
    }

    @Test
    void isNothingForAProcessThatIsGone() {
        assertThat(ProcessTimes.of(Long.MAX_VALUE)).isEqualTo(new ProcessTimes(0, 0));
        assertThat(ProcessTimes.ofThread(new ProcessTimes.ThreadId(Long.MAX_VALUE, 1)))
                .isZero();
    }
}
