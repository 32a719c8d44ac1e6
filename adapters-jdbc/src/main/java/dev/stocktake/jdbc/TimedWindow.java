package dev.stocktake.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What lies between two moments, the first not included, the last one included.
 *
 * @param from before {@code to}, or equal
 */
record TimedWindow(Instant from, Instant to) {

    /**
     * What clocks on a wall show meanwhile.
     *
     * @param low the least, not included
     * @param high the greatest
     */
    record Local(LocalDateTime low, LocalDateTime high) {

        private Local with(LocalDateTime shown) {
            return new Local(shown.isBefore(low) ? shown : low, shown.isAfter(high) ? shown : high);
        }
    }

    boolean isEmpty() {
        return !from.isBefore(to);
    }

    /**
     * In the night when clocks are put back they show an hour again, and what began in it ends and begins again; when they
     * are put forward, what would have begun in the hour that is left out begins at its end.
     */
    Local local(ZoneId zone) {
        LocalDateTime first = LocalDateTime.ofInstant(from, zone);
        Local shown = new Local(first, first).with(LocalDateTime.ofInstant(to, zone));
        ZoneOffsetTransition change = zone.getRules().nextTransition(from);
        while (change != null && !change.getInstant().isAfter(to)) {
            shown = shown.with(change.getDateTimeBefore()).with(change.getDateTimeAfter());
            change = zone.getRules().nextTransition(change.getInstant());
        }
        return shown;
    }

    /**
     * Sets parameters.
     *
     * @param ends for each, whether it is the later moment
     * @param zone of the columns; null if they have one themselves
     * @return the index behind them
     */
    int bind(PreparedStatement statement, List<Boolean> ends, @Nullable ZoneId zone) throws SQLException {
        Local local = zone == null ? null : local(zone);
        int index = 1;
        for (boolean end : ends) {
            if (local == null) {
                OffsetDateTime moment = (end ? to : from).atOffset(ZoneOffset.UTC);
                statement.setObject(index++, moment);
            } else {
                statement.setObject(index++, end ? local.high() : local.low());
            }
        }
        return index;
    }
}
