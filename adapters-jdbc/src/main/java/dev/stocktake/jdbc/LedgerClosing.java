package dev.stocktake.jdbc;

import dev.stocktake.BatchRecord;
import dev.stocktake.Fingerprint;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.Refusal;
import dev.stocktake.jdbc.LedgerBatches.Listed;
import dev.stocktake.jdbc.LedgerSql.Values;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Closes batches, under the lane's lock. A mark is touched only if its token is the one that was claimed. */
final class LedgerClosing {

    private static final int LONGEST_REASON = 2_000;

    private static final String AS_CLAIMED = "m.token = i.token";

    /** Parameters: the claim's time, the generation, keys and tokens. */
    private static final String APPLIED = """
            (select cast(? as bigint) as claimed_at, cast(? as bigint) as generation, r.product_key, r.token
            from {rows r product_key text, token bigint}) i""";

    /** Parameters: the generation, keys, tokens, reasons and fingerprints. */
    private static final String REFUSED = """
            (select cast(? as bigint) as generation, r.product_key, r.token, r.words, r.fingerprint
            from {rows r product_key text, token bigint, words prose, fingerprint text}) i""";

    /**
     * What was claimed is applied, so that the document is no older than the claim, and what remains counts from there. A4:
     * claimed before its hold was over, a row stays and is due then. Marked anew, it stays as it is.
     */
    private static final String APPLIED_AND_KEPT = """
            stage = case when m.token = i.token then 1 else m.stage end,
            not_before = case when m.token = i.token then m.hold_until else m.not_before end,
            since = greatest(m.since, i.claimed_at),
            changed_at = case when m.token = i.token then 0
                when m.changed_at > 0 and m.changed_at < i.claimed_at then i.claimed_at else m.changed_at end""";

    private static final String TO_BE_KEPT = """
            (m.token = i.token or m.since < i.claimed_at or m.changed_at > 0 and m.changed_at < i.claimed_at)""";

    private static final String QUARANTINE = """
            stage = 2, not_before = 0, attempts = m.attempts + 1,
            refusal = i.words, refused_fingerprint = i.fingerprint""";

    /** A product from the frontier has no row yet; if one appeared meanwhile, it was marked anew and stays. */
    private static final String INSERT_QUARANTINED = """
            insert into stocktake_mark (generation, product_key, token, reason, since, stage, not_before, suspect,
                hold_until, attempts, split_limit, refusal, refused_fingerprint)
            select i.generation, i.product_key, {token}, %d, t.micros, 2, 0, ?, 0, 1, 0, i.words, i.fingerprint
            from %s {any mark m of i} cross join (select {now} as micros) t
            where i.token = 0 and m.token is null""".formatted(LedgerReasons.number(Reason.SWEEP), REFUSED);

    /** Parameters: how long to put off, split limit, the generation, keys and tokens. */
    private static final String FAILED = """
            (select t.micros + ? as retry_at, cast(? as integer) as new_limit, cast(? as bigint) as generation,
                r.product_key, r.token
            from {rows r product_key text, token bigint} cross join (select {now} as micros) t) i""";

    private static final String PUT_OFF = """
            stage = 1, not_before = i.retry_at, attempts = m.attempts + 1,
            split_limit = case when i.new_limit = 0 then m.split_limit else i.new_limit end""";

    /** Parameters: the generation and keys. */
    private static final String WALKED =
            "(select cast(? as bigint) as generation, r.product_key from {rows r product_key text}) i";

    private static final String INSERT_FAILED = """
            insert into stocktake_mark (generation, product_key, token, reason, since, stage, not_before, suspect,
                hold_until, attempts, split_limit)
            select i.generation, i.product_key, {token}, %d, t.micros, 1, t.micros + ?, ?, 0, 1, ?
            from %s {any mark m of i} cross join (select {now} as micros) t
            where m.token is null""".formatted(LedgerReasons.number(Reason.SWEEP), WALKED);

    private final LedgerSql sql;
    private final LedgerMarks marks;
    private final LedgerBatches batches;
    private final LedgerRechecks rechecks;

    LedgerClosing(LedgerSql sql, LedgerMarks marks, LedgerBatches batches, LedgerRechecks rechecks) {
        this.rechecks = rechecks;
        this.sql = sql;
        this.marks = marks;
        this.batches = batches;
    }

