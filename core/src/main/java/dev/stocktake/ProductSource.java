package dev.stocktake;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads products as they are now: by ids, and key by key in order.
 *
 * <p>Implementations promise, and {@code ProductSourceContract} in the test kit proves:
 *
 * <ul>
 *   <li><b>fresh</b>: every call reads what was committed on the primary before the call began, on a connection and in a
 *       transaction of its own, whatever transaction the caller is in;
 *   <li><b>pure</b>: the same rows give the same document, whatever the locale, the time zone or the order of rows;
 *   <li><b>total</b>: {@link #read} answers for every key it was given; an id that must not be in the index is
 *       {@linkplain Projection.Absent absent}; one bad row fails one product;
 *   <li><b>gapless</b>: walking {@link #keys} from start to end meets every key that lived throughout the walk.
 * </ul>
 *
 * <p>Thread-safe.
 */
public interface ProductSource {

    /**
     * Reads these products as they are now.
     *
     * @param keys distinct keys, at most a few thousand
     * @return an entry for each of the keys, and for no other
     * @throws UnavailableException if the database cannot be reached or answers too late; nothing is known
     * @throws MisconfiguredException if a table, column or query is wrong
     */
    Map<ProductKey, Projection> read(Collection<ProductKey> keys);

    /**
     * The same, and tells when the database is done with it. Override it where documents are put together after the database
     * has answered: then it can be asked for the next ones meanwhile.
     *
     * @param answered to be called once at most, by the calling thread, when the database has answered everything, though the
     *     connection that has the answers may still be held; not to be called is no error
     */
    default Map<ProductKey, Projection> read(Collection<ProductKey> keys, Runnable answered) {
        return read(keys);
    }

    /**
     * The keys that follow {@code after} in the source's order.
     *
     * @param after null to begin at the start; need not exist (any more)
     * @param limit how many keys at most, positive
     */
    KeyPage keys(@Nullable ProductKey after, int limit);

    /**
     * Which of these products have a document now. Override it where that can be told without reading the documents.
     *
     * @return a subset of {@code keys}; a product that is unreadable counts as present, so that nothing is removed by
     *     mistake
     */
    default Set<ProductKey> present(Collection<ProductKey> keys) {
        Set<ProductKey> present = new LinkedHashSet<>();
        read(keys).forEach((key, projection) -> {
            if (!(projection instanceof Projection.Absent)) {
                present.add(key);
            }
        });
        return present;
    }

    /**
     * Compares two keys in the order that {@link #keys} walks. The frontier of a full sync, the walk and this comparison
     * use one collation: the database's.
     *
     * @return negative, zero or positive, as {@link java.util.Comparator#compare}
     */
    int compare(ProductKey left, ProductKey right);

    /**
     * The version of the mapping from rows to documents; part of every fingerprint. Change it when the code that builds
     * documents changes in a way that its output alone does not show.
     */
    default String projectionVersion() {
        return "1";
    }

    /**
     * Checks what can be checked before the first run: reachable, tables and columns there, queries usable.
     *
     * @throws MisconfiguredException naming the setting
     * @throws UnavailableException if the database cannot be reached
     */
    default void verify() {}
}
