package dev.stocktake.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a trigger says of itself in its comment: by it triggers are found again, and known to be older than the graph.
 *
 * @param stocktakeChangeLog the version of the triggers' text
 * @param table qualified and quoted
 * @param columns quoted
 * @param schema of the log, quoted
 * @param made chance, where the database does not tell one trigger from another of the same name
 */
record TriggerNote(int stocktakeChangeLog, String table, List<String> columns, String schema, String made) {

    /** Raise it whenever the text of the triggers or the shape of the log changes. */
    static final int VERSION = 3;

    private static final ObjectMapper JSON = new ObjectMapper();

    static TriggerNote of(LoggedTable table, LogTables log, String made) {
        return new TriggerNote(VERSION, table.sql(), table.columns(), log.schema(), made);
    }

    String text() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Names can always be written", e);
        }
    }

    /** Empty if the comment is somebody else's. */
    static Optional<TriggerNote> parse(@Nullable String comment) {
        if (comment == null || !comment.startsWith("{\"stocktakeChangeLog\":")) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(comment, TriggerNote.class));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
