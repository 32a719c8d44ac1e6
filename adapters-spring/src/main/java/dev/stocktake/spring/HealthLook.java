package dev.stocktake.spring;

import dev.stocktake.AuditStatus;
import dev.stocktake.StocktakeException;
import dev.stocktake.Truth;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The health of all indexes. Down only if a database or an index cannot be reached: an index that lags behind must not make an
 * orchestrator restart the shop, so that one that is stale, or was not audited in time, is unknown.
 */
final class HealthLook {

    private final Stocktakes stocktakes;
    private final Truths truths;
    private final Duration staleAfter;
    private final InstantSource clock;
    private final Instant since;

    /** As Boot's states are called. */
    enum State {
        /** Everything can be reached, nothing is stale. */
        UP,
        /** An index is stale, was not compared within the audit's bound, or is not known yet. */
        UNKNOWN,
        /** Something cannot be reached. */
        DOWN;

        private State worse(State other) {
            return compareTo(other) >= 0 ? this : other;
        }
    }

    /** What was found. */
    record Found(State state, Map<String, Object> details) {}

    HealthLook(Stocktakes stocktakes, Truths truths, Duration staleAfter, InstantSource clock) {
        this.stocktakes = stocktakes;
        this.truths = truths;
        this.staleAfter = staleAfter;
        this.clock = clock;
        this.since = clock.instant();
    }

    Found look() {
        State state = State.UP;
        Map<String, Object> details = new LinkedHashMap<>();
        stocktakes.names().forEach(truths::ask);
        for (String index : stocktakes.names()) {
            Found found = look(index);
            state = state.worse(found.state());
            details.put(index, found.details());
        }
        return new Found(state, details);
    }

    private Found look(String index) {
        try {
            Truth truth = truths.of(index);
            Badge badge = Badge.of(truth, staleAfter);
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("state", badge.name().name());
            details.put("sentence", badge.sentence());
            details.put("marked", truth.marked());
            details.put("quarantined", truth.quarantined());
            truth.oldestChangeAge().ifPresent(age -> details.put("oldestChange", age.toString()));
            if (truth.audit() != null) {
                if (truth.audit().bound() != null) {
                    details.put("comparedWithin", truth.audit().bound().toString());
                }
                truth.audit().oldestComparison().ifPresent(age -> details.put("oldestComparison", age.toString()));
                details.put("drift", truth.audit().drift());
            }
            return reached(index, truth, details);
        } catch (StocktakeException e) {
            return new Found(State.DOWN, Map.of("ledger", String.valueOf(e.getMessage())));
        }
    }

    private Found reached(String index, Truth truth, Map<String, Object> details) {
        try {
            truths.reach(index);
        } catch (StocktakeException e) {
            details.put("index", String.valueOf(e.getMessage()));
            return new Found(State.DOWN, details);
        }
        boolean unsure = !truth.known() || Badge.isStale(truth, staleAfter) || misses(truth.audit());
        return new Found(unsure ? State.UNKNOWN : State.UP, details);
    }

    /** Whether the audit's bound does not hold; of what was never compared, once this application has run for so long. */
    private boolean misses(@Nullable AuditStatus audit) {
        if (audit == null || audit.bound() == null || audit.holds()) {
            return false;
        }
        return audit.achieved() != null || since.plus(audit.bound()).isBefore(clock.instant());
    }
}
