package dev.stocktake;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes a batch and tells what became of it.
 *
 * <p><em>Rejected</em> (certainly not applied: {@link UnavailableException}, {@link RefusedException}), <em>unknown</em>
 * (now, later or never: {@link UnknownOutcomeException}) and <em>accepted</em> ({@link Receipt}), later {@linkplain
 * Outcome applied, refused, failed or lost}, are different things, and an adapter never passes one for another. It never
 * repeats a write by itself: whether to send again, and what, is the engine's decision.
 *
 * <p>Writes that were accepted one after the other are applied in that order. {@code SearchIndexContract} in the test kit
 * proves all this. What an index can do beyond is a sub-type: {@link AuditableIndex}, {@link RebuildableIndex},
 * {@link LoggedIndex}.
 *
 * <p>Thread-safe.
 */
public interface SearchIndex {

    /** The index's name, as its searchers use it. The ledger keeps its books under it; at most 200 characters. */
    String name();

    /** What fits into one {@link #write}. */
    BatchLimits limits();

    /**
     * Whose content the name is bound to now.
     *
     * @return empty if there is no such index
     * @throws UnavailableException if the index cannot be reached
     */
    Optional<IndexIdentity> identify();

    /**
     * Creates the index if it is missing, brings its settings up to date, and returns when both are done. May be repeated.
     *
     * @throws MisconfiguredException naming the setting the index objects to
     * @throws UnavailableException if the index cannot be reached
     */
    IndexIdentity prepare();

    /**
     * Spells a document as {@link #write} will send it, before it is known which request it will travel in: by the thread that
     * has just read it, and while it is still near the processor. Asks nobody and changes nothing; what is spelt may never be
     * sent. Whether the index objects to the document is {@link #write}'s to say.
     *
     * @return what {@link WriteBatch.Upsert#spelt} gives back; null, unless overridden: then {@link #write} does all of it
     */
    default @Nullable Object spell(ProductKey key, Document document, Fingerprint fingerprint) {
        return null;
    }

    /**
     * Sends a batch.
     *
     * @throws UnavailableException certainly not applied; the same may succeed later
     * @throws RefusedException certainly not applied; the index objects to the request
     * @throws UnknownOutcomeException applied now, later or never
     * @throws MisconfiguredException certainly not applied; a setting is wrong (address, key, rights)
     */
    Receipt write(WriteBatch batch);

    /**
     * What became of these writes, in one call to the index.
     *
     * @return an entry for each receipt
     * @throws UnavailableException if the index cannot be asked now
     */
    Map<Receipt, Outcome> outcomes(Collection<Receipt> receipts);

    /**
     * The longest time between handing over a write and the moment it can still be applied after its outcome became
     * unknown. {@link Duration#ZERO} for an index in the same process. Matters where the index is no {@link LoggedIndex}:
     * for that long a product whose write is unknown is not taken for true.
     */
    Duration requestLife();
}
