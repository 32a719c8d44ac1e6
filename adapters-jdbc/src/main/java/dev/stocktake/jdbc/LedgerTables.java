package dev.stocktake.jdbc;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the ledger's tables are, and with that the wording of its SQL.
 *
 * <p>SQL is written with the plain names ({@code stocktake_mark}) and a few words in braces, see {@link LedgerDialect}:
 * <code>{now}</code>, <code>{token}</code>, <code>{rows r product_key text, token bigint}</code>, <code>{mark m of r}</code>
 * and <code>{any mark m of r}</code>, which keeps a row also if it has no mark. Casts are written as for PostgreSQL.
 *
 * <p>Thread-safe.
 */
final class LedgerTables {

    static final String DEFAULT_PREFIX = "stocktake_";

    private static final Pattern PREFIX = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,29}");
    private static final Pattern SCHEMA = Pattern.compile("[A-Za-z_][A-Za-z0-9_$]*|\"[^\"\\x00]+\"|`[^`\\x00]+`");
    private static final Pattern NAME = Pattern.compile("\\b(ix_)?stocktake_(?=[a-z])");
    private static final Pattern WORD = Pattern.compile(
            "\\{(now|token|rows|mark|any mark)(?: (\\w+) ([^}]*))?}|cast\\(([^() ]+) as ([^()]+(?:\\([0-9]+\\))?)\\)");

    /** A claim's limit is part of its text, so there is no end of texts. */
    private static final int MOST_RENDERED = 200;

    private final @Nullable String schema;
    private final String prefix;
    private final Map<String, String> rendered = new ConcurrentHashMap<>();

    LedgerTables(@Nullable String schema, String prefix) {
        this.schema = schema;
        this.prefix = prefix;
    }

    /** Says what is wrong with these settings. */
    static void check(@Nullable String schema, String prefix, Problems problems) {
        if (schema != null && !SCHEMA.matcher(schema).matches()) {
            problems.add("schema", "'" + schema + "' is not a name; write it as in SQL, in quotes if it needs them");
        }
        if (!PREFIX.matcher(prefix).matches()) {
            problems.add(
                    "tablePrefix",
                    "'" + prefix + "' must be 1 to 30 letters, digits and underscores, and not begin with a digit");
        }
    }

    /** The text with our names. Objects that belong to a table (indexes) are never qualified with the schema. */
    String named(String sql) {
        String table = Matcher.quoteReplacement((schema == null ? "" : schema + ".") + prefix);
        String index = Matcher.quoteReplacement("ix_" + prefix);
        return NAME.matcher(sql).replaceAll(match -> match.group(1) == null ? table : index);
    }

    /** The text in the words of a database. A ledger speaks to one database only, so the dialect is no part of the key. */
    String sql(String template, LedgerDialect dialect) {
        String known = rendered.get(template);
        if (known != null) {
            return known;
        }
        String sql = named(WORD.matcher(template).replaceAll(word -> Matcher.quoteReplacement(spell(word, dialect))));
        if (rendered.size() < MOST_RENDERED) {
            rendered.put(template, sql);
        }
        return sql;
    }

    private static String spell(MatchResult word, LedgerDialect dialect) {
        if (word.group(4) != null) {
            return dialect.cast(word.group(4), word.group(5));
        }
        return switch (word.group(1)) {
            case "now" -> dialect.now();
            case "token" -> dialect.next("stocktake_token");
            case "rows" -> dialect.rows(word.group(2), columns(word.group(3)));
            default ->
                dialect.mark(
                        word.group(2),
                        word.group(3).substring("of ".length()),
                        word.group(1).equals("any mark"));
        };
    }

    private static List<LedgerDialect.Column> columns(String text) {
        return Stream.of(text.split(", "))
                .map(column -> column.split(" "))
                .map(words -> new LedgerDialect.Column(words[0], words[1]))
                .toList();
    }

    @Override
    public String toString() {
        return (schema == null ? "" : schema + ".") + prefix + "*";
    }
}
