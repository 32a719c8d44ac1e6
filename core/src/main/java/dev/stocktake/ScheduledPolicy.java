package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A policy that a schedule runs. However many instances run the schedule, each walk over everything happens once in its
 * interval: the ledger remembers, by its own clock, when the last one began and for which version of the projection.
 *
 * <p>Confined to the thread of the schedule.
 */
final class ScheduledPolicy implements SyncPolicy {

    /** Beside the places of feeds, which have names of their own. */
    private static final String PLACE = "stocktake-schedule:";

    private final SyncPolicy policy;
    private Duration interval;
    private Duration rest = Duration.ZERO;

    ScheduledPolicy(SyncPolicy policy, Duration interval) {
        this.policy = policy;
        this.interval = interval;
    }

    /** What lies between two of its walks at least. */
    void interval(Duration time) {
        interval = time;
    }

    @Override
    public String name() {
        return policy.name();
    }

    @Override
    public void mark(Marker marker) {
        rest = Duration.ZERO;
        policy.mark(marker);
    }

    /** How long until its walk is due, if another instance made the last one; zero if it was made now. */
    Duration rest() {
        return rest;
    }

    /**
     * Whether everything shall be marked now; that it was looked at is remembered in the same transaction.
     *
     * @param walking whether a walk is going on, which then counts as this one, unless it began with another projection
     */
    boolean isTime(LedgerTransaction tx, String version, boolean walking) {
        Instant now = tx.now();
        Optional<Walk> last = tx.cursor(place()).flatMap(Walk::read);
        boolean sameVersion =
                last.filter(walk -> walk.version().equals(version)).isPresent();
        rest = last.filter(walk -> sameVersion && !walk.begun().isAfter(now))
                .map(walk -> Duration.between(now, walk.begun().plus(interval)))
                .filter(left -> !left.isNegative())
                .orElse(Duration.ZERO);
        if (!rest.isZero()) {
            return false;
        }
        tx.saveCursor(place(), new Walk(now, version).toString());
        return !walking || (last.isPresent() && !sameVersion);
    }

    private String place() {
        String name = name();
        return PLACE + (name.length() > 80 ? name.substring(0, 80) : name);
    }

    /** The last walk over everything. */
    private record Walk(Instant begun, String version) {

        static Optional<Walk> read(String text) {
            int space = text.indexOf(' ');
            return space < 0
                    ? Optional.empty()
                    : Optional.of(new Walk(Instant.parse(text.substring(0, space)), text.substring(space + 1)));
        }

        @Override
        public String toString() {
            return begun + " " + version;
        }
    }
}
