package dev.stocktake.jdbc;

import dev.stocktake.BatchRecord;
import dev.stocktake.Fingerprint;
import dev.stocktake.ProductKey;
import dev.stocktake.Refusal;
import dev.stocktake.jdbc.LedgerBatches.Open;
import dev.stocktake.jdbc.LedgerSql.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Closes batches, under the lane's lock. A row is touched only if its token is the one that was claimed. */
final class LedgerClosing {

    private static final int LONGEST_REASON = 2_000;

    private static final String ROW = "stocktake_mark m";

    private static final String AS_CLAIMED =
            "m.generation = i.generation and m.product_key = i.product_key and m.token = i.token";

    /** Locks the rows in the order in which marks come, and counts them. */
    private static final String LOCK = """
            select count(*) from (select m.product_key from stocktake_mark m
                join stocktake_batch_item i on i.generation = m.generation and i.product_key = m.product_key
                    and i.token = m.token
                where i.batch = ? order by m.product_key {lock m}) locked""";

    private static final String ITEMS = "(select * from stocktake_batch_item where batch = ?) i";

    /** Parameters: the batch, keys, reasons and fingerprints. */
    private static final String REFUSED = """
            (select items.generation, items.product_key, items.token, r.refusal, r.fingerprint
            from stocktake_batch_item items
            join {rows r product_key text, refusal text, fingerprint text} on r.product_key = items.product_key
            where items.batch = ?) i""";

    private static final String QUARANTINE = """
            stage = 2, not_before = 0, attempts = m.attempts + 1,
            refusal = i.refusal, refused_fingerprint = i.fingerprint""";

    /** A product from the frontier has no row yet; if one appeared meanwhile, it was marked anew and stays. */
    private static final String INSERT_QUARANTINED = """
            insert into stocktake_mark (generation, product_key, token, reason, since, stage, not_before, suspect,
                hold_until, attempts, split_limit, refusal, refused_fingerprint)
            select i.generation, i.product_key, {token}, i.reason, t.micros, 2, 0, i.forced, 0, 1, 0,
                r.refusal, r.fingerprint
            from stocktake_batch_item i
            join {rows r product_key text, refusal text, fingerprint text} on r.product_key = i.product_key
            cross join (select {now} as micros) t
            where i.batch = ? and i.token = 0 and not exists (select 1 from stocktake_mark m
                where m.generation = i.generation and m.product_key = i.product_key)""";

    /** A4: claimed before the hold was over, the row stays and is due then. */
    private static final String HELD = AS_CLAIMED + " and m.stage <> 2 and m.hold_until > i.claimed_at";

    private static final String ITEMS_WITH_TIME = """
            (select items.generation, items.product_key, items.token, b.claimed_at from stocktake_batch_item items
            join stocktake_batch b on b.batch = items.batch where b.batch = ?) i""";

    /** Parameters: how long to put off, split limit, the batch. */
    private static final String FAILED = """
            (select items.generation, items.product_key, items.token, t.micros + ? as retry_at,
                cast(? as integer) as split_limit
            from stocktake_batch_item items cross join (select {now} as micros) t where items.batch = ?) i""";

    private static final String PUT_OFF = """
            stage = 1, not_before = i.retry_at, attempts = m.attempts + 1,
            split_limit = case when i.split_limit = 0 then m.split_limit else i.split_limit end""";

    private static final String KEEP_FORCE_ON = "m.generation = i.generation and m.product_key = i.product_key"
            + " and m.token <> i.token and i.forced and not m.suspect";

    private static final String INSERT_FAILED = """
            insert into stocktake_mark (generation, product_key, token, reason, since, stage, not_before, suspect,
                hold_until, attempts, split_limit)
            select i.generation, i.product_key, {token}, i.reason, t.micros, 1, t.micros + ?, i.forced, 0, 1, ?
            from stocktake_batch_item i cross join (select {now} as micros) t
            where i.batch = ? and i.token = 0 and not exists (select 1 from stocktake_mark m
                where m.generation = i.generation and m.product_key = i.product_key)""";

    private final LedgerSql sql;
    private final LedgerMarks marks;
    private final LedgerBatches batches;

    LedgerClosing(LedgerSql sql, LedgerMarks marks, LedgerBatches batches) {
        this.sql = sql;
        this.marks = marks;
        this.batches = batches;
    }

    /** R4. */
    void confirm(Open batch, Map<ProductKey, Refusal> refused) {
        long left = sql.number(LOCK, batch.number());
        left -= refused.isEmpty() ? 0 : quarantine(batch, refused);
        if (left > 0) {
            left -= sql.update(
                    sql.dialect().update(ROW, "stage = 1, not_before = m.hold_until", ITEMS_WITH_TIME, HELD),
                    batch.number());
        }
        if (left > 0) {
            sql.update(sql.dialect().delete(ROW, ITEMS, AS_CLAIMED + " and m.stage = 0"), batch.number());
        }
        batches.close(batch, BatchRecord.State.CONFIRMED);
    }

    /** Sets products aside; answers how many of them had a row. */
    private int quarantine(Open batch, Map<ProductKey, Refusal> refused) {
        List<String> keys = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        List<@Nullable String> fingerprints = new ArrayList<>();
        refused.forEach((key, refusal) -> {
            keys.add(key.value());
            reasons.add(shortened(refusal.reason()));
            Fingerprint fingerprint = refusal.fingerprint();
            fingerprints.add(fingerprint == null ? null : fingerprint.value());
        });
        Object[] arguments = {Values.texts(keys), Values.texts(reasons), Values.texts(fingerprints), batch.number()};
        int met = sql.update(sql.dialect().update(ROW, QUARANTINE, REFUSED, AS_CLAIMED), arguments);
        sql.update(INSERT_QUARANTINED, arguments);
        return met;
    }

    /** What the column takes; PostgreSQL knows no character 0. */
    private static String shortened(String text) {
        String reason = text.replace('\0', ' ');
        return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON - 1) + "…";
    }

    void fail(Open batch, Duration retryAfter, int splitLimit) {
        long later = Micros.of(retryAfter);
        if (sql.number(LOCK, batch.number()) > 0) {
            sql.update(sql.dialect().update(ROW, PUT_OFF, FAILED, AS_CLAIMED), later, splitLimit, batch.number());
        }
        sql.update(sql.dialect().update(ROW, "suspect = true", ITEMS, KEEP_FORCE_ON), batch.number());
        sql.update(INSERT_FAILED, later, splitLimit, batch.number());
        batches.close(batch, BatchRecord.State.FAILED);
    }

    /** R7. */
    void suspect(Open batch, Duration hold) {
        marks.suspectOpen(batch.number(), Micros.of(hold));
        batches.suspect(batch.number());
    }

    /** R7 for whatever is open. */
    void suspectAll(Duration hold) {
        if (batches.anyOpen()) {
            marks.suspectOpen(0, Micros.of(hold));
            batches.suspect(0);
        }
        batches.forgetExpired();
    }
}
