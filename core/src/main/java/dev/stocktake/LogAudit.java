package dev.stocktake;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the index's log of writes without gaps and marks whatever a write touched that nobody confirmed (R9): our own late
 * ones product by product, everybody else's altogether.
 */
final class LogAudit {

    private static final Logger log = LoggerFactory.getLogger(Stocktake.class);
    private static final int PAGE = 1_000;

    private final Ports ports;
    private final Surroundings around;
    private final Runnable alive;

    /** @param alive called before every page */
    LogAudit(Ports ports, Surroundings around, Runnable alive) {
        this.ports = ports;
        this.around = around;
        this.alive = alive;
    }

    /** Where a new ledger begins to read. */
    long settledPosition() {
        return ports.index() instanceof LoggedIndex logged ? logged.settledPosition() : 0;
    }

    /**
     * Reads on to the end.
     *
     * @return whether it marked anything
     */
    boolean read(Lease lease) {
        if (!(ports.index() instanceof LoggedIndex logged) || !around.on(Rule.AUDIT)) {
            return false;
        }
        boolean marked = false;
        while (true) {
            alive.run();
            long from = ports.inLedger(LedgerTransaction::auditPosition);
            LoggedIndex.LogPage page = logged.writesAfter(from, PAGE);
            if (page.position() == from && !page.hole()) {
                return marked;
            }
            Entered entered = ports.inLedger(tx -> enter(tx, lease, from, page));
            if (!entered.mine()) {
                throw new StoppedException(
                        "The lane of index '" + ports.name() + "' was taken over by another instance");
            }
            marked |= entered.marked();
            if (!page.more()) {
                return marked;
            }
        }
    }

    /**
     * What became of a page.
     *
     * @param mine whether the lane is still ours; otherwise nothing was kept
     * @param marked whether anything was marked
     */
    private record Entered(boolean mine, boolean marked) {}

    private Entered enter(LedgerTransaction tx, Lease lease, long from, LoggedIndex.LogPage page) {
        Set<String> ids = page.writes().stream()
                .map(LoggedIndex.Entry::batchId)
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Map<String, BatchRecord> known = tx.batches(ids);
        if (page.hole()) {
            log.warn(
                    "The write log of index '{}' does not reach back to position {}: everything is written anew",
                    ports.name(),
                    from);
            tx.markAll(true);
        }
        boolean marked = page.hole() || enter(tx, page.writes(), known);
        return new Entered(tx.auditTo(lease, from, page.position(), ids), marked);
    }

    private boolean enter(LedgerTransaction tx, List<LoggedIndex.Entry> writes, Map<String, BatchRecord> known) {
        boolean alien = false;
        boolean late = false;
        for (LoggedIndex.Entry write : writes) {
            BatchRecord record = write.batchId() == null ? null : known.get(write.batchId());
            if (!write.applied()) {
                continue;
            }
            if (record != null && record.state() == BatchRecord.State.SUSPECT) {
                log.info("A write of index '{}' whose outcome was unknown was applied after all", ports.name());
                tx.markBatch(record.id());
                late = true;
            } else if (record == null || !record.positions().contains(write.position())) {
                log.warn(
                        "Index '{}' was written by somebody else (position {}, batch '{}'): everything is written anew",
                        ports.name(),
                        write.position(),
                        write.batchId());
                alien = true;
            }
        }
        if (alien && around.on(Rule.STRANGERS)) {
            tx.markAll(true);
        }
        return alien || late;
    }
}
