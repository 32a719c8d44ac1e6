package dev.stocktake.jdbc;

import dev.stocktake.BatchRecord;
import dev.stocktake.Claim;
import dev.stocktake.jdbc.LedgerSql.Values;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Batches on their way, and those whose writes may still be met in the index's log. */
final class LedgerBatches {

    /**
     * An open batch.
     *
     * @param number the database's for it
     */
    record Open(long number, long generation, long claimedAt) {}

    private static final long REMEMBERED = TimeUnit.DAYS.toMicros(7);

    private static final String KNOWN = "select batch from stocktake_batch where index_name = ? and batch_id = ?";

    private static final String INSERT = """
            insert into stocktake_batch (index_name, batch_id, generation, state, claimed_at, closed_at)
            select ?, ?, ?, 'OPEN', t.micros, 0 from (select {now} as micros) t""";

    private static final String INSERT_ITEMS = """
            insert into stocktake_batch_item (generation, product_key, batch, token, forced, reason)
            select ?, r.product_key, ?, r.token, r.forced, r.reason
            from {rows r product_key text, token bigint, forced boolean, reason integer}""";

    private static final String OPEN = """
            select batch, generation, claimed_at from stocktake_batch
            where index_name = ? and batch_id = ? and state = 'OPEN'""";

    private static final String POSITIONS = """
            insert into stocktake_batch_position (batch, log_position)
            select ?, r.log_position from {rows r log_position bigint}
            where not exists (select 1 from stocktake_batch_position p
                where p.batch = ? and p.log_position = r.log_position)""";

    private static final String CLOSE = "update stocktake_batch set state = ?, closed_at = {now} where batch = ?";

    /** Of a batch without positions the log has nothing to tell that it would not tell of an unknown one. */
    private static final String FORGET_UNSENT = """
            delete from stocktake_batch where batch = ?
            and not exists (select 1 from stocktake_batch_position p where p.batch = stocktake_batch.batch)""";

    private static final String KEEP_ITEMS = """
            insert into stocktake_suspect_item (batch, product_key)
            select i.batch, i.product_key from stocktake_batch_item i join stocktake_batch b on b.batch = i.batch
            where b.index_name = ? and b.state = 'OPEN' and (? = 0 or b.batch = ?)""";

    private static final String LAND = """
            delete from stocktake_batch_item where batch in (select b.batch from stocktake_batch b
                where b.index_name = ? and b.state = 'OPEN' and (? = 0 or b.batch = ?))""";

    private static final String SUSPECT = """
            update stocktake_batch set state = 'SUSPECT', closed_at = {now}
            where index_name = ? and state = 'OPEN' and (? = 0 or batch = ?)""";

    private static final String REMEMBERED_OF = """
            select b.batch_id, b.generation, b.state, p.log_position
            from {rows r batch_id text} join stocktake_batch b on b.index_name = ? and b.batch_id = r.batch_id
            left join stocktake_batch_position p on p.batch = b.batch""";

    private static final String FORGET_READ = """
            delete from stocktake_batch where index_name = ? and state in ('CONFIRMED', 'FAILED')
            and not exists (select 1 from stocktake_batch_position p
                where p.batch = stocktake_batch.batch and p.log_position > ?)""";

    private static final String FORGET_SEEN = """
            delete from stocktake_batch where index_name = ? and state = 'SUSPECT'
            and batch_id in (select r.batch_id from {rows r batch_id text})""";

    private static final String FORGET_EXPIRED =
            "delete from stocktake_batch where index_name = ? and state = 'SUSPECT' and closed_at < {now} - ?";

    private final LedgerSql sql;

    LedgerBatches(LedgerSql sql) {
        this.sql = sql;
    }

