package dev.stocktake.jdbc;

import dev.stocktake.Intake;
import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import dev.stocktake.jdbc.XminCursor.PartialClimb;
import dev.stocktake.jdbc.XminCursor.Pass;
import dev.stocktake.jdbc.XminCursor.Place;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One take of an {@link XminFeed}: goes on with the pass over the tables, some blocks at a time, each in a transaction of its
 * own, until enough products are named, it has taken long enough or every table was read.
 */
final class XminTake {

    /** 32 MB of blocks of the usual size: a tenth of a second. */
    private static final long MOST_BLOCKS = 4_096;

    /** A cursor is saved anew after so many transactions, although it has nothing to tell. */
    private static final long FAR = 100_000_000;

    private final Database database;
    private final XminFeed.Watch watch;
    private final XminCursor from;
    private final Xids start;
    private final int limit;
    private final Duration longest;
    private final Named products = new Named();
    private Pass pass;
    private XminMemory memory;
    private long blocks = MOST_BLOCKS;
    private Instant reached;
    private long settledRows;
    private long unsettledRows;

    XminTake(
            Database database,
            XminFeed.Watch watch,
            XminCursor from,
            XminMemory memory,
            Xids start,
            int limit,
            Duration longest) {
        this.database = database;
        this.watch = watch;
        this.from = from;
        this.memory = memory.copy();
        this.start = start;
        this.limit = limit;
        this.longest = longest;
        this.reached = start.now();
        this.pass = from.pass() != null ? from.pass() : Pass.begin(start.oldest());
    }

    /**
     * What was taken.
     *
     * @param memory of what was named until the next cursor; if the cursor stays, of what was until that one
     * @param finished whether the pass over all tables was finished
     */
    record Taken(Intake intake, XminMemory memory, boolean finished) {}

    /** The first cursor: what can be seen already is the first walk's, which starts later. */
    static XminCursor begin(XminFeed.Watch watch, Xids now) {
        return new XminCursor(now.nonce(), now.origin(), watch.identity(), now.log(), now.oldest(), null);
    }

    /** Reads until there is enough. */
    Taken goOn() {
        while (pass.table() < watch.tables().size()) {
            boolean late = Duration.between(start.now(), reached).compareTo(longest) > 0;
            if (products.size() >= limit || late) {
                return new Taken(products.upTo(cursor(from.horizon(), pass), true), memory, false);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new StoppedException("Taking changes by xmin was interrupted; nothing is lost, run again", null);
            }
            String first = watch.tables().get(pass.table()).table().name();
            database.read(Database.View.LATEST, "Reading '" + first + "' by xmin", this::pages);
        }
        return products.isEmpty() && from.pass() == null && !worthSaving()
                ? new Taken(Intake.upTo(null, List.of(), false), memory.idle(), true)
                : new Taken(products.upTo(cursor(pass.next(), null), false), memory.finished(), true);
    }

    private String cursor(long horizon, @Nullable Pass under) {
        return new XminCursor(start.nonce(), start.origin(), watch.identity(), start.log(), horizon, under).text();
    }

    /** An idle feed saves nothing, unless that spares the next pass at least half of the rows that this one met. */
    private boolean worthSaving() {
        return start.next() - from.horizon() > FAR || settledRows > 0 && settledRows >= unsettledRows;
    }

    /** Small tables share a transaction, large ones need several: each sees what was committed when its statements begin. */
    private boolean pages(Database.Session session) throws SQLException {
        Xids now = Xids.ask(session, watch.origin());
        if (!now.origin().equals(start.origin())) {
            throw new UnavailableException("The connections lead to different databases; nothing was taken", null);
        }
        reached = now.now();
        long read = 0;
        while (read < MOST_BLOCKS
                && products.size() < limit
                && pass.table() < watch.tables().size()) {
            read += page(session, watch.tables().get(pass.table()));
        }
        return true;
    }

    /** How many blocks were read, at least one. */
    private long page(Database.Session session, XminTable table) throws SQLException {
        XminTable.Files files = table.files(session, from.horizon());
        if (!files.names().equals(pass.files())) {
            pass = pass.inFiles(files.names());
        }
        PartialClimb partial = pass.climb();
        if (partial == null && pass.last().block() >= files.blocks()) {
            pass = pass.nextTable();
            return 1;
        }
        long most = Math.max(1, blocks / Math.max(1, files.parts()));
        long end = partial == null
                ? Math.min(files.blocks(), pass.last().block() + most)
                : partial.end().block() + 1;
        Place upTo = partial == null ? null : partial.end();
        XminPage page = new XminPage(
                table,
                from.horizon(),
                files,
                pass.last(),
                end,
                upTo,
                watch.source().dated());
        List<XminRow> rows = page.read(session, limit);
        name(session, table, rows, page);
        blocks = rows.size() < limit ? Math.min(MOST_BLOCKS, blocks * 2) : Math.max(1, blocks / 4);
        return Math.max(1, (end - page.after().block()) * files.parts());
    }

    private void name(Database.Session session, XminTable table, List<XminRow> rows, XminPage page)
            throws SQLException {
        PartialClimb partial = pass.climb();
        Place reached = rows.size() < limit
                ? Place.before(page.end())
                : rows.get(rows.size() - 1).place();
        if (partial != null && rows.size() < limit) {
            reached = partial.end();
        }
        List<XminRow> fresh = rows.stream()
                .filter(row -> !memory.knows(row, page.holdsYoung(row)))
                .toList();
        Climb.From rowsFrom = new Climb.From(
                keys(table, fresh), fresh.size(), first(fresh), partial == null ? null : partial.after());
        Climb.Page climbed = table.climb().name(session, rowsFrom, limit, products);
        boolean whole = partial == null && !climbed.more();
        rows.forEach(row -> remember(row, whole, page.holdsYoung(row)));
        if (climbed.more()) {
            pass = pass.climbing(
                    new PartialClimb(reached, climbed.ids().get(climbed.ids().size() - 1)));
        } else {
            boolean end = partial == null
                    && rows.size() < limit
                    && page.end() >= page.files().blocks();
            pass = end ? pass.nextTable() : pass.at(reached);
        }
    }

    /**
     * What appeared while the products of its neighbours were named part by part is not remembered: of its own only some
     * were named.
     */
    private void remember(XminRow row, boolean whole, boolean young) {
        boolean settled = row.dated() && row.xid() < pass.next();
        if (settled) {
            settledRows++;
        } else {
            unsettledRows++;
            if (whole || memory.knows(row, young)) {
                memory.name(row);
            }
        }
        memory.meet(row);
    }

    private static @Nullable Instant first(List<XminRow> rows) {
        return rows.stream()
                .map(XminRow::at)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private static List<Set<String>> keys(XminTable table, List<XminRow> rows) {
        List<Set<String>> keys = new ArrayList<>();
        for (int i = 0; i < table.keys().size(); i++) {
            Set<String> ofWay = new LinkedHashSet<>();
            for (XminRow row : rows) {
                String key = row.keys().get(i);
                if (key != null) {
                    ofWay.add(key);
                }
            }
            keys.add(ofWay);
        }
        return keys;
    }
}
