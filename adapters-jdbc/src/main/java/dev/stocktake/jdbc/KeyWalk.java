package dev.stocktake.jdbc;

import dev.stocktake.KeyPage;
import dev.stocktake.ProductKey;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks the ids of all products in the database's own order, and compares in that order: numbers as numbers, text in the
 * collation of its column.
 *
 * <p>Thread-safe.
 */
final class KeyWalk {

    private static final Logger LOG = LoggerFactory.getLogger(KeyWalk.class);
    private static final int MOST_AT_ONCE = 10_000;

    private final Database database;
    private final KeyOrigin origin;
    private volatile @Nullable Known known;

    KeyWalk(Database database, KeyOrigin origin) {
        this.database = database;
        this.origin = origin;
    }

    /** What was learnt from the database, once. */
    private record Known(
            KeyOrigin.Resolved origin, @Nullable Comparator<String> order) {}

    /** The type of the ids. */
    KeyType type() {
        return known().origin().type();
    }

    private Known known() {
        Known seen = known;
        if (seen == null) {
            seen = database.read(Database.View.LATEST, "Looking at the ids of '" + origin.name() + "'", this::learn);
            known = seen;
        }
        return seen;
    }

    private Known learn(Database.Session session) throws SQLException {
        KeyOrigin.Resolved resolved = origin.resolve(session);
        if (resolved.type().numeric()) {
            return new Known(resolved, KeyType::compareNumbers);
        }
        String none = resolved.ids().sql(new Selection.None());
        return new Known(resolved, session.dialect().localOrder(session.connection(), resolved.type(), none));
    }

    /** The keys behind {@code after}. */
    KeyPage page(@Nullable ProductKey after, int limit) {
        Known walked = known();
        KeyType type = walked.origin().type();
        Object from = after == null ? null : type.value(after.value());
        if (after != null && from == null) {
            LOG.info(
                    "The walk over the ids of '{}' had come to '{}', which is no value of their type now ({});"
                            + " it begins again",
                    origin.name(),
                    after,
                    type.sqlType());
        }
        Page page = database.read(
                Database.View.LATEST,
                "Walking the ids of '" + origin.name() + "'",
                session -> read(session, walked.origin(), from, limit));
        return new KeyPage(after, List.copyOf(page.keys), page.end, page.problems);
    }

    /** A page that is being filled. */
    private static final class Page {

        private final Set<ProductKey> keys = new LinkedHashSet<>();
        private final List<String> problems = new ArrayList<>();
        private final List<String> pending = new ArrayList<>();
        private final Set<String> read = new HashSet<>();
        private @Nullable Object last;
        private boolean end;

        /** Problems count once a key follows them: those behind the last key belong to the next page. */
        private void add(KeyType type, String id) {
            last = type.asRead(id);
            if (!read.add(id)) {
                return;
            }
            try {
                keys.add(new ProductKey(type.text(id)));
                settle();
            } catch (IllegalArgumentException e) {
                pending.add(String.valueOf(e.getMessage()));
            }
        }

        private void settle() {
            problems.addAll(pending);
            pending.clear();
        }
    }

    /** The next page begins behind the last id, and with that behind all that the database takes for equal to it. */
    private Page read(Database.Session session, KeyOrigin.Resolved walked, @Nullable Object after, int limit)
            throws SQLException {
        Page page = new Page();
        if (after == null && walked.mayBeNull()) {
            countNulls(session, walked, page);
        }
        Object from = after;
        while (page.keys.isEmpty() && !page.end) {
            Selection selection = from == null ? new Selection.All() : new Selection.After(walked.type(), from);
            page.end = !fill(session, walked, selection, limit, page);
            if (page.last != null
                    && !page.end
                    && !walked.unique()
                    && !session.dialect().writesAlike(walked.type())) {
                Selection equal = new Selection.Ids(walked.type(), List.of(page.last));
                fill(session, walked, equal, Integer.MAX_VALUE, page);
            }
            from = page.last;
        }
        if (page.end) {
            page.settle();
        }
        return page;
    }

