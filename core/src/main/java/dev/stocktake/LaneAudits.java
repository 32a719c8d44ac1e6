package dev.stocktake;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the comparisons of a lane, in which nothing that is known can be forgotten while one reads. */
final class LaneAudits implements AuditPass.Maker, AuditPass.Way {

    private final Ports ports;
    private final SyncSettings settings;
    private final Surroundings around;
    private final Brake brake;
    private final Readers readers;
    private final Runnable learn;
    private @Nullable Lease lease;

    /** @param learn takes the hints of all feeds, and reads the index's log */
    LaneAudits(Ports ports, SyncSettings settings, Surroundings around, Brake brake, Readers readers, Runnable learn) {
        this.ports = ports;
        this.settings = settings;
        this.around = around;
        this.brake = brake;
        this.readers = readers;
        this.learn = learn;
    }

    /** A pass that goes on from page to page, for somebody who waits for it. */
    AuditPass makeWhole(long number, Findings findings) {
        AuditPass pass = make(number, findings);
        pass.readAhead(readers);
        return pass;
    }

    void lease(@Nullable Lease taken) {
        lease = taken;
    }

    @Override
    public AuditPass make(long number, Findings findings) {
        if (!(ports.index() instanceof AuditableIndex index)) {
            throw new IllegalStateException("Index '" + ports.name() + "' cannot be compared");
        }
        Comparison comparison =
                new Comparison(ports.source(), index, settings.batch().maxBytes());
        comparison.pass(number);
        return new AuditPass(ports, index, comparison, around, brake, this, findings);
    }

    @Override
    public long size() {
        return ports.index() instanceof AuditableIndex index ? index.count() : 0;
    }

    @Override
    public boolean entitled(LedgerTransaction tx, Lease mine) {
        return tx.renew(mine, settings.lane().lease());
    }

    @Override
    public void learn() {
        learn.run();
    }

    @Override
    public List<ProductKey> named(List<ProductKey> keys) {
        return List.of();
    }

    @Override
    public boolean entitled(LedgerTransaction tx) {
        return lease != null && entitled(tx, lease);
    }

    @Override
    public boolean inLane() {
        return true;
    }

    @Override
    public boolean writes() {
        return true;
    }
}
