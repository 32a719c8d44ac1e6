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

    private static final Duration AFTER_ANOTHER_WALK = Duration.ofSeconds(1);

    /** A rebuild and a walk in place are two, though both are called full. */
    private static final String REBUILD = " (rebuild)";

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

    /** How long until its walk is due, if another one was made in time or is on its way; zero if it is made now. */
    Duration rest() {
        return rest;
    }

    private boolean rebuilds() {
        return policy instanceof FullPolicy full && full.rebuilds();
    }

    /**
     * Whether everything shall be marked now; that it was looked at is remembered in the same transaction.
     *
     * <p>A walk that is on its way has products behind it that it does not look at again: it is let come to its end, and this
     * one is due after it. One that has not taken its first step loses nothing by beginning anew, and what had a row when it
     * was asked for may have been looked at already.
     *
     * @param frontier where the walk stands; empty if there is no generation yet
     */
    boolean isTime(LedgerTransaction tx, String version, Optional<Generation.Frontier> frontier) {
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
        boolean onItsWay =
                frontier.filter(walk -> !walk.ended() && walk.after() != null).isPresent();
        if (onItsWay && (last.isEmpty() || sameVersion)) {
            rest = interval.compareTo(AFTER_ANOTHER_WALK) < 0 ? interval : AFTER_ANOTHER_WALK;
            return false;
        }
        tx.saveCursor(place(), new Walk(now, version).toString());
        return true;
    }

    private String place() {
        String name = name();
        String rebuild = rebuilds() ? REBUILD : "";
        return PLACE + (name.length() > 80 ? name.substring(0, 80) : name) + rebuild;
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
