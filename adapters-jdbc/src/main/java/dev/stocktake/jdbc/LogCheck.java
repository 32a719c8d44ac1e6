package dev.stocktake.jdbc;

import dev.stocktake.Coverage;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether the triggers log what a graph needs.
 *
 * @param missing what of the log itself is missing
 * @param tables each table of the graph
 */
record LogCheck(List<String> missing, List<OfTable> tables) {

    /**
     * What was seen of one table.
     *
     * @param problems because of which changes may be missed
     * @param spots what is not seen of what is done to partitions directly
     */
    record OfTable(String name, List<String> problems, List<String> spots) {

        Coverage coverage() {
            return problems.isEmpty()
                    ? new Coverage(name, Coverage.By.TRIGGER, Duration.ZERO, true, spots)
                    : Coverage.nothing(name, problems.toArray(String[]::new));
        }
    }

    private static final String REMEDY =
            "run ChangeLog.install(), or the script that ChangeLog.print() makes, as the owner of the tables";

    static LogCheck of(Database.Session session, LogTables log, LogGraph graph) throws SQLException {
        ChangeLogDialect dialect = session.dialect().changeLog();
        List<ChangeLogDialect.State> states = dialect.states(session.connection(), log, graph.tables());
        return new LogCheck(
                dialect.hasTables(session.connection(), log)
                        ? List.of()
                        : List.of("the tables " + log.entries() + "* are missing, or older than this Stocktake; "
                                + REMEDY),
                graph.tables().stream().map(table -> of(table, states)).toList());
    }

    private static OfTable of(LoggedTable table, List<ChangeLogDialect.State> states) {
        List<String> problems = new ArrayList<>();
        List<String> spots = new ArrayList<>();
        states.stream()
                .filter(state -> state.table().equals(table.sql()))
                .forEach(state -> (state.part() ? spots : problems).addAll(problems(table, state)));
        return new OfTable(table.name(), List.copyOf(problems), List.copyOf(spots));
    }

    /** Everything because of which changes may be missed. */
    List<String> problems() {
        List<String> all = new ArrayList<>(missing);
        tables.forEach(table -> all.addAll(table.problems()));
        return all;
    }

    /** Everything that is not seen of what is done to partitions directly. */
    List<String> spots() {
        return tables.stream().flatMap(table -> table.spots().stream()).toList();
    }

    /** How changes of each table are seen. */
    List<Coverage> coverage() {
        return tables.stream()
                .map(table -> missing.isEmpty()
                        ? table.coverage()
                        : Coverage.nothing(table.name(), missing.toArray(String[]::new)))
                .toList();
    }

    private static List<String> problems(LoggedTable table, ChangeLogDialect.State state) {
        String who = "'" + (state.part() ? state.relation() : table.name()) + "' ";
        if (!state.problems().isEmpty()) {
            return List.of(who + String.join(", ", state.problems()) + "; " + REMEDY);
        }
        TriggerNote note = state.note();
        if (note == null) {
            return List.of(who + "has triggers that have lost their comment; " + REMEDY);
        }
        if (note.stocktakeChangeLog() > TriggerNote.VERSION) {
            return List.of(who + "has triggers made by a newer Stocktake; upgrade stocktake-jdbc in this instance too");
        }
        if (note.stocktakeChangeLog() < TriggerNote.VERSION) {
            return List.of(who + "has triggers made by an older Stocktake; " + REMEDY);
        }
        List<String> missing = new ArrayList<>(table.columns());
        missing.removeAll(note.columns());
        return missing.isEmpty()
                ? List.of()
                : List.of(who + "has triggers that are older than ProductTables: they do not log "
                        + String.join(", ", missing) + "; " + REMEDY);
    }

    /** Whether the triggers of this table need no change. */
    static boolean fits(LoggedTable table, List<ChangeLogDialect.State> states) {
        return states.stream()
                .filter(state -> state.table().equals(table.sql()))
                .allMatch(state -> problems(table, state).isEmpty());
    }

    /** @throws dev.stocktake.MisconfiguredException with everything that is wrong */
    void require() {
        Problems all = new Problems("ChangeLog");
        problems().forEach(all::add);
        all.throwIfAny();
    }
}
