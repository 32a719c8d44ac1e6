package dev.stocktake.jdbc;

import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was found out about the columns of each query, as long as the database describes them in the same words: so it need
 * not be found out for every page, and all rows of a query share their names.
 *
 * <p>Thread-safe.
 */
final class KnownColumns {

    private record Column(String label, int jdbcType, String typeName) {}

    private record Known(List<Column> described, Columns columns) {}

    private final Map<QueryNode, Known> known = Collections.synchronizedMap(new IdentityHashMap<>());

    /** The columns; if there is anything wrong with them, it is added to the problems, and they must not be used. */
    Columns of(ResultSetMetaData metaData, Dialect dialect, QueryNode node, Problems problems) throws SQLException {
        List<Column> described = described(metaData);
        Known before = known.get(node);
        if (before != null && before.described().equals(described)) {
            return before.columns();
        }
        Columns columns = Columns.of(metaData, dialect, node, problems);
        if (problems.none()) {
            known.put(node, new Known(described, columns));
        }
        return columns;
    }

    private static List<Column> described(ResultSetMetaData metaData) throws SQLException {
        List<Column> columns = new ArrayList<>();
        for (int i = 1; i <= metaData.getColumnCount(); i++) {
            columns.add(
                    new Column(metaData.getColumnLabel(i), metaData.getColumnType(i), metaData.getColumnTypeName(i)));
        }
        return columns;
    }
}
