package dev.stocktake.spring;

import dev.stocktake.Stocktake;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The application's indexes by name: one, or those under {@code stocktake.indexes}. Where there is only one, inject its {@link
 * Stocktake}; where there are several, inject this, or a {@link Stocktake} with the index's name as
 * {@link org.springframework.beans.factory.annotation.Qualifier qualifier}.
 *
 * <p>Thread-safe.
 */
public final class Stocktakes implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Stocktakes.class);

    private final Set<String> names;
    private final Preparation preparation;
    private final Farewell farewell;

    /**
     * @param names of the indexes that are prepared
     * @param farewell how long their end may take
     */
    Stocktakes(Set<String> names, Preparation preparation, Farewell farewell) {
        this.names = Collections.unmodifiableSet(new LinkedHashSet<>(names));
        this.preparation = preparation;
        this.farewell = farewell;
    }

    /** The names of the indexes. */
    public Set<String> names() {
        return names;
    }

    /**
     * Waits until all of them are there.
     *
     * @throws SetUpException if something is wrong with one of them
     */
    void await() {
        preparation.get();
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
        Kept found = preparation.get().get(index);
        if (found == null) {
            throw new IllegalArgumentException("There is no index '" + index + "'; there are " + names());
        }
        return found;
    }

    /** What the application calls the index that the engine calls so. */
    String nameOf(String engine) {
        return preparation.get().values().stream()
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
        farewell.say(names.stream().map(this::end).toList());
    }

    private Runnable end(String name) {
        return () -> {
            try {
                kept(name).end();
            } catch (SetUpException e) {
                log.debug("Index '{}' was never there", name, e);
            }
        };
    }
}
