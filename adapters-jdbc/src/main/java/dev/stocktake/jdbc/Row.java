package dev.stocktake.jdbc;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row that was read.
 *
 * @param link the product or parent it belongs to; null if its column is null
 * @param key the text by which nested rows belong to it; null if there are none, or its column is null
 * @param name the name of the row's entry in a map
 * @param fields what becomes fields; mutable, as nested rows are added later
 * @param recheckAt when the product must be read again; null if it need not
 * @param problem why the row cannot be put into a document; null if it can
 */
record Row(
        @Nullable String link,
        @Nullable String key,
        @Nullable String name,
        Map<String, @Nullable Object> fields,
        @Nullable Instant recheckAt,
        @Nullable String problem) {

    /**
     * The same row, with its parent written otherwise.
     *
     * @param otherwise how parents are to be written, if not as they are
     */
    Row ofParent(Map<String, String> otherwise) {
        return link == null ? this : new Row(otherwise.getOrDefault(link, link), key, name, fields, recheckAt, problem);
    }
}