    /** Adds one page of rows; whether it was a full one. */
    private static boolean fill(
            Database.Session session, KeyOrigin.Resolved walked, Selection selection, int limit, Page page)
            throws SQLException {
        String sql = walked.ids().sql(selection) + " order by k limit " + limit;
        try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
            statement.setFetchSize(Math.min(limit, MOST_AT_ONCE));
            int index = 1;
            for (int i = 0; i < walked.places(); i++) {
                index = selection.bind(statement, index, session.dialect());
            }
            try (ResultSet ids = statement.executeQuery()) {
                int rows = 0;
                for (; ids.next(); rows++) {
                    page.add(walked.type(), ids.getString(1));
                }
                return rows == limit;
            }
        }
    }

    private void countNulls(Database.Session session, KeyOrigin.Resolved walked, Page page) throws SQLException {
        String sql = walked.ids().sql(new Selection.Nulls());
        try (PreparedStatement statement =
                        session.connection().prepareStatement("select count(*) from (" + sql + ") n");
                ResultSet count = statement.executeQuery()) {
            count.next();
            if (count.getLong(1) > 0) {
                page.problems.add(count.getLong(1) + " rows of '" + origin.name()
                        + "' have no id (null), so they are in no index: give each an id (not null), or let keys(...)"
                        + " name a view without them");
            }
        }
    }

    /** How the walk writes ids that are equal to these for the database, where it writes them otherwise. */
    Map<String, String> asWalked(Database.Session session, Collection<String> ids) throws SQLException {
        KeyOrigin.Resolved walked = known().origin();
        Map<String, String> otherwise = new HashMap<>();
        Set<String> same = new HashSet<>(equalTo(session, walked, List.copyOf(ids)));
        for (String id : ids) {
            if (!same.contains(id)) {
                equalTo(session, walked, List.of(id)).forEach(found -> otherwise.put(id, found));
            }
        }
        return otherwise;
    }

    private static List<String> equalTo(Database.Session session, KeyOrigin.Resolved walked, List<Object> ids)
            throws SQLException {
        Selection equal = new Selection.Ids(walked.type(), ids);
        List<String> found = new ArrayList<>();
        try (PreparedStatement statement =
                session.connection().prepareStatement(walked.ids().sql(equal))) {
            int index = 1;
            for (int i = 0; i < walked.places(); i++) {
                index = equal.bind(statement, index, session.dialect());
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(walked.type().text(rows.getString(1)));
                }
            }
        }
        return found;
    }

    /** Compares two ids in the order of {@link #page}. */
    int compare(ProductKey left, ProductKey right) {
        if (left.equals(right)) {
            return 0;
        }
        Known walked = known();
        Comparator<String> order = walked.order();
        return order != null ? order.compare(left.value(), right.value()) : ask(walked.origin(), left, right);
    }

    /** The union with the ids themselves makes the database compare in the collation of their column. */
    private int ask(KeyOrigin.Resolved walked, ProductKey left, ProductKey right) {
        KeyType type = walked.type();
        Object l = type.value(left.value());
        Object r = type.value(right.value());
        if (l == null || r == null) {
            return l != null ? -1 : r != null ? 1 : left.value().compareTo(right.value());
        }
        return database.read(Database.View.LATEST, "Comparing two ids of '" + origin.name() + "'", session -> {
            String ids = walked.ids().sql(new Selection.None()) + " union all select "
                    + session.dialect().idParameter(type);
            String sql = "select case when l.k < r.k then -1 when l.k > r.k then 1 else 0 end from (" + ids
                    + ") l cross join (" + ids + ") r";
            try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
                session.dialect().bindId(statement, 1, type, l);
                session.dialect().bindId(statement, 2, type, r);
                try (ResultSet answer = statement.executeQuery()) {
                    answer.next();
                    return answer.getInt(1);
                }
            }
        });
    }
}
