package dev.stocktake;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run compared, and what it found.
 *
 * @param dryRun whether it only looked: nothing was marked, nothing written
 * @param products how many products were compared with their documents
 * @param documents how many documents the index was asked whether they have a product
 * @param known differences that were known already (marked, in flight, quarantined with just this content, not walked yet):
 *     no drift
 * @param drift differences nobody knew of, by kind; only kinds that were found
 * @param unseenBy how many of them each feed should have named; {@code "no feed"} for those that none should have
 * @param examples some of the drift; at most {@value #MOST_EXAMPLES}
 */
public record AuditReport(
        boolean dryRun,
        long products,
        long documents,
        long known,
        Map<Drift.Kind, Long> drift,
        Map<String, Long> unseenBy,
        List<Drift> examples) {

    /** How many examples are kept. */
    public static final int MOST_EXAMPLES = 20;

    /** Under this word stands in {@link #unseenBy} what no feed should have seen. */
    public static final String NO_FEED = "no feed";

    /** Copies the collections. */
    public AuditReport {
        Map<Drift.Kind, Long> kinds = new EnumMap<>(Drift.Kind.class);
        kinds.putAll(drift);
        drift = Collections.unmodifiableMap(kinds);
        unseenBy = Collections.unmodifiableMap(new LinkedHashMap<>(unseenBy));
        examples = List.copyOf(examples);
    }

    /** How much drift was found in all. */
    public long total() {
        return drift.values().stream().mapToLong(Long::longValue).sum();
    }
}
