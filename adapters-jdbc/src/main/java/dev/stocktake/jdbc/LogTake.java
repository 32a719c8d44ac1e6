package dev.stocktake.jdbc;

import dev.stocktake.ProductKey;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One take from a change log: a page of entries, the same ones folded, climbed to their products. An entry that leads to
 * very many is put aside, and followed page by page behind the others.
 */
final class LogTake {

    private static final int FEWEST_ENTRIES = 200;
    private static final int MOST_WIDE = 100;

    private final Database.Session session;
    private final LogSetUp setUp;
    private final String consumer;
    private final int limit;
    private final Map<ProductKey, Instant> products = new LinkedHashMap<>();
    private final Map<ProductKey, Instant> many = new LinkedHashMap<>();
    private final List<LogEntry> done = new ArrayList<>();
    private final List<LogEntry> wide = new ArrayList<>();
    private final List<LogRemoval.Step> steps = new ArrayList<>();
    private boolean everything;
    private boolean more;

    LogTake(Database.Session session, LogSetUp setUp, String consumer, int limit) {
        this.session = session;
        this.setUp = setUp;
        this.consumer = consumer;
        this.limit = limit;
    }

    /**
     * What was taken.
     *
     * @param products with the earliest time of their changes
     * @param many those of wide entries
     * @param everything whether anything may have changed
     * @param more whether there is more to take at once
     * @param full whether there were as many entries as are read at once
     */
    record Taken(
            Map<ProductKey, Instant> products,
            Map<ProductKey, Instant> many,
            boolean everything,
            boolean more,
            boolean full,
            LogRemoval removal) {}

    /** Keys of one column, each with its entries. */
    private record Group(LogGraph.Upward upward, Map<String, List<LogEntry>> keys) {

        List<LogEntry> entries(String key) {
            return keys.getOrDefault(key, List.of());
        }
    }

    /**
     * Those that wait are read last: one that is still at its start then, covers whatever was read before.
     */
    Taken take() throws SQLException {
        int page = Math.max(FEWEST_ENTRIES, 2 * limit);
        List<LogEntry> fresh = new ArrayList<>(copies("is null", page));
        List<LogEntry> shared = shared(page);
        boolean full = fresh.size() == page || shared.size() == page;
        fresh.addAll(shared);
        more = full;
        List<LogEntry> before = copies("is not null", MOST_WIDE);
        climb(sort(fresh), before);
        follow(before);
        return new Taken(
                products,
                many,
                everything,
                more,
                full,
                new LogRemoval(List.copyOf(done), List.copyOf(wide), List.copyOf(steps)));
    }

    // --- reading

    private List<LogEntry> shared(int page) throws SQLException {
        return read(
                "select e.id, e.source_id, e.row_key, e.changed_at, null from "
                        + setUp.log().entries() + " e where e.source_id <> " + ChangeLogDialect.ANCHOR
                        + " order by e.id limit " + page,
                null);
    }

    private List<LogEntry> copies(String climbed, int page) throws SQLException {
        return read(
                "select k.id, k.source_id, k.row_key, k.changed_at, k.climbed_to from "
                        + setUp.log().copies() + " k where k.consumer = ? and k.source_id <> " + ChangeLogDialect.ANCHOR
                        + " and k.climbed_to " + climbed + " order by k.id limit " + page,
                consumer);
    }

