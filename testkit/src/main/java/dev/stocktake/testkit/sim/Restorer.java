package dev.stocktake.testkit.sim;

/** Somebody restores the database from a backup that is a while old; the index stays as it is. */
final class Restorer {

    private final World world;
    private final boolean ledgerToo;
    private boolean waiting;

    Restorer(World world) {
        this.world = world;
        this.ledgerToo = !world.scenario().on(Knob.LEDGER_APART);
    }

    void begin() {
        world.storm().every(Knob.RESTORE_EVERY, this::backUp);
    }

    private void backUp() {
        if (waiting) {
            return;
        }
        waiting = true;
        world.history().event(() -> "the database is backed up");
        world.shop().backUp();
        if (ledgerToo) {
            world.ledger().backUp();
        }
        world.time().after(world.scenario().whole(Knob.RESTORED_BY), this::restore);
    }

    private void restore() {
        if (world.storm().isOver()) {
            return;
        }
        waiting = false;
        long length = world.dice().anyScale(500, world.scenario().whole(Knob.LONGEST_RESTORE));
        world.history()
                .event(() -> "the database is restored" + (ledgerToo ? "" : " without the ledger") + ", which takes "
                        + length + " ms");
        world.count(Happening.RESTORED);
        world.storm().databaseIsDown(length);
        world.shop().restore(ledgerToo, world.scenario().on(Knob.RESTORE_TOLD));
        if (ledgerToo) {
            world.ledger().restore();
        }
        world.checker().restored(world.time().now() + length);
    }
}
