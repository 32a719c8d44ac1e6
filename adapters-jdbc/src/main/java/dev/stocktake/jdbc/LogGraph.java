package dev.stocktake.jdbc;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A graph as the change log sees it: which columns are logged under which number, and where their keys lead.
 *
 * @param graph as found
 * @param tables whose changes are logged
 * @param upward by the number under which keys are logged
 */
record LogGraph(FoundGraph graph, List<LoggedTable> tables, Map<Integer, Upward> upward) {

    /**
     * Where the keys of one column lead.
     *
     * @param type of the column
     * @param root whether they are the products' ids
     * @param ways the numbers of the table's ways that begin with this column
     * @param climb from the table
     */
    record Upward(String table, KeyType type, boolean root, List<Integer> ways, Climb climb) {

        /** Whether the key is a product's id, whatever else it leads to. */
        boolean isDirect() {
            return root || ways.stream().anyMatch(climb::isDirect);
        }

        /** Whether rows must be looked up to know where the key leads. */
        boolean mustClimb() {
            return !root && climb.leadsFurther(ways);
        }
    }

    static LogGraph of(Database.Session session, Graph declared) throws SQLException {
        Problems problems = new Problems("ProductTables");
        FoundGraph found = FoundGraph.find(session, declared, problems);
        problems.throwIfAny();
        List<LoggedTable> tables = new ArrayList<>();
        Map<Integer, Upward> upward = new HashMap<>();
        for (FoundGraph.Table table : found.tables()) {
            LoggedTable logged = LoggedTable.of(table, session.dialect());
            tables.add(logged);
            for (String column : logged.columns()) {
                Upward before = upward.put(logged.source(column), upward(found, table, column));
                if (before != null) {
                    problems.add(
                            before.table(),
                            "has a column that cannot be told from one of '" + table.name()
                                    + "' by their check sums; rename one of them");
                }
            }
        }
        problems.throwIfAny();
        return new LogGraph(found, List.copyOf(tables), Map.copyOf(upward));
    }

    private static Upward upward(FoundGraph graph, FoundGraph.Table table, String column) {
        Climb climb = new Climb(graph, table);
        FoundGraph.Id id = table.id();
        if (id != null) {
            return new Upward(table.name(), id.type(), true, List.of(), climb);
        }
        List<Integer> ways = new ArrayList<>();
        KeyType type = graph.idType();
        for (int way = 0; way < table.ways().size(); way++) {
            FoundGraph.Id key = table.ways().get(way).key();
            if (key.sql().equals(column)) {
                ways.add(way);
                type = key.type();
            }
        }
        return new Upward(table.name(), type, false, List.copyOf(ways), climb);
    }

    /** What the keys of this number lead to; null if they are of another index's graph. */
    @Nullable
    Upward upward(int source) {
        return upward.get(source);
    }

    /** The same for the same ways on the same tables. */
    String fingerprint() {
        TreeSet<String> lines = new TreeSet<>();
        for (FoundGraph.Table table : graph.tables()) {
            lines.add(table.found().sql() + " " + table.id());
            table.ways()
                    .forEach(way -> lines.add(table.found().sql() + " " + way.key() + " "
                            + graph.table(way.target()).found().sql() + " " + way.column()));
        }
        return UUID.nameUUIDFromBytes(String.join("\n", lines).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
