package dev.stocktake.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Climbs from rows of one table to the products they belong to, through the rows that lie between. Nothing is filtered on
 * the way: what is deleted softly was part of a document a moment ago.
 */
final class Climb {

    /** A row that leads to so many products is not a change of single products. */
    private static final int WIDE = 1_000;

    private final FoundGraph graph;
    private final FoundGraph.Table table;
    private final List<Path> paths = new ArrayList<>();
    private final List<Route> routes = new ArrayList<>();

    Climb(FoundGraph graph, FoundGraph.Table table) {
        this.graph = graph;
        this.table = table;
        for (int way = 0; way < table.ways().size(); way++) {
            follow(way, List.of(table.ways().get(way)));
        }
    }

    /**
     * One path to the root.
     *
     * @param first the number of the table's way that it begins with
     */
    private record Path(int first, List<FoundGraph.Way> ways) {}

    /**
     * A path that is followed by a query.
     *
     * @param below whether it ends at the row below the root, which holds the product's id
     */
    private record Route(Path path, boolean below) {}

    /**
     * Products, in ascending order of the database.
     *
     * @param ids their ids as read
     * @param more whether there are more, behind the last
     */
    record Page(List<String> ids, boolean more) {}

    private void follow(int first, List<FoundGraph.Way> ways) {
        FoundGraph.Table target = graph.table(ways.get(ways.size() - 1).target());
        if (target.equals(graph.root())) {
            Path path = new Path(first, ways);
            paths.add(path);
            addRoutes(path);
        }
        for (FoundGraph.Way way : target.ways()) {
            List<FoundGraph.Way> longer = new ArrayList<>(ways);
            longer.add(way);
            follow(first, longer);
        }
    }

    /** Every path from the table to the root, as the ways that it goes. */
    List<List<FoundGraph.Way>> paths() {
        return paths.stream().map(Path::ways).toList();
    }

    /** Where ids are not written alike, the row below names a product that was deleted, and the root's row all others. */
    private void addRoutes(Path path) {
        FoundGraph.Way last = path.ways().get(path.ways().size() - 1);
        boolean holdsId = last.column().equals(graph.root().id());
        if (holdsId && path.ways().size() > 1) {
            routes.add(new Route(path, true));
        }
        if (!holdsId || !graph.writesIdsAlike()) {
            routes.add(new Route(path, false));
        }
    }

    /** The ways whose key is the product's id itself. */
    boolean isDirect(int way) {
        FoundGraph.Way first = table.ways().get(way);
        return first.target().equals(graph.root().name())
                && first.column().equals(graph.root().id());
    }

    /** How many ways the table has. */
    int ways() {
        return table.ways().size();
    }

    /** Whether rows must be looked up to know to which products the keys of these ways lead. */
    boolean leadsFurther(Collection<Integer> ways) {
        return paths.stream()
                .filter(path -> ways.contains(path.first()))
                .anyMatch(path -> path.ways().size() > 1 || !isDirect(path.first()) || !graph.writesIdsAlike());
    }

    /**
     * A page of the products to which keys lead, those of direct ways left out.
     *
     * @param keys for each way of the table the keys of its rows
     * @param after the product behind which the page begins, as read; null for the first page
     */
    Page products(Database.Session session, List<Set<String>> keys, @Nullable String after, int limit)
            throws SQLException {
        List<Step> needed = routes.stream()
                .map(route -> new Step(
                        route,
                        values(route.path().ways().get(0), keys.get(route.path().first()))))
                .filter(step -> !step.values().isEmpty())
                .toList();
        if (needed.isEmpty()) {
            return new Page(List.of(), false);
        }
        try (PreparedStatement statement =
                session.connection().prepareStatement(sql(session.dialect(), needed, after != null, limit))) {
            statement.setFetchSize(limit);
            bind(session, statement, needed, after);
            return page(statement, limit);
        }
    }

    /**
     * Rows to climb from.
     *
     * @param keys for each way of the table the keys of the rows; of the root, their ids
     * @param count how many rows there are
     * @param at when the first of them changed; null if that is not known
     * @param after the product behind which to go on, as read; null to begin
     */
    record From(
            List<Set<String>> keys,
            int count,
            @Nullable Instant at,
            @Nullable String after) {}

