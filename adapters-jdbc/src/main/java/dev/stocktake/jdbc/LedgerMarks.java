package dev.stocktake.jdbc;

import dev.stocktake.Intake;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.jdbc.LedgerSql.Values;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The rows of products that are not yet true. */
final class LedgerMarks {

    /** {@code stage}: may be claimed. */
    static final int DUE = 0;

    /** {@code stage}: put off until {@code not_before}. */
    static final int PUT_OFF = 1;

    /** {@code stage}: quarantined. */
    static final int QUARANTINED = 2;

    private static final int CHUNK = 10_000;

    private static final String COLUMNS = "generation, product_key, token, reason, since, stage, not_before, suspect,"
            + " hold_until, attempts, split_limit, changed_at";

    private static final String VALUES =
            "s.generation, s.product_key, {token}, s.reason, s.since, 0, 0, s.suspect, s.hold_until, 0, 0, s.changed_at";

    /**
     * R1. A product that comes out of quarantine is tried alone, and what was refused is kept for comparison. The stage is
     * read before it is assigned, see {@link LedgerDialect#upsertMarks}.
     */
    private static final String MARK_AGAIN = """
            split_limit = case when m.stage = 2 and m.refused_fingerprint is not null then 1 else m.split_limit end,
            token = {new}.token, reason = least(m.reason, {new}.reason), stage = 0, not_before = 0,
            suspect = (m.suspect or {new}.suspect), hold_until = greatest(m.hold_until, {new}.hold_until),
            changed_at = case when m.changed_at > 0 and ({new}.changed_at = 0 or m.changed_at < {new}.changed_at)
                then m.changed_at else {new}.changed_at end""";

    /** Parameters: forced, twice the hold, keys, reasons and times, the index, twice the only generation or 0. */
    private static final String MARKED = """
            (select g.generation, r.product_key, cast(r.reason as integer) as reason, r.changed_at,
                cast(? as boolean) as suspect,
                case when ? = 0 then 0 else t.micros + ? end as hold_until, t.micros as since
            from stocktake_generation g cross join {rows r product_key text, reason bigint, changed_at bigint}
                cross join (select {now} as micros) t
            where g.index_name = ? and g.state <> 'RETIRED' and (? = 0 or g.generation = ?)) s""";

    private static final String ALL = """
            generation in (select g.generation from stocktake_generation g
                where g.index_name = ? and g.state <> 'RETIRED' and (? = 0 or g.generation = ?))""";

    private static final String MARK_ALL = """
            update stocktake_mark set
                split_limit = case when stage = 2 and refused_fingerprint is not null then 1 else split_limit end,
                token = {token}, reason = least(reason, cast(? as integer)),
                stage = 0, not_before = 0, suspect = (suspect or cast(? as boolean))
            where\s""" + ALL;

    /** A4. Parameters: the heir, the reason, and whose rows. */
    private static final String INHERIT = """
            insert into stocktake_mark (%s)
            select cast(? as bigint), m.product_key, {token}, cast(? as integer), t.micros, 0, 0, true, m.hold_until, 0, 0, 0
            from stocktake_mark m cross join (select {now} as micros) t
            where m.generation = ? and m.hold_until > t.micros""".formatted(COLUMNS);

    /** Parameters: the generation and the live one. */
    private static final String OLDER = """
            select m.product_key from stocktake_mark m
            where m.generation = ? and m.stage < 2 and not exists (select l.product_key from stocktake_mark l
                where l.generation = ? and l.product_key = m.product_key and l.stage < 2 and l.since <= m.since)
            limit 1""";

    private static final List<String> FORGET = List.of(
            "delete from stocktake_mark where generation = ?", "delete from stocktake_recheck where generation = ?");

    /** Parameters: the generation and keys. */
    private static final String NAMED =
            "(select cast(? as bigint) as generation, r.product_key from {rows r product_key text}) i";

    /**
     * What was put off becomes due in bounded steps, so that a claim stays short. By key in the end, against deadlocks; some
     * databases keep an order only beside a limit.
     */
    private static final String PUT_OFF_UNTIL_NOW = """
            (select q.generation, q.product_key from (select p.generation, p.product_key from stocktake_mark p
                where p.stage = 1 and p.generation = ? and p.not_before <= {now}
                order by p.stage, p.generation, p.not_before limit 10000) q
            order by q.product_key limit 10000) i""";

    private final LedgerSql sql;

    LedgerMarks(LedgerSql sql) {
        this.sql = sql;
    }

    /** Why a product is marked, and when it changed in {@link Micros}, 0 if that is not known. */
    private record Why(Reason reason, long changedAt) {}

    /** How and where products are marked: forced, held for so long (A4), and in one generation only or, if 0, in all. */
    private record How(boolean forced, long hold, long generation) {}

