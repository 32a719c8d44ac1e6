package dev.stocktake;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/** How much drift was found since the ledger exists, by kind; kept in the transaction that marks it. */
final class DriftTotals {

    private static final String CURSOR = "stocktake.drift";

    private DriftTotals() {}

    static void add(LedgerTransaction tx, Collection<Difference> found) {
        if (found.isEmpty()) {
            return;
        }
        Map<Drift.Kind, Long> totals = load(tx);
        found.forEach(difference -> totals.merge(difference.kind(), 1L, Long::sum));
        StringBuilder text = new StringBuilder();
        totals.forEach((kind, count) ->
                text.append(text.isEmpty() ? "" : ",").append(kind).append('=').append(count));
        tx.saveCursor(CURSOR, text.toString());
    }

    static Map<Drift.Kind, Long> load(LedgerTransaction tx) {
        Map<Drift.Kind, Long> totals = new EnumMap<>(Drift.Kind.class);
        String text = tx.cursor(CURSOR).orElse("");
        if (!text.isEmpty()) {
            for (String total : text.split(",", -1)) {
                String[] parts = total.split("=", -1);
                totals.put(Drift.Kind.valueOf(parts[0]), Long.parseLong(parts[1]));
            }
        }
        return totals;
    }
}
