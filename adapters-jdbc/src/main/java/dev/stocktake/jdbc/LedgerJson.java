package dev.stocktake.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Lists that are kept in one column: they are written and read whole, a row for each entry would only be swept up again. */
final class LedgerJson {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, Long>> ITEMS = new TypeReference<>() {};
    private static final TypeReference<List<Long>> POSITIONS = new TypeReference<>() {};

    private LedgerJson() {}

    static String items(Map<String, Long> tokens) {
        return write(tokens);
    }

    static Map<String, Long> items(@Nullable String text) {
        return text == null ? Map.of() : read(text, ITEMS);
    }

    /** Columns as rows, each an array. */
    static String rows(List<LedgerSql.Values> columns) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int i = 0; i < columns.get(0).values().size(); i++) {
            List<@Nullable Object> row = new ArrayList<>();
            for (LedgerSql.Values column : columns) {
                row.add(column.values().get(i));
            }
            rows.add(row);
        }
        return write(rows);
    }

    static String positions(Collection<Long> positions) {
        return write(new TreeSet<>(positions));
    }

    static List<Long> positions(@Nullable String text) {
        return text == null ? List.of() : read(text, POSITIONS);
    }

    private static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Keys and numbers can always be written", e);
        }
    }

    private static <T> T read(String text, TypeReference<T> type) {
        try {
            return JSON.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The table 'stocktake_batch' was changed by somebody else", e);
        }
    }
}
