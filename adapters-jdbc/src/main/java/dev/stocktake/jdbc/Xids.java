package dev.stocktake.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * Where PostgreSQL's count of transactions stands.
 *
 * @param origin the cluster, the timeline and the database: what a transaction number belongs to
 * @param oldest no transaction older than this one is open any more; all 64 bits
 * @param next no transaction has a number from here on; all 64 bits
 * @param log the position of the write-ahead log
 * @param now by the database's clock
 * @param session whom the database answered; with the time, unique
 */
record Xids(String origin, long oldest, long next, long log, Instant now, String session) {

    /** From here on an old number could be taken for a new one: they have 32 bits in a row. Some room is left. */
    static final long FARTHEST = 2_000_000_000L;

    /**
     * What this user may ask for here.
     *
     * @param origin an expression of where the numbers come from
     * @param namesCluster whether it tells one cluster from another
     * @param dated whether it is remembered when transactions were committed
     */
    record Source(String origin, boolean namesCluster, boolean dated) {

        static Source of(Database.Session session) throws SQLException {
            String sql = "select has_function_privilege('pg_control_system()', 'execute'),"
                    + " current_setting('track_commit_timestamp') = 'on'";
            try (Statement statement = session.connection().createStatement();
                    ResultSet answer = statement.executeQuery(sql)) {
                answer.next();
                return new Source(origin(answer.getBoolean(1)), answer.getBoolean(1), answer.getBoolean(2));
            }
        }

        private static String origin(boolean cluster) {
            return (cluster ? "(select system_identifier from pg_control_system())" : "'-'")
                    + " || '.' || left(pg_walfile_name(pg_current_wal_lsn()), 8) || '.'"
                    + " || (select oid from pg_database where datname = current_database())";
        }
    }

    /** Asks the primary. */
    static Xids ask(Database.Session session, String origin) throws SQLException {
        String sql = "select " + origin + ", cast(pg_snapshot_xmin(pg_current_snapshot()) as text),"
                + " cast(pg_snapshot_xmax(pg_current_snapshot()) as text), pg_current_wal_lsn() - '0/0',"
                + " clock_timestamp(), pg_backend_pid()";
        try (Statement statement = session.connection().createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            answer.next();
            return new Xids(
                    answer.getString(1),
                    Long.parseLong(answer.getString(2)),
                    Long.parseLong(answer.getString(3)),
                    answer.getLong(4),
                    answer.getObject(5, OffsetDateTime.class).toInstant(),
                    answer.getString(6));
        }
    }

    /** Why the numbers of a cursor mean nothing here; empty if they do. */
    Optional<String> gap(XminCursor cursor, String graph) {
        XminCursor.Pass pass = cursor.pass();
        long newest = pass == null ? cursor.horizon() : pass.next();
        if (!cursor.origin().equals(origin)) {
            return Optional.of("the database is another one, or a standby of it became the primary");
        }
        if (oldest < newest || log < cursor.log()) {
            return Optional.of("the database went back in time, as after a restore");
        }
        if (next - cursor.horizon() >= FARTHEST) {
            return Optional.of(
                    (next - cursor.horizon()) + " transactions have been since, more than can be told apart");
        }
        if (!cursor.graph().equals(graph)) {
            return Optional.of("the tables or the ways between them are others than before");
        }
        return Optional.empty();
    }

    String nonce() {
        return Long.toString(now.getEpochSecond(), 36) + "." + now.getNano() + "." + session;
    }
}
