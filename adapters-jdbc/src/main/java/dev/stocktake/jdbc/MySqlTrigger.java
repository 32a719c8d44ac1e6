package dev.stocktake.jdbc;

/**
 * A trigger of the change log. It is one statement, which needs no other delimiter in a script.
 *
 * @param name unique in the schema of its table
 * @param table qualified and quoted
 * @param moment when it fires: {@code after insert}
 * @param statement what it does
 * @param purpose for messages: which changes it logs
 */
record MySqlTrigger(String name, String table, String moment, String statement, String purpose) {

    String create() {
        return "create definer = current_user trigger " + qualified() + " " + moment + " on " + table + " for each row "
                + statement;
    }

    String drop() {
        return "drop trigger if exists " + qualified();
    }

    private String qualified() {
        return quotedSchema(table) + ".`" + name + "`";
    }

    /** The schema of a name as we write them: both parts quoted. */
    static String quotedSchema(String qualified) {
        int end = 1;
        while (qualified.charAt(end) != '`' || qualified.charAt(end + 1) == '`') {
            end += qualified.charAt(end) == '`' ? 2 : 1;
        }
        return qualified.substring(0, end + 1);
    }

    static String schema(String qualified) {
        return unquoted(quotedSchema(qualified));
    }

    /** The table of a name as we write them, without its quotes. */
    static String table(String qualified) {
        return unquoted(qualified.substring(quotedSchema(qualified).length() + 1));
    }

    private static String unquoted(String quoted) {
        return quoted.substring(1, quoted.length() - 1).replace("``", "`");
    }

    static String quote(String identifier) {
        return '`' + identifier.replace("`", "``") + '`';
    }
}
