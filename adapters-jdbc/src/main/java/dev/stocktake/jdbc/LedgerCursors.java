package dev.stocktake.jdbc;

import java.util.Optional;

/** How far each change feed was read. */
final class LedgerCursors {

    private static final int LONGEST = 2_000;

    private final LedgerSql sql;

    LedgerCursors(LedgerSql sql) {
        this.sql = sql;
    }

    Optional<String> find(String feed) {
        return sql.one(
                "select place from stocktake_cursor where index_name = ? and feed = ?",
                row -> row.getString(1),
                sql.index(),
                feed);
    }

    /** If two instances save a new feed's first cursor at once, one of the transactions is repeated. */
    void save(String feed, String cursor) {
        if (cursor.length() > LONGEST) {
            throw new IllegalArgumentException("The cursor of feed '" + feed + "' has " + cursor.length()
                    + " characters; at most " + LONGEST + " can be kept");
        }
        int met = sql.update(
                "update stocktake_cursor set place = ? where index_name = ? and feed = ?", cursor, sql.index(), feed);
        if (met == 0) {
            sql.update(
                    "insert into stocktake_cursor (index_name, feed, place) values (?, ?, ?)",
                    sql.index(),
                    feed,
                    cursor);
        }
    }
}
