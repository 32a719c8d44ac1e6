package dev.stocktake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class IntakeTest {

    private static final ProductKey A = ProductKey.of("a");
    private static final ProductKey B = ProductKey.of("b");
    private static final Instant NOON = Instant.parse("2026-03-29T12:00:00Z");

    @Test
    void knowsNothingButTheProductWhereTheFeedDoesNot() {
        Intake intake = Intake.upTo("7", List.of(B, A, B), true);

        assertThat(intake.products()).containsExactly(B, A);
        assertThat(intake.hints()).containsExactly(new Intake.Hint(B, null, false), new Intake.Hint(A, null, false));
        assertThat(intake.everything()).isFalse();
    }

    @Test
    void keepsTheEarlierChangeAndTheNarrowerHintOfOneProduct() {
        Intake intake = Intake.upTo("7", List.of(), false)
                .withHints(List.of(
                        new Intake.Hint(A, NOON, true),
                        new Intake.Hint(A, NOON.minusSeconds(1), true),
                        Intake.Hint.of(B)))
                .withHints(List.of(new Intake.Hint(B, NOON, true), new Intake.Hint(A, null, true)));

        assertThat(intake.hints())
                .containsExactly(new Intake.Hint(A, NOON.minusSeconds(1), true), new Intake.Hint(B, NOON, false));
        assertThat(intake.cursor()).isEqualTo("7");
    }

    @Test
    void isNotEmptyIfItMeansEverything() {
        assertThat(Intake.upTo("7", List.of(), false).isEmpty("7")).isTrue();
        assertThat(Intake.upTo("7", List.of(), false).withEverything().isEmpty("7"))
                .isFalse();
        assertThat(Intake.upTo("7", List.of(), false).withEverything().gap()).isFalse();
    }
}