    /** R4. */
    void confirm(Listed batch, Map<ProductKey, Refusal> refused, Map<ProductKey, Instant> times) {
        lock(batch);
        if (!refused.isEmpty()) {
            quarantine(batch, refused);
        }
        SortedMap<String, Long> applied = batch.marked();
        refused.keySet().forEach(key -> applied.remove(key.value()));
        if (!applied.isEmpty()) {
            settle(batch, applied);
        }
        rechecks.remember(batch, times);
        batches.close(batch, BatchRecord.State.CONFIRMED);
    }

    /** Products that the walk came to have no mark; if all are such, there is nothing to lock but what came meanwhile. */
    private void lock(Listed batch) {
        if (!batch.marked().isEmpty()) {
            marks.lock(batch.generation(), batch.items().keySet());
        }
    }

    private void settle(Listed batch, SortedMap<String, Long> applied) {
        Object[] items = {batch.claimedAt(), batch.generation(), keys(applied), tokens(applied)};
        int gone =
                sql.update(sql.dialect().deleteMarks(APPLIED, AS_CLAIMED + " and m.hold_until <= i.claimed_at"), items);
        if (gone < applied.size()) {
            sql.update(sql.dialect().updateMarks(APPLIED_AND_KEPT, APPLIED, TO_BE_KEPT), items);
        }
    }

    private static Values keys(SortedMap<String, Long> items) {
        return Values.texts(List.copyOf(items.keySet()));
    }

    private static Values tokens(SortedMap<String, Long> items) {
        return Values.numbers(List.copyOf(items.values()));
    }

    private void quarantine(Listed batch, Map<ProductKey, Refusal> refused) {
        SortedMap<String, Long> items = new TreeMap<>(batch.items());
        items.keySet().removeIf(key -> !refused.containsKey(new ProductKey(key)));
        List<String> reasons = new ArrayList<>();
        List<@Nullable String> fingerprints = new ArrayList<>();
        for (String key : items.keySet()) {
            Refusal refusal = refused.getOrDefault(new ProductKey(key), new Refusal("", null));
            reasons.add(shortened(refusal.reason()));
            fingerprints.add(value(refusal.fingerprint()));
        }
        Values[] columns = {keys(items), tokens(items), Values.texts(reasons), Values.texts(fingerprints)};
        sql.update(
                sql.dialect().updateMarks(QUARANTINE, REFUSED, AS_CLAIMED),
                batch.generation(),
                columns[0],
                columns[1],
                columns[2],
                columns[3]);
        sql.update(
                INSERT_QUARANTINED, batch.forced(), batch.generation(), columns[0], columns[1], columns[2], columns[3]);
    }

    private static @Nullable String value(@Nullable Fingerprint fingerprint) {
        return fingerprint == null ? null : fingerprint.value();
    }

    /** What the column takes; PostgreSQL knows no character 0. */
    private static String shortened(String text) {
        String reason = text.replace('\0', ' ');
        return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON - 1) + "…";
    }

    void fail(Listed batch, Duration retryAfter, int splitLimit) {
        long later = Micros.of(retryAfter);
        lock(batch);
        SortedMap<String, Long> marked = batch.marked();
        if (!marked.isEmpty()) {
            sql.update(
                    sql.dialect().updateMarks(PUT_OFF, FAILED, AS_CLAIMED),
                    later,
                    splitLimit,
                    batch.generation(),
                    keys(marked),
                    tokens(marked));
        }
        List<String> walked = batch.walked();
        if (!walked.isEmpty()) {
            failWalked(batch, Values.texts(walked), later, splitLimit);
        }
        batches.close(batch, BatchRecord.State.FAILED);
    }

    /** A product that was marked meanwhile stays due, but the walk's force is not lost on it. */
    private void failWalked(Listed batch, Values walked, long later, int splitLimit) {
        if (batch.forced()) {
            sql.update(
                    sql.dialect().updateMarks("suspect = true", WALKED, "not m.suspect"), batch.generation(), walked);
        }
        sql.update(INSERT_FAILED, later, batch.forced(), splitLimit, batch.generation(), walked);
    }

    /** R7. */
    void suspect(Listed batch, Duration hold) {
        suspect(List.of(batch), hold);
    }

    /** R7 for whatever is open. */
    void suspectAll(Duration hold) {
        suspect(batches.open(), hold);
    }

    private void suspect(List<Listed> open, Duration hold) {
        TreeSet<String> keys = new TreeSet<>();
        open.forEach(batch -> keys.addAll(batch.items().keySet()));
        marks.suspect(keys, hold);
        open.forEach(batches::suspect);
        batches.forgetExpired();
    }
}
