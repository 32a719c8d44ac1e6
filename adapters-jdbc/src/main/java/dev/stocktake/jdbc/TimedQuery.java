package dev.stocktake.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A query of the host between two moments, with parameters where it says {@code :from} and {@code :to}.
 *
 * @param sql with a question mark in the place of each
 * @param ends for each parameter, whether it is the later moment
 */
record TimedQuery(String sql, List<Boolean> ends) {

    /** What looks like a placeholder within quotes or comments, or as part of a cast, is none. */
    private static final Pattern TOKEN = Pattern.compile(
            "'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|--[^\\n]*|/\\*.*?\\*/|\\$(\\w*)\\$.*?\\$\\1\\$|::|:(from|to)\\b",
            Pattern.DOTALL);

    static TimedQuery parse(String written, Problems problems) {
        String text = written.strip().replaceAll("[;\\s]+$", "");
        List<Boolean> ends = new ArrayList<>();
        StringBuilder sql = new StringBuilder();
        Matcher matcher = TOKEN.matcher(text);
        while (matcher.find()) {
            String placeholder = matcher.group(2);
            if (placeholder != null) {
                ends.add(placeholder.equals("to"));
            }
            matcher.appendReplacement(sql, placeholder != null ? "?" : Matcher.quoteReplacement(matcher.group()));
        }
        matcher.appendTail(sql);
        if (!ends.contains(true) || !ends.contains(false)) {
            problems.add(
                    "query",
                    "must say between which moments by :from and :to, as in \"select product_id from price_list"
                            + " where starts_at > :from and starts_at <= :to\"");
        }
        return new TimedQuery(sql.toString(), List.copyOf(ends));
    }
}
