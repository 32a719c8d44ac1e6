package dev.stocktake.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Times and durations as the ledger keeps them: microseconds in a bigint, which no time zone and no driver can bend. */
final class Micros {

    /** Longer than any lease or hold, and far from the end of a bigint. */
    private static final long LONGEST = TimeUnit.DAYS.toMicros(365_000);

    /** Later than any calendar, and far from the end of a bigint. */
    private static final long LATEST = Long.MAX_VALUE / 4;

    private Micros() {}

    /** Rounded up, so that nothing ends too early. */
    static long of(Duration time) {
        if (time.isNegative() || time.isZero()) {
            return 0;
        }
        return Math.min(LONGEST, TimeUnit.MICROSECONDS.convert(time.plusNanos(999)));
    }

    /** Rounded down; never 0, which is no time at all. */
    static long of(Instant time) {
        Duration since = Duration.between(Instant.EPOCH, time);
        return Math.max(1, Math.min(LATEST, TimeUnit.MICROSECONDS.convert(since)));
    }

    /** Rounded up, so that nothing comes too early; never 0. */
    static long notBefore(Instant time) {
        return of(time.isAfter(Instant.MAX.minusSeconds(1)) ? time : time.plusNanos(999));
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    /** Null for a time that is not set. */
    static @Nullable Instant orNull(long micros) {
        return micros == 0 ? null : instant(micros);
    }
}
