package dev.stocktake.spring;

import dev.stocktake.Stocktake;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The application's indexes by name: one, or those under {@code stocktake.indexes}. Where there is only one, inject its {@link
 * Stocktake}; where there are several, inject this, or a {@link Stocktake} with the index's name as
 * {@link org.springframework.beans.factory.annotation.Qualifier qualifier}.
 *
 * <p>Thread-safe.
 */
public final class Stocktakes implements AutoCloseable {

    private final Map<String, Kept> kept;
    private final Farewell farewell;

    /** @param farewell how long their end may take */
    Stocktakes(Map<String, Kept> kept, Farewell farewell) {
        this.kept = Collections.unmodifiableMap(new LinkedHashMap<>(kept));
        this.farewell = farewell;
    }

    /** The names of the indexes. */
    public Set<String> names() {
        return kept.keySet();
    }

    /**
     * The index of this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Stocktake get(String index) {
        return kept(index).stocktake();
    }

    Kept kept(String index) {
        Kept found = kept.get(index);
        if (found == null) {
            throw new IllegalArgumentException("There is no index '" + index + "'; there are " + names());
        }
        return found;
    }

    /** What the application calls the index that the engine calls so. */
    String nameOf(String engine) {
        return kept.values().stream()
                .filter(one -> one.index().name().equals(engine))
                .map(Kept::name)
                .findFirst()
                .orElse(engine);
    }

    Farewell farewell() {
        return farewell;
    }

    /**
     * Ends everything: of each index first the work, then the connections. Waits for it no longer than {@code
     * stocktake.scheduler.stop-within}.
     */
    @Override
    public void close() {
        farewell.say(kept.values().stream().map(Stocktakes::end).toList());
    }

    private static Runnable end(Kept one) {
        return () -> {
            try {
                one.stocktake().close();
            } finally {
                one.closeIndex();
            }
        };
    }
}
