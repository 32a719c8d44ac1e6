package dev.stocktake;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What this set-up sees of the shop's tables, in plain words: how a change is seen, after how long at the latest, and what
 * is missing. Found out by looking at the database, see {@link Stocktake#check(SyncSchedule)}.
 *
 * <pre>{@code
 * System.out.println(stocktake.check());
 * // Index 'products': what is seen of a change, and when at the latest
 * //   product  by its timestamp within 1 s; what else changes, deletions among it: by comparing everything within 1 h
 * //   stock    by trigger within 1 s, deletions too
 * }</pre>
 *
 * @param index whose lane
 * @param tables every table that a feed knows of, in the order in which the feeds name them
 * @param otherwise after how long at the latest a change that no feed sees is found by comparing everything; null if never
 * @param lossFree whether every committed change of every table is found, by a feed or by comparing everything; as {@link
 *     Guarantee#lossFree} says
 * @param unread what lies before each feed and was not taken yet, by its name, in the order in which they were given; only
 *     feeds that can tell
 * @param problems what holds for the whole set-up and not for one table, a sentence each
 */
public record SelfCheck(
        String index,
        List<Table> tables,
        @Nullable Duration otherwise,
        boolean lossFree,
        Map<String, Unread> unread,
        List<String> problems) {

    /** Copies the collections. */
    public SelfCheck {
        tables = List.copyOf(tables);
        unread = Collections.unmodifiableMap(new LinkedHashMap<>(unread));
        problems = List.copyOf(problems);
    }

    /**
     * What is seen of one table.
     *
     * @param name as the host named it
     * @param sights the feeds that know of the table, those that see it first
     */
    public record Table(String name, List<Sight> sights) {

        /** Copies the list. */
        public Table {
            sights = List.copyOf(sights);
        }

        /** Whether a feed sees every committed change of it, deletions too. */
        public boolean complete() {
            return sights.stream().anyMatch(Sight::complete);
        }

        /** Whether a feed sees any change of it. */
        public boolean seen() {
            return sights.stream().anyMatch(sight -> sight.coverage().sees());
        }
    }

    /**
     * How one feed sees one table.
     *
     * @param feed the feed's name
     * @param complete whether it sees every committed change of the table
     * @param latest after how long at the latest a change that it sees is marked under this schedule; null if that is not
     *     known or never
     * @param coverage what the feed itself says
     */
    public record Sight(
            String feed, boolean complete, @Nullable Duration latest, Coverage coverage) {}

    /** After how long at the latest a change that no feed sees is found. */
    public Optional<Duration> otherwiseFound() {
        return Optional.ofNullable(otherwise);
    }

    /** For people: a line for each table, and what is missing below it. */
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        lines.add("Index '" + index + "': what is seen of a change, and when at the latest");
        int width =
                tables.stream().mapToInt(table -> table.name().length()).max().orElse(0);
        Set<String> common = common();
        for (Table table : tables) {
            lines.add("  " + table.name() + " ".repeat(width - table.name().length()) + "  " + sentence(table));
            missing(table)
                    .filter(missing -> !common.contains(missing))
                    .forEach(missing -> lines.add("  " + " ".repeat(width) + "  ! " + missing));
        }
        if (tables.isEmpty()) {
            lines.add("  no feed knows of any table; " + comparing("every change"));
        }
        unread.forEach((feed, waiting) -> {
            if (waiting.entries() > 0) {
                lines.add("  " + sentence(feed, waiting));
            }
        });
        common.forEach(missing -> lines.add("  ! " + missing));
        problems.forEach(problem -> lines.add("  ! " + problem));
        return String.join(System.lineSeparator(), lines);
    }

    /** What is missing of several tables, said once. */
    private Set<String> common() {
        Set<String> met = new HashSet<>();
        Set<String> common = new LinkedHashSet<>();
        tables.forEach(
                table -> missing(table).filter(missing -> !met.add(missing)).forEach(common::add));
        return common;
    }

    /** Where one feed sees everything, nobody misses what another does not. */
    private static Stream<String> missing(Table table) {
        return table.sights().stream()
                .filter(sight -> sight.complete() || !table.complete())
                .flatMap(sight -> sight.coverage().missing().stream())
                .distinct();
    }

    private String sentence(Table table) {
        List<String> seen = new ArrayList<>();
        for (Sight sight : table.sights()) {
            if (sight.coverage().sees() && (sight.complete() || !table.complete())) {
                seen.add(Words.by(sight.coverage().by()) + latest(sight.latest()));
            }
        }
        if (seen.isEmpty()) {
            return comparing("every change");
        }
        String list = String.join(", or ", seen);
        return table.complete() ? list + ", deletions too" : list + "; " + comparing(rest(table));
    }

    private static String sentence(String feed, Unread waiting) {
        return "feed '" + feed + "' has not taken " + waiting.entries() + " entries yet"
                + waiting.oldestAge()
                        .map(age -> ", the oldest is " + Words.duration(age) + " old")
                        .orElse("");
    }

    private static String rest(Table table) {
        boolean deletions =
                table.sights().stream().anyMatch(sight -> sight.coverage().deletes());
        return deletions ? "what else changes" : "what else changes, deletions among it";
    }

    private String comparing(String what) {
        return what + ": " + (otherwise == null ? "never found" : "by comparing everything" + latest(otherwise));
    }

    private static String latest(@Nullable Duration latest) {
        return latest == null ? "" : " within " + Words.duration(latest);
    }
}
