package dev.stocktake.jdbc;

import dev.stocktake.UnavailableException;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * A table of the graph whose rows say which transaction wrote them.
 *
 * @param number PostgreSQL's own of the table: another table of the same name has another one
 * @param keys what leads upward, one per way; the id itself in the root
 */
record XminTable(FoundGraph.Table table, long number, Climb climb, List<FoundGraph.Id> keys) {

    /** A table with all that inherits from it, partitions above all. */
    private static final String TREE = "with recursive tree(number, young) as (select cast(%d as oid), false"
            + " union all select i.inhrelid, t.young or (%s) from tree t join pg_inherits i on i.inhparent = t.number)";

    /**
     * What a table's rows lie in now.
     *
     * @param names of the files
     * @param blocks of the longest one
     * @param parts how many there are
     * @param young those that became part of the table since the horizon, with rows that may be older
     */
    record Files(String names, long blocks, int parts, List<Long> young) {}

    /** Another table has this name now. */
    private static UnavailableException replaced(FoundGraph.Table table) {
        return new UnavailableException(
                "'" + table.name() + "' was replaced by another table of this name; it is looked at anew next time",
                null);
    }

    /** The table, or why this feed cannot see it. */
    static Optional<XminTable> of(Database.Session session, FoundGraph graph, FoundGraph.Table table)
            throws SQLException {
        long number = number(session, table);
        String kinds = "select coalesce(bool_and(c.relkind in ('r', 'p', 'm')), false)"
                + " from tree t join pg_class c on c.oid = t.number";
        try (Statement statement = session.connection().createStatement();
                ResultSet answer = statement.executeQuery(String.format(TREE, number, "false") + kinds)) {
            answer.next();
            if (!answer.getBoolean(1)) {
                return Optional.empty();
            }
        }
        List<FoundGraph.Id> keys = new ArrayList<>();
        if (table.id() != null) {
            keys.add(table.id());
        }
        table.ways().forEach(way -> keys.add(way.key()));
        return Optional.of(new XminTable(table, number, new Climb(graph, table), keys));
    }

    private static long number(Database.Session session, FoundGraph.Table table) throws SQLException {
        try (PreparedStatement statement =
                session.connection().prepareStatement("select cast(cast(cast(? as text) as regclass) as oid)")) {
            statement.setString(1, table.found().sql());
            try (ResultSet answer = statement.executeQuery()) {
                answer.next();
                return answer.getLong(1);
            }
        }
    }

    /** Tells this table and its ways from others. */
    String identity() {
        StringBuilder identity = new StringBuilder(table.name()).append(':').append(number);
        table.ways()
                .forEach(way -> identity.append(':')
                        .append(way.key().sql())
                        .append('>')
                        .append(way.target())
                        .append(way.column().sql()));
        return identity.toString();
    }

    /** Locks the table against being rewritten until the transaction ends, and tells what its rows lie in. */
    Files files(Database.Session session, long horizon) throws SQLException {
        try (Statement statement = session.connection().createStatement()) {
            statement.execute("select 1 from " + table.found().sql() + " limit 0");
            String sql = String.format(TREE, number, young("i", horizon))
                    + " select t.number, pg_relation_filenode(t.number), t.young,"
                    + " (pg_relation_size(t.number) + current_setting('block_size')::int - 1)"
                    + " / current_setting('block_size')::int, cast(to_regclass('"
                    + table.found().sql().replace("'", "''")
                    + "') as oid)"
                    + " from tree t join pg_class c on c.oid = t.number and c.relkind in ('r', 'm') order by t.number";
            try (ResultSet answer = statement.executeQuery(sql)) {
                return files(answer);
            }
        }
    }

    private Files files(ResultSet answer) throws SQLException {
        StringBuilder names = new StringBuilder();
        List<Long> young = new ArrayList<>();
        long blocks = 0;
        int parts = 0;
        for (; answer.next(); parts++) {
            if (answer.getLong(5) != number) {
                throw replaced(table);
            }
            names.append(answer.getLong(1))
                    .append('/')
                    .append(answer.getLong(2))
                    .append(' ');
            blocks = Math.max(blocks, answer.getLong(4));
            if (answer.getBoolean(3)) {
                young.add(answer.getLong(1));
            }
        }
        return new Files(checksum(names.toString()), blocks, parts, young);
    }

    /** Short, as it goes into the cursor. */
    static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toString(crc.getValue(), 36) + "." + text.length();
    }

    /**
     * A condition that a row was written from a horizon on. Ages go round with the 32 bits that a row has, so both ends are
     * needed: a row that was frozen long ago keeps its number, which may come to lie in the future. The upper end is where
     * the snapshot of this very statement ends.
     */
    static String young(String alias, long horizon) {
        return "age(" + alias + ".xmin) <= (select age(cast('" + (horizon & 0xFFFF_FFFFL) + "' as xid)))" + " and age("
                + alias + ".xmin) > (select age(cast(pg_snapshot_xmax(pg_current_snapshot()) as xid)))";
    }
}
