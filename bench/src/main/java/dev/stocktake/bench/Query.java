package dev.stocktake.bench;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What stands behind the question mark. */
record Query(Map<String, String> values) {

    static Query of(URI uri) {
        return of(uri.getRawQuery() == null ? "" : uri.getRawQuery());
    }

    static Query of(String raw) {
        Map<String, String> values = new HashMap<>();
        for (String pair : raw.split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            values.put(name, URLDecoder.decode(value, StandardCharsets.UTF_8));
        }
        return new Query(values);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** Empty if it is not there. */
    String text(String name) {
        return values.getOrDefault(name, "");
    }

    /** Whether the value is one of those between commas; a star, or nothing, stands for all. */
    boolean allows(String name, String value) {
        String list = text(name);
        return list.isEmpty() || list.equals("*") || List.of(list.split(",")).contains(value);
    }

    long number(String name, long otherwise) {
        return has(name) ? Long.parseLong(text(name)) : otherwise;
    }
}
