package dev.stocktake.jdbc;

import dev.stocktake.BatchRecord;
import dev.stocktake.Claim;
import dev.stocktake.jdbc.LedgerSql.Values;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Batches on their way, and those whose writes may still be met in the index's log. One row each, its items within. */
final class LedgerBatches {

    /**
     * A batch whose items are known.
     *
     * @param forced whether those without a token came from a forced walk
     * @param mayHaveRechecks whether any product of its generation is remembered because its document changes with time
     * @param items the products with the tokens that were claimed, 0 for those from the frontier
     */
    record Listed(
            String id,
            long generation,
            long claimedAt,
            boolean forced,
            boolean mayHaveRechecks,
            Map<String, Long> items) {

        /** The items that had a mark. */
        SortedMap<String, Long> marked() {
            SortedMap<String, Long> marked = new TreeMap<>();
            items.forEach((key, token) -> {
                if (token != 0) {
                    marked.put(key, token);
                }
            });
            return marked;
        }

        /** The items that came from the frontier, sorted. */
        List<String> walked() {
            return items.entrySet().stream()
                    .filter(item -> item.getValue() == 0)
                    .map(Map.Entry::getKey)
                    .sorted()
                    .toList();
        }
    }

    private static final long REMEMBERED = TimeUnit.DAYS.toMicros(7);

    private static final String INSERT = """
            insert into stocktake_batch (index_name, batch_id, generation, state, claimed_at, closed_at, forced, items)
            select ?, ?, ?, 'OPEN', t.micros, 0, ?, ? from (select {now} as micros) t
            where not exists (select 1 from stocktake_batch b where b.index_name = ? and b.batch_id = ?)""";

    private static final String FOUND = """
            select batch_id, generation, claimed_at, forced, %s as items, exists (select 1 from stocktake_recheck k
                where k.generation = stocktake_batch.generation) as rechecks
            from stocktake_batch where index_name = ?""";

    private static final String LISTED = FOUND.formatted("items");

    /** Where the items are known. */
    private static final String UNLISTED = FOUND.formatted("null");

    private static final String OPEN_IDS =
            "select batch_id from stocktake_batch where index_name = ? and state = 'OPEN' and generation = ?";

    private static final String POSITIONS =
            "select positions from stocktake_batch where index_name = ? and batch_id = ? and state = 'OPEN'";

    private static final String SUBMITTED =
            "update stocktake_batch set positions = ?, last_position = ? where index_name = ? and batch_id = ?";

    private static final String CLOSE = """
            update stocktake_batch set state = ?, closed_at = {now}, items = null
            where index_name = ? and batch_id = ? and last_position is not null""";

    /** Of a batch without positions the log has nothing to tell that it would not tell of an unknown one. */
    private static final String FORGET_UNSENT =
            "delete from stocktake_batch where index_name = ? and batch_id = ? and last_position is null";

    private static final String SUSPECT =
            "update stocktake_batch set state = 'SUSPECT', closed_at = {now} where index_name = ? and batch_id = ?";

    private static final String REMEMBERED_OF = """
            select b.batch_id, b.generation, b.state, b.positions from {rows r batch_id text}
            join stocktake_batch b on b.index_name = ? and b.batch_id = r.batch_id""";

    private static final String FORGET_READ = """
            delete from stocktake_batch
            where index_name = ? and state in ('CONFIRMED', 'FAILED') and last_position <= ?""";

    private static final String FORGET_SEEN = """
            delete from stocktake_batch where index_name = ? and state = 'SUSPECT' and coalesce(last_position, 0) <= ?
            and batch_id in (select r.batch_id from {rows r batch_id text})""";

    private static final String FORGET_EXPIRED =
            "delete from stocktake_batch where index_name = ? and state = 'SUSPECT' and closed_at <= {now} - ?";

    private final LedgerSql sql;
    private final KnownItems known;

    LedgerBatches(LedgerSql sql, KnownItems known) {
        this.sql = sql;
        this.known = known;
    }

    /** Opens the batch of a claim; its products are in flight from now on. */
    void open(Claim claim, boolean forced) {
        Map<String, Long> items = new LinkedHashMap<>();
        claim.items().forEach(item -> items.put(item.key().value(), item.token()));
        int opened = sql.update(
                INSERT,
                sql.index(),
                claim.batchId(),
                claim.generation(),
                forced,
                LedgerJson.items(items),
                sql.index(),
                claim.batchId());
        if (opened == 0) {
            throw new IllegalArgumentException("There is already a batch '" + claim.batchId() + "'");
        }
        known.opened(sql.index(), claim.batchId(), items);
    }

