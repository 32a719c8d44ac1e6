package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run did, and what it could not do.
 *
 * @param index whose lane
 * @param policy the policy's name
 * @param outcome how it ended
 * @param started when it began, by the injected clock
 * @param times how long it took and with what
 * @param counts what it did
 * @param freshness how long the changes took that it applied
 * @param products what became of each product that was asked for by id, in that order; empty for other policies
 * @param problems in words, for the operator; at most a hundred
 * @param audit what it compared; null if it compared nothing
 * @param rebuild how the rebuild ended that it asked for; null if it asked for none, or it has not ended
 */
public record SyncReport(
        String index,
        String policy,
        Outcome outcome,
        Instant started,
        Times times,
        SyncCounts counts,
        Freshness freshness,
        Map<ProductKey, ProductOutcome> products,
        List<String> problems,
        @Nullable AuditReport audit,
        @Nullable RebuildReport rebuild) {

    /** How a run ended. */
    public enum Outcome {
        /** Everything it marked, and everything that was marked before, is true or quarantined. */
        COMPLETE,
        /** Something is left: it stays marked, and the next run goes on. {@link SyncReport#problems} says why. */
        INCOMPLETE,
        /**
         * It marked; another thread or instance runs the lane and makes the products true. Or it is of a schedule, and another
         * instance has made its walk over everything in time.
         */
        ELSEWHERE
    }

    /**
     * How long a run took.
     *
     * @param total from start to end
     * @param reading spent in the product source
     * @param writing spent handing documents to the index and asking it what it holds
     * @param waiting spent waiting for the index to apply them
     */
    public record Times(Duration total, Duration reading, Duration writing, Duration waiting) {}

    /** Copies the list. */
    public SyncReport {
        products = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(products));
        problems = List.copyOf(problems);
    }

    /** Whether nothing is left to do. */
    public boolean complete() {
        return outcome == Outcome.COMPLETE;
    }

    /** What it compared, if it compared anything. */
    public Optional<AuditReport> compared() {
        return Optional.ofNullable(audit);
    }

    /** How the rebuild ended that it asked for, if it did. */
    public Optional<RebuildReport> rebuilt() {
        return Optional.ofNullable(rebuild);
    }

    /** One line of key=value pairs. */
    @Override
    public String toString() {
        return "sync finished index='" + index + "' policy=" + policy + " outcome=" + outcome + " found="
                + counts.found() + " unchanged=" + counts.unchanged() + " written=" + counts.written() + " deleted="
                + counts.deleted() + " refused=" + counts.refused() + " retried=" + counts.retried() + " took="
                + seconds(times.total()) + " reading=" + seconds(times.reading()) + " writing="
                + seconds(times.writing()) + " waiting=" + seconds(times.waiting()) + fresh()
                + (audit == null ? "" : " compared=" + audit.products() + " drift=" + audit.total())
                + (rebuild == null ? "" : " rebuild=" + rebuild.ending() + " documents=" + rebuild.documents())
                + (problems.isEmpty() ? "" : " problem='" + oneLine(problems.get(0)) + "'");
    }

    private String fresh() {
        return freshness.changes() == 0
                ? ""
                : " changes=" + freshness.changes() + " fresh_p50=" + seconds(freshness.p50()) + " fresh_p99="
                        + seconds(freshness.p99()) + " fresh_max=" + seconds(freshness.max());
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").replace('\'', '"');
    }

    private static String seconds(Duration time) {
        long millis = time.toMillis();
        return millis / 1000 + "." + String.format(java.util.Locale.ROOT, "%03d", millis % 1000) + "s";
    }
}
