package dev.stocktake.jdbc;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Contribution;
import dev.stocktake.Coverage;
import dev.stocktake.Intake;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.UnavailableException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds changes by the timestamps that writers maintain, over every table of a graph, and climbs from the rows to their
 * products.
 *
 * <pre>{@code
 * ChangeFeed feed = TimestampFeed.builder(dataSource, ProductTables.root("product", "id")
 *                 .table("product_variant", key("product_id"), leadsTo("product.id")))
 *         .build();
 * }</pre>
 *
 * <p>Each take looks again at the last few minutes (the <em>overlap</em>, by the database's clock) and, where the database
 * tells, at everything since the oldest open transaction began: so rows that are committed late, or stamped by a clock
 * that runs slow, are found. Rows that were named already are remembered, in this process, and not named again; a new
 * process names those of the overlap once more. An idle take is two queries.
 *
 * <p>{@linkplain dev.stocktake.ChangeFeed.Completeness#WITHIN_OVERLAP Complete only together with an audit}: a deleted row
 * has no timestamp, and a change that leaves the timestamp alone is not seen. {@link #blindSpots} names what this set-up
 * does not see.
 *
 * <p>There should be an index on the timestamp of every large table; one on the timestamp and the primary key also serves
 * where very many rows are stamped by one statement. Thread-safe.
 */
public final class TimestampFeed implements ChangeFeed {

    private static final Logger LOG = LoggerFactory.getLogger(TimestampFeed.class);
    private static final int MOST_TABLES = 64;

    private final Database database;
    private final Graph graph;
    private final String name;
    private final Duration overlap;
    private final AtomicReference<@Nullable Watch> known = new AtomicReference<>();
    private final AtomicReference<Map<String, FeedMemory>> memories = new AtomicReference<>(Map.of());

    private TimestampFeed(Database database, Graph graph, String name, Duration overlap) {
        this.database = database;
        this.graph = graph;
        this.name = name;
        this.overlap = overlap;
    }

    /**
     * Begins a feed.
     *
     * @param dataSource opens, or borrows from a pool, connections of its own to the primary
     * @param tables how rows lead to products
     */
    public static Builder builder(DataSource dataSource, ProductTables tables) {
        return new Builder(dataSource, tables);
    }

    /** What is watched. */
    record Watch(FoundGraph graph, List<Watched> watched, TimestampScan scan, Limits limits) {

        Duration overlap() {
            return limits.overlap();
        }
    }

    /**
     * What bounds the feed's sight.
     *
     * @param hidden which transactions cannot be seen, if any
     */
    record Limits(Duration overlap, Optional<String> hidden) {}

    @Override
    public String name() {
        return name;
    }

    @Override
    public Completeness completeness() {
        return Completeness.WITHIN_OVERLAP;
    }

    /** {@inheritDoc} What this feed sees at all, it sees in the next take. */
    @Override
    public Optional<Duration> delay() {
        return Optional.of(Duration.ZERO);
    }

    @Override
    public List<String> blindSpots() {
        List<String> blind = new ArrayList<>();
        try {
            Watch watch = watch();
            watch.graph().tables().forEach(table -> blind.addAll(blindSpots(table)));
            watch.limits().hidden().ifPresent(hidden -> blind.add("Timestamps: " + hidden));
        } catch (UnavailableException | MisconfiguredException e) {
            blind.add("Which tables have no timestamp is not known: " + e.getMessage());
        }
        blind.add("A deleted row leaves no timestamp, a row that moves does not name the product it left, and a change"
                + " that leaves its row's timestamp alone is not seen");
        return blind;
    }

    private static List<String> blindSpots(FoundGraph.Table table) {
        if (table.stamp() == null) {
            return List.of(TimestampCoverage.unseen(table));
        }
        return table.stamp().column().nullable()
                ? List.of("'" + table.name() + "." + table.stamp().name()
                        + "' may be null: a row without a timestamp is not seen")
                : List.of();
    }

    @Override
    public Intake take(@Nullable String cursor, int limit) {
        Watch watch = watch();
        FeedCursor from = cursor == null ? null : usable(cursor, watch);
        FeedTake.Taken taken;
        try {
            taken = database.read(
                    Database.View.LATEST,
                    "Taking changes by timestamps",
                    session -> take(session, watch, cursor, from, limit));
        } catch (MisconfiguredException e) {
            known.set(null);
            throw e;
        }
        keep(cursor, taken);
        return taken.intake();
    }

    @Override
    public Optional<Intake> peek(@Nullable String cursor, int limit) {
        if (cursor == null) {
            return Optional.empty();
        }
        Watch watch = watch();
        FeedCursor from = usable(cursor, watch);
        return Optional.of(database.read(
                Database.View.LATEST,
                "Looking at changes by timestamps",
                session -> take(session, watch, cursor, from, limit).intake()));
    }

    private FeedTake.Taken take(
            Database.Session session, Watch watch, @Nullable String cursor, @Nullable FeedCursor from, int limit)
            throws SQLException {
        Horizon horizon = session.dialect().horizon(session.connection());
        FeedTake take = new FeedTake(session, watch, horizon, limit);
        return cursor == null || from == null
                ? take.begin(cursor != null)
                : take.goOn(from, memories.get().getOrDefault(cursor, new FeedMemory()));
    }

    /** Null if the cursor does not tell where to go on in every table: the feed may have missed something there. */
    private static @Nullable FeedCursor usable(String cursor, Watch watch) {
        return FeedCursor.parse(cursor)
                .filter(parsed -> watch.watched().stream()
                        .allMatch(table -> parsed.tables().containsKey(table.id())))
                .orElse(null);
    }

    /** Of the cursor that is saved, and of the one that will be if the marks are. */
    private void keep(@Nullable String before, FeedTake.Taken taken) {
        String next = taken.intake().cursor();
        FeedMemory memory = taken.memory();
        if (next == null || memory == null) {
            return;
        }
        Map<String, FeedMemory> kept = new LinkedHashMap<>();
        FeedMemory old = before == null ? null : memories.get().get(before);
        if (before != null && old != null) {
            kept.put(before, old);
        }
        kept.put(next, memory);
        memories.set(Map.copyOf(kept));
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
        Problems problems = new Problems("ProductTables");
        FoundGraph found = FoundGraph.find(session, graph, problems);
        problems.throwIfAny();
        List<Watched> watched = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (FoundGraph.Table table : found.tables()) {
            if (table.stamp() != null) {
                String id = shortId(
                        table.name() + "." + table.stamp().column().name()
                                + table.stamp().zone(),
                        ids);
                watched.add(Watched.of(id, table, new Climb(found, table), session.dialect()));
            }
        }
        if (watched.isEmpty()) {
            throw new MisconfiguredException("ProductTables: no table has a timestamp, so this feed would see nothing;"
                    + " name the columns with timestamp(...), or use another feed");
        }
        Optional<String> hidden = session.dialect().hiddenTransactions(session.connection());
        TimestampScan scan = new TimestampScan(session.dialect(), watched);
        return new Watch(found, watched, scan, new Limits(overlap, hidden));
    }

    /** The cursor must be short, and what it says of a column must not be read as of another. Tables may come, go and change places between two versions of the host. */
    private static String shortId(String column, Set<String> taken) {
        CRC32 crc = new CRC32();
        crc.update(column.getBytes(StandardCharsets.UTF_8));
        String id = Long.toString(crc.getValue(), 36);
        while (!taken.add(id)) {
            id += "x";
        }
        return id;
    }

    /** {@inheritDoc} Finds the tables and columns and runs every query once, for no row at all. */
    @Override
    public void verify() {
        known.set(null);
        Watch watch = watch();
        database.read(Database.View.LATEST, "Reading timestamps", session -> {
            Horizon horizon = session.dialect().horizon(session.connection());
            new FeedTake(session, watch, horizon, 1).check();
            return true;
        });
        adviseIndexes(watch);
        for (Watched table : watch.watched()) {
            database.read(
                    Database.View.LATEST, "Climbing from '" + table.table().name() + "'", session -> {
                        table.climb().check(session);
                        return true;
                    });
        }
    }

    /**
     * {@inheritDoc} Counts rows without a timestamp and looks for rows that were changed without moving theirs, for which
     * whole tables may be read.
     */
    @Override
    public List<Coverage> coverage() {
        known.set(null);
        return new TimestampCoverage(database, watch()).coverage();
    }

    @Override
    public List<Contribution> contributions(ProductKey product) {
        FoundGraph found = watch().graph();
        return database.read(
                Database.View.ONE_SNAPSHOT,
                "Reading the rows of product '" + product + "'",
                session -> new Descent(session, found, product)
                        .contributions(table -> table.stamp() == null ? Coverage.By.NOTHING : Coverage.By.TIMESTAMP));
    }

    private static void adviseIndexes(Watch watch) {
        List<String> without = watch.watched().stream()
                .filter(table -> table.table().found().plain())
                .filter(table -> !table.table()
                        .found()
                        .indexed()
                        .contains(table.stamp().column().name()))
                .map(table -> table.table().name() + "." + table.stamp().name())
                .toList();
        if (!without.isEmpty()) {
            LOG.info(
                    "No index begins with '{}': every take of changes reads the whole table",
                    String.join("', '", without));
        }
    }

    /** Builds a {@link TimestampFeed}. Not thread-safe. */
    public static final class Builder {

        private final DataSource dataSource;
        private final ProductTables tables;
        private String name = "timestamps";
        private Duration overlap = Duration.ofMinutes(5);
        private Duration statementTimeout = Duration.ofSeconds(60);

        private Builder(DataSource dataSource, ProductTables tables) {
            this.dataSource = dataSource;
            this.tables = tables;
        }

        /** The feed's name; default: {@code "timestamps"}. Two feeds of one index need two names. */
        public Builder name(String feedName) {
            this.name = feedName;
            return this;
        }

        /**
         * How far a writer's clock may be behind the database's, and how long a transaction of which the database does not
         * tell may stay open. Default: 5 minutes.
         */
        public Builder overlap(Duration duration) {
            this.overlap = duration;
            return this;
        }

        /** How long a statement may take; default: 60 seconds. */
        public Builder statementTimeout(Duration timeout) {
            this.statementTimeout = timeout;
            return this;
        }

        /**
         * The feed. Connects to nothing yet; {@link TimestampFeed#verify} does.
         *
         * @throws MisconfiguredException naming every setting that is wrong
         */
        public TimestampFeed build() {
            Graph graph = tables.graph();
            Problems problems = new Problems("TimestampFeed");
            problems.unlessName("name", name);
            problems.unlessAMillisecond("overlap", overlap);
            problems.unlessPositive("statementTimeout", statementTimeout);
            if (graph.tables().size() > MOST_TABLES) {
                problems.add(
                        "tables",
                        "must be at most " + MOST_TABLES + ", are "
                                + graph.tables().size());
            }
            problems.throwIfAny();
            return new TimestampFeed(new Database(dataSource, statementTimeout), graph, name, overlap);
        }
    }
}
