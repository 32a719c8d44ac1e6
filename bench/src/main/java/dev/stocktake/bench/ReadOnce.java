package dev.stocktake.bench;

import dev.stocktake.AuditableIndex;
import dev.stocktake.FingerprintPage;
import dev.stocktake.KeyPage;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import org.jspecify.annotations.Nullable;

/**
 * The floor of an audit: every product is read once, by pages of keys as the audit reads it, and every fingerprint of the
 * index is asked for by its product and listed once. Nothing is compared, and nobody asks whether listed products exist.
 */
final class ReadOnce implements Contestant {

    private static final int PAGE = 500;
    private static final int LISTED = 10_000;

    private final String name;
    private final ProductSource source;
    private final @Nullable AuditableIndex index;
    private final int products;

    private ReadOnce(String name, ProductSource source, @Nullable AuditableIndex index, int products) {
        this.name = name;
        this.source = source;
        this.index = index;
        this.products = products;
    }

    static ReadOnce bothSides(ProductSource source, AuditableIndex index, int products) {
        return new ReadOnce("both sides read once", source, index, products);
    }

    /** Shows how much of the floor is the index's. */
    static ReadOnce sourceAlone(ProductSource source, int products) {
        return new ReadOnce("source read once", source, null, products);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void prepare() {}

    @Override
    public void run() {
        long read = read();
        long listed = index == null ? products : list(index);
        if (read != products || listed != products) {
            throw new IllegalStateException(
                    "Read " + read + " products and " + listed + " fingerprints, not " + products);
        }
    }

    private long read() {
        long read = 0;
        KeyPage page = source.keys(null, PAGE);
        while (!page.keys().isEmpty()) {
            read += source.read(page.keys()).size();
            if (index != null
                    && index.fingerprints(page.keys()).size() != page.keys().size()) {
                throw new IllegalStateException("The index does not hold what it should");
            }
            ProductKey last = page.last().orElse(null);
            if (page.end() || last == null) {
                return read;
            }
            page = source.keys(last, PAGE);
        }
        return read;
    }

    private static long list(AuditableIndex index) {
        long listed = 0;
        String cursor = null;
        do {
            FingerprintPage page = index.fingerprints(cursor, LISTED);
            listed += page.entries().size();
            cursor = page.next();
        } while (cursor != null);
        return listed;
    }
}
