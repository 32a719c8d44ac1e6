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
     * <p>To know whether a feed would have named a difference, it asks the feeds for their next hints, as a run does, and throws
     * the answer away. Nothing is lost by that, but a feed may do its own housekeeping when it is asked: a change log registers
     * or confirms its consumer and removes entries whose marks are in the ledger; a feed that paces itself begins its next
     * rest.
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
