package dev.stocktake;

import java.util.Collection;

/**
 * What a {@link SyncPolicy} can do: mark.
 *
 * <p>Confined to the thread and to the call of {@link SyncPolicy#mark}. A mark is durable when the method returns.
 */
public interface Marker {

    /**
     * Marks these products. A run waits for products marked with {@link Reason#DEMAND} and reports on each.
     *
     * @param keys any number, in pages of a few thousand
     */
    void mark(Collection<ProductKey> keys, Reason reason);

    /** Marks everything: every product the source has, and every id the index holds without a product. */
    void markEverything();

    /**
     * Lets the run compare every product with its document and every document with the products, and mark what differs.
     *
     * @throws MisconfiguredException if the index cannot list what it holds
     */
    void compareEverything();

    /**
     * Documents without a product may be deleted from now on, however many they are, until the index was walked once to its
     * end, or 24 hours are over; and a rebuild that is on its way may hold far less than the live index.
     */
    void allowMassDeletion();

    /**
     * The same for a number of documents: as long as more than these have no product, none of them is deleted. Says nothing to a
     * rebuild.
     */
    void allowMassDeletion(long atMost);

    /**
     * Marks what the change feeds name since they were last taken.
     *
     * @throws MisconfiguredException if there is no feed
     */
    void takeChanges();
}
