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

    Stocktakes(Map<String, Kept> kept) {
        this.kept = Collections.unmodifiableMap(new LinkedHashMap<>(kept));
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

    /** Ends everything: first the work, then the connections to the indexes. */
    @Override
    public void close() {
        kept.values().forEach(one -> one.stocktake().close());
        kept.values().forEach(Kept::closeIndex);
    }
}
