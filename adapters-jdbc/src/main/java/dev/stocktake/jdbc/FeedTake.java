package dev.stocktake.jdbc;

import dev.stocktake.Intake;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One take of a timestamp feed: goes on with every table's pass until enough products are named or nothing is left. */
final class FeedTake {

    /** What {@link Intake#upTo} takes. */
    private static final int LONGEST_CURSOR = 2_000;

    private final Database.Session session;
    private final TimestampFeed.Watch watch;
    private final Horizon horizon;
    private final int limit;
    private final Named products = new Named();

    FeedTake(Database.Session session, TimestampFeed.Watch watch, Horizon horizon, int limit) {
        this.session = session;
        this.watch = watch;
        this.horizon = horizon;
        this.limit = limit;
    }

    /**
     * What was taken.
     *
     * @param memory of what the cursor's intake names; null if the cursor stays
     */
    record Taken(Intake intake, @Nullable FeedMemory memory) {}

    /** Reads one row of every table. */
    void check() throws SQLException {
        List<FeedPass> passes = new ArrayList<>();
        for (Watched table : watch.watched()) {
            passes.add(pass(table, new FeedCursor.Place(horizon.now(), null), new FeedMemory()));
        }
        scan(passes);
    }

    // --- the first take

    /**
     * Begins now. What can be seen already is the first walk's, which starts later; only what is committed from now on is
     * the feed's.
     */
    Taken begin(boolean gap) throws SQLException {
        FeedMemory memory = new FeedMemory();
        Map<String, FeedCursor.Place> places = new LinkedHashMap<>();
        List<FeedPass> passes = new ArrayList<>();
        for (Watched table : watch.watched()) {
            FeedCursor.Place place = new FeedCursor.Place(horizon.settled(table.stamp(), watch.overlap()), null);
            places.put(table.id(), place);
            passes.add(pass(table, place, memory));
        }
        remember(passes, memory);
        String cursor = new FeedCursor(0, nonce(), places).text();
        return new Taken(gap ? Intake.gap(cursor) : Intake.upTo(cursor, List.of(), false), memory);
    }

    private void remember(List<FeedPass> passes, FeedMemory memory) throws SQLException {
        List<FeedPass> left = new ArrayList<>(passes);
        while (!left.isEmpty() && !memory.isFull()) {
            Map<String, List<ChangedRow>> rows = scan(left);
            for (FeedPass pass : left) {
                pass.skip(rows.getOrDefault(pass.table().id(), List.of()), limit);
                memory.put(pass.table(), pass.memory());
            }
            left.removeIf(FeedPass::finished);
        }
        left.forEach(pass -> memory.put(pass.table(), pass.memory().finished()));
    }

    // --- every other take

    /** Goes on from a cursor, with what is remembered of it. */
    Taken goOn(FeedCursor from, FeedMemory remembered) throws SQLException {
        FeedMemory memory = remembered.copy();
        Map<Watched, FeedPass> passes = new LinkedHashMap<>();
        for (Watched table : inTurn(from.turn())) {
            passes.put(table, pass(table, place(from, table), memory));
        }
        List<FeedPass> left = left(passes);
        while (!left.isEmpty() && products.size() < limit) {
            name(left, memory);
            left.stream()
                    .filter(pass -> mustRepeat(pass, memory))
                    .forEach(pass -> passes.put(pass.table(), pass(pass.table(), pass.place(), memory)));
            left = left(passes);
        }
        if (left.isEmpty() && products.isEmpty() && !worthSaving(from, passes.values())) {
            return new Taken(Intake.upTo(null, List.of(), false), null);
        }
        String cursor = cursor(from, List.copyOf(passes.values()), memory, remembered);
        return new Taken(products.upTo(cursor, !left.isEmpty()), memory);
    }

    private static List<FeedPass> left(Map<Watched, FeedPass> passes) {
        return passes.values().stream().filter(pass -> !pass.finished()).toList();
    }