    /** R1, in every open generation. */
    void mark(Collection<ProductKey> keys, Reason reason, boolean forced) {
        mark(texts(keys), reason, new How(forced, 0, 0));
    }

    /** R1, in every open generation, with the times of the changes. */
    void mark(Collection<Intake.Hint> hints) {
        Map<ProductKey, Intake.Hint> distinct = new HashMap<>();
        hints.forEach(hint -> distinct.merge(hint.product(), hint, Intake.Hint::and));
        SortedMap<String, Why> marks = new TreeMap<>();
        distinct.forEach((key, hint) -> marks.put(key.value(), why(hint)));
        mark(marks, new How(false, 0, 0));
    }

    private static Why why(Intake.Hint hint) {
        Instant changedAt = hint.changedAt();
        return new Why(hint.wide() ? Reason.FANOUT : Reason.CHANGE, changedAt == null ? 0 : Micros.of(changedAt));
    }

    /** R1, in one generation. */
    void markIn(long generation, Collection<ProductKey> keys, Reason reason, boolean forced) {
        mark(texts(keys), reason, new How(forced, 0, generation));
    }

    /** R1, in one generation, for changes at these times in {@link Micros}. */
    void markIn(long generation, Map<String, Long> changes, Reason reason) {
        SortedMap<String, Why> marks = new TreeMap<>();
        changes.forEach((key, changedAt) -> marks.put(key, new Why(reason, changedAt)));
        mark(marks, new How(false, 0, generation));
    }

    /** R7: forced, in every open generation, and held (A4). */
    void suspect(Set<String> keys, Duration hold) {
        mark(keys, Reason.SUSPECT, new How(true, Micros.of(hold), 0));
    }

    private static Set<String> texts(Collection<ProductKey> keys) {
        return keys.stream().map(ProductKey::value).collect(Collectors.toSet());
    }

    private void mark(Set<String> keys, Reason reason, How how) {
        SortedMap<String, Why> marks = new TreeMap<>();
        Why why = new Why(reason, 0);
        keys.forEach(key -> marks.put(key, why));
        mark(marks, how);
    }

    /** In chunks of distinct keys, as no row may be met twice by one statement, and sorted, against deadlocks. */
    private void mark(SortedMap<String, Why> marks, How how) {
        List<String> keys = List.copyOf(marks.keySet());
        List<Why> whys = List.copyOf(marks.values());
        for (int from = 0; from < keys.size(); from += CHUNK) {
            int to = Math.min(keys.size(), from + CHUNK);
            List<Why> chunk = whys.subList(from, to);
            sql.update(
                    sql.dialect().upsertMarks(COLUMNS, VALUES, MARK_AGAIN, MARKED),
                    how.forced(),
                    how.hold(),
                    how.hold(),
                    Values.texts(keys.subList(from, to)),
                    Values.numbers(chunk.stream()
                            .map(why -> (long) LedgerReasons.number(why.reason()))
                            .toList()),
                    Values.numbers(chunk.stream().map(Why::changedAt).toList()),
                    sql.index(),
                    how.generation(),
                    how.generation());
        }
    }

    /**
     * A2: every row there is; the frontier sees to the rest.
     *
     * @param generation the only one; 0 for all
     */
    void markAll(Reason reason, boolean forced, long generation) {
        sql.dialect()
                .lockMarksWhere(ALL)
                .ifPresent(lock -> sql.list(lock, row -> 0, sql.index(), generation, generation));
        sql.update(MARK_ALL, LedgerReasons.number(reason), forced, sql.index(), generation, generation);
    }

    /** A4: another generation, which has no rows, gets those that are held because a late write may still land. */
    void inherit(long from, long heir) {
        sql.update(INHERIT, heir, LedgerReasons.number(Reason.SUSPECT), from);
    }

    /** A6: whether it has no rows but quarantined ones, and those of products that wait in the live one for at least as long. */
    boolean isNoOlderThan(long live, long generation) {
        return sql.one(OLDER, row -> row.getString(1), generation, live).isEmpty();
    }

    /** All of a generation's rows, and when its products must be looked at again. */
    void forget(long generation) {
        FORGET.forEach(template -> sql.update(template, generation));
    }

    /** Before several changes of these products' marks, in any order: see {@link LedgerDialect#lockMarks}. */
    void lock(long generation, Collection<String> keys) {
        Values sorted = Values.texts(List.copyOf(new TreeSet<>(keys)));
        sql.dialect().lockMarks(NAMED).ifPresent(lock -> sql.list(lock, row -> 0, generation, sorted));
    }

    /** What was put off until now is due. */
    void promote(long generation) {
        sql.update(sql.dialect().updateMarks("stage = 0", PUT_OFF_UNTIL_NOW, "m.stage = 1"), generation);
    }
}
