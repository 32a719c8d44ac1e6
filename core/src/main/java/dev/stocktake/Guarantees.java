package dev.stocktake;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Computes what holds from what the adapters declare: {@code docs/guarantees.md} says it in words. */
final class Guarantees {

    private Guarantees() {}

    /**
     * A feed, and what it says of its tables.
     *
     * @param unknown why it could not say; null if it could
     */
    record Seen(
            ChangeFeed feed,
            List<Coverage> coverage,
            @Nullable String unknown) {

        boolean complete() {
            return feed.completeness() == ChangeFeed.Completeness.COMPLETE;
        }

        /** Whether it promises everything, and cannot be asked table by table. */
        boolean takenAtItsWord() {
            return complete() && coverage.isEmpty() && unknown == null;
        }

        boolean seesAllOf(String table) {
            return complete() && coverage.stream().anyMatch(one -> one.table().equals(table) && one.deletes());
        }

        /** What it does not see, as far as it knows. */
        Stream<String> blindSpots(boolean others) {
            String who = others && !complete() ? "Feed '" + feed.name() + "' alone: " : "";
            return feed.blindSpots().stream().map(spot -> who + spot);
        }
    }

    static Guarantee of(Ports ports, SyncSchedule schedule) {
        return of(ports, schedule, ports.feeds().stream().map(Guarantees::look).toList());
    }

    private static Seen look(ChangeFeed feed) {
        try {
            return new Seen(feed, feed.coverage(), null);
        } catch (UnavailableException | MisconfiguredException e) {
            return new Seen(
                    feed, List.of(), "What feed '" + feed.name() + "' sees could not be found out: " + e.getMessage());
        }
    }

    static Guarantee of(Ports ports, SyncSchedule schedule, List<Seen> feeds) {
        List<String> gaps = new ArrayList<>();
        boolean feedComplete = schedule.slowest("smart").isPresent() && complete(feeds);
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
        feeds.stream().map(Seen::unknown).filter(Objects::nonNull).forEach(gaps::add);
        feeds.forEach(feed -> feed.blindSpots(feedComplete).forEach(gaps::add));
        feeds.stream().filter(Seen::complete).forEach(feed -> brokenPromises(feed, gaps));
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
        if (schedule.rebuilds() && !(ports.index() instanceof RebuildableIndex)) {
            gaps.add("Nothing can be built beside the index: a full sync of the schedule is made in place.");
        }
        boolean lateImpossible = ports.index().requestLife().isZero();
        if (!logged && !lateImpossible) {
            gaps.add("The index has no log of its writes: one that arrives later than "
                    + ports.index().requestLife() + " after its outcome became unknown is not noticed.");
        }
        boolean lossFree = feedComplete || (bound.isPresent() && listed);
        return new Guarantee(lossFree, bound.orElse(null), logged || lateImpossible, gaps);
    }

    private static void brokenPromises(Seen feed, List<String> gaps) {
        for (Coverage table : feed.coverage()) {
            boolean named = !table.missing().isEmpty()
                    && table.missing().stream().allMatch(one -> gaps.stream().anyMatch(gap -> gap.contains(one)));
            if (!table.deletes() && table.by() != Coverage.By.QUERY && !named) {
                gaps.add("Feed '" + feed.feed().name() + "' does not see every change of '" + table.table() + "'"
                        + (table.missing().isEmpty() ? "" : ": " + String.join("; ", table.missing())));
            }
        }
    }

    /** A promise is worth what the feed finds when it looks at its tables; what is asked for the clock alone is no table. */
    private static boolean complete(List<Seen> feeds) {
        return feeds.stream().anyMatch(Seen::takenAtItsWord)
                || (feeds.stream().anyMatch(seen -> seen.complete() && seen.unknown() == null)
                        && feeds.stream()
                                .flatMap(seen -> seen.coverage().stream())
                                .filter(one -> one.by() != Coverage.By.QUERY)
                                .allMatch(one -> feeds.stream().anyMatch(seen -> seen.seesAllOf(one.table()))));
    }
}
