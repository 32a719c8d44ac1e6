package dev.stocktake.spring;

import dev.stocktake.Ledger;
import dev.stocktake.Marker;
import dev.stocktake.SyncPolicy;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;

/**
 * Marks everything when a cron expression says so. The schedule asks it every few seconds; it remembers in the ledger, by the
 * ledger's clock, when it was last done, so that a fleet does it about once, and a time that passed while nobody ran is made up
 * for, once.
 */
final class CronPolicy implements SyncPolicy {

    static final String NAME = "full (cron)";
    private static final String PLACE = "cron:full";

    private final String index;
    private final Ledger ledger;
    private final CronExpression cron;
    private final ZoneId zone;

    CronPolicy(String index, Ledger ledger, CronExpression cron, ZoneId zone) {
        this.index = index;
        this.ledger = ledger;
        this.cron = cron;
        this.zone = zone;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void mark(Marker marker) {
        Instant now = due();
        if (now != null) {
            marker.markEverything();
            ledger.inTransaction(index, tx -> {
                tx.saveCursor(PLACE, now.toString());
                return now;
            });
        }
    }

    /** The time by the ledger if it is due; the first time ever only begins the reckoning. */
    private @Nullable Instant due() {
        return ledger.inTransaction(index, tx -> {
            Instant now = tx.now();
            String last = tx.cursor(PLACE).orElse("");
            if (last.isEmpty()) {
                tx.saveCursor(PLACE, now.toString());
                return null;
            }
            return isDue(Instant.parse(last), now) ? now : null;
        });
    }

    boolean isDue(Instant last, Instant now) {
        ZonedDateTime next = cron.next(last.atZone(zone));
        return next != null && !next.toInstant().isAfter(now);
    }

    @Override
    public String toString() {
        return NAME + " " + cron;
    }
}
