package dev.stocktake.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A query of the host, cut at its placeholders <code>{products:expression}</code>, where the condition on the products goes.
 *
 * @param path the setting it comes from, for messages
 * @param pieces the SQL around the placeholders, one more than there are expressions
 * @param expressions what is compared with the ids of products, per placeholder
 * @param ordered whether the query says in which order its rows come
 */
record ProductQuery(String path, List<String> pieces, List<String> expressions, boolean ordered) {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{products:([^{}]*)}");
    /** What is in quotes is told from a comment, which may hold quotes, and which it may look like. */
    private static final Pattern QUOTED_OR_COMMENT =
            Pattern.compile("'[^']*'|\"[^\"]*\"|--[^\\n]*|/\\*.*?\\*/", Pattern.DOTALL);

    private static final Pattern ANY_PLACEHOLDER = Pattern.compile("\\{products\\b[^{}]*}?|:products\\b");
    private static final Pattern NOT_OUTERMOST =
            Pattern.compile("'(?:[^']|'')*'|\"[^\"]*\"|--[^\\n]*|/\\*.*?\\*/|\\((?:[^()'])*\\)", Pattern.DOTALL);
    private static final Pattern ORDER_BY = Pattern.compile("(?i)\\border\\s+by\\b");

    static ProductQuery parse(String path, String sql, Problems problems) {
        String text = sql.strip().replaceAll("[;\\s]+$", "");
        List<String> pieces = new ArrayList<>();
        List<String> expressions = new ArrayList<>();
        String code = withoutComments(text);
        Matcher matcher = PLACEHOLDER.matcher(code);
        int end = 0;
        while (matcher.find()) {
            pieces.add(text.substring(end, matcher.start()));
            expressions.add(matcher.group(1).strip());
            end = matcher.end();
        }
        pieces.add(text.substring(end));
        if (text.isEmpty()) {
            problems.add(path, "the query is empty");
        } else if (expressions.isEmpty()
                || expressions.contains("")
                || ANY_PLACEHOLDER.matcher(matcher.replaceAll("")).find()) {
            problems.add(
                    path,
                    "the query must say which products it is about by {products:<column>}, as in"
                            + " \"select ... from product p where {products:p.id}\"");
        }
        return new ProductQuery(path, List.copyOf(pieces), List.copyOf(expressions), hasOrder(text));
    }

    /** The same with blanks for comments, so that everything else stands where it stood. */
    private static String withoutComments(String sql) {
        return QUOTED_OR_COMMENT.matcher(sql).replaceAll(found -> {
            String text = found.group();
            boolean comment = text.startsWith("--") || text.startsWith("/*");
            return comment ? " ".repeat(text.length()) : Matcher.quoteReplacement(text);
        });
    }

    /** The SQL with a condition in the place of each placeholder. */
    String sql(UnaryOperator<String> condition) {
        StringBuilder sql = new StringBuilder(pieces.get(0));
        for (int i = 0; i < expressions.size(); i++) {
            sql.append(condition.apply(expressions.get(i))).append(pieces.get(i + 1));
        }
        return sql.toString();
    }

    /** Whether the outermost select has an ORDER BY: what stands in quotes, comments and parentheses does not count. */
    private static boolean hasOrder(String sql) {
        String rest = sql;
        String before;
        do {
            before = rest;
            rest = NOT_OUTERMOST.matcher(before).replaceAll(" ");
        } while (!rest.equals(before));
        return ORDER_BY.matcher(rest).find();
    }
}
