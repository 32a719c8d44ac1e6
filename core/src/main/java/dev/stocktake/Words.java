package dev.stocktake;

import java.time.Duration;

/** How things are said to people. */
final class Words {

    private Words() {}

    /** Such as {@code 0.4 s}, {@code 12 s}, {@code 41 min}, {@code 3 h}, {@code 2 d}; rounded up, as bounds must be. */
    static String duration(Duration duration) {
        long millis = Math.max(0, duration.toMillis());
        if (millis < 10_000) {
            long tenths = (millis + 99) / 100;
            return tenths % 10 == 0 ? tenths / 10 + " s" : tenths / 10 + "." + tenths % 10 + " s";
        }
        if (millis < 120_000) {
            return up(millis, 1_000) + " s";
        }
        if (millis < 120 * 60_000L && millis % 3_600_000 != 0) {
            return up(millis, 60_000) + " min";
        }
        return millis <= 48 * 3_600_000L ? up(millis, 3_600_000) + " h" : up(millis, 24 * 3_600_000L) + " d";
    }

    /** Such as {@code by trigger}. */
    static String by(Coverage.By by) {
        return switch (by) {
            case TRIGGER -> "by trigger";
            case XMIN -> "by the transaction that wrote it";
            case TIMESTAMP -> "by its timestamp";
            case QUERY -> "by a query";
            case NOTHING -> "by nothing";
        };
    }

    private static long up(long value, long unit) {
        return (value + unit - 1) / unit;
    }
}
