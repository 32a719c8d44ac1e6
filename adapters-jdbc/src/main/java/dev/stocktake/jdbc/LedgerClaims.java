package dev.stocktake.jdbc;

import dev.stocktake.Claim;
import dev.stocktake.Generation;
import dev.stocktake.KeyPage;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.jdbc.LedgerSql.Values;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Takes products in hand, under the lane's lock: those with a mark, and those the walk over all keys comes to. */
final class LedgerClaims {

    private static final String ANY = """
            select m.product_key from stocktake_mark m
            where m.stage = 0 and m.generation = ? and exists (select 1 from stocktake_generation g
                where g.generation = ? and g.index_name = ? and g.state in ('BUILDING', 'LIVE'))
              and not exists (select 1 from stocktake_generation s where s.index_name = ? and s.state = 'SWAPPING')
            order by m.stage, m.generation, m.reason, m.since limit 1""";

    /**
     * The order is that of the index on it, column by column, so that nothing is sorted; what is in flight stands in front,
     * but is not much.
     */
    private static final String CLAIMABLE = """
            select m.product_key, m.token, m.suspect, m.reason, m.attempts, m.refusal, m.refused_fingerprint,
                m.split_limit, m.changed_at
            from stocktake_mark m where m.stage = 0 and m.generation = ? %s
            order by m.stage, m.generation, m.reason, m.since limit %d""";

    private static final String ANY_MARK = "select 1 from stocktake_mark m where m.generation = ? limit 1";

    private static final String MARKED = """
            select m.product_key from (select cast(? as bigint) as generation, r.product_key
                from {rows r product_key text}) i {mark m of i}""";

    /** A product that may be claimed, and how many may share its batch. */
    private record Candidate(Claim.Item item, int splitLimit) {}

    private final LedgerSql sql;
    private final LedgerGenerations generations;
    private final LedgerMarks marks;
    private final LedgerBatches batches;

    LedgerClaims(LedgerSql sql, LedgerGenerations generations, LedgerMarks marks, LedgerBatches batches) {
        this.sql = sql;
        this.generations = generations;
        this.marks = marks;
        this.batches = batches;
    }

    /** R3, R5. */
    Optional<Claim> claim(long generation, String batchId, int limit) {
        return claim(generation, batchId, limit, "");
    }

    /** R3, R5, for products that are marked for this reason. */
    Optional<Claim> claimOnly(long generation, String batchId, int limit, Reason reason) {
        return claim(generation, batchId, limit, "and m.reason = " + LedgerReasons.number(reason));
    }

    private Optional<Claim> claim(long generation, String batchId, int limit, String which) {
        marks.promote(generation);
        if (sql.one(ANY, row -> row.getString(1), generation, generation, sql.index(), sql.index())
                .isEmpty()) {
            return Optional.empty();
        }
        List<Candidate> candidates = candidates(generation, batches.inFlight(generation), limit, which);
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        Claim claim = new Claim(batchId, generation, alike(candidates));
        batches.open(claim, false);
        return Optional.of(claim);
    }

    /** R5: one batch in flight per product and generation. */
    private List<Candidate> candidates(long generation, Set<String> inFlight, int limit, String which) {
        Optional<String> besides = sql.dialect().noneOf("m.product_key");
        if (inFlight.isEmpty() || besides.isEmpty()) {
            String atMost = CLAIMABLE.formatted(which, limit + inFlight.size());
            return sql.list(atMost, LedgerClaims::candidate, generation).stream()
                    .filter(candidate ->
                            !inFlight.contains(candidate.item().key().value()))
                    .limit(limit)
                    .toList();
        }
        return sql.list(
                CLAIMABLE.formatted(which + " and " + besides.get(), limit),
                LedgerClaims::candidate,
                generation,
                Values.texts(List.copyOf(inFlight)));
    }

    private static Candidate candidate(ResultSet row) throws SQLException {
        Claim.Item item = new Claim.Item(
                new ProductKey(row.getString("product_key")),
                row.getLong("token"),
                row.getBoolean("suspect"),
                LedgerReasons.of(row.getInt("reason")),
                row.getInt("attempts"),
                LedgerView.refusal(row),
                Micros.orNull(row.getLong("changed_at")));
        return new Candidate(item, row.getInt("split_limit"));
    }

    /** Those that may share a batch with the first. */
    private static List<Claim.Item> alike(List<Candidate> candidates) {
        int splitLimit = candidates.get(0).splitLimit();
        return candidates.stream()
                .filter(candidate -> candidate.splitLimit() == splitLimit)
                .limit(splitLimit == 0 ? Long.MAX_VALUE : splitLimit)
                .map(Candidate::item)
                .toList();
    }

    /** A1. */
    Optional<Claim> claimFrontier(Generation seen, String batchId, KeyPage page) {
        if (generations.isAnySwapping()
                || !generations.advance(seen, page.last().orElse(null), page.end())) {
            return Optional.empty();
        }
        boolean forced = seen.frontier().forced();
        Set<String> marked = marked(seen.number(), page.keys());
        Set<String> inFlight = batches.inFlight(seen.number());
        List<Claim.Item> items = new ArrayList<>();
        List<ProductKey> toMark = new ArrayList<>();
        for (ProductKey key : new LinkedHashSet<>(page.keys())) {
            boolean hasRow = marked.contains(key.value());
            if (!hasRow && !inFlight.contains(key.value())) {
                items.add(new Claim.Item(key, 0, forced, Reason.SWEEP, 0, null, null));
            } else if (!hasRow || forced) {
                toMark.add(key);
            }
        }
        marks.markIn(seen.number(), toMark, Reason.SWEEP, forced);
        Claim claim = new Claim(batchId, seen.number(), items);
        if (!items.isEmpty()) {
            batches.open(claim, forced);
        }
        return Optional.of(claim);
    }

    private Set<String> marked(long generation, List<ProductKey> keys) {
        List<String> texts = keys.stream().map(ProductKey::value).toList();
        return texts.isEmpty()
                        || sql.one(ANY_MARK, row -> row.getInt(1), generation).isEmpty()
                ? Set.of()
                : new HashSet<>(sql.list(MARKED, row -> row.getString(1), generation, Values.texts(texts)));
    }
}
