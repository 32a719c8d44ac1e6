package dev.stocktake.jdbc;

import dev.stocktake.Coverage;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at what keeps {@link XminFeed} from seeing a table, or makes it slow. */
final class XminCoverage {

    private static final int READ_IN_PARTS_SINCE = 14;

    private final Database database;
    private final XminFeed.Watch watch;
    private final @Nullable Duration delay;

    XminCoverage(Database database, XminFeed.Watch watch, @Nullable Duration delay) {
        this.database = database;
        this.watch = watch;
        this.delay = delay;
    }

    /** Why a table cannot be seen. */
    static String unseen(FoundGraph.Table table) {
        return "'" + table.name()
                + "' is a view or a table of another server, whose rows do not say which transaction wrote"
                + " them, so that by transaction numbers no change is seen there; name the tables behind it, or use another"
                + " feed besides";
    }

    List<Coverage> coverage() {
        return database.read(Database.View.LATEST, "Looking at the tables", session -> {
            List<Coverage> coverage = new ArrayList<>();
            for (FoundGraph.Table table : watch.graph().tables()) {
                coverage.add(
                        watch.sees(table)
                                ? new Coverage(table.name(), Coverage.By.XMIN, delay, false, missing(session, table))
                                : Coverage.nothing(table.name(), unseen(table)));
            }
            return coverage;
        });
    }

    private List<String> missing(Database.Session session, FoundGraph.Table table) throws SQLException {
        List<String> missing = new ArrayList<>();
        if (hidesRows(session, table)) {
            missing.add("row-level security hides rows of '" + table.name()
                    + "' from Stocktake's user: a row that is hidden"
                    + " is like a deleted one, and a policy that is changed is not seen; give the user BYPASSRLS or a"
                    + " policy that shows it every row");
        }
        if (session.connection().getMetaData().getDatabaseMajorVersion() < READ_IN_PARTS_SINCE) {
            missing.add("before PostgreSQL " + READ_IN_PARTS_SINCE
                    + " a table cannot be read in parts: each pass reads all of it in one statement");
        }
        if (!watch.source().namesCluster()) {
            missing.add("whether the database was replaced by another cluster cannot be told; grant execute on function"
                    + " pg_control_system() to Stocktake's user");
        }
        return missing;
    }

    private static boolean hidesRows(Database.Session session, FoundGraph.Table table) throws SQLException {
        try (PreparedStatement statement =
                session.connection().prepareStatement("select row_security_active(cast(? as text))")) {
            statement.setString(1, table.found().sql());
            try (ResultSet answer = statement.executeQuery()) {
                answer.next();
                return answer.getBoolean(1);
            }
        }
    }
}
