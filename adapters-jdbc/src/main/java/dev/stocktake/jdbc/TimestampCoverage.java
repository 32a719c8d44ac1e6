package dev.stocktake.jdbc;

import dev.stocktake.Coverage;
import dev.stocktake.UnavailableException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at each table's timestamp: whether it is there, set, moved and indexed. */
final class TimestampCoverage {

    /** Below this many rows nobody notices whether there is an index. */
    private static final int LARGE = 1_000;

    private static final int COUNTED = 1_000;

    private final Database database;
    private final TimestampFeed.Watch watch;

    TimestampCoverage(Database database, TimestampFeed.Watch watch) {
        this.database = database;
        this.watch = watch;
    }

    /** Said alike where the tables are gone through and where the gaps are counted, so that it is told once. */
    static String unseen(FoundGraph.Table table) {
        return "'" + table.name() + "' has no timestamp, so that by timestamps no change is seen there";
    }

    List<Coverage> coverage() {
        Optional<String> hidden = database.read(
                Database.View.LATEST,
                "Looking at open transactions",
                session -> session.dialect().hiddenTransactions(session.connection()));
        return watch.graph().tables().stream()
                .map(table -> coverage(table, hidden))
                .toList();
    }

    private Coverage coverage(FoundGraph.Table table, Optional<String> hidden) {
        Stamp stamp = table.stamp();
        if (stamp == null) {
            return Coverage.nothing(
                    table.name(),
                    unseen(table)
                            + "; add a column that every writer moves and name it with timestamp(...), or use another feed"
                            + " besides");
        }
        List<String> missing = new ArrayList<>();
        try {
            missing.addAll(database.read(
                    Database.View.LATEST,
                    "Looking at '" + table.name() + "." + stamp.name() + "'",
                    session -> new Look(session, table, stamp, watch.overlap()).missing()));
        } catch (UnavailableException e) {
            missing.add("'" + table.name() + "." + stamp.name() + "' could not be checked: " + e.getMessage());
        }
        hidden.ifPresent(missing::add);
        return new Coverage(table.name(), Coverage.By.TIMESTAMP, Duration.ZERO, false, missing);
    }

    /** A look at one table. */
    private record Look(Database.Session session, FoundGraph.Table table, Stamp stamp, Duration overlap) {

        private String from() {
            return " from " + table.found().sql() + " r where r."
                    + session.dialect().quote(stamp.column().name());
        }

        private String name() {
            return "'" + table.name() + "." + stamp.name() + "'";
        }

        List<String> missing() throws SQLException {
            List<String> missing = new ArrayList<>();
            long rows = count("select 1 from " + table.found().sql() + " r", LARGE);
            index(rows, missing);
            if (stamp.column().nullable()) {
                nulls(missing);
            }
            Instant now = session.dialect().horizon(session.connection()).now();
            Optional<Instant> newest = extreme("max", stamp.latest(now));
            if (newest.isPresent()) {
                unmoved(rows, newest.get(), missing);
            }
            return missing;
        }

        private void index(long rows, List<String> missing) {
            boolean indexed = table.found().indexed().contains(stamp.column().name());
            if (rows >= LARGE && table.found().plain() && !indexed) {
                missing.add("no index begins with " + name() + ": each look reads the whole table; create index on "
                        + table.name() + " (" + stamp.name() + ")");
            }
        }

        private void nulls(List<String> missing) throws SQLException {
            long nulls = count("select 1" + from() + " is null", COUNTED);
            if (nulls > 0) {
                missing.add(atLeast(nulls) + " of '" + table.name() + "' have no timestamp in " + name()
                        + " and are not seen when they change; fill it, and declare it NOT NULL with a default");
            }
        }

        /** Nothing proves that all writers move a timestamp, but some rows tell that one did not. */
        private void unmoved(long rows, Instant newest, List<String> missing) throws SQLException {
            if (rows >= LARGE && extreme("min", newest).equals(Optional.of(newest))) {
                missing.add(
                        "all rows have the same " + name() + ": either all were written at once, or nothing moves it;"
                                + " let every writer set it, or a trigger");
            }
            long later = writtenLater(newest);
            if (later > 0) {
                missing.add(atLeast(later) + " of '" + table.name() + "' were written after the one with the newest "
                        + name() + ", and are stamped more than " + overlap.toSeconds() + " s older: unless they were"
                        + " imported so, something changes rows and leaves the timestamp alone, which is not seen;"
                        + " let every writer set it, or a trigger");
            }
        }

        private static String atLeast(long count) {
            return count >= COUNTED ? "at least " + COUNTED + " rows" : count == 1 ? "1 row" : count + " rows";
        }

        private long count(String select, int most) throws SQLException {
            try (PreparedStatement statement = session.connection()
                            .prepareStatement("select count(*) from (" + select + " limit " + most + ") n");
                    ResultSet answer = statement.executeQuery()) {
                answer.next();
                return answer.getLong(1);
            }
        }

        private Optional<Instant> extreme(String function, Instant most) throws SQLException {
            String column = "r." + session.dialect().quote(stamp.column().name());
            try (PreparedStatement statement = session.connection()
                    .prepareStatement("select " + function + "(" + column + ")" + from() + " <= ?")) {
                stamp.bind(statement, 1, most);
                try (ResultSet answer = statement.executeQuery()) {
                    return answer.next() && answer.getObject(1) != null
                            ? Optional.of(stamp.read(answer, 1))
                            : Optional.empty();
                }
            }
        }

        private long writtenLater(Instant newest) throws SQLException {
            Optional<String> age = session.dialect().writeAge(table.found(), "r");
            if (age.isEmpty()) {
                return 0;
            }
            String select = "select 1" + from() + " < ? and " + age.get() + " between 0 and (select min(" + age.get()
                    + ")" + from() + " = ?) - 1";
            try (PreparedStatement statement = session.connection()
                    .prepareStatement("select count(*) from (" + select + " limit " + COUNTED + ") n")) {
                stamp.bind(statement, 1, newest.minus(overlap));
                stamp.bind(statement, 2, newest);
                try (ResultSet answer = statement.executeQuery()) {
                    answer.next();
                    return answer.getLong(1);
                }
            }
        }
    }
}
