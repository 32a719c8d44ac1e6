package dev.stocktake.testkit.sim;

import dev.stocktake.Ledger;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One node's connection to the ledger, in the shop's database. */
final class LedgerClient implements Ledger {

    private static final long TIMEOUT = 5_000;

    private final World world;
    private final Node node;

    LedgerClient(World world, Node node) {
        this.world = world;
        this.node = node;
    }

    @Override
    public <T extends @Nullable Object> T inTransaction(String index, Function<LedgerTransaction, T> work) {
        node.beforeTransaction();
        node.askDatabase();
        boolean unknown = world.storm().strikes(Knob.COMMIT_UNKNOWN);
        if (unknown) {
            world.count(Happening.COMMIT_UNKNOWN);
        }
        if (unknown && world.dice().chance(0.5)) {
            node.waits(TIMEOUT);
            throw unknown();
        }
        T result = commit(index, work);
        node.hearDatabase();
        if (unknown) {
            world.history().event(() -> node + " is not told that its transaction was committed");
            node.waits(TIMEOUT);
            throw unknown();
        }
        return result;
    }

    private <T extends @Nullable Object> T commit(String index, Function<LedgerTransaction, T> work) {
        if (world.storm().strikes(Knob.DEADLOCK)) {
            world.ledger().repeatNext();
            world.count(Happening.WORK_REPEATED);
        }
        TracedTransaction[] last = new TracedTransaction[1];
        T result = world.ledger().inTransaction(index, tx -> {
            TracedTransaction traced = new TracedTransaction(tx, node, world);
            last[0] = traced;
            return work.apply(traced);
        });
        TracedTransaction traced = last[0];
        if (traced.claimed()) {
            node.claimed();
        }
        traced.committed();
        if (traced.changedAnything()) {
            world.checker().check();
        }
        if (traced.renewed()) {
            node.renewed();
        }
        return result;
    }

    private static UnknownOutcomeException unknown() {
        return new UnknownOutcomeException("The connection to the ledger was lost while committing", null);
    }

    static UnavailableException unreachable() {
        return new UnavailableException("The database cannot be reached", null);
    }
}
