package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StampTest {

    private static Stamp stamp(int jdbcType, String type, int scale, @Nullable ZoneId zone) {
        Stamp stamp =
                Stamp.of(new PostgresDialect(), "at", new Catalog.Column("at", jdbcType, type, scale, false), zone);
        assertThat(stamp).isNotNull();
        return stamp;
    }

    private static Stamp berlin() {
        return stamp(Types.TIMESTAMP, "timestamp", 6, ZoneId.of("Europe/Berlin"));
    }

    @Test
    void takesAMomentForWhatItIs() {
        Instant moment = Instant.parse("2026-07-01T12:00:00Z");
        assertThat(stamp(Types.TIMESTAMP, "timestamptz", 6, null).earliest(moment))
                .isEqualTo(moment);
    }

    @Test
    void knowsTheLocalTimeOfItsWriters() {
        assertThat(berlin().earliest(Instant.parse("2026-07-01T12:00:00Z")))
                .isEqualTo(Instant.parse("2026-07-01T14:00:00Z"));
    }

    /** At 01:30 UTC it is 02:30 for the second time; writers of the first time must not seem ahead. */
    @Test
    void doesNotTrustAnHourThatIsWrittenTwice() {
        assertThat(berlin().earliest(Instant.parse("2026-10-25T00:30:00Z")))
                .isEqualTo(Instant.parse("2026-10-25T01:30:00Z"));
        assertThat(berlin().earliest(Instant.parse("2026-10-25T01:30:00Z")))
                .isEqualTo(Instant.parse("2026-10-25T02:30:00Z"));
    }

    @Test
    void thinksAnyZonePossibleWhereNoneIsTold() {
        Instant moment = Instant.parse("2026-07-01T12:00:00Z");
        Stamp unknown = stamp(Types.TIMESTAMP, "timestamp", 6, null);
        assertThat(unknown.earliest(moment)).isEqualTo(moment.minus(Duration.ofHours(12)));
        assertThat(unknown.latest(moment)).isEqualTo(moment.plus(Duration.ofHours(14)));
    }

    @Test
    void knowsWhatNoWriterReaches() {
        assertThat(berlin().latest(Instant.parse("2026-07-01T12:00:00Z")))
                .isEqualTo(Instant.parse("2026-07-01T14:00:00Z"));
        assertThat(berlin().latest(Instant.parse("2026-10-25T01:30:00Z")))
                .isEqualTo(Instant.parse("2026-10-25T03:30:00Z"));
    }

    @Test
    void stepsAsFarAsItsDigitsAllow() {
        assertThat(stamp(Types.TIMESTAMP, "timestamp", 0, null).step()).isEqualTo(Duration.ofSeconds(1));
        assertThat(stamp(Types.TIMESTAMP, "timestamp", 3, null).step()).isEqualTo(Duration.ofMillis(1));
        assertThat(stamp(Types.TIMESTAMP, "timestamp", 9, null).step()).isEqualTo(Duration.ofNanos(1));
    }

    @Test
    void isNothingThatTellsOnlyADay() {
        assertThat(Stamp.of(new PostgresDialect(), "at", new Catalog.Column("at", Types.DATE, "date", 0, false), null))
                .isNull();
        assertThat(Stamp.of(
                        new PostgresDialect(), "at", new Catalog.Column("at", Types.BIGINT, "int8", 0, false), null))
                .isNull();
    }
}
