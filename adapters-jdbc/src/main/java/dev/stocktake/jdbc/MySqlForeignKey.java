package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A foreign key; its rules may remove and change rows.
 *
 * @param child qualified and quoted
 * @param parent qualified and quoted
 * @param columns of the child, quoted
 * @param referenced the parent's columns, in the same order
 */
record MySqlForeignKey(
        String name,
        String child,
        String parent,
        List<String> columns,
        List<String> referenced,
        String onDelete,
        String onUpdate) {

    private static final String CASCADE = "CASCADE";
    private static final Set<String> FOLLOWS = Set.of(CASCADE, "SET NULL");

    boolean isDeletedWithParent() {
        return onDelete.equals(CASCADE);
    }

    boolean changesWhenParentIsDeleted() {
        return FOLLOWS.contains(onDelete);
    }

    /** A key from a table to itself does not follow updates. */
    boolean changesWithParent() {
        return !toItself() && FOLLOWS.contains(onUpdate);
    }

    boolean copiesParent() {
        return onUpdate.equals(CASCADE);
    }

    boolean toItself() {
        return child.equals(parent);
    }

    /** The foreign keys of a table that make its rows follow others. */
    static List<MySqlForeignKey> of(Connection connection, String table) throws SQLException {
        String sql = "select k.constraint_name, k.referenced_table_schema, k.referenced_table_name, k.column_name,"
                + " k.referenced_column_name, r.delete_rule, r.update_rule from information_schema.key_column_usage k"
                + " join information_schema.referential_constraints r on r.constraint_schema = k.constraint_schema"
                + " and r.constraint_name = k.constraint_name and r.table_name = k.table_name"
                + " where k.table_schema = ? and k.table_name = ? and k.referenced_table_name is not null"
                + " order by k.constraint_name, k.ordinal_position";
        Map<String, MySqlForeignKey> keys = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, MySqlTrigger.schema(table));
            statement.setString(2, MySqlTrigger.table(table));
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    String name = found.getString(1);
                    MySqlForeignKey key = keys.get(name);
                    if (key == null) {
                        key = read(name, table, found);
                        keys.put(name, key);
                    }
                    key.columns().add(MySqlTrigger.quote(found.getString(4)));
                    key.referenced().add(MySqlTrigger.quote(found.getString(5)));
                }
            }
        }
        return keys.values().stream()
                .filter(key -> key.changesWhenParentIsDeleted() || key.changesWithParent())
                .toList();
    }

    private static MySqlForeignKey read(String name, String table, ResultSet found) throws SQLException {
        String parent = MySqlTrigger.quote(found.getString(2)) + "." + MySqlTrigger.quote(found.getString(3));
        return new MySqlForeignKey(
                name, table, parent, new ArrayList<>(), new ArrayList<>(), found.getString(6), found.getString(7));
    }
}