    private List<LogEntry> read(String sql, @Nullable String owner) throws SQLException {
        List<LogEntry> entries = new ArrayList<>();
        try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
            if (owner != null) {
                statement.setString(1, owner);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Instant at = Objects.requireNonNull(session.dialect().moment(rows, 4));
                    entries.add(new LogEntry(
                            rows.getString(1),
                            owner != null,
                            rows.getInt(2),
                            rows.getString(3),
                            at,
                            rows.getString(5)));
                }
            }
        }
        return entries;
    }

    // --- what leads to few products

    /** Names the products whose ids were logged; answers what must be climbed from. */
    private List<Group> sort(List<LogEntry> entries) {
        Map<Integer, Group> groups = new LinkedHashMap<>();
        for (LogEntry entry : entries) {
            LogGraph.Upward upward = setUp.graph().upward(entry.source());
            if (entry.source() == ChangeLogDialect.EVERYTHING) {
                everything = true;
                done.add(entry);
            } else if (upward == null) {
                done.add(entry);
            } else {
                sort(entry, upward, groups);
            }
        }
        return List.copyOf(groups.values());
    }

    private void sort(LogEntry entry, LogGraph.Upward upward, Map<Integer, Group> groups) {
        String key = text(upward.type(), entry.key());
        if (upward.isDirect()) {
            ProductKey product = key == null ? null : product(key);
            if (product != null && products.size() >= limit && !products.containsKey(product)) {
                more = true;
                return;
            }
            if (product != null) {
                add(products, product, entry.at());
            }
        }
        if (upward.mustClimb() && key != null) {
            groups.computeIfAbsent(entry.source(), source -> new Group(upward, new LinkedHashMap<>()))
                    .keys()
                    .computeIfAbsent(key, text -> new ArrayList<>())
                    .add(entry);
        } else {
            done.add(entry);
        }
    }

    /** What cannot be an id leads nowhere. */
    private static @Nullable String text(KeyType type, String read) {
        try {
            return type.text(read);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable ProductKey product(String id) {
        try {
            return ProductKey.of(id);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static void add(Map<ProductKey, Instant> to, ProductKey product, Instant at) {
        to.merge(product, at, (one, other) -> one.isBefore(other) ? one : other);
    }

    private void climb(List<Group> groups, List<LogEntry> before) throws SQLException {
        boolean climbed = false;
        for (Group group : groups) {
            Deque<List<String>> chunks = new ArrayDeque<>();
            chunks.add(List.copyOf(group.keys().keySet()));
            while (!chunks.isEmpty()) {
                if (climbed && products.size() >= limit) {
                    more = true;
                    return;
                }
                climb(group, chunks, before);
                climbed = true;
            }
        }
    }

    /** Keys that lead to too many together are halved; a single one that does is wide. */
    private void climb(Group group, Deque<List<String>> chunks, List<LogEntry> before) throws SQLException {
        List<String> chunk = chunks.remove();
        int most = chunk.size() == 1 ? setUp.wide() : Math.max(setUp.wide(), 2 * limit);
        Climb.Page page = climb(group.upward(), Set.copyOf(chunk), null, most + 1);
        if (page.more() && chunk.size() > 1) {
            int half = chunk.size() / 2;
            chunks.addFirst(chunk.subList(half, chunk.size()));
            chunks.addFirst(chunk.subList(0, half));
            return;
        }
        List<LogEntry> entries =
                chunk.stream().flatMap(key -> group.entries(key).stream()).toList();
        if (page.more()) {
            putAside(entries, before);
            return;
        }
        Instant at = entries.stream().map(LogEntry::at).min(Instant::compareTo).orElseThrow();
        name(group.upward(), page, products, at);
        done.addAll(entries);
    }

    /** One of them is enough, and none if one of the same key waits at its start already. */
    private void putAside(List<LogEntry> entries, List<LogEntry> before) {
        LogEntry first = entries.get(0);
        boolean waits = before.stream()
                .anyMatch(entry -> entry.source() == first.source()
                        && entry.key().equals(first.key())
                        && "".equals(entry.climbedTo()));
        done.addAll(waits ? entries : entries.subList(1, entries.size()));
        if (!waits) {
            wide.add(first);
            more = true;
        }
    }

    private Climb.Page climb(LogGraph.Upward upward, Set<String> keys, @Nullable String after, int most)
            throws SQLException {
        List<Set<String>> ofWays = new ArrayList<>();
        for (int way = 0; way < upward.climb().ways(); way++) {
            ofWays.add(upward.ways().contains(way) ? keys : Set.of());
        }
        return upward.climb().products(session, ofWays, after, most);
    }

    private static void name(LogGraph.Upward upward, Climb.Page page, Map<ProductKey, Instant> to, Instant at) {
        for (String id : page.ids()) {
            String text = text(upward.climb().idType(), id);
            ProductKey product = text == null ? null : product(text);
            if (product != null) {
                add(to, product, at);
            }
        }
    }

    // --- what leads to very many

    /** A page of the oldest wide entry; a small one as long as there is anything else. */
    private void follow(List<LogEntry> before) throws SQLException {
        if (before.isEmpty()) {
            return;
        }
        LogEntry entry = before.get(0);
        LogGraph.Upward upward = setUp.graph().upward(entry.source());
        String key = upward == null ? null : text(upward.type(), entry.key());
        String after = entry.climbedTo();
        if (upward == null || key == null || after == null) {
            steps.add(new LogRemoval.Step(entry, null));
            return;
        }
        int size = Math.max(1, more ? limit / 4 : Math.max(limit / 4, limit - products.size()));
        Climb.Page page = climb(upward, Set.of(key), after.isEmpty() ? null : after, size);
        name(upward, page, many, entry.at());
        String last = page.more() ? page.ids().get(page.ids().size() - 1) : null;
        steps.add(new LogRemoval.Step(entry, last));
        more = more || page.more() || before.size() > 1;
    }
}
