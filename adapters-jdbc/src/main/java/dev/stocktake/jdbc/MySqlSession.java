package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Settings of a session that are taken back: here, none can be made for one transaction only. */
final class MySqlSession {

    private MySqlSession() {}

    /**
     * A setting.
     *
     * @param variable its name
     * @param value as SQL
     */
    record Setting(String variable, String value) {}

    /** Makes all of these settings or none, in one round trip; the server itself remembers what there was. */
    static Dialect.Undo set(Connection connection, List<Setting> settings) throws SQLException {
        List<String> before = new ArrayList<>();
        List<String> now = new ArrayList<>();
        List<String> back = new ArrayList<>();
        for (Setting setting : settings) {
            before.add("@stocktake_" + setting.variable() + " = @@session." + setting.variable());
            now.add("session " + setting.variable() + " = " + setting.value());
            back.add("session " + setting.variable() + " = @stocktake_" + setting.variable());
        }
        before.addAll(now);
        MySqlDialect.execute(connection, "set " + String.join(", ", before));
        return () -> MySqlDialect.execute(connection, "set " + String.join(", ", back));
    }
}
