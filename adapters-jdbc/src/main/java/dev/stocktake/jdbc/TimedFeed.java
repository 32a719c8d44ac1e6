package dev.stocktake.jdbc;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Contribution;
import dev.stocktake.Coverage;
import dev.stocktake.Intake;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.StocktakeException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names products whose truth changes with the clock: a price list starts or ends, and no row is written. A query of the host
 * says which products such moments concern.
 *
 * <pre>{@code
 * ChangeFeed feed = TimedFeed.builder(dataSource, """
 *                 select p.product_id from price p join price_list l on l.id = p.price_list_id
 *                 where (l.starts_at > :from and l.starts_at <= :to) or (l.ends_at > :from and l.ends_at <= :to)""")
 *         .build();
 * }</pre>
 *
 * <p>The query is asked for the time since it was last asked, by the database's clock, however long that is. Once nothing
 * that is still open can add to a moment (the oldest open transaction, less the <em>overlap</em>), it is asked for that
 * moment once more: so a price list that is committed after it has started is found too. A clock that is put back passes its
 * moments again.
 *
 * <p>{@linkplain dev.stocktake.ChangeFeed.Completeness#WITHIN_OVERLAP It sees the clock only}: changes of rows are for
 * another feed. The query may be asked for any stretch of time, and should have an index for it. Thread-safe.
 */
public final class TimedFeed implements ChangeFeed {

    private static final Logger LOG = LoggerFactory.getLogger(TimedFeed.class);
    private static final int STEPS = 5;
    private static final Duration EXPLAINED = Duration.ofDays(1);

    private final Database database;
    private final TimedQuery query;
    private final @Nullable ZoneId zone;
    private final String name;
    private final Duration overlap;
    private final AtomicReference<@Nullable Asked> known = new AtomicReference<>();
    private final AtomicReference<@Nullable Idle> idle = new AtomicReference<>();

    private TimedFeed(Database database, TimedQuery query, @Nullable ZoneId zone, String name, Duration overlap) {
        this.database = database;
        this.query = query;
        this.zone = zone;
        this.name = name;
        this.overlap = overlap;
    }

    /**
     * Begins a feed.
     *
     * @param dataSource opens, or borrows from a pool, connections of its own to the primary
     * @param query selects one column, the ids of products for which anything begins or ends later than {@code :from} and
     *     not later than {@code :to}; both must occur, as often as needed
     */
    public static Builder builder(DataSource dataSource, String query) {
        return new Builder(dataSource, query);
    }

    /** How often the second look is had, at most. */
    static Duration step(Duration overlap) {
        return overlap.dividedBy(STEPS);
    }

    /**
     * The query, as the database understands it.
     *
     * @param column its quoted name
     * @param type of the ids
     */
    record Asked(TimedQuery query, @Nullable ZoneId zone, String column, KeyType type) {

        private String from() {
            return " from (" + query.sql() + "\n) q where q." + column;
        }

        /** The next ids in ascending order of the database. */
        String page(boolean after, int limit) {
            return "select distinct q." + column + " as k" + from() + (after ? " > ?" : " is not null")
                    + " order by k limit " + limit;
        }

        private String one() {
            return "select 1" + from() + " = ? limit 1";
        }
    }

    /** How far takes have come that found nothing, and so saved nothing. */
    private record Idle(String cursor, TimedCursor reached) {}

    @Override
    public String name() {
        return name;
    }

    @Override
    public Completeness completeness() {
        return Completeness.WITHIN_OVERLAP;
    }

    /** {@inheritDoc} That long for what is committed after its moment; a moment itself is seen in the next take. */
    @Override
    public Optional<Duration> delay() {
        return Optional.of(overlap.plus(step(overlap)));
    }

    @Override
    public List<String> blindSpots() {
        return List.of("The query of '" + name + "' sees what the clock changes and nothing else; a moment that is"
                + " committed more than " + overlap.toSeconds() + " s after it has passed, by a transaction that"
                + " cannot be seen, passes unseen");
    }

    @Override
    public Intake take(@Nullable String cursor, int limit) {
        Asked asked = asked();
        TimedCursor saved = cursor == null ? null : TimedCursor.parse(cursor).orElse(null);
        if (cursor != null && saved == null) {
            LOG.warn("The feed '{}' cannot read its cursor, so everything is looked at", name);
        }
        try {
            return database.read(
                    Database.View.LATEST,
                    "Asking the query of '" + name + "'",
                    session -> take(session, asked, cursor, saved, limit));
        } catch (MisconfiguredException e) {
            known.set(null);
            throw e;
        }
    }

    private Intake take(
            Database.Session session, Asked asked, @Nullable String cursor, @Nullable TimedCursor saved, int limit)
            throws SQLException {
        Horizon horizon = session.dialect().horizon(session.connection());
        TimedTake take = new TimedTake(session, asked, horizon, overlap, limit);
        if (cursor == null || saved == null) {
            String first = take.begin().text();
            return cursor == null ? Intake.upTo(first, List.of(), false) : Intake.gap(first);
        }
        Idle before = idle.get();
        TimedCursor reached = before != null && before.cursor().equals(cursor) ? before.reached() : saved;
        TimedTake.Taken taken = take.goOn(saved, reached);
        if (taken.intake().cursor() == null) {
            idle.set(new Idle(cursor, taken.reached()));
        }
        return taken.intake();
    }

    private Asked asked() {
        Asked seen = known.get();
        if (seen != null) {
            return seen;
        }
        Asked found = database.read(Database.View.LATEST, "Looking at the query of '" + name + "'", this::look);
        known.set(found);
        return found;
    }

    private Asked look(Database.Session session) throws SQLException {
        Instant now = session.dialect().horizon(session.connection()).now();
        Problems problems = new Problems("TimedFeed");
        String sql = "select * from (" + query.sql() + "\n) q where 1 = 0";
        try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
            new TimedWindow(now, now).bind(statement, query.ends(), zone(session));
            try (ResultSet result = statement.executeQuery()) {
                ResultSetMetaData columns = result.getMetaData();
                KeyType type = KeyType.of(columns.getColumnType(1), columns.getColumnTypeName(1));
                if (columns.getColumnCount() != 1) {
                    problems.add("query", "must select one column, the product's id; has " + columns.getColumnCount());
                } else if (type == null) {
                    problems.add(
                            "query",
                            "selects a column of type " + columns.getColumnTypeName(1)
                                    + ", which cannot be the id of a product; use whole numbers, text or UUIDs");
                }
                problems.throwIfAny();
                KeyType usable = type == null ? new KeyType(KeyType.Kind.TEXT, "text") : type;
                return new Asked(query, zone(session), session.dialect().quote(columns.getColumnLabel(1)), usable);
            }
        }
    }

    /** Where moments have no offset, they are local times of UTC. */
    private @Nullable ZoneId zone(Database.Session session) {
        return zone == null && !session.dialect().hasOffsets() ? ZoneOffset.UTC : zone;
    }

    /** {@inheritDoc} Runs the query once, for no time at all. */
    @Override
    public void verify() {
        known.set(null);
        Asked asked = asked();
        database.read(Database.View.LATEST, "Asking the query of '" + name + "'", session -> {
            Instant now = session.dialect().horizon(session.connection()).now();
            try (PreparedStatement statement = session.connection().prepareStatement(asked.page(false, 1))) {
                new TimedWindow(now, now).bind(statement, query.ends(), zone(session));
                statement.executeQuery().close();
            }
            return true;
        });
        refuseOtherClocks();
    }

    /** A local time that is compared with a moment is taken for one of the session's time zone, whatever that is. */
    private void refuseOtherClocks() {
        Problems problems = new Problems("TimedFeed");
        for (String type : parameterTypes()) {
            String known = type.toLowerCase(Locale.ROOT);
            boolean zoned = known.equals("timestamptz") || known.equals("timestamp with time zone");
            boolean local = known.equals("timestamp") || known.equals("date");
            if (local && zone == null) {
                problems.add(
                        "zone",
                        "the query compares with a column of type " + known
                                + ", which has no time zone; say with zone(...) whose local time is meant there");
            }
            if (zoned && zone != null) {
                problems.add("zone", "the query compares with a column that has a time zone; leave zone(...) out");
            }
        }
        problems.throwIfAny();
    }

    /** What the database infers; empty if it cannot tell. */
    private List<String> parameterTypes() {
        try {
            return database.read(Database.View.LATEST, "Looking at the parameters of '" + name + "'", session -> {
                try (PreparedStatement statement = session.connection().prepareStatement(query.sql())) {
                    List<String> types = new ArrayList<>();
                    for (int i = 1; i <= query.ends().size(); i++) {
                        types.add(
                                String.valueOf(statement.getParameterMetaData().getParameterTypeName(i)));
                    }
                    return types;
                }
            });
        } catch (StocktakeException e) {
            LOG.debug("The types of the query's parameters are not known: {}", e.getMessage());
            return List.of();
        }
    }

    /** {@inheritDoc} What the query reads is known to the query alone, so it is told under the feed's name. */
    @Override
    public List<Coverage> coverage() {
        asked();
        List<String> missing = database.read(
                Database.View.LATEST,
                "Looking at open transactions",
                session -> session.dialect().hiddenTransactions(session.connection()).stream()
                        .toList());
        return List.of(new Coverage(name, Coverage.By.QUERY, delay().orElse(null), false, missing));
    }

    /** {@inheritDoc} Tells whether the query names the product for any moment from a day ago to a day ahead. */
    @Override
    public List<Contribution> contributions(ProductKey product) {
        Asked asked = asked();
        Object id = asked.type().value(product.value());
        boolean named = id != null
                && database.read(Database.View.LATEST, "Asking the query of '" + name + "'", session -> {
                    Instant now =
                            session.dialect().horizon(session.connection()).now();
                    TimedWindow around = new TimedWindow(now.minus(EXPLAINED), now.plus(EXPLAINED));
                    try (PreparedStatement statement = session.connection().prepareStatement(asked.one())) {
                        int index = around.bind(statement, query.ends(), zone(session));
                        session.dialect().bindId(statement, index, asked.type(), id);
                        try (ResultSet answer = statement.executeQuery()) {
                            return answer.next();
                        }
                    }
                });
        List<Contribution.Row> rows = named ? List.of(new Contribution.Row(product.value(), null, null)) : List.of();
        return List.of(new Contribution(name, Coverage.By.QUERY, rows, 0));
    }

    /** Builds a {@link TimedFeed}. Not thread-safe. */
    public static final class Builder {

        private final DataSource dataSource;
        private final String query;
        private @Nullable ZoneId zone;
        private String name = "timed";
        private Duration overlap = Duration.ofMinutes(5);
        private Duration statementTimeout = Duration.ofSeconds(60);

        private Builder(DataSource dataSource, String query) {
            this.dataSource = dataSource;
            this.query = query;
        }

        /** The feed's name; default: {@code "timed"}. Two feeds of one index need two names. */
        public Builder name(String feedName) {
            this.name = feedName;
            return this;
        }

        /** The zone whose local time the query's columns hold, if their type has none: {@code timestamp}, {@code date}. */
        public Builder zone(ZoneId local) {
            this.zone = local;
            return this;
        }

        /**
         * How long a transaction of which the database does not tell may stay open after the moment that it writes.
         * Default: 5 minutes.
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
         * The feed. Connects to nothing yet; {@link TimedFeed#verify} does.
         *
         * @throws MisconfiguredException naming every setting that is wrong
         */
        public TimedFeed build() {
            Problems problems = new Problems("TimedFeed");
            TimedQuery parsed = TimedQuery.parse(query, problems);
            problems.unlessName("name", name);
            problems.unlessAMillisecond("overlap", overlap);
            problems.unlessPositive("statementTimeout", statementTimeout);
            problems.throwIfAny();
            return new TimedFeed(new Database(dataSource, statementTimeout), parsed, zone, name, overlap);
        }
    }
}
