package dev.stocktake.jdbc;

import dev.stocktake.jdbc.XminCursor.Place;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The row versions of some blocks that were written from a horizon on, in the order in which they lie.
 *
 * @param horizon all 64 bits
 * @param after where to begin
 * @param end the block before which to end
 * @param upTo the last place; null if there is no such limit
 * @param dated whether the database remembers when transactions were committed
 */
record XminPage(
        XminTable table,
        long horizon,
        XminTable.Files files,
        Place after,
        long end,
        @Nullable Place upTo,
        boolean dated) {

    /** Reads at most {@code limit} of them. */
    List<XminRow> read(Database.Session session, int limit) throws SQLException {
        try (Statement statement = session.connection().createStatement()) {
            statement.setFetchSize(limit);
            try (ResultSet result = statement.executeQuery(sql(session.dialect(), limit))) {
                List<XminRow> rows = new ArrayList<>();
                while (result.next()) {
                    rows.add(row(result));
                }
                return rows;
            }
        }
    }

    /** Whether a row of it came with a table that was attached since the horizon. */
    boolean holdsYoung(XminRow row) {
        return files.young().contains(row.place().partition());
    }

    private String sql(Dialect dialect, int limit) {
        StringBuilder sql = new StringBuilder("select r.tableoid, cast(r.ctid as text), cast(r.xmin as text), ")
                .append(dated ? "pg_xact_commit_timestamp(r.xmin), " : "cast(null as timestamptz), ")
                .append(XminTable.young("r", horizon));
        for (FoundGraph.Id key : table.keys()) {
            sql.append(", ").append(dialect.asText("r." + key.sql()));
        }
        sql.append(" from ").append(table.table().found().sql()).append(" r where ");
        sql.append("r.ctid >= ").append(tid(after)).append(" and r.ctid < ").append(tid(Place.before(end)));
        sql.append(" and (r.ctid > ")
                .append(tid(after))
                .append(" or r.tableoid > ")
                .append(after.partition() + ")");
        if (upTo != null) {
            sql.append(" and r.ctid <= ")
                    .append(tid(upTo))
                    .append(" and (r.ctid < ")
                    .append(tid(upTo));
            sql.append(" or r.tableoid <= ").append(upTo.partition()).append(")");
        }
        sql.append(" and (").append(XminTable.young("r", horizon));
        if (!files.young().isEmpty()) {
            sql.append(files.young().stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining(", ", " or r.tableoid in (", ")")));
        }
        return sql.append(") order by r.ctid, r.tableoid limit ").append(limit).toString();
    }

    private static String tid(Place place) {
        return "cast('(" + place.block() + "," + place.line() + ")' as tid)";
    }

    private XminRow row(ResultSet result) throws SQLException {
        String[] tid = result.getString(2).replaceAll("[()]", "").split(",");
        Place place = new Place(Long.parseLong(tid[0]), Integer.parseInt(tid[1]), result.getLong(1));
        List<@Nullable String> keys = new ArrayList<>();
        for (int i = 0; i < table.keys().size(); i++) {
            keys.add(table.keys().get(i).type().key(result.getString(6 + i)));
        }
        OffsetDateTime at = result.getObject(4, OffsetDateTime.class);
        long written = Long.parseLong(result.getString(3));
        return new XminRow(
                place, result.getBoolean(5) ? whole(written) : -written, keys, at == null ? null : at.toInstant());
    }

    /** All 64 bits of a number not older than the horizon. */
    private long whole(long lower) {
        return horizon + ((lower - horizon) & 0xFFFF_FFFFL);
    }
}
