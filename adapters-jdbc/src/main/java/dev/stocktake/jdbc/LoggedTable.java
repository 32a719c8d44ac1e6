package dev.stocktake.jdbc;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * A table whose changes are logged.
 *
 * @param name as declared
 * @param sql qualified and quoted
 * @param columns quoted: the ones that lead upward, and the id of the root
 * @param existing all its columns, quoted
 */
record LoggedTable(String name, String sql, List<String> columns, Set<String> existing) {

    static LoggedTable of(FoundGraph.Table table, Dialect dialect) {
        Set<String> columns = new LinkedHashSet<>();
        if (table.id() != null) {
            columns.add(table.id().sql());
        }
        table.ways().forEach(way -> columns.add(way.key().sql()));
        Set<String> existing = new LinkedHashSet<>();
        table.found().columns().forEach(column -> existing.add(dialect.quote(column.name())));
        return new LoggedTable(table.name(), table.found().sql(), List.copyOf(columns), existing);
    }

    /** This table with the columns that triggers log already, as another index may need them. */
    LoggedTable and(List<String> others) {
        Set<String> all = new LinkedHashSet<>(columns);
        others.stream().filter(existing::contains).forEach(all::add);
        return new LoggedTable(name, sql, List.copyOf(all), existing);
    }

    /** Short, and always the same for this table; of letters and digits. */
    String id() {
        return Long.toString(crc(sql), 36);
    }

    /** The number under which keys of a column are logged: always the same for this column of this table. */
    static int source(String table, String column) {
        int number = (int) (crc(table + "." + column) & 0x7fff_ffff);
        return number == 0 ? 1 : number;
    }

    int source(String column) {
        return source(sql, column);
    }

    static long crc(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }
}
