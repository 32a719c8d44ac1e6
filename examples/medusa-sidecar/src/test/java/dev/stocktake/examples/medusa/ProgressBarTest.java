package dev.stocktake.examples.medusa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.SyncCounts;
import dev.stocktake.SyncProgress;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

    private static final String ERASED = "\r\u001b[K";

    private final StringWriter shown = new StringWriter();
    private Instant now = Instant.parse("2026-03-01T09:00:00Z");

    private ProgressBar bar(long expected, boolean terminal) {
        return new ProgressBar(new PrintWriter(shown), expected, terminal, () -> now);
    }

    private static SyncProgress found(long products) {
        return new SyncProgress(
                "storefront_products",
                "full",
                SyncProgress.Phase.SYNCING,
                new SyncCounts(products, 0, products, 0, 0, 0),
                0,
                null);
    }

    private String next() {
        String text = shown.toString();
        shown.getBuffer().setLength(0);
        return text;
    }

    @Test
    void growsOnATerminal() {
        ProgressBar bar = bar(300, true);

        bar.progressed(found(100));

        assertThat(next()).isEqualTo("\r[##########....................] 100/300 syncing\u001b[K");
    }

    @Test
    void isDrawnTenTimesASecondAtMost() {
        ProgressBar bar = bar(300, true);
        bar.progressed(found(1));
        next();

        now = now.plusMillis(99);
        bar.progressed(found(2));
        assertThat(next()).isEmpty();

        now = now.plusMillis(1);
        bar.progressed(found(3));
        assertThat(next()).contains("3/300");
    }

    /** How many there are was asked before; some may have come since. */
    @Test
    void isFullAtMost() {
        bar(300, true).progressed(found(301));

        assertThat(next()).contains("[" + "#".repeat(30) + "] 301/301");
    }

    @Test
    void onlyCountsIfNobodyKnowsHowManyThereAre() {
        bar(0, true).progressed(found(12));

        assertThat(next()).isEqualTo("\r12 syncing\u001b[K");
    }

    @Test
    void makesRoomForLinesAndGoesInTheEnd() {
        ProgressBar bar = bar(300, true);
        bar.line("first");
        assertThat(next()).isEqualTo("first" + System.lineSeparator());

        bar.progressed(found(1));
        next();
        bar.line("second");
        assertThat(next()).isEqualTo(ERASED + "second" + System.lineSeparator());
    }

    @Test
    void isALineNowAndThenInALog() {
        ProgressBar bar = bar(300, false);

        bar.progressed(found(1));
        assertThat(next()).as("a short run says nothing").isEmpty();

        now = now.plus(Duration.ofSeconds(5));
        bar.progressed(found(150));
        bar.progressed(found(151));
        assertThat(next()).isEqualTo("syncing 150/300" + System.lineSeparator());
    }
}
