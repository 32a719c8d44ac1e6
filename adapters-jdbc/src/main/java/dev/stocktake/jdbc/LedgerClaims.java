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
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes products in hand, under the lane's lock: those with a mark, and those the walk over all keys comes to. */
final class LedgerClaims {

    /**
     * The order is that of the index on it, column by column, so that nothing is sorted. Items of open batches are few, so
     * little is skipped.
     */
    private static final String CLAIMABLE = """
            select m.product_key, m.token, m.suspect, m.reason, m.attempts, m.refusal, m.refused_fingerprint,
                m.split_limit
            from stocktake_mark m
            where m.generation = ? and m.stage = 0
              and exists (select 1 from stocktake_generation g
                where g.generation = ? and g.index_name = ? and g.state in ('BUILDING', 'LIVE'))
              and not exists (select 1 from stocktake_batch_item i
                where i.generation = m.generation and i.product_key = m.product_key)
            order by m.generation, m.stage, m.reason, m.since limit %d""";

    private static final String PAGE = """
            select r.product_key, m.product_key as marked, i.product_key as in_flight
            from {rows r product_key text}
            left join stocktake_mark m on m.generation = ? and m.product_key = r.product_key
            left join stocktake_batch_item i on i.generation = ? and i.product_key = r.product_key""";

    /** A product that may be claimed, and how many may share its batch. */
    private record Candidate(Claim.Item item, int splitLimit) {}

    /** What is known of a key of a page. */
    private record Known(boolean marked, boolean inFlight) {}

    private static final Known UNKNOWN = new Known(false, false);

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
        marks.promote(generation);
        List<Candidate> candidates =
                sql.list(CLAIMABLE.formatted(limit), LedgerClaims::candidate, generation, generation, sql.index());
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        Claim claim = new Claim(batchId, generation, alike(candidates));
        batches.open(claim);
        return Optional.of(claim);
    }

    private static Candidate candidate(ResultSet row) throws SQLException {
        Claim.Item item = new Claim.Item(
                new ProductKey(row.getString("product_key")),
                row.getLong("token"),
                row.getBoolean("suspect"),
                reason(row.getInt("reason")),
                row.getInt("attempts"),
                LedgerView.refusal(row));
        return new Candidate(item, row.getInt("split_limit"));
    }

    static Reason reason(int stored) {
        return Reason.values()[stored];
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
        if (!generations.advance(seen, page.last().orElse(null), page.end())) {
            return Optional.empty();
        }
        boolean forced = seen.frontier().forced();
        List<Claim.Item> items = new ArrayList<>();
        List<ProductKey> toMark = new ArrayList<>();
        Map<ProductKey, Known> known = known(seen.number(), page.keys());
        for (ProductKey key : new LinkedHashSet<>(page.keys())) {
            Known state = known.getOrDefault(key, UNKNOWN);
            if (!state.marked() && !state.inFlight()) {
                items.add(new Claim.Item(key, 0, forced, Reason.SWEEP, 0, null));
            } else if (!state.marked() || forced) {
                toMark.add(key);
            }
        }
        marks.markIn(seen.number(), toMark, Reason.SWEEP, forced);
        Claim claim = new Claim(batchId, seen.number(), items);
        if (!items.isEmpty()) {
            batches.open(claim);
        }
        return Optional.of(claim);
    }

    private Map<ProductKey, Known> known(long generation, List<ProductKey> keys) {
        Map<ProductKey, Known> known = new HashMap<>();
        if (!keys.isEmpty()) {
            sql.list(
                            PAGE,
                            row -> Map.entry(
                                    new ProductKey(row.getString("product_key")),
                                    new Known(row.getString("marked") != null, row.getString("in_flight") != null)),
                            Values.texts(keys.stream().map(ProductKey::value).toList()),
                            generation,
                            generation)
                    .forEach(entry -> known.put(entry.getKey(), entry.getValue()));
        }
        return known;
    }
}
