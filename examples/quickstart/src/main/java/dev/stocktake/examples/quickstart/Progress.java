package dev.stocktake.examples.quickstart;

import dev.stocktake.SyncCounts;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncProgress;
import dev.stocktake.SyncReport;

/** Shows how far a long run is: a bar on a terminal, a line now and then elsewhere. */
final class Progress implements SyncListener {

    private static final int LINES = 4;

    private final Screen screen;
    private final long all;
    private long shown;
    private long told;

    Progress(Screen screen, long all) {
        this.screen = screen;
        this.all = all;
    }

    @Override
    public void progressed(SyncProgress progress) {
        SyncCounts counts = progress.counts();
        long done = counts.written() + counts.unchanged() + counts.deleted() + counts.refused();
        if (!progress.policy().equals("full") || done == shown) {
            return;
        }
        shown = done;
        screen.bar(done, all);
        if (!screen.moving() && done * LINES / all > told) {
            told = done * LINES / all;
            screen.say("... %,d of %,d", done, all);
        }
    }

    @Override
    public void finished(SyncReport report) {
        if (shown > 0) {
            screen.endBar();
            shown = 0;
        }
    }
}
