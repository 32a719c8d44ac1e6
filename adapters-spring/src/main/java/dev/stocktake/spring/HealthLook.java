package dev.stocktake.spring;

import dev.stocktake.StocktakeException;
import dev.stocktake.Truth;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The health of all indexes. Down only if a database or an index cannot be reached: an index that lags behind must not make an
 * orchestrator restart the shop, so that one that is stale is unknown.
 */
final class HealthLook {

    private final Stocktakes stocktakes;
    private final Truths truths;
    private final Duration staleAfter;

    /** As Boot's states are called. */
    enum State {
        /** Everything can be reached, nothing is stale. */
        UP,
        /** An index is stale, or not known yet. */
        UNKNOWN,
        /** Something cannot be reached. */
        DOWN;

        private State worse(State other) {
            return compareTo(other) >= 0 ? this : other;
        }
    }

    /** What was found. */
    record Found(State state, Map<String, Object> details) {}

    HealthLook(Stocktakes stocktakes, Truths truths, Duration staleAfter) {
        this.stocktakes = stocktakes;
        this.truths = truths;
        this.staleAfter = staleAfter;
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
        boolean unsure = !truth.known() || Badge.isStale(truth, staleAfter);
        return new Found(unsure ? State.UNKNOWN : State.UP, details);
    }
}
