package dev.stocktake.testkit.engine;

import dev.stocktake.SyncListener;
import dev.stocktake.SyncProgress;

/** Does something once in the middle of a run. */
final class WhileRunning implements SyncListener {

    private final Runnable action;
    private boolean done;

    WhileRunning(Runnable action) {
        this.action = action;
    }

    @Override
    public void progressed(SyncProgress progress) {
        if (!done && progress.phase() == SyncProgress.Phase.SYNCING) {
            done = true;
            action.run();
        }
    }
}
