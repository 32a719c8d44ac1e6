package dev.stocktake.jdbc;

import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.jdbc.LedgerBatches.Listed;
import dev.stocktake.jdbc.LedgerSql.Values;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * R15: products whose documents change with time, and when. Changed under the lane's lock only, and by look-ups of single
 * products only, so that neither statistics nor other transactions matter.
 */
final class LedgerRechecks {

    /** A subselect in the list is one look-up for each product, whatever the database thinks of the table. */
    private static final String REMEMBERED = """
            select r.product_key, (select k.recheck_at from stocktake_recheck k
                where k.generation = ? and k.product_key = r.product_key) as recheck_at
            from {rows r product_key text}""";

    private static final String INSERT =
            "insert into stocktake_recheck (recheck_at, generation, product_key) values (?, ?, ?)";

    private static final String CHANGE =
            "update stocktake_recheck set recheck_at = ? where generation = ? and product_key = ?";

    private static final String FORGET = "delete from stocktake_recheck where generation = ? and product_key = ?";

    private static final String DUE = """
            select product_key, recheck_at from stocktake_recheck
            where generation = ? and recheck_at <= {now} order by generation, recheck_at limit %d""";

    private final LedgerSql sql;
    private final LedgerMarks marks;

    LedgerRechecks(LedgerSql sql, LedgerMarks marks) {
        this.sql = sql;
        this.marks = marks;
    }

    /** Remembers the times of a confirmed batch; one that neither has nor may have had any costs nothing. */
    void remember(Listed batch, Map<ProductKey, Instant> rechecks) {
        Map<String, Long> next = next(batch, rechecks);
        Map<String, Long> known = batch.mayHaveRechecks() ? known(batch) : Map.of();
        List<List<Object>> inserted = new ArrayList<>();
        List<List<Object>> changed = new ArrayList<>();
        next.forEach((key, at) -> {
            Long before = known.get(key);
            if (before == null) {
                inserted.add(List.of(at, batch.generation(), key));
            } else if (!before.equals(at)) {
                changed.add(List.of(at, batch.generation(), key));
            }
        });
        List<List<Object>> forgotten = known.keySet().stream()
                .filter(key -> !next.containsKey(key))
                .map(key -> List.<Object>of(batch.generation(), key))
                .toList();
        sql.each(FORGET, forgotten);
        sql.each(CHANGE, changed);
        sql.each(INSERT, inserted);
    }

    private static Map<String, Long> next(Listed batch, Map<ProductKey, Instant> rechecks) {
        Map<String, Long> next = new TreeMap<>();
        rechecks.forEach((key, at) -> {
            if (batch.items().containsKey(key.value())) {
                LedgerTransaction.recheckTime(at, Micros.instant(batch.claimedAt()))
                        .ifPresent(time -> next.put(key.value(), Micros.notBefore(time)));
            }
        });
        return next;
    }

    private Map<String, Long> known(Listed batch) {
        Map<String, Long> known = new HashMap<>();
        List<String> keys = batch.items().keySet().stream().sorted().toList();
        sql.list(REMEMBERED, row -> Map.entry(row.getString(1), row.getLong(2)), batch.generation(), Values.texts(keys))
                .forEach(recheck -> {
                    if (recheck.getValue() != 0) {
                        known.put(recheck.getKey(), recheck.getValue());
                    }
                });
        return known;
    }

    /** Marks what is due, the earliest first; answers how many. */
    int mark(long generation, int limit) {
        Map<String, Long> due = new TreeMap<>();
        sql.list(DUE.formatted(limit), row -> Map.entry(row.getString(1), row.getLong(2)), generation)
                .forEach(recheck -> due.put(recheck.getKey(), recheck.getValue()));
        if (!due.isEmpty()) {
            marks.markIn(generation, due, Reason.TIMED);
            sql.each(
                    FORGET,
                    due.keySet().stream()
                            .map(key -> List.<Object>of(generation, key))
                            .toList());
        }
        return due.size();
    }
}
