package dev.stocktake;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Marks the products that one run must look at.
 *
 * <p>The built-in ones differ in nothing else: the one lane of the index brings whatever was marked up to date, by the same
 * rules. You may write your own:
 *
 * <pre>{@code
 * SyncPolicy bestsellers = SyncPolicy.of("bestsellers",
 *         marker -> marker.mark(shop.bestsellers(), Reason.CHANGE));
 * }</pre>
 *
 * <p>Which {@link Reason}: {@link Reason#CHANGE} for products that may have changed; {@link Reason#FANOUT} for thousands at
 * once, so that single edits overtake them; {@link Reason#DEMAND} if the run shall wait for each and report on it. The others
 * are the engine's own.
 *
 * <p>Thread-safe if used by several instances or threads.
 */
public interface SyncPolicy {

    /** A word for reports and logs. */
    String name();

    /** Marks. */
    void mark(Marker marker);

    /**
     * This policy, and approval to delete whatever has no product in the database any more, however much that is: for a shop
     * that was really emptied. Without it the {@linkplain SyncSettings.Brakes brake} holds such deletions back.
     */
    default SyncPolicy allowingMassDeletion() {
        return of(name(), marker -> {
            mark(marker);
            marker.allowMassDeletion();
        });
    }

    /**
     * {@link #allowingMassDeletion()} for whoever has read how much it is ({@link HeldBack#documents}): as long as more documents than
     * these have no product, none of them is deleted. So a database that turns out to be empty after the approval empties nothing.
     *
     * @param atMost how many documents may go
     */
    default SyncPolicy allowingMassDeletion(long atMost) {
        return of(name(), marker -> {
            mark(marker);
            marker.allowMassDeletion(atMost);
        });
    }

    /**
     * Everything. Where the index can be {@linkplain RebuildableIndex rebuilt} and is not empty: writes every product to a build
     * beside the live index, and swaps it in when it is complete. Otherwise looks at every product, and at every document
     * without a product, in the live index, as {@link FullPolicy#inPlace} always does. Never empties the index first.
     */
    static FullPolicy full() {
        return FullPolicy.beside();
    }

    /** What the change feeds name. Costs what changed, not what is in the catalogue. */
    static SyncPolicy smart() {
        return of("smart", Marker::takeChanges);
    }

    /**
     * Compares everything with everything, contents included, marks what differs and makes it true: costs reading both sides
     * once, and writes nothing where nothing differs. Says what no feed had seen. A schedule does it all the time and within a
     * bound, see {@link SyncSchedule.Builder#audit}.
     */
    static AuditPolicy audit() {
        return AuditPolicy.repairing();
    }

    /**
     * These products, before everything else; the run returns when a search shows them, or says why not.
     *
     * @throws IllegalArgumentException if there is none
     */
    static SyncPolicy products(Collection<ProductKey> keys) {
        List<ProductKey> wanted = keys.stream().distinct().toList();
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException("products: name at least one product");
        }
        return of("products", marker -> marker.mark(wanted, Reason.DEMAND));
    }

    /** The products with these ids, as {@link #products(Collection)}. */
    static SyncPolicy products(String... ids) {
        return products(Arrays.stream(ids).map(ProductKey::new).toList());
    }

    /** A policy of your own. */
    static SyncPolicy of(String name, java.util.function.Consumer<Marker> marking) {
        return new SyncPolicy() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void mark(Marker marker) {
                marking.accept(marker);
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }
}
