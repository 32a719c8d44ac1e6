package dev.stocktake.spring;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.StocktakeException;
import java.util.List;

/** Says in the words of the properties what to do about what the parts found wrong. */
final class Advice {

    /** A word in a message, and what to do then; the first that fits. */
    private record Line(String word, String action) {}

    private static final List<Line> LINES = List.of(
            new Line(
                    "JdbcLedger.initialize",
                    "Set 'stocktake.ledger.initialize=always', so that the tables are made at start, or run the script under"
                            + " dev/stocktake/jdbc/ledger/ in the stocktake-jdbc jar with your migration tool."),
            new Line("JdbcLedger", "Correct what stands under 'stocktake.ledger'."),
            new Line(
                    "JdbcProductSource",
                    "Correct '%s.source.query' ('root' in the description) or '%<s.source.children' (each by its number and"
                            + " field), or the columns that stand beside it. If a table is not found, look whether"
                            + " 'spring.datasource.url' leads to the shop's database."),
            new Line(
                    "ChangeLog",
                    "Set '%s.changes.change-log.install=always', so that triggers are made at start, or run the script that"
                            + " ChangeLog.print() makes as the owner of the tables; or take '%<s.changes.by=timestamps'."),
            new Line("ProductTables", "Correct '%s.tables'."),
            new Line("TimestampFeed", "Correct what stands under '%s.changes', or the timestamps in '%<s.tables'."),
            new Line("XminFeed", "Correct what stands under '%s.changes', or take '%<s.changes.by=timestamps'."),
            new Line("TimedFeed", "Correct '%s.changes.timed'."),
            new Line("The Meilisearch index", "Correct what stands under '%s.meilisearch'."),
            new Line("SyncSchedule", "Correct what stands under '%s.schedule'."),
            new Line("Stocktake", "Correct what stands under '%s.settings'."));

    private Advice() {}

    /** @param path of the index's properties */
    static SetUpException about(String index, String path, StocktakeException cause) {
        String message = String.valueOf(cause.getMessage());
        String what = "Index '" + index + "' cannot be set up: " + message + (message.endsWith(".") ? "" : ".");
        if (!(cause instanceof MisconfiguredException)) {
            return new SetUpException(
                    what, "Look whether the database can be reached from here ('spring.datasource.url').", cause);
        }
        String action = LINES.stream()
                .filter(line -> message.contains(line.word()))
                .map(line -> line.action().formatted(path))
                .findFirst()
                .orElse("Correct what the description names, under '" + path + "'.");
        return new SetUpException(what, action, cause);
    }
}