    /**
     * Whoever takes until there is no more has seen everything that was committed before he began: but a pass that
     * began before this take may have been overtaken by a late commit. Another one meets only that, as long as the rest
     * is remembered.
     */
    private static boolean mustRepeat(FeedPass pass, FeedMemory memory) {
        return pass.finished() && pass.isOlderThanTake() && !memory.isFull();
    }

    private void name(List<FeedPass> left, FeedMemory memory) throws SQLException {
        Map<String, List<ChangedRow>> rows = scan(left);
        for (FeedPass pass : left) {
            if (products.size() < limit) {
                List<ChangedRow> next = rows.getOrDefault(pass.table().id(), List.of());
                pass.name(session, next, limit, !memory.isFull(), products);
                memory.put(pass.table(), pass.memory());
            }
        }
    }

    private Map<String, List<ChangedRow>> scan(List<FeedPass> passes) throws SQLException {
        return watch.scan().read(session, passes.stream().map(FeedPass::range).toList(), limit);
    }

    private FeedPass pass(Watched table, FeedCursor.Place place, FeedMemory memory) {
        return FeedPass.of(table, place, memory.of(table), horizon, watch.overlap());
    }

    private static FeedCursor.Place place(FeedCursor cursor, Watched table) {
        FeedCursor.Place place = cursor.tables().get(table.id());
        if (place == null) {
            throw new IllegalStateException(
                    "The cursor knows nothing of '" + table.table().name() + "'");
        }
        return place;
    }

    /** A flood in one table must not keep the others waiting for ever. */
    private List<Watched> inTurn(long turn) {
        List<Watched> all = watch.watched();
        int first = (int) Math.floorMod(turn, (long) all.size());
        List<Watched> turned = new ArrayList<>(all.subList(first, all.size()));
        turned.addAll(all.subList(0, first));
        return turned;
    }

    /** An idle feed saves nothing, unless that spares the next take at least half of what this one met. */
    private static boolean worthSaving(FeedCursor from, Collection<FeedPass> passes) {
        if (from.tables().values().stream().anyMatch(place -> place.pass() != null)) {
            return true;
        }
        long settled = passes.stream().mapToLong(FeedPass::settledRows).sum();
        long unsettled = passes.stream().mapToLong(FeedPass::unsettledRows).sum();
        return settled > 0 && settled >= unsettled;
    }

    /** Where too many tables are on their way at once for one cursor, some begin again: their products are named twice. */
    private String cursor(FeedCursor from, List<FeedPass> passes, FeedMemory memory, FeedMemory remembered) {
        Map<String, FeedCursor.Place> places = new HashMap<>(from.tables());
        passes.forEach(pass -> places.put(pass.table().id(), begun(pass)));
        for (int i = passes.size() - 1; i >= 0; i--) {
            String text = new FeedCursor(from.turn() + 1, nonce(), ordered(places)).text();
            if (text.length() <= LONGEST_CURSOR) {
                return text;
            }
            Watched table = passes.get(i).table();
            if (!passes.get(i).finished()) {
                places.put(table.id(), place(from, table));
                memory.put(table, remembered.of(table));
            }
        }
        return new FeedCursor(from.turn() + 1, nonce(), ordered(places)).text();
    }

    /** A pass that has named nothing yet begins anew next time, with a newer horizon. */
    private static FeedCursor.Place begun(FeedPass pass) {
        FeedCursor.Pass reached = pass.place().pass();
        boolean untouched = reached != null && reached.last() == null && reached.climb() == null;
        return untouched ? new FeedCursor.Place(pass.place().watermark(), null) : pass.place();
    }

    /** Only the tables that are still watched. */
    private Map<String, FeedCursor.Place> ordered(Map<String, FeedCursor.Place> places) {
        Map<String, FeedCursor.Place> ordered = new LinkedHashMap<>();
        for (Watched table : watch.watched()) {
            FeedCursor.Place place = places.get(table.id());
            if (place != null) {
                ordered.put(table.id(), place);
            }
        }
        return ordered;
    }

    private String nonce() {
        return Long.toString(horizon.now().getEpochSecond(), 36) + "."
                + horizon.now().getNano() + "." + horizon.session();
    }
}
