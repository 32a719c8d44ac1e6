package dev.stocktake.jdbc;

import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.jdbc.LedgerSql.Values;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** The rows of products that are not yet true. */
final class LedgerMarks {

    /** {@code stage}: may be claimed. */
    static final int DUE = 0;

    /** {@code stage}: put off until {@code not_before}. */
    static final int PUT_OFF = 1;

    /** {@code stage}: set aside. */
    static final int QUARANTINED = 2;

    private static final int CHUNK = 10_000;

    private static final String COLUMNS = "generation, product_key, token, reason, since, stage, not_before, suspect,"
            + " hold_until, attempts, split_limit";

    private static final String VALUES =
            "s.generation, s.product_key, {token}, s.reason, s.since, 0, 0, s.suspect, s.hold_until, 0, 0";

    /** R1. A product that comes out of quarantine is tried alone, and what was refused is kept for comparison. */
    private static final String MARK_AGAIN = """
            token = {new}.token, reason = least(m.reason, {new}.reason), stage = 0, not_before = 0,
            suspect = (m.suspect or {new}.suspect), hold_until = greatest(m.hold_until, {new}.hold_until),
            split_limit = case when m.stage = 2 then 1 else m.split_limit end""";

    /** Parameters: reason, forced, the keys, the index, twice the only generation or 0. */
    private static final String MARKED = """
            (select g.generation, r.product_key, cast(? as integer) as reason, cast(? as boolean) as suspect,
                cast(0 as bigint) as hold_until, t.micros as since
            from stocktake_generation g cross join {rows r product_key text} cross join (select {now} as micros) t
            where g.index_name = ? and g.state <> 'RETIRED' and (? = 0 or g.generation = ?)) s""";

    /** Parameters: reason, twice the hold, index, twice the only batch or 0, state, index. */
    private static final String SUSPECTED = """
            (select g.generation, i.product_key, cast(? as integer) as reason, true as suspect,
                case when ? = 0 then 0 else t.micros + ? end as hold_until, t.micros as since
            from (select distinct items.product_key from %s items join stocktake_batch b on b.batch = items.batch
                where b.index_name = ? and (? = 0 or b.batch = ?) and b.state = ?) i
            cross join stocktake_generation g cross join (select {now} as micros) t
            where g.index_name = ? and g.state <> 'RETIRED') s""";

    private static final String MARK_ALL = """
            update stocktake_mark set token = {token}, reason = least(reason, cast(? as integer)),
                stage = 0, not_before = 0, suspect = (suspect or cast(? as boolean)),
                split_limit = case when stage = 2 then 1 else split_limit end
            where generation in (select g.generation from stocktake_generation g
                where g.index_name = ? and g.state <> 'RETIRED')""";

    /** What was put off becomes due in bounded steps, so that a claim stays short. */
    private static final String PUT_OFF_UNTIL_NOW = """
            (select put_off.generation, put_off.product_key from stocktake_mark put_off
            where put_off.generation = ? and put_off.stage = 1 and put_off.not_before <= {now}
            order by put_off.generation, put_off.stage, put_off.not_before limit 10000) i""";

    private final LedgerSql sql;

    LedgerMarks(LedgerSql sql) {
        this.sql = sql;
    }

    /** R1, in every open generation. */
    void mark(Collection<ProductKey> keys, Reason reason, boolean forced) {
        mark(keys, reason, forced, 0);
    }

    /** R1, in one generation. */
    void markIn(long generation, Collection<ProductKey> keys, Reason reason, boolean forced) {
        mark(keys, reason, forced, generation);
    }

    private void mark(Collection<ProductKey> keys, Reason reason, boolean forced, long generation) {
        List<String> sorted = sorted(keys);
        for (int from = 0; from < sorted.size(); from += CHUNK) {
            List<String> chunk = sorted.subList(from, Math.min(sorted.size(), from + CHUNK));
            upsert(MARKED, reason.ordinal(), forced, Values.texts(chunk), sql.index(), generation, generation);
        }
    }

    /** Distinct, as no row may be met twice by one statement, and in order, so that transactions do not deadlock. */
    private static List<String> sorted(Collection<ProductKey> keys) {
        TreeSet<String> sorted = new TreeSet<>();
        keys.forEach(key -> sorted.add(key.value()));
        return new ArrayList<>(sorted);
    }

    /** R7: the products of an open batch, or of all of them, become suspect in every open generation. */
    void suspectOpen(long batchOrZero, long hold) {
        suspect("stocktake_batch_item", batchOrZero, hold, "OPEN");
    }

    /** The products of a remembered batch. */
    void markBatch(long batch, boolean open) {
        suspect(open ? "stocktake_batch_item" : "stocktake_suspect_item", batch, 0, open ? "OPEN" : "SUSPECT");
    }

    private void suspect(String items, long batch, long hold, String state) {
        upsert(
                SUSPECTED.formatted(items),
                Reason.SUSPECT.ordinal(),
                hold,
                hold,
                sql.index(),
                batch,
                batch,
                state,
                sql.index());
    }

    private void upsert(String source, Object... arguments) {
        sql.update(
                sql.dialect().upsert("stocktake_mark", "generation, product_key", COLUMNS, VALUES, MARK_AGAIN, source),
                arguments);
    }

    /** A2: every row there is; the frontier sees to the rest. */
    void markAll(Reason reason, boolean forced) {
        sql.update(MARK_ALL, reason.ordinal(), forced, sql.index());
    }

    /** What was put off until now is due. */
    void promote(long generation) {
        sql.update(
                sql.dialect()
                        .update(
                                "stocktake_mark m",
                                "stage = 0",
                                PUT_OFF_UNTIL_NOW,
                                "m.generation = i.generation and m.product_key = i.product_key"),
                generation);
    }
}
