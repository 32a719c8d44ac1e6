package dev.stocktake;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares products with their documents: all of them by fingerprint, and of some of those that look equal what the index
 * gives back.
 */
final class Comparison {

    private static final int FIRST_READ = 32;
    private static final int LARGEST_READ = 500;

    /** One in so many. */
    private static final int SAMPLE = 200;

    private final ProductSource source;
    private final AuditableIndex index;
    private final long mostBytes;
    private final Canonicalizer canonicalizer = new Canonicalizer();
    private int turn;
    private double bytesPerProduct;
    private int readAtOnce = FIRST_READ;

    /** @param mostBytes about so much of documents is held in memory at once */
    Comparison(ProductSource source, AuditableIndex index, long mostBytes) {
        this.source = source;
        this.index = index;
        this.mostBytes = mostBytes;
    }

    /** Whose turn it is to have the content looked at: in {@value #SAMPLE} passes everybody's, once. */
    void pass(long number) {
        turn = (int) (number % SAMPLE);
    }

    /** Whether so many products may be held in memory beside so many others. */
    boolean hasRoomFor(int products) {
        return bytesPerProduct > 0 && readAtOnce >= products && bytesPerProduct * 2 * products <= mostBytes;
    }

    /** The differences that a first look finds. */
    Map<ProductKey, Difference> look(Collection<ProductKey> keys) {
        return look(keys, false);
    }

    /**
     * The differences that a first look finds.
     *
     * @param read the products as they were a moment ago, without those that were gone
     */
    Map<ProductKey, Difference> look(List<ProductKey> keys, Map<ProductKey, Projection> read) {
        Map<ProductKey, Difference> found = new LinkedHashMap<>();
        look(keys, read, false, found);
        return found;
    }

    /** The differences that are still there, or look otherwise, when one looks closely. */
    Map<ProductKey, Difference> lookClosely(Collection<ProductKey> keys) {
        return look(keys, true);
    }

    private Map<ProductKey, Difference> look(Collection<ProductKey> keys, boolean closely) {
        Map<ProductKey, Difference> found = new LinkedHashMap<>();
        List<ProductKey> all = new ArrayList<>(keys);
        int from = 0;
        while (from < all.size()) {
            int to = Math.min(all.size(), from + readAtOnce);
            List<ProductKey> some = all.subList(from, to);
            look(some, source.read(some), closely, found);
            from = to;
            adaptRead();
        }
        return found;
    }

    private void adaptRead() {
        double fitting = bytesPerProduct <= 0 ? LARGEST_READ : mostBytes / bytesPerProduct;
        readAtOnce = (int) Math.max(1, Math.min(Math.min(LARGEST_READ, fitting), readAtOnce * 2.0));
    }

    private void look(
            List<ProductKey> keys,
            Map<ProductKey, Projection> now,
            boolean closely,
            Map<ProductKey, Difference> found) {
        Map<ProductKey, Fingerprint> held = index.fingerprints(keys);
        Map<ProductKey, Document> equal = new LinkedHashMap<>();
        for (ProductKey key : keys) {
            Projection projection = now.get(key);
            if (projection instanceof Projection.Present present) {
                present(key, present.document(), held.get(key), closely, equal, found);
            } else if (projection instanceof Projection.Unreadable) {
                Fingerprint stale = held.get(key);
                Drift.Kind kind = stale == null ? Drift.Kind.MISSING : Drift.Kind.STALE;
                found.put(key, new Difference(kind, null, stale, true));
            } else if (held.get(key) != null) {
                found.put(key, new Difference(Drift.Kind.ORPHAN, null, held.get(key), false));
            }
        }
        compareContents(equal, held, found);
    }

    private boolean hasItsTurn(ProductKey key) {
        return Math.floorMod(key.value().hashCode(), SAMPLE) == turn;
    }

    private void present(
            ProductKey key,
            Document document,
            @Nullable Fingerprint held,
            boolean closely,
            Map<ProductKey, Document> equal,
            Map<ProductKey, Difference> found) {
        Canonicalizer.Canonical canonical = canonicalizer.spell(document, source.projectionVersion());
        Fingerprint fingerprint = canonical.fingerprint();
        bytesPerProduct = bytesPerProduct <= 0 ? canonical.size() : bytesPerProduct * 0.95 + canonical.size() * 0.05;
        if (held == null) {
            found.put(key, new Difference(Drift.Kind.MISSING, fingerprint, null, false));
        } else if (held.equals(Fingerprint.UNKNOWN)) {
            found.put(key, new Difference(Drift.Kind.ALIEN, fingerprint, held, false));
        } else if (held.equals(fingerprint)) {
            if (closely || hasItsTurn(key)) {
                equal.put(key, document);
            }
        } else {
            found.put(key, new Difference(Drift.Kind.STALE, fingerprint, held, false));
        }
    }

    private void compareContents(
            Map<ProductKey, Document> equal, Map<ProductKey, Fingerprint> held, Map<ProductKey, Difference> found) {
        if (equal.isEmpty()) {
            return;
        }
        Map<ProductKey, Document> returned = index.documents(equal.keySet());
        equal.forEach((key, document) -> {
            Document given = returned.get(key);
            if (given == null || !differing(document, given).isEmpty()) {
                Fingerprint both = held.get(key);
                found.put(key, new Difference(Drift.Kind.ALTERED, both, both, false));
            }
        });
    }

    /** The fields that differ; an index may give back no field where it was given null. */
    static List<String> differing(Document sent, Document given) {
        return sent.differences(given).stream()
                .filter(field -> given.fields().containsKey(field) || sent.get(field) != null)
                .toList();
    }
}
