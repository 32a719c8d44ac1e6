package dev.stocktake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SettingsTest {

    @Test
    void namesEveryWrongValueOfEveryGroupAtOnce() {
        SyncSettings wrong = new SyncSettings(
                new SyncSettings.Batch(0, 10, -1, -1),
                new SyncSettings.Retry(Duration.ofSeconds(2), Duration.ofSeconds(1), 0.5, 0),
                new SyncSettings.Lane(
                        Duration.ofMillis(1), Duration.ZERO, Duration.ofMillis(20), Duration.ofMillis(10)),
                new SyncSettings.Brakes(1.5, -1),
                new SyncSettings.Rebuilds(-1, Duration.ofSeconds(-1)));
        Problems problems = new Problems("Stocktake");

        wrong.check(problems);

        assertThatThrownBy(problems::throwIfAny)
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageStartingWith("Stocktake has 14 problems:")
                .hasMessageContainingAll(
                        "batch.maxProducts must be at least 1, not 0",
                        "batch.maxBytes",
                        "batch.maxInFlight",
                        "batch.readers",
                        "retry.longest",
                        "retry.growth",
                        "retry.attempts",
                        "lane.lease",
                        "lane.patience",
                        "lane.longestPoll",
                        "brakes.share must be between 0 and 1, not 1.5",
                        "brakes.atLeast",
                        "rebuilds.documentsPerSecond",
                        "rebuilds.keepOld");
    }

    @Test
    void findsNothingWrongWithTheDefaults() {
        Problems problems = new Problems("Stocktake");

        SyncSettings.defaults().check(problems);

        problems.throwIfAny();
    }

    @Nested
    class Schedule {

        @Test
        void runsSoonAgainAfterAFindAndEverMoreSlowlyWithoutOne() {
            SyncSchedule schedule = SyncSchedule.builder()
                    .paced(Duration.ofMillis(200), Duration.ofSeconds(1), SyncPolicy.smart())
                    .build();
            SyncSchedule.Entry smart = schedule.entries().get(0);

            assertThat(smart.next(Duration.ofMillis(200), false)).isEqualTo(Duration.ofMillis(400));
            assertThat(smart.next(Duration.ofMillis(800), false)).isEqualTo(Duration.ofSeconds(1));
            assertThat(smart.next(Duration.ofSeconds(1), true)).isEqualTo(Duration.ofMillis(200));
        }

        @Test
        void needsAPolicyAndPossibleDelays() {
            assertThatThrownBy(SyncSchedule.builder()::build)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("at least one policy");
            assertThatThrownBy(SyncSchedule.builder()
                            .every(Duration.ZERO, SyncPolicy.full().inPlace())
                            .paced(Duration.ofSeconds(2), Duration.ofSeconds(1), SyncPolicy.smart())::build)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContainingAll(
                            "'full'.fastest must be positive", "'smart'.slowest must be at least PT2S");
        }
    }

    @Nested
    class RetryDelays {

        private final Retries retries = new Retries(
                new SyncSettings.Retry(Duration.ofMillis(100), Duration.ofSeconds(1), 2, 4), Duration.ofMinutes(10));

        @Test
        void growUpToTheLongest() {
            assertThat(retries.delay(1)).isEqualTo(Duration.ofMillis(100));
            assertThat(retries.delay(3)).isEqualTo(Duration.ofMillis(400));
            assertThat(retries.delay(30)).isEqualTo(Duration.ofSeconds(1));
        }

        @Test
        void yieldToTheAdviceOfTheOtherSide() {
            Retries.Row row = retries.row();

            assertThat(row.afterFailure(new UnavailableException("busy", Duration.ofSeconds(10), null)))
                    .contains(Duration.ofSeconds(10));
            assertThat(row.afterFailure(new UnavailableException("busy", null))).contains(Duration.ofMillis(200));
        }

        @Test
        void endAfterAsManyFailuresAsWereAllowed() {
            Retries.Row row = retries.row();
            UnavailableException failure = new UnavailableException("down", null);

            for (int i = 1; i < 4; i++) {
                assertThat(row.afterFailure(failure)).isPresent();
            }
            assertThat(row.afterFailure(failure)).isEmpty();
        }
    }

    @Nested
    class Keys {

        @Test
        void areNeitherBlankNorTooLong() {
            assertThatThrownBy(() -> ProductKey.of(" ")).hasMessageContaining("blank");
            assertThatThrownBy(() -> ProductKey.of("x".repeat(401))).hasMessageContaining("401 characters");
            assertThat(ProductKey.of(4711)).isEqualTo(ProductKey.of("4711"));
        }
    }

    @Test
    void aTroubleIsExhaustedAfterAsManyFailuresAsWereAllowed() {
        Retries retries = new Retries(
                new SyncSettings.Retry(Duration.ofSeconds(1), Duration.ofSeconds(9), 2, 2), Duration.ofMinutes(10));
        Trouble trouble = new Trouble("shop", retries, InstantSource.fixed(java.time.Instant.EPOCH));

        trouble.note(new UnavailableException("down", null));
        assertThat(trouble.exhausted()).isFalse();
        assertThat(trouble.pausing()).isTrue();
        assertThat(trouble.pause()).isEqualTo(Duration.ofSeconds(1));
        trouble.note(new UnavailableException("down", null));
        assertThat(trouble.exhausted()).isTrue();
        trouble.over();
        assertThat(trouble.pausing()).isFalse();
        assertThat(trouble.exhausted()).isFalse();
    }
}
