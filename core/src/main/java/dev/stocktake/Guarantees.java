package dev.stocktake;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Computes what holds from what the adapters declare: {@code docs/guarantees.md} says it in words. */
final class Guarantees {

    private Guarantees() {}

    static Guarantee of(Ports ports, SyncSchedule schedule) {
        List<String> gaps = new ArrayList<>();
        boolean feedComplete = schedule.slowest("smart").isPresent()
                && ports.feeds().stream().anyMatch(feed -> feed.completeness() == ChangeFeed.Completeness.COMPLETE);
        boolean listed = ports.index() instanceof AuditableIndex;
        Optional<Duration> audit = listed ? schedule.audited() : Optional.empty();
        Optional<Duration> bound =
                Stream.concat(audit.stream(), schedule.slowest("full").stream()).min(Duration::compareTo);
        boolean logged = ports.index() instanceof LoggedIndex;
        if (ports.feeds().isEmpty()) {
            gaps.add("There is no change feed: every change waits for the next "
                    + (audit.isPresent() ? "audit" : "full sync")
                    + bound.map(time -> ", up to " + time).orElse("") + ".");
        }
        if (!feedComplete) {
            ports.feeds().forEach(feed -> gaps.addAll(feed.blindSpots()));
        }
        if (bound.isEmpty()) {
            gaps.add(
                    feedComplete
                            ? "What somebody changes in the index or past the feed is never found: add audit(...) or"
                                    + " SyncPolicy.full() to the schedule."
                            : "A change that no feed sees is never found: add audit(...) or SyncPolicy.full() to the schedule.");
        }
        if (!listed) {
            gaps.add(
                    "The index cannot list what it holds: documents without a product are never found, every document is"
                            + " written even if it is unchanged, and nothing holds back deletions if the source is suddenly"
                            + " empty.");
        }
        boolean lateImpossible = ports.index().requestLife().isZero();
        if (!logged && !lateImpossible) {
            gaps.add("The index has no log of its writes: one that arrives later than "
                    + ports.index().requestLife() + " after its outcome became unknown is not noticed.");
        }
        boolean lossFree = feedComplete || (bound.isPresent() && listed);
        return new Guarantee(lossFree, bound.orElse(null), logged || lateImpossible, gaps);
    }
}