    /** The batch of a claim, if it is still open. Only under the lane's lock, so that it stays so. */
    Optional<Listed> find(Claim claim) {
        String open = " and batch_id = ? and state = 'OPEN'";
        Optional<Map<String, Long>> items = known.of(sql.index(), claim.batchId());
        return items.isPresent()
                ? sql.one(UNLISTED + open, row -> listed(row, items.get()), sql.index(), claim.batchId())
                : sql.one(LISTED + open, LedgerBatches::listed, sql.index(), claim.batchId());
    }

    /** A batch whose items are remembered. */
    Optional<Listed> withItems(String id) {
        return sql.one(
                LISTED + " and batch_id = ? and state in ('OPEN', 'SUSPECT')", LedgerBatches::listed, sql.index(), id);
    }

    List<Listed> open() {
        return sql.list(LISTED + " and state = 'OPEN'", LedgerBatches::listed, sql.index());
    }

    List<Listed> open(long generation) {
        return sql.list(
                LISTED + " and state = 'OPEN' and generation = ?", LedgerBatches::listed, sql.index(), generation);
    }

    private static Listed listed(ResultSet row) throws SQLException {
        return listed(row, LedgerJson.items(row.getString("items")));
    }

    private static Listed listed(ResultSet row, Map<String, Long> items) throws SQLException {
        return new Listed(
                row.getString("batch_id"),
                row.getLong("generation"),
                row.getLong("claimed_at"),
                row.getBoolean("forced"),
                row.getBoolean("rechecks"),
                items);
    }

    /** R5: products of open batches. */
    Set<String> inFlight(long generation) {
        Set<String> keys = new HashSet<>();
        for (String id : sql.list(OPEN_IDS, row -> row.getString(1), sql.index(), generation)) {
            Optional<Map<String, Long>> items = known.of(sql.index(), id);
            if (items.isEmpty()) {
                open(generation).forEach(batch -> keys.addAll(batch.items().keySet()));
                return keys;
            }
            keys.addAll(items.get().keySet());
        }
        return keys;
    }

    /** Adds positions to an open batch; false if it is not open. */
    boolean submitted(Claim claim, Collection<Long> positions) {
        Optional<List<Long>> known = sql.one(
                POSITIONS, row -> LedgerJson.positions(row.getString("positions")), sql.index(), claim.batchId());
        if (known.isEmpty()) {
            return false;
        }
        Set<Long> all = new TreeSet<>(known.get());
        all.addAll(positions);
        if (!all.isEmpty()) {
            sql.update(SUBMITTED, LedgerJson.positions(all), Collections.max(all), sql.index(), claim.batchId());
        }
        return true;
    }

    /** Closes a batch whose items are of no more interest. */
    void close(Listed batch, BatchRecord.State state) {
        if (sql.update(FORGET_UNSENT, sql.index(), batch.id()) == 0) {
            sql.update(CLOSE, state.name(), sql.index(), batch.id());
        }
        known.closed(sql.index(), batch.id());
    }

    /** Closes a batch whose items must be remembered. */
    void suspect(Listed batch) {
        sql.update(SUSPECT, sql.index(), batch.id());
    }

    Map<String, BatchRecord> remembered(Collection<String> ids) {
        Map<String, BatchRecord> records = new LinkedHashMap<>();
        sql.list(REMEMBERED_OF, LedgerBatches::remembered, distinct(ids), sql.index())
                .forEach(record -> records.put(record.id(), record));
        return records;
    }

    private static BatchRecord remembered(ResultSet row) throws SQLException {
        return new BatchRecord(
                row.getString("batch_id"),
                row.getLong("generation"),
                BatchRecord.State.valueOf(row.getString("state")),
                Set.copyOf(LedgerJson.positions(row.getString("positions"))));
    }

    private static Values distinct(Collection<String> ids) {
        return Values.texts(new ArrayList<>(new TreeSet<>(ids)));
    }

    /** A5: forgets what the log can tell nothing more about. */
    void forget(long readTo, Collection<String> seen) {
        sql.update(FORGET_READ, sql.index(), readTo);
        if (!seen.isEmpty()) {
            sql.update(FORGET_SEEN, sql.index(), readTo, distinct(seen));
        }
        forgetExpired();
    }

    void forgetExpired() {
        sql.update(FORGET_EXPIRED, sql.index(), REMEMBERED);
    }
}
