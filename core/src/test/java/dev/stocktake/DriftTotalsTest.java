package dev.stocktake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DriftTotalsTest {

    private static Drift drift(Drift.Kind kind, String... unseenBy) {
        return new Drift(ProductKey.of("p1"), kind, List.of(unseenBy));
    }

    @Test
    void countsByKindAndByFeed() {
        DriftTotals totals = DriftTotals.parse("");
        totals.count(drift(Drift.Kind.STALE, "log", "times, a = b"));
        totals.count(drift(Drift.Kind.STALE, "log"));
        totals.count(drift(Drift.Kind.ALTERED));

        DriftTotals read = DriftTotals.parse(totals.text());

        assertThat(read.kinds()).isEqualTo(Map.of(Drift.Kind.STALE, 2L, Drift.Kind.ALTERED, 1L));
        assertThat(read.unseenBy()).isEqualTo(Map.of("log", 2L, "times, a = b", 1L, AuditReport.NO_FEED, 1L));
    }

    @Test
    void readsWhatWasCountedBeforeFeedsWere() {
        DriftTotals read = DriftTotals.parse("MISSING=1,STALE=3");

        assertThat(read.kinds()).isEqualTo(Map.of(Drift.Kind.MISSING, 1L, Drift.Kind.STALE, 3L));
        assertThat(read.unseenBy()).isEmpty();
    }

    /** More feeds than an index ever has, unless they are renamed again and again. */
    @Test
    void fitsIntoALedger() {
        DriftTotals totals = DriftTotals.parse("");
        for (int i = 0; i < 40; i++) {
            totals.count(drift(Drift.Kind.STALE, "f".repeat(98) + i));
        }

        assertThat(totals.text()).hasSizeLessThan(2_000);
        assertThat(totals.kinds()).isEqualTo(Map.of(Drift.Kind.STALE, 40L));
    }

    @Test
    void isEmptyBeforeAnythingWasFound() {
        assertThat(DriftTotals.parse("").isEmpty()).isTrue();
    }
}
