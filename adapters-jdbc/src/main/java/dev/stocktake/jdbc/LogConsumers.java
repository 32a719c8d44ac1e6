package dev.stocktake.jdbc;

import dev.stocktake.Unread;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who consumes a change log, and how much each has before it. */
final class LogConsumers {

    /** From here on nobody counts: it is too much in any case. */
    private static final int MOST_COUNTED = 1_000_000;

    private final LogTables log;

    LogConsumers(LogTables log) {
        this.log = log;
    }

    /**
     * A consumer.
     *
     * @param incarnation changes whenever it begins anew
     * @param previous the incarnation in whose place this one came; empty if it began by itself
     * @param confirmed whether it is known that its cursor was saved
     * @param graph the fingerprint of the graph by which it climbs
     * @param triggers the signature of the triggers when it began
     * @param anchor the id of its anchor
     * @param anchored whether its anchors are still there
     * @param settled the receipt whose entries were removed last; empty before the first, and where none are needed
     * @param oldestCopy the time of the oldest entry that is kept for it alone
     */
    record Registration(
            String consumer,
            String incarnation,
            String previous,
            boolean confirmed,
            String graph,
            String triggers,
            String anchor,
            boolean anchored,
            String settled,
            Instant beganAt,
            @Nullable Instant oldestCopy) {}

    /**
     * What was seen at one time.
     *
     * @param now the database's time
     * @param oldestShared the time of the oldest entry that nobody has taken yet
     */
    record Look(
            Instant now,
            List<Registration> registrations,
            @Nullable Instant oldestShared) {

        Optional<Registration> of(String consumer) {
            return registrations.stream()
                    .filter(one -> one.consumer().equals(consumer))
                    .findFirst();
        }
    }

    /** Everything there is to see, the triggers left out. */
    Look look(Database.Session session) throws SQLException {
        String sql = "select n.now_at, o.changed_at, c.consumer, c.incarnation, c.previous, c.confirmed, c.graph,"
                + " c.trigger_state, c.anchor, exists (select 1 from " + log.entries() + " e where e.id = c.anchor)"
                + " and exists (select 1 from " + log.copies()
                + " k where k.consumer = c.consumer and k.id = c.anchor),"
                + " c.settled, c.began_at, (select k.changed_at from " + log.copies()
                + " k where k.consumer = c.consumer"
                + " and k.source_id <> " + ChangeLogDialect.ANCHOR + " order by k.id limit 1)"
                + " from (select " + session.dialect().changeLog().now() + " as now_at) n"
                + " left join (select e.changed_at from " + log.entries() + " e where e.source_id <> "
                + ChangeLogDialect.ANCHOR + " order by e.id limit 1) o on 1 = 1"
                + " left join " + log.consumers() + " c on 1 = 1 order by c.consumer";
        Instant now = Instant.EPOCH;
        Instant oldest = null;
        List<Registration> registrations = new ArrayList<>();
        try (PreparedStatement statement = session.connection().prepareStatement(sql);
                ResultSet found = statement.executeQuery()) {
            while (found.next()) {
                now = Objects.requireNonNull(session.dialect().moment(found, 1));
                oldest = session.dialect().moment(found, 2);
                if (found.getString(3) != null) {
                    registrations.add(registration(session, found));
                }
            }
        }
        return new Look(now, List.copyOf(registrations), oldest);
    }

    private static Registration registration(Database.Session session, ResultSet found) throws SQLException {
        return new Registration(
                found.getString(3),
                found.getString(4),
                found.getString(5),
                found.getBoolean(6),
                found.getString(7),
                found.getString(8),
                found.getString(9),
                found.getBoolean(10),
                found.getString(11),
                Objects.requireNonNull(session.dialect().moment(found, 12)),
                session.dialect().moment(found, 13));
    }

