package dev.stocktake.testkit;

import dev.stocktake.Document;
import dev.stocktake.ProductKey;
import dev.stocktake.SearchIndex;
import dev.stocktake.Sleeper;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the contracts of indexes reach one: implemented once per adapter, for {@link SearchIndexContract}, {@link
 * AuditableIndexContract} and {@link LoggedIndexContract} alike.
 *
 * <p>A method whose capability is {@linkplain #missing() missing} is never called.
 */
public interface IndexHarness {

    /** The index under test; it does not exist yet when a test begins. Always the same object. */
    SearchIndex index();

    /** What searchers see of a product, without the id and the fingerprint that the adapter added. */
    Optional<Document> stored(ProductKey key);

    /** How many documents searchers see. */
    long size();

    /** What cannot be done or brought about, each with the reason. */
    default Map<Capability, String> missing() {
        return Map.of();
    }

    /** A document that the index itself refuses. {@link Capability#BAD_DOCUMENTS} */
    default Document bad() {
        throw unsupported(Capability.BAD_DOCUMENTS);
    }

    /** The adapter, pointed where no index answers. {@link Capability#UNREACHABLE} */
    default SearchIndex unreachable() {
        throw unsupported(Capability.UNREACHABLE);
    }

    /** Drops the index and makes an empty one of the same name. {@link Capability#RECREATION} */
    default void recreate() {
        throw unsupported(Capability.RECREATION);
    }

    /** Puts a document past the adapter, and returns when it is visible. {@link Capability#FOREIGN_WRITES} */
    default void writeElsewhere(ProductKey key, Document document) {
        throw unsupported(Capability.FOREIGN_WRITES);
    }

    /** Removes a document past the adapter, and returns when it is gone. {@link Capability#FOREIGN_WRITES} */
    default void eraseElsewhere(ProductKey key) {
        throw unsupported(Capability.FOREIGN_WRITES);
    }

    /** From now on the index accepts writes without applying them. {@link Capability#HELD_BACK_WRITES} */
    default void holdBack() {
        throw unsupported(Capability.HELD_BACK_WRITES);
    }

    /** The index applies again. {@link Capability#HELD_BACK_WRITES} */
    default void letGo() {
        throw unsupported(Capability.HELD_BACK_WRITES);
    }

    /** The index forgets the writes it has applied so far. {@link Capability#FORGOTTEN_LOG} */
    default void forgetLog() {
        throw unsupported(Capability.FORGOTTEN_LOG);
    }

    /** Keys that look like what the adapter makes of other keys, if it has to encode them. */
    default List<ProductKey> lookalikes() {
        return List.of();
    }

    /** Waits between two questions for an outcome. */
    default Sleeper sleeper() {
        return Sleeper.system();
    }

    private UnsupportedOperationException unsupported(Capability capability) {
        return new UnsupportedOperationException("Override this method of "
                + getClass().getName() + ", or declare " + capability + " missing and say why");
    }
}
