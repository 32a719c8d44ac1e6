package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class TimedWindowTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static TimedWindow.Local local(String from, String to) {
        return new TimedWindow(Instant.parse(from), Instant.parse(to)).local(BERLIN);
    }

    private static TimedWindow.Local shown(String low, String high) {
        return new TimedWindow.Local(LocalDateTime.parse(low), LocalDateTime.parse(high));
    }

    @Test
    void isWhatAClockOnTheWallShows() {
        assertThat(local("2026-07-01T10:00:00Z", "2026-07-01T10:05:00Z"))
                .isEqualTo(shown("2026-07-01T12:00", "2026-07-01T12:05"));
    }

    @Test
    void coversTheHourThatIsLeftOutInSpring() {
        assertThat(local("2026-03-29T00:59:00Z", "2026-03-29T01:01:00Z"))
                .isEqualTo(shown("2026-03-29T01:59", "2026-03-29T03:01"));
    }

    /** At 03:00 it is 02:00 again: what began at 02:30 begins a second time half an hour later. */
    @Test
    void coversTheHourThatIsShownTwiceInAutumn() {
        assertThat(local("2026-10-25T00:59:00Z", "2026-10-25T01:01:00Z"))
                .isEqualTo(shown("2026-10-25T02:00", "2026-10-25T03:00"));
        assertThat(local("2026-10-25T01:29:00Z", "2026-10-25T01:31:00Z"))
                .isEqualTo(shown("2026-10-25T02:29", "2026-10-25T02:31"));
        assertThat(local("2026-10-24T23:00:00Z", "2026-10-25T01:10:00Z"))
                .isEqualTo(shown("2026-10-25T01:00", "2026-10-25T03:00"));
    }

    @Test
    void isOrderedAlsoWhenItEndsEarlierOnTheWall() {
        TimedWindow.Local shown = local("2026-10-25T00:50:00Z", "2026-10-25T01:10:00Z");

        assertThat(shown.low()).isBefore(shown.high());
    }
}
