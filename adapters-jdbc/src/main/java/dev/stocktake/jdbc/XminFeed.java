package dev.stocktake.jdbc;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Contribution;
import dev.stocktake.Coverage;
import dev.stocktake.Intake;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.UnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds every row that was inserted or updated in PostgreSQL, over every table of a graph, whoever wrote it and whatever he
 * did with its timestamp, and climbs from the rows to their products. Needs no change of the schema and no right but
 * {@code SELECT}.
 *
 * <pre>{@code
 * ChangeFeed feed = XminFeed.builder(dataSource, ProductTables.root("product", "id")
 *                 .table("product_variant", key("product_id"), leadsTo("product.id")))
 *         .build();
 * }</pre>
 *
 * <p>Every version of a row carries the number of the transaction that wrote it, in the hidden column {@code xmin}. When a
 * pass over the tables begins, the feed asks which is the oldest transaction that is still open: the <em>horizon</em>. The
 * next pass names whatever was written from that horizon on. So nothing is lost to a transaction that commits late:
 *
 * <ul>
 *   <li>What a transaction older than the horizon wrote was visible when the pass began. The pass meets it, wherever it
 *       lies; if it is changed before the pass comes by, the new version was written by a transaction that was open at the
 *       horizon or began later, and is the next pass's. So a row cannot slip from blocks that are still to be read into
 *       blocks that were: whatever moves a row writes it anew. ({@code VACUUM FULL} and {@code CLUSTER} do not, but put
 *       all rows into a new file; then the table is begun anew.)
 *   <li>A savepoint has a number of its own, which is higher than that of its transaction; so are those of everything that
 *       came after. Neither is below a horizon that its transaction has not passed.
 *   <li>Frozen rows keep their number. Numbers have 32 bits in a row and 64 in the feed's cursor. If two thousand million
 *       transactions have been since, if the database went back in time or became another one (a restore, a standby that
 *       took over), the feed says that there is a gap, and everything is looked at.
 * </ul>
 *
 * <p>There is no index on {@code xmin}: a pass reads every table, a few thousand blocks at a time, none of it in a long
 * transaction. So passes are paced: after each, the feed rests for nine times as long as it took, unless something else
 * {@linkplain Builder#share is said}. Rows that were named already are remembered, in this process, and not named again.
 *
 * <p>{@linkplain dev.stocktake.ChangeFeed.Completeness#WITHIN_OVERLAP Complete only together with an audit}: a deleted row
 * leaves nothing behind. {@link #blindSpots} names what else this set-up does not see. Views have no {@code xmin}. From
 * PostgreSQL 14 on a table is read in parts; before, each look reads it in one statement. Thread-safe.
 */
public final class XminFeed implements ChangeFeed {

    private static final Logger LOG = LoggerFactory.getLogger(XminFeed.class);

    /** Whoever takes keeps his lease between two takes only. */
    private static final Duration LONGEST_TAKE = Duration.ofSeconds(2);

    private final Database database;
    private final Graph graph;
    private final String name;
    private final double share;
    private final Duration longestTake;
    private final AtomicReference<@Nullable Watch> known = new AtomicReference<>();
    private final AtomicReference<Map<String, XminMemory>> memories = new AtomicReference<>(Map.of());
    private final AtomicReference<Pace> pace = new AtomicReference<>(new Pace(Duration.ZERO, null, null, false));

    private XminFeed(Database database, Graph graph, String name, double share, Duration longestTake) {
        this.database = database;
        this.graph = graph;
        this.name = name;
        this.share = share;
        this.longestTake = longestTake;
    }

    /**
     * Begins a feed.
     *
     * @param dataSource opens, or borrows from a pool, connections of its own to the primary
     * @param tables how rows lead to products; timestamps that are named there are not used
     */
    public static Builder builder(DataSource dataSource, ProductTables tables) {
        return new Builder(dataSource, tables);
    }

    /**
     * What is watched.
     *
     * @param tables those that this feed can see
     * @param identity tells these tables and the ways between them from others
     * @param source where the numbers of transactions come from
     */
    record Watch(FoundGraph graph, List<XminTable> tables, String identity, Xids.Source source) {

        String origin() {
            return source.origin();
        }

        boolean sees(FoundGraph.Table table) {
            return tables.stream().anyMatch(seen -> seen.table().equals(table));
        }
    }

    /**
     * How long passes take, by the database's clock.
     *
     * @param spent in the pass under way
     * @param took the last pass; null before it
     * @param ended when it did
     * @param again whether the pass under way follows another at once, for what was changed behind that one
     */
    private record Pace(
            Duration spent,
            @Nullable Duration took,
            @Nullable Instant ended,
            boolean again) {

        Pace goesOn(Duration more) {
            return new Pace(spent.plus(more), took, ended, again);
        }

        Pace ends(Duration more, Instant now) {
            return new Pace(Duration.ZERO, spent.plus(more), now, false);
        }

        Pace followed() {
            return new Pace(spent, took, ended, true);
        }

        /** A clock that went back is no reason to wait. */
        boolean mayBegin(double share, Instant now) {
            return took == null
                    || ended == null
                    || now.isBefore(ended)
                    || !now.isBefore(ended.plus(times(took, 1 / share - 1)));
        }
    }

    private static Duration times(Duration duration, double factor) {
        return Duration.ofNanos((long) (duration.toNanos() * factor));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Completeness completeness() {
        return Completeness.WITHIN_OVERLAP;
    }

    /** {@inheritDoc} The rest of one pass, the pause behind it and the next pass; not known before the first pass. */
    @Override
    public Optional<Duration> delay() {
        Duration took = pace.get().took();
        return took == null ? Optional.empty() : Optional.of(times(took, 1 / share + 1));
    }

    @Override
    public List<String> blindSpots() {
        List<String> blind = new ArrayList<>();
        try {
            Watch watch = watch();
            watch.graph().tables().stream()
                    .filter(table -> !watch.sees(table))
                    .forEach(table -> blind.add(XminCoverage.unseen(table)));
        } catch (UnavailableException | MisconfiguredException e) {
            blind.add("Which tables can be read by xmin is not known: " + e.getMessage());
        }
        blind.add(
                "A deleted row leaves no xmin, a row that moves does not name the product it left, and a column that is"
                        + " added with a default changes rows without writing them");
        return blind;
    }

    @Override
    public Intake take(@Nullable String cursor, int limit) {
        Watch watch = watch();
        try {
            return take(watch, cursor, limit);
        } catch (MisconfiguredException | UnavailableException e) {
            known.set(null);
            throw e;
        }
    }

    private Intake take(Watch watch, @Nullable String cursor, int limit) {
        Xids now = ask(watch);
        if (cursor == null) {
            return begin(watch, now, false);
        }
        XminCursor from = XminCursor.parse(cursor).orElse(null);
        String gap = from == null
                ? "its cursor is of another version"
                : now.gap(from, watch.identity()).orElse(null);
        if (from == null || gap != null) {
            LOG.warn("The feed '{}' cannot tell what it missed, so everything is looked at: {}", name, gap);
            return begin(watch, now, true);
        }
        if (from.pass() == null && !pace.get().mayBegin(share, now.now())) {
            return Intake.upTo(null, List.of(), false);
        }
        return goOn(watch, from, cursor, now, limit);
    }

    private Intake begin(Watch watch, Xids now, boolean gap) {
        String first = XminTake.begin(watch, now).text();
        return gap ? Intake.gap(first) : Intake.upTo(first, List.of(), false);
    }

    /**
     * Whoever takes until there is no more has seen everything that was committed before he began, unless the feed rests:
     * a pass that began in an earlier take may have been overtaken, so there is more until another one is finished. A second
     * one is enough, which began after he did: a feed that never rests would otherwise never come to an end of large tables.
     */
    private Intake goOn(Watch watch, XminCursor from, String cursor, Xids now, int limit) {
        XminMemory memory = memories.get().getOrDefault(cursor, new XminMemory());
        XminTake.Taken taken = new XminTake(database, watch, from, memory, now, limit, longestTake).goOn();
        Instant end = ask(watch).now();
        Duration spent = end.isBefore(now.now()) ? Duration.ZERO : Duration.between(now.now(), end);
        boolean second = pace.get().again();
        pace.updateAndGet(before -> taken.finished() ? before.ends(spent, end) : before.goesOn(spent));
        keep(cursor, memory, taken);
        boolean again =
                taken.finished() && from.pass() != null && !second && pace.get().mayBegin(share, end);
        if (again) {
            pace.updateAndGet(Pace::followed);
        }
        Intake intake = taken.intake();
        return again ? Intake.upTo(intake.cursor(), List.of(), true).withHints(intake.hints()) : intake;
    }

    /** Of the cursor that is saved, and of the one that will be if the marks are. */
    private void keep(String before, XminMemory old, XminTake.Taken taken) {
        String next = taken.intake().cursor();
        Map<String, XminMemory> kept = new LinkedHashMap<>();
        kept.put(before, next == null ? taken.memory() : old);
        if (next != null) {
            kept.put(next, taken.memory());
        }
        memories.set(Map.copyOf(kept));
    }

    private Xids ask(Watch watch) {
        return database.read(
                Database.View.LATEST, "Asking for open transactions", session -> Xids.ask(session, watch.origin()));
    }

    private Watch watch() {
        Watch seen = known.get();
        if (seen != null) {
            return seen;
        }
        Watch found = database.read(Database.View.LATEST, "Looking at the tables", this::look);
        known.set(found);
        return found;
    }

    private Watch look(Database.Session session) throws SQLException {
        if (!session.dialect().name().equals("PostgreSQL")) {
            throw new MisconfiguredException("dataSource: leads to a '"
                    + session.dialect().name()
                    + "' database; only PostgreSQL's rows say which transaction wrote them; use another feed");
        }
        Problems problems = new Problems("ProductTables");
        FoundGraph found = FoundGraph.find(session, graph, problems);
        problems.throwIfAny();
        List<XminTable> tables = new ArrayList<>();
        for (FoundGraph.Table table : found.tables()) {
            XminTable.of(session, found, table).ifPresent(tables::add);
        }
        if (tables.isEmpty()) {
            throw new MisconfiguredException(
                    "ProductTables: none of them is a table whose rows say which transaction"
                            + " wrote them, so this feed would see nothing; name the tables behind the views, or use another feed");
        }
        String identity = tables.stream().map(XminTable::identity).collect(Collectors.joining("|"));
        return new Watch(found, tables, XminTable.checksum(identity), Xids.Source.of(session));
    }

    /** {@inheritDoc} Finds the tables and columns and runs every query once, for no row at all. */
    @Override
    public void verify() {
        known.set(null);
        Watch watch = watch();
        Xids now = ask(watch);
        for (XminTable table : watch.tables()) {
            database.read(Database.View.LATEST, "Reading '" + table.table().name() + "' by xmin", session -> {
                XminTable.Files files = table.files(session, now.oldest());
                new XminPage(
                                table,
                                now.oldest(),
                                files,
                                XminCursor.Place.START,
                                0,
                                null,
                                watch.source().dated())
                        .read(session, 1);
                table.climb().check(session);
                return true;
            });
        }
    }

    @Override
    public List<Coverage> coverage() {
        known.set(null);
        Watch watch = watch();
        return new XminCoverage(database, watch, delay().orElse(null)).coverage();
    }

    @Override
    public List<Contribution> contributions(ProductKey product) {
        Watch watch = watch();
        return database.read(
                Database.View.ONE_SNAPSHOT,
                "Reading the rows of product '" + product + "'",
                session -> new Descent(session, watch.graph(), product)
                        .contributions(table -> watch.sees(table) ? Coverage.By.XMIN : Coverage.By.NOTHING));
    }

    /** Builds an {@link XminFeed}. Not thread-safe. */
    public static final class Builder {

        private final DataSource dataSource;
        private final ProductTables tables;
        private String name = "xmin";
        private double share = 0.1;
        private Duration longestTake = LONGEST_TAKE;
        private Duration statementTimeout = Duration.ofSeconds(60);

        private Builder(DataSource dataSource, ProductTables tables) {
            this.dataSource = dataSource;
            this.tables = tables;
        }

        /** The feed's name; default: {@code "xmin"}. Two feeds of one index need two names. */
        public Builder name(String feedName) {
            this.name = feedName;
            return this;
        }

        /**
         * Which share of the time the feed may spend reading tables: after a pass it rests until that is so. 0.1 if nothing
         * is said, a tenth; 1 never rests. What changes during the rest is found by the next pass.
         */
        public Builder share(double ofTheTime) {
            this.share = ofTheTime;
            return this;
        }

        Builder longestTake(Duration longest) {
            this.longestTake = longest;
            return this;
        }

        /** How long a statement may take; default: 60 seconds. */
        public Builder statementTimeout(Duration timeout) {
            this.statementTimeout = timeout;
            return this;
        }

        /**
         * The feed. Connects to nothing yet; {@link XminFeed#verify} does.
         *
         * @throws MisconfiguredException naming every setting that is wrong
         */
        public XminFeed build() {
            Graph graph = tables.graph();
            Problems problems = new Problems("XminFeed");
            problems.unlessName("name", name);
            if (!(share >= 0.001 && share <= 1)) {
                problems.add("share", "must be from 0.001 to 1, is " + share);
            }
            problems.unlessPositive("statementTimeout", statementTimeout);
            problems.throwIfAny();
            return new XminFeed(new Database(dataSource, statementTimeout), graph, name, share, longestTake);
        }
    }
}