    /** Opens the batch of a claim with its items, which are in flight from now on. */
    void open(Claim claim) {
        if (sql.one(KNOWN, row -> row.getLong(1), sql.index(), claim.batchId()).isPresent()) {
            throw new IllegalArgumentException("There is already a batch '" + claim.batchId() + "'");
        }
        long batch = sql.insert(INSERT, "batch", sql.index(), claim.batchId(), claim.generation());
        List<Claim.Item> items = claim.items();
        sql.update(
                INSERT_ITEMS,
                claim.generation(),
                batch,
                Values.texts(items.stream().map(item -> item.key().value()).toList()),
                Values.numbers(items.stream().map(Claim.Item::token).toList()),
                new Values("boolean", items.stream().map(Claim.Item::forced).toList()),
                new Values(
                        "integer",
                        items.stream().map(item -> item.reason().ordinal()).toList()));
    }

    /** The batch of a claim, if it is still open. Only under the lane's lock, so that it stays so. */
    Optional<Open> find(Claim claim) {
        return sql.one(
                OPEN,
                row -> new Open(row.getLong("batch"), row.getLong("generation"), row.getLong("claimed_at")),
                sql.index(),
                claim.batchId());
    }

    void submitted(Open batch, Collection<Long> positions) {
        List<Long> distinct = List.copyOf(new HashSet<>(positions));
        if (!distinct.isEmpty()) {
            sql.update(POSITIONS, batch.number(), Values.numbers(distinct), batch.number());
        }
    }

    /** Closes a batch whose items are of no more interest. */
    void close(Open batch, BatchRecord.State state) {
        sql.update("delete from stocktake_batch_item where batch = ?", batch.number());
        if (sql.update(FORGET_UNSENT, batch.number()) == 0) {
            sql.update(CLOSE, state.name(), batch.number());
        }
    }

    /** One open batch, or all of them, become suspect; their items are kept. */
    void suspect(long batchOrZero) {
        Object[] batches = {sql.index(), batchOrZero, batchOrZero};
        sql.update(KEEP_ITEMS, batches);
        sql.update(LAND, batches);
        sql.update(SUSPECT, batches);
    }

    /** Whether there is any open batch. */
    boolean anyOpen() {
        return sql.one(
                        "select batch from stocktake_batch where index_name = ? and state = 'OPEN' limit 1",
                        row -> row.getLong(1),
                        sql.index())
                .isPresent();
    }

    Map<String, BatchRecord> remembered(Collection<String> ids) {
        Map<String, BatchRecord> records = new LinkedHashMap<>();
        sql.list(
                        REMEMBERED_OF,
                        row -> {
                            long position = row.getLong("log_position");
                            Set<Long> positions = row.wasNull() ? Set.of() : Set.of(position);
                            return new BatchRecord(
                                    row.getString("batch_id"),
                                    row.getLong("generation"),
                                    BatchRecord.State.valueOf(row.getString("state")),
                                    positions);
                        },
                        Values.texts(List.copyOf(new HashSet<>(ids))),
                        sql.index())
                .forEach(record -> records.merge(record.id(), record, LedgerBatches::together));
        return records;
    }

    private static BatchRecord together(BatchRecord one, BatchRecord other) {
        Set<Long> positions = new HashSet<>(one.positions());
        positions.addAll(other.positions());
        return new BatchRecord(one.id(), one.generation(), one.state(), positions);
    }

    /** The database's number of a batch whose items are remembered, by whether it is open. */
    Optional<Map.Entry<Long, Boolean>> withItems(String id) {
        return sql.one(
                "select batch, state from stocktake_batch where index_name = ? and batch_id = ?"
                        + " and state in ('OPEN', 'SUSPECT')",
                row -> Map.entry(row.getLong(1), row.getString(2).equals("OPEN")),
                sql.index(),
                id);
    }

    /** A5: forgets what the log can tell nothing more about. */
    void forget(long readTo, Collection<String> seen) {
        sql.update(FORGET_READ, sql.index(), readTo);
        if (!seen.isEmpty()) {
            sql.update(FORGET_SEEN, sql.index(), Values.texts(List.copyOf(new HashSet<>(seen))));
        }
        forgetExpired();
    }

    void forgetExpired() {
        sql.update(FORGET_EXPIRED, sql.index(), REMEMBERED);
    }
}
