package dev.stocktake;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts together what each feed says of each table and what the schedule makes of it. */
final class SelfChecks {

    private SelfChecks() {}

    static SelfCheck of(Ports ports, SyncSchedule schedule) {
        Optional<Duration> smart = schedule.slowest("smart");
        Map<String, List<SelfCheck.Sight>> sights = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        List<Guarantees.Seen> feeds = ports.feeds().stream()
                .map(feed -> new Guarantees.Seen(feed, feed.coverage(), null))
                .toList();
        for (Guarantees.Seen seen : feeds) {
            ChangeFeed feed = seen.feed();
            List<Coverage> coverage = seen.coverage();
            coverage.forEach(one -> sights.computeIfAbsent(one.table(), table -> new ArrayList<>())
                    .add(sight(feed, one, smart)));
            if (coverage.isEmpty()) {
                problems.add("Feed '" + feed.name() + "' does not say which tables it sees");
            }
        }
        if (!ports.feeds().isEmpty() && smart.isEmpty()) {
            problems.add("The schedule takes no changes: add SyncPolicy.smart(), or no feed is asked");
        }
        Guarantee guarantee = Guarantees.of(ports, schedule, feeds);
        List<SelfCheck.Table> tables = new ArrayList<>();
        sights.forEach((table, seen) -> tables.add(new SelfCheck.Table(table, bestFirst(seen))));
        List<String> said = feeds.stream()
                .flatMap(seen -> seen.coverage().stream())
                .flatMap(coverage -> coverage.missing().stream())
                .toList();
        guarantee.gaps().stream().filter(gap -> !isSaid(gap, said)).forEach(problems::add);
        return new SelfCheck(ports.name(), tables, guarantee.bound(), guarantee.lossFree(), unread(ports), problems);
    }

    static Map<String, Unread> unread(Ports ports) {
        Map<String, Unread> unread = new LinkedHashMap<>();
        ports.feeds().forEach(feed -> unread(feed).ifPresent(waiting -> unread.put(feed.name(), waiting)));
        return unread;
    }

    /** A feed whose tables are not there says so table by table. */
    private static Optional<Unread> unread(ChangeFeed feed) {
        try {
            return feed.unread();
        } catch (MisconfiguredException e) {
            return Optional.empty();
        }
    }

    /** What stands with a table need not be said again, be it with other words around it. */
    private static boolean isSaid(String gap, List<String> said) {
        return said.stream().anyMatch(one -> gap.contains(one) || one.contains(gap));
    }

    private static SelfCheck.Sight sight(ChangeFeed feed, Coverage coverage, Optional<Duration> smart) {
        boolean asked = smart.isPresent() && coverage.sees();
        boolean complete = asked && coverage.deletes() && feed.completeness() == ChangeFeed.Completeness.COMPLETE;
        Duration latest = asked ? coverage.latest().map(smart.get()::plus).orElse(null) : null;
        return new SelfCheck.Sight(feed.name(), complete, latest, coverage);
    }

    private static List<SelfCheck.Sight> bestFirst(List<SelfCheck.Sight> sights) {
        return sights.stream()
                .sorted(Comparator.comparing((SelfCheck.Sight sight) -> !sight.complete())
                        .thenComparing(sight -> !sight.coverage().sees()))
                .toList();
    }
}