    /**
     * Names the products to which rows lead, at most about a page of them.
     *
     * @return the page that was looked up; whatever needed no look-up is named in full
     */
    Page name(Database.Session session, From from, int limit, Named named) throws SQLException {
        if (table.id() != null) {
            from.keys().get(0).forEach(id -> named.add(idType(), id, from.at(), false));
            return new Page(List.of(), false);
        }
        for (int way = 0; way < from.keys().size(); way++) {
            if (isDirect(way)) {
                from.keys().get(way).forEach(id -> named.add(idType(), id, from.at(), false));
            }
        }
        Page page = products(session, from.keys(), from.after(), limit);
        boolean parted = page.more() || from.after() != null;
        boolean wide = Math.max(page.ids().size(), parted ? limit : 0) >= (long) WIDE * Math.max(1, from.count());
        page.ids().forEach(id -> named.add(idType(), id, from.at(), wide));
        return page;
    }

    /** Runs the query from no row at all. */
    void check(Database.Session session) throws SQLException {
        List<Step> steps =
                routes.stream().map(route -> new Step(route, List.of())).toList();
        if (!steps.isEmpty()) {
            try (PreparedStatement statement =
                    session.connection().prepareStatement(sql(session.dialect(), steps, false, 1))) {
                bind(session, statement, steps, null);
                statement.executeQuery().close();
            }
        }
    }

    /** The type of the products' ids. */
    KeyType idType() {
        return graph.idType();
    }

    /** A route with the values from which it is climbed. */
    private record Step(Route route, List<Object> values) {}

    private static Page page(PreparedStatement statement, int limit) throws SQLException {
        Set<String> ids = new LinkedHashSet<>();
        int rows = 0;
        try (ResultSet result = statement.executeQuery()) {
            for (; result.next(); rows++) {
                ids.add(result.getString(1));
            }
        }
        return new Page(List.copyOf(ids), rows == limit);
    }

    private String sql(Dialect dialect, List<Step> needed, boolean after, int limit) {
        List<String> selects = needed.stream()
                .map(step -> sql(dialect, step.route(), step.values().size()))
                .toList();
        return "select distinct k from (" + String.join(" union all ", selects) + ") climbed where k is not null"
                + (after ? " and k > ?" : "") + " order by k limit " + limit;
    }

    private String sql(Dialect dialect, Route route, int keys) {
        List<FoundGraph.Way> ways = route.path().ways();
        FoundGraph.Way last = ways.get(ways.size() - 1);
        int tables = route.below() ? ways.size() - 1 : ways.size();
        StringBuilder from = new StringBuilder();
        for (int i = 0; i < tables; i++) {
            String name = graph.table(ways.get(i).target()).found().sql() + " t" + i;
            String column = "t" + i + "." + ways.get(i).column().sql();
            from.append(
                    i == 0
                            ? name
                            : " join " + name + " on " + column + " = t" + (i - 1) + "."
                                    + ways.get(i).key().sql());
        }
        FoundGraph.Id product =
                route.below() ? last.key() : Objects.requireNonNull(graph.root().id());
        String id = dialect.asWritten(product.type(), "t" + (tables - 1) + "." + product.sql());
        return "select " + id + " as k from " + from + " where "
                + dialect.isOneOf("t0." + ways.get(0).column().sql(), keys);
    }

    private void bind(Database.Session session, PreparedStatement statement, List<Step> needed, @Nullable String after)
            throws SQLException {
        int index = 1;
        for (Step step : needed) {
            KeyType type = step.route().path().ways().get(0).column().type();
            index = session.dialect().bindIds(statement, index, type, step.values());
        }
        if (after != null) {
            session.dialect()
                    .bindId(statement, index, graph.idType(), graph.idType().asRead(after));
        }
    }

    private static List<Object> values(FoundGraph.Way way, Collection<String> keys) {
        List<Object> values = new ArrayList<>();
        for (String key : keys) {
            Object value = way.column().type().value(key);
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }
}
