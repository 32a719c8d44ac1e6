package dev.stocktake;

/**
 * Compares every product with its document, and every document with the products. What differs is marked and made true in
 * the same run. Made by {@link SyncPolicy#audit()}.
 *
 * <p>Immutable.
 */
public final class AuditPolicy implements SyncPolicy {

    static final String NAME = "audit";

    private final boolean dry;

    private AuditPolicy(boolean dry) {
        this.dry = dry;
    }

    static AuditPolicy repairing() {
        return new AuditPolicy(false);
    }

    /**
     * The same comparison for {@link Stocktake#run}, but nothing is marked or repaired, and neither the ledger nor the index is
     * written: only {@link SyncReport#audit} tells what differs. It needs no lane, so other runs go on beside it.
     *
     * <p>Nothing is taken from a feed either. To know whether one would have named a difference, it {@linkplain
     * ChangeFeed#peek looks} at what lies before it. A feed that cannot tell without taking is not asked, so a difference that
     * it would have named later is told as well.
     */
    public SyncPolicy dryRun() {
        return new AuditPolicy(true);
    }

    boolean isDry() {
        return dry;
    }

    @Override
    public String name() {
        return dry ? "audit (dry run)" : NAME;
    }

    @Override
    public void mark(Marker marker) {
        if (dry) {
            throw new MisconfiguredException(
                    "A dry run of the audit marks nothing: hand it to Stocktake.run(...), not to a schedule or another policy");
        }
        marker.compareEverything();
    }

    @Override
    public String toString() {
        return name();
    }
}
