package dev.stocktake.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.SyncCounts;
import dev.stocktake.SyncProgress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private final Progress progress = new Progress(new Screen(new PrintStream(told, true, UTF_8), true), 300);

    @Test
    void drawsTheBarOnlyWhenItMoved() {
        progressed(SyncProgress.Phase.MARKING, 0);
        progressed(SyncProgress.Phase.SYNCING, 0);
        progressed(SyncProgress.Phase.SYNCING, 100);
        progressed(SyncProgress.Phase.WAITING_FOR_INDEX, 100);
        progressed(SyncProgress.Phase.SYNCING, 300);
        progressed(SyncProgress.Phase.WALKING_INDEX, 300);

        assertThat(List.of(told.toString(UTF_8).split("\r")))
                .hasSize(3)
                .last()
                .asString()
                .endsWith("] 300 of 300");
    }

    private void progressed(SyncProgress.Phase phase, long written) {
        progress.progressed(
                new SyncProgress("products", "full", phase, new SyncCounts(written, 0, written, 0, 0, 0), 0));
    }
}
