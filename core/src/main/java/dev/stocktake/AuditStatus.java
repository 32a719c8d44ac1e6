package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How well an index is audited.
 *
 * @param bound within which time every product shall be compared; null if no schedule says so
 * @param achieved how long ago the product was compared that waited longest, or the index was listed: nothing that nobody
 *     knows of is older; null until everything was compared once
 * @param ended when the last pass over everything ended, by the ledger's clock; null before
 * @param drift differences nobody knew of, since the ledger exists, by kind; only kinds that were found
 * @param unseenBy how many of them each feed should have named, as in {@link AuditReport#unseenBy}: {@code "no feed"} for
 *     those that none should have; of the first fifteen feeds, as others cannot be remembered
 */
public record AuditStatus(
        @Nullable Duration bound,
        @Nullable Duration achieved,
        @Nullable Instant ended,
        Map<Drift.Kind, Long> drift,
        Map<String, Long> unseenBy) {

    /** Copies the maps. */
    public AuditStatus {
        Map<Drift.Kind, Long> kinds = new EnumMap<>(Drift.Kind.class);
        kinds.putAll(drift);
        drift = Collections.unmodifiableMap(kinds);
        unseenBy = Collections.unmodifiableMap(new LinkedHashMap<>(unseenBy));
    }

    /** How long ago the product was compared that waited longest, if every product was compared once. */
    public Optional<Duration> oldestComparison() {
        return Optional.ofNullable(achieved);
    }

    /** Whether everything was compared within the bound; without a bound, whether everything was compared once. */
    public boolean holds() {
        return achieved != null && (bound == null || achieved.compareTo(bound) <= 0);
    }
}
