package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the entries of one take once their products are marked: exactly those that were read go (R2), after other
 * consumers have got copies of what was shared; wide ones stay, with the place up to which they were followed.
 *
 * <p>May be applied more than once, and by two instances at once.
 *
 * @param done entries whose products are all marked
 * @param wide entries that turned out to be wide, to be followed from their start
 * @param steps wide entries that were followed a little further
 */
record LogRemoval(List<LogEntry> done, List<LogEntry> wide, List<Step> steps) {

    static final LogRemoval NOTHING = new LogRemoval(List.of(), List.of(), List.of());

    /**
     * A step of a wide entry.
     *
     * @param to up to where it was followed; null if it is at its end
     */
    record Step(LogEntry entry, @Nullable String to) {}

    boolean isEmpty() {
        return done.isEmpty() && wide.isEmpty() && steps.isEmpty();
    }

    /** Applies it inside a transaction that somebody else ends. */
    void apply(Connection connection, Dialect dialect, LogTables log, String consumer) throws SQLException {
        new Work(connection, dialect, log, consumer).apply(this);
    }

    private record Work(Connection connection, Dialect dialect, LogTables log, String consumer) {

        void apply(LogRemoval removal) throws SQLException {
            List<LogEntry> all = new ArrayList<>(removal.done());
            all.addAll(removal.wide());
            List<Object> shared =
                    locked(ids(all.stream().filter(entry -> !entry.copy()).toList()));
            if (!shared.isEmpty()) {
                handOn(shared);
                keepWide(removal.wide(), new HashSet<>(shared));
                removeShared(shared);
            }
            removeCopies(ids(removal.done().stream().filter(LogEntry::copy).toList()));
            for (LogEntry entry : removal.wide()) {
                if (entry.copy()) {
                    move(entry, null, "");
                }
            }
            for (Step step : removal.steps()) {
                move(step.entry(), step.entry().climbedTo(), step.to());
            }
        }

        private List<Object> ids(List<LogEntry> entries) {
            List<Object> ids = new ArrayList<>();
            entries.forEach(entry -> ids.add(id(entry.id())));
            return ids;
        }

        private Object id(String text) {
            return Objects.requireNonNull(type().value(text), text);
        }

        private KeyType type() {
            return dialect.changeLog().idType();
        }

        /** Those that are still there, now ours; in one order, so that two who take the same wait instead of deadlocking. */
        private List<Object> locked(List<Object> ids) throws SQLException {
            List<Object> locked = new ArrayList<>();
            if (ids.isEmpty()) {
                return locked;
            }
            String sql = dialect.changeLog().lockEntries(dialect, log, ids.size());
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                dialect.changeLog().bindEntries(dialect, statement, ids);
                try (ResultSet found = statement.executeQuery()) {
                    while (found.next()) {
                        locked.add(id(found.getString(1)));
                    }
                }
            }
            return locked;
        }

        /**
         * A consumer that this statement does not see began after these entries were committed, and its first walk sees
         * what they tell.
         */
        private void handOn(List<Object> ids) throws SQLException {
            String sql = "insert into " + log.copies() + " (consumer, id, source_id, row_key, changed_at)"
                    + " select c.consumer, e.id, e.source_id, e.row_key, e.changed_at from " + log.entries()
                    + " e cross join " + log.consumers() + " c where " + dialect.isOneOf("e.id", ids.size())
                    + " and c.consumer <> ?";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                int next = dialect.bindIds(statement, 1, type(), ids);
                statement.setString(next, consumer);
                statement.executeUpdate();
            }
        }

        private void keepWide(List<LogEntry> wide, Set<Object> locked) throws SQLException {
            String sql = "insert into " + log.copies() + " (consumer, id, source_id, row_key, changed_at, climbed_to)"
                    + " select " + dialect.ledger().cast("?", "varchar(100)")
                    + ", e.id, e.source_id, e.row_key, e.changed_at, '' from "
                    + log.entries() + " e where e.id = ?";
            for (LogEntry entry : wide) {
                if (!entry.copy() && locked.contains(id(entry.id()))) {
                    try (PreparedStatement statement = connection.prepareStatement(sql)) {
                        statement.setString(1, consumer);
                        dialect.bindId(statement, 2, type(), id(entry.id()));
                        statement.executeUpdate();
                    }
                }
            }
        }

        private void removeShared(List<Object> ids) throws SQLException {
            String sql = dialect.changeLog().deleteEntries(dialect, log, ids.size());
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                dialect.changeLog().bindEntries(dialect, statement, ids);
                statement.executeUpdate();
            }
        }

        private void removeCopies(List<Object> ids) throws SQLException {
            if (ids.isEmpty()) {
                return;
            }
            String sql = dialect.changeLog().deleteCopies(dialect, log, ids.size());
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                int next = dialect.changeLog().bindEntries(dialect, statement, ids);
                statement.setString(next, consumer);
                statement.executeUpdate();
            }
        }

        /** Compare-and-set: another instance may have followed it further. */
        private void move(LogEntry entry, @Nullable String from, @Nullable String to) throws SQLException {
            String condition = " where consumer = ? and id = ? and climbed_to " + (from == null ? "is null" : "= ?");
            String sql = to == null
                    ? "delete from " + log.copies() + condition
                    : "update " + log.copies() + " set climbed_to = ?" + condition;
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                int next = 1;
                if (to != null) {
                    statement.setString(next++, to);
                }
                statement.setString(next++, consumer);
                dialect.bindId(statement, next++, type(), id(entry.id()));
                if (from != null) {
                    statement.setString(next, from);
                }
                statement.executeUpdate();
            }
        }
    }
}
