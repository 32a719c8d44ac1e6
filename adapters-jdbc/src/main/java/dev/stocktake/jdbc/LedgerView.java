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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be seen of a generation, mostly the live one, without changing anything. */
final class LedgerView {

    private static final String LIVE =
            "select generation from stocktake_generation where index_name = ? and state = 'LIVE'";

    private static final String OPEN = """
            select generation from stocktake_generation where index_name = ? and generation = ? and state <> 'RETIRED'""";

    /** There is no live generation; no query finds anything of this one. */
    private static final long NONE = -1;

    private static final String STANDING = """
            select m.product_key, m.stage, m.suspect, m.reason, m.since, m.changed_at, m.attempts, m.not_before, m.refusal,
                m.refused_fingerprint, {now} as micros
            from (select cast(? as bigint) as generation, r.product_key from {rows r product_key text}) i {mark m of i}""";

    private static final String QUARANTINED = """
            select product_key, refusal, refused_fingerprint from stocktake_mark
            where generation = ? and stage = 2 order by product_key limit ?""";

    private final LedgerSql sql;
    private final LedgerBatches batches;

    LedgerView(LedgerSql sql, LedgerBatches batches) {
        this.sql = sql;
        this.batches = batches;
    }

    Instant now() {
        return Micros.instant(sql.number("select {now}"));
    }

    private long live() {
        return sql.one(LIVE, row -> row.getLong(1), sql.index()).orElse(NONE);
    }

    Map<ProductKey, Standing> standing(Collection<ProductKey> keys) {
        long live = live();
        Set<String> inFlight = batches.inFlight(live);
        Map<ProductKey, Standing> standings = new LinkedHashMap<>();
        keys.forEach(key -> standings.put(key, Standing.unmarked(inFlight.contains(key.value()))));
        if (!standings.isEmpty()) {
            List<String> distinct =
                    standings.keySet().stream().map(ProductKey::value).toList();
            sql.list(STANDING, row -> marked(row, inFlight), live, Values.texts(distinct))
                    .forEach(marked -> standings.put(marked.getKey(), marked.getValue()));
        }
        return standings;
    }

    private static Map.Entry<ProductKey, Standing> marked(ResultSet row, Set<String> inFlight) throws SQLException {
        String key = row.getString("product_key");
        int stage = row.getInt("stage");
        long notBefore = row.getLong("not_before");
        boolean later = stage == LedgerMarks.PUT_OFF && notBefore > row.getLong("micros");
        Standing standing = new Standing(
                true,
                inFlight.contains(key),
                row.getBoolean("suspect"),
                LedgerReasons.of(row.getInt("reason")),
                Micros.instant(row.getLong("since")),
                Micros.orNull(row.getLong("changed_at")),
                row.getInt("attempts"),
                later ? Micros.instant(notBefore) : null,
                stage == LedgerMarks.QUARANTINED ? refusal(row) : null);
        return Map.entry(new ProductKey(key), standing);
    }

    /** What was refused of a product, now or before its quarantine was lifted; null if nothing ever was. */
    static @Nullable Refusal refusal(ResultSet row) throws SQLException {
        String reason = row.getString("refusal");
        String fingerprint = row.getString("refused_fingerprint");
        return reason == null ? null : new Refusal(reason, fingerprint == null ? null : new Fingerprint(fingerprint));
    }

    Backlog backlog() {
        return of(live());
    }

    /** Of a generation that is open; of any other there is nothing. */
    Backlog backlog(long generation) {
        return of(sql.one(OPEN, row -> row.getLong(1), sql.index(), generation).orElse(NONE));
    }

    private Backlog of(long live) {
        List<LedgerBatches.Listed> open = batches.open(live);
        Set<String> inFlight = new HashSet<>();
        open.forEach(batch -> inFlight.addAll(batch.items().keySet()));
        return new LedgerNumbers(sql, live).backlog(inFlight, open.size());
    }

    long marked(long most) {
        return new LedgerNumbers(sql, live()).marked(most);
    }

    Map<ProductKey, Refusal> quarantine(int limit) {
        Map<ProductKey, Refusal> refusals = new LinkedHashMap<>();
        sql.list(QUARANTINED, LedgerView::refused, live(), limit)
                .forEach(refused -> refusals.put(refused.getKey(), refused.getValue()));
        return refusals;
    }

    private static Map.Entry<ProductKey, Refusal> refused(ResultSet row) throws SQLException {
        return Map.entry(new ProductKey(row.getString("product_key")), Objects.requireNonNull(refusal(row)));
    }
}
