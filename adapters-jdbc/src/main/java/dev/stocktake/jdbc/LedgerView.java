package dev.stocktake.jdbc;

import dev.stocktake.Backlog;
import dev.stocktake.Fingerprint;
import dev.stocktake.ProductKey;
import dev.stocktake.Refusal;
import dev.stocktake.Standing;
import dev.stocktake.jdbc.LedgerSql.Values;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can be seen of the live generation without changing anything. */
final class LedgerView {

    private static final String LIVE =
            "(select g.generation from stocktake_generation g where g.index_name = ? and g.state = 'LIVE')";

    private static final String STANDING = """
            select r.product_key, m.stage, m.suspect, m.reason, m.since, m.attempts, m.not_before, m.refusal,
                m.refused_fingerprint, i.product_key as in_flight, {now} as micros
            from {rows r product_key text}
            left join stocktake_mark m on m.generation = %1$s and m.product_key = r.product_key
            left join stocktake_batch_item i on i.generation = %1$s and i.product_key = r.product_key""".formatted(LIVE);

    private static final String MARKS = """
            select t.micros,
                sum(case when m.stage < 2 then 1 else 0 end) as marked,
                sum(case when i.product_key is null and (m.stage = 0 or m.stage = 1 and m.not_before <= t.micros)
                    then 1 else 0 end) as due,
                sum(case when m.stage < 2 and m.suspect then 1 else 0 end) as suspect,
                sum(case when m.stage = 2 then 1 else 0 end) as quarantined,
                min(case when m.stage < 2 then m.since end) as oldest,
                min(case when m.stage = 1 and m.not_before > t.micros then m.not_before end) as next_due
            from (select {now} as micros) t
            left join stocktake_mark m on m.generation = %s
            left join stocktake_batch_item i on i.generation = m.generation and i.product_key = m.product_key
            group by t.micros""".formatted(LIVE);

    private static final String IN_FLIGHT = "select count(*) from stocktake_batch_item where generation = " + LIVE;

    private static final String OPEN_BATCHES = "select count(*) from stocktake_batch where index_name = ?"
            + " and state = 'OPEN' and generation = " + LIVE;

    private static final String QUARANTINED = """
            select product_key, refusal, refused_fingerprint from stocktake_mark
            where generation = %s and stage = 2 order by product_key limit ?""".formatted(LIVE);

    private final LedgerSql sql;

    LedgerView(LedgerSql sql) {
        this.sql = sql;
    }

    Instant now() {
        return Micros.instant(sql.number("select {now}"));
    }

    Map<ProductKey, Standing> standing(Collection<ProductKey> keys) {
        Map<ProductKey, Standing> standings = new LinkedHashMap<>();
        keys.forEach(key -> standings.put(key, Standing.unmarked(false)));
        if (!standings.isEmpty()) {
            List<String> distinct =
                    standings.keySet().stream().map(ProductKey::value).toList();
            sql.list(STANDING, LedgerView::entry, Values.texts(distinct), sql.index(), sql.index())
                    .forEach(entry -> standings.put(entry.getKey(), entry.getValue()));
        }
        return standings;
    }

    private static Map.Entry<ProductKey, Standing> entry(ResultSet row) throws SQLException {
        return Map.entry(new ProductKey(row.getString("product_key")), standing(row));
    }

    private static Standing standing(ResultSet row) throws SQLException {
        boolean inFlight = row.getString("in_flight") != null;
        int stage = row.getInt("stage");
        if (row.wasNull()) {
            return Standing.unmarked(inFlight);
        }
        long notBefore = row.getLong("not_before");
        boolean later = stage == LedgerMarks.PUT_OFF && notBefore > row.getLong("micros");
        return new Standing(
                true,
                inFlight,
                row.getBoolean("suspect"),
                LedgerClaims.reason(row.getInt("reason")),
                Micros.instant(row.getLong("since")),
                row.getInt("attempts"),
                later ? Micros.instant(notBefore) : null,
                stage == LedgerMarks.QUARANTINED ? refusal(row) : null);
    }

    /** What was refused of a product, now or before its quarantine was lifted; null if nothing ever was. */
    static @Nullable Refusal refusal(ResultSet row) throws SQLException {
        String reason = row.getString("refusal");
        String fingerprint = row.getString("refused_fingerprint");
        return reason == null ? null : new Refusal(reason, fingerprint == null ? null : new Fingerprint(fingerprint));
    }

    Backlog backlog() {
        long inFlight = sql.number(IN_FLIGHT, sql.index());
        long openBatches = sql.number(OPEN_BATCHES, sql.index(), sql.index());
        return sql.list(
                        MARKS,
                        row -> new Backlog(
                                row.getLong("marked"),
                                row.getLong("due"),
                                row.getLong("suspect"),
                                row.getLong("quarantined"),
                                inFlight,
                                openBatches,
                                Micros.orNull(row.getLong("oldest")),
                                Micros.orNull(row.getLong("next_due")),
                                Micros.instant(row.getLong("micros"))),
                        sql.index())
                .get(0);
    }

    Map<ProductKey, Refusal> quarantine(int limit) {
        Map<ProductKey, Refusal> refusals = new LinkedHashMap<>();
        sql.list(
                QUARANTINED,
                row -> {
                    Refusal refusal = refusal(row);
                    return refusal == null ? null : refusals.put(new ProductKey(row.getString("product_key")), refusal);
                },
                sql.index(),
                limit);
        return refusals;
    }
}