    /** What a consumer has not taken yet: what nobody has, and what is kept for it. */
    Unread unread(Database.Session session, String consumer) throws SQLException {
        String limited = " limit " + MOST_COUNTED;
        String sql = "select count(*), min(u.changed_at), "
                + session.dialect().changeLog().now()
                + " from ((select e.changed_at from " + log.entries() + " e where e.source_id <> "
                + ChangeLogDialect.ANCHOR + limited + ") union all (select k.changed_at from " + log.copies()
                + " k where k.consumer = ? and k.source_id <> " + ChangeLogDialect.ANCHOR + limited + ")) u";
        try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
            statement.setString(1, consumer);
            try (ResultSet found = statement.executeQuery()) {
                found.next();
                Instant oldest = session.dialect().moment(found, 2);
                Instant now = Objects.requireNonNull(session.dialect().moment(found, 3));
                return new Unread(found.getLong(1), oldest == null ? null : age(oldest, now));
            }
        }
    }

    static Duration age(Instant since, Instant now) {
        return since.isAfter(now) ? Duration.ZERO : Duration.between(since, now);
    }

    // --- coming and going

    /**
     * Begins anew: what is logged from now on is the consumer's, and what was kept for it goes.
     *
     * @param previous the incarnation that is replaced; empty if none is
     * @return the incarnation
     */
    String register(Database.Session session, String consumer, String previous, String graph, String triggers)
            throws SQLException {
        Connection connection = session.connection();
        forget(session, consumer);
        String anchor = anchor(session, consumer);
        KeyType type = session.dialect().changeLog().idType();
        Object id = Objects.requireNonNull(type.value(anchor));
        try (PreparedStatement statement = connection.prepareStatement("insert into " + log.copies()
                + " (consumer, id, source_id, row_key, changed_at) values (?, ?, " + ChangeLogDialect.ANCHOR + ", '', "
                + session.dialect().changeLog().now() + ")")) {
            statement.setString(1, consumer);
            session.dialect().bindId(statement, 2, type, id);
            statement.executeUpdate();
        }
        String incarnation = chance(session);
        try (PreparedStatement statement = connection.prepareStatement("insert into " + log.consumers()
                + " (consumer, incarnation, previous, confirmed, graph, trigger_state, anchor)"
                + " values (?, ?, ?, false, ?, ?, ?)")) {
            statement.setString(1, consumer);
            statement.setString(2, incarnation);
            statement.setString(3, previous);
            statement.setString(4, graph);
            statement.setString(5, triggers);
            session.dialect().bindId(statement, 6, type, id);
            statement.executeUpdate();
        }
        return incarnation;
    }

    private String anchor(Database.Session session, String consumer) throws SQLException {
        Optional<String> newId = session.dialect().changeLog().newId();
        return newId.isPresent()
                ? anchor(session, consumer, one(session, newId.get()))
                : anchorOfItself(session, consumer);
    }

    private String anchor(Database.Session session, String consumer, String id) throws SQLException {
        run(
                session,
                "insert into " + log.entries() + " (id, source_id, row_key) values (?, " + ChangeLogDialect.ANCHOR
                        + ", ?)",
                id,
                consumer);
        return id;
    }

    private String anchorOfItself(Database.Session session, String consumer) throws SQLException {
        String sql =
                "insert into " + log.entries() + " (source_id, row_key) values (" + ChangeLogDialect.ANCHOR + ", ?)";
        String[] keys = {session.dialect().fold("id")};
        try (PreparedStatement statement = session.connection().prepareStatement(sql, keys)) {
            statement.setString(1, consumer);
            statement.executeUpdate();
            try (ResultSet made = statement.getGeneratedKeys()) {
                made.next();
                return made.getString(1);
            }
        }
    }

    /** A text by chance, from the database. */
    static String chance(Database.Session session) throws SQLException {
        return one(session, session.dialect().changeLog().chance());
    }

    private static String one(Database.Session session, String expression) throws SQLException {
        try (PreparedStatement statement = session.connection().prepareStatement("select " + expression);
                ResultSet answer = statement.executeQuery()) {
            answer.next();
            return answer.getString(1);
        }
    }

    /** The cursor of this incarnation was saved. */
    boolean confirm(Database.Session session, String consumer, String incarnation) throws SQLException {
        return run(
                        session,
                        "update " + log.consumers() + " set confirmed = true where consumer = ? and incarnation = ?",
                        consumer,
                        incarnation)
                > 0;
    }

    /**
     * Compare-and-set: what this receipt stands for is marked. Somebody else may have said so before, who did not know what
     * to remove.
     *
     * @return false if it does not follow the one that was settled last
     */
    boolean settle(Database.Session session, String consumer, LogReceipts.Receipt receipt) throws SQLException {
        return run(
                        session,
                        "update " + log.consumers() + " set settled = ? where consumer = ? and incarnation = ?"
                                + " and settled in (?, ?)",
                        receipt.id(),
                        consumer,
                        receipt.incarnation(),
                        receipt.after(),
                        receipt.id())
                > 0;
    }

    /** Removes a consumer and what was kept for it. */
    boolean forget(Database.Session session, String consumer) throws SQLException {
        ChangeLogDialect dialect = session.dialect().changeLog();
        List<Object> anchors = anchors(session, consumer);
        if (!anchors.isEmpty()) {
            try (PreparedStatement statement = session.connection()
                    .prepareStatement(dialect.deleteEntries(session.dialect(), log, anchors.size()))) {
                dialect.bindEntries(session.dialect(), statement, anchors);
                statement.executeUpdate();
            }
        }
        int removed = run(session, "delete from " + log.consumers() + " where consumer = ?", consumer);
        run(session, "delete from " + log.copies() + " where consumer = ?", consumer);
        return removed > 0;
    }

    private List<Object> anchors(Database.Session session, String consumer) throws SQLException {
        List<Object> anchors = new ArrayList<>();
        try (PreparedStatement statement = session.connection()
                .prepareStatement("select anchor from " + log.consumers() + " where consumer = ?")) {
            statement.setString(1, consumer);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    String anchor = found.getString(1);
                    anchors.add(Objects.requireNonNull(
                            session.dialect().changeLog().idType().value(anchor), anchor));
                }
            }
        }
        return anchors;
    }

    private static int run(Database.Session session, String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }
}
