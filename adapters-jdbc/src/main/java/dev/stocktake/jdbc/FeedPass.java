package dev.stocktake.jdbc;

import dev.stocktake.jdbc.FeedCursor.PartialClimb;
import dev.stocktake.jdbc.FeedCursor.Pass;
import dev.stocktake.jdbc.FeedCursor.Place;
import dev.stocktake.jdbc.FeedCursor.Position;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One pass over one table: from its watermark to its newest row, page by page, over several takes if need be. The next
 * watermark is decided by what was settled when the pass <em>began</em>: a row that is committed behind the pass while
 * it goes on is met by the next one.
 */
final class FeedPass {

    private final Watched table;
    private final Horizon horizon;
    private final boolean olderThanTake;
    private Place place;
    private FeedMemory.Table memory;
    private long settledRows;
    private long unsettledRows;
    private boolean finished;

    private FeedPass(Watched table, Horizon horizon, boolean older, Place place, FeedMemory.Table memory) {
        this.table = table;
        this.horizon = horizon;
        this.olderThanTake = older;
        this.place = place;
        this.memory = memory;
    }

    /** The pass that is under way, or a new one. */
    static FeedPass of(Watched table, Place place, FeedMemory.Table memory, Horizon horizon, Duration overlap) {
        if (place.pass() != null) {
            return new FeedPass(table, horizon, true, place, memory);
        }
        Instant settled = horizon.settled(table.stamp(), overlap);
        boolean clockWentBack = place.watermark().isAfter(table.stamp().latest(horizon.now()));
        Instant from = clockWentBack ? settled : place.watermark();
        Instant next = horizon.blocked() || settled.isBefore(from) ? from : settled;
        return new FeedPass(table, horizon, false, new Place(from, new Pass(next, null, null)), memory);
    }

    Watched table() {
        return table;
    }

    /** How far it came, to be saved. */
    Place place() {
        return place;
    }

    FeedMemory.Table memory() {
        return memory;
    }

    /** Whether the pass has reached the newest row. */
    boolean finished() {
        return finished;
    }

    /** Whether the pass began in an earlier take. */
    boolean isOlderThanTake() {
        return olderThanTake;
    }

    /** Rows that the next pass will not meet. */
    long settledRows() {
        return settledRows;
    }

    /** Rows that the next pass will meet again. */
    long unsettledRows() {
        return unsettledRows;
    }

    private Pass pass() {
        Pass pass = place.pass();
        if (pass == null) {
            throw new IllegalStateException("The pass over '" + table.table().name() + "' is finished");
        }
        return pass;
    }

    /** The rows to read next. */
    TimestampScan.Range range() {
        PartialClimb partial = pass().climb();
        return new TimestampScan.Range(table, place.watermark(), pass().last(), partial == null ? null : partial.end());
    }

    /**
     * Names the products of the next rows.
     *
     * @param rows of {@link #range}
     * @param limit of rows that were asked for, and of products to be looked up at once
     * @param room whether more rows can be remembered
     */
    void name(Database.Session session, List<ChangedRow> rows, int limit, boolean room, Named named)
            throws SQLException {
        List<ChangedRow> fresh = new ArrayList<>();
        for (ChangedRow row : rows) {
            if (!memory.named().contains(row.hash())) {
                fresh.add(row);
            }
        }
        PartialClimb partial = pass().climb();
        Climb.Page page = climb(session, fresh, partial, limit, named);
        if (page.more()) {
            interrupt(rows, fresh, partial, page.ids().get(page.ids().size() - 1));
            return;
        }
        remember(rows, partial != null, room);
        Position last = partial != null ? partial.end() : rows.isEmpty() ? pass().last() : last(rows);
        place = new Place(place.watermark(), new Pass(pass().settled(), last, null));
        memory = memory.withoutClimb();
        if (partial == null && rows.size() < limit) {
            finish();
        }
    }

    /** Remembers the next rows without naming anybody. */
    void skip(List<ChangedRow> rows, int limit) {
        remember(rows, false, true);
        Position last = rows.isEmpty() ? pass().last() : last(rows);
        place = new Place(place.watermark(), new Pass(pass().settled(), last, null));
        if (rows.size() < limit) {
            finish();
        }
    }

    private Climb.Page climb(
            Database.Session session, List<ChangedRow> fresh, @Nullable PartialClimb partial, int limit, Named named)
            throws SQLException {
        List<Set<String>> keys = new ArrayList<>();
        for (int i = 0; i < table.keys().size(); i++) {
            Set<String> ofWay = new LinkedHashSet<>();
            for (ChangedRow row : fresh) {
                String key = row.keys().get(i);
                if (key != null) {
                    ofWay.add(key);
                }
            }
            keys.add(ofWay);
        }
        Instant at = fresh.stream()
                .map(row -> table.stamp().moment(row.at()))
                .filter(moment -> moment != null && !moment.isAfter(horizon.now()))
                .min(Comparator.naturalOrder())
                .orElse(null);
        Climb.From from = new Climb.From(keys, fresh.size(), at, partial == null ? null : partial.after());
        return table.climb().name(session, from, limit, named);
    }

    /** The rows lead to more products than may be named at once: the next take names the others. */
    private void interrupt(List<ChangedRow> rows, List<ChangedRow> fresh, @Nullable PartialClimb before, String after) {
        Position end = before != null ? before.end() : last(rows);
        place = new Place(place.watermark(), new Pass(pass().settled(), pass().last(), new PartialClimb(end, after)));
        if (before == null) {
            memory = memory.withoutClimb();
            fresh.forEach(row -> memory.climbing().add(row.hash()));
        }
    }

    /**
     * Remembers the rows that the next pass meets again. Not those that appeared while the products of their neighbours
     * were named part by part: of theirs, only some were.
     */
    private void remember(List<ChangedRow> rows, boolean inParts, boolean room) {
        for (ChangedRow row : rows) {
            if (row.at().isBefore(pass().settled())) {
                settledRows++;
                continue;
            }
            unsettledRows++;
            long hash = row.hash();
            boolean whole = !inParts
                    || memory.climbing().contains(hash)
                    || memory.named().contains(hash);
            if (room && whole && isDistinct(row)) {
                memory.pass().add(hash);
            }
        }
    }

    /** Whether the same row, changed once more, would look different. */
    private boolean isDistinct(ChangedRow row) {
        return !row.version().isEmpty()
                || !row.at().equals(Instant.MAX)
                        && !row.at()
                                .plus(table.stamp().step())
                                .isAfter(table.stamp().earliest(horizon.now()));
    }

    private static Position last(List<ChangedRow> rows) {
        return rows.get(rows.size() - 1).position();
    }

    /** The watermark is capped by what is settled and by the newest row, as a writer's clock may be slow. */
    private void finish() {
        Position newest = pass().last();
        Instant settled = pass().settled();
        Instant watermark = place.watermark();
        if (newest != null) {
            watermark = newest.at().isBefore(settled)
                    ? newest.at().plus(table.stamp().step())
                    : settled;
        }
        place = new Place(watermark.isAfter(settled) ? settled : watermark, null);
        memory = memory.finished();
        finished = true;
    }
}
