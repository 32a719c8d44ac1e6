package dev.stocktake.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.AuditReport;
import dev.stocktake.Drift;
import dev.stocktake.Freshness;
import dev.stocktake.SyncCounts;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncReport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunBookTest {

    private static final InstantSource CLOCK = () -> Instant.EPOCH;

    private final RunBook book = new RunBook(CLOCK, "here");

    /** Behind a load balancer, and after a restart: the other's end would be told as ours. */
    @Test
    void doesNotKnowTheRunsOfAnotherInstance() {
        RunEntry ours = book.open("products", "full", "FULL");
        RunEntry theirs = new RunBook(CLOCK, "there").open("products", "full", "FULL");

        assertThat(book.find("products", ours.id().toString())).contains(ours);
        assertThat(book.find("products", theirs.id().toString())).isEmpty();
    }

    /** A shop that sells a lot has five runs a second that find something. */
    @Test
    void keepsWhatWasAskedForHoweverMuchTheScheduleFinds() {
        RunEntry asked = book.open("products", "audit (dry run)", "DRIFT");
        book.leave(asked, "it failed");
        SyncListener listener = book.listener("products");
        for (int i = 0; i < 500; i++) {
            listener.started("products", "smart");
            listener.finished(report(1, Map.of()));
        }
        listener.started("products", "audit");
        listener.finished(report(0, Map.of(Drift.Kind.STALE, 3L)));
        for (int i = 0; i < 500; i++) {
            listener.started("products", "smart");
            listener.finished(report(1, Map.of()));
        }

        assertThat(book.runs("products")).hasSizeLessThan(200).contains(asked);
        assertThat(book.runs("products").stream().filter(RunEntry::foundDrift)).hasSize(1);
        assertThat(book.runs("products").get(0).id().number()).isEqualTo(1002);
    }

    private static SyncReport report(long found, Map<Drift.Kind, Long> drift) {
        return new SyncReport(
                "products",
                "smart",
                SyncReport.Outcome.COMPLETE,
                Instant.EPOCH,
                new SyncReport.Times(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO),
                new SyncCounts(found, found, 0, 0, 0, 0),
                Freshness.NONE,
                Map.of(),
                List.of(),
                drift.isEmpty() ? null : new AuditReport(false, 9, 9, 0, drift, Map.of(), List.of()),
                null);
    }
}
