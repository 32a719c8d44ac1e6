package dev.stocktake;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How much drift was found since the ledger exists; kept in the transaction that marks it.
 *
 * @param kinds how often each kind
 * @param unseenBy how often by a change that this feed should have named; under {@link AuditReport#NO_FEED} if none should
 */
record DriftTotals(Map<Drift.Kind, Long> kinds, Map<String, Long> unseenBy) {

    private static final String CURSOR = "stocktake.drift";

    /** A ledger keeps 2,000 characters of a cursor, and a feed's name may have 100. */
    private static final int MOST_FEEDS = 15;

    static void add(LedgerTransaction tx, Collection<Drift> found) {
        if (found.isEmpty()) {
            return;
        }
        DriftTotals totals = load(tx);
        found.forEach(totals::count);
        tx.saveCursor(CURSOR, totals.text());
    }

    static DriftTotals load(LedgerTransaction tx) {
        return parse(tx.cursor(CURSOR).orElse(""));
    }

    static DriftTotals none() {
        return new DriftTotals(new EnumMap<>(Drift.Kind.class), new LinkedHashMap<>());
    }

    boolean isEmpty() {
        return kinds.isEmpty();
    }

    void count(Drift drift) {
        kinds.merge(drift.kind(), 1L, Long::sum);
        List<String> feeds = drift.unseenBy().isEmpty() ? List.of(AuditReport.NO_FEED) : drift.unseenBy();
        feeds.stream()
                .filter(feed ->
                        unseenBy.size() < MOST_FEEDS || unseenBy.containsKey(feed) || feed.equals(AuditReport.NO_FEED))
                .forEach(feed -> unseenBy.merge(feed, 1L, Long::sum));
    }

    /** Kinds in the first line, a feed in each that follows: its name may be anything but a line break. */
    String text() {
        List<String> ofKinds = new ArrayList<>();
        kinds.forEach((kind, count) -> ofKinds.add(kind + "=" + count));
        StringBuilder text = new StringBuilder(String.join(",", ofKinds));
        unseenBy.forEach(
                (feed, count) -> text.append('\n').append(count).append(' ').append(feed.replace('\n', ' ')));
        return text.toString();
    }

    static DriftTotals parse(String text) {
        DriftTotals totals = none();
        String[] lines = text.split("\n", -1);
        for (String kind : lines[0].isEmpty() ? new String[0] : lines[0].split(",", -1)) {
            String[] parts = kind.split("=", -1);
            totals.kinds.put(Drift.Kind.valueOf(parts[0]), Long.parseLong(parts[1]));
        }
        for (int i = 1; i < lines.length; i++) {
            String[] parts = lines[i].split(" ", 2);
            totals.unseenBy.put(parts[1], Long.parseLong(parts[0]));
        }
        return totals;
    }
}
