package dev.stocktake.jdbc;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The child rows of a product, or of other child rows: one query for many parents at once, whose rows are handed to their
 * parents by a column.
 *
 * <p>The query says by <code>{products:column}</code> which products it is about, selects the column by which its rows belong to
 * their parent, and should order its rows by something unique: rows of a query without {@code order by} are sorted by
 * their content, so that the same rows always make the same document. Columns become fields; the column that leads to
 * the parent does not.
 *
 * <pre>{@code
 * Rows variants = Rows.by("product_id", """
 *                 select v.product_id, v.id, v.sku from variant v where {products:v.product_id} order by v.position, v.id""")
 *         .map("prices", "currency", Rows.by("variant_id", """
 *                 select p.variant_id, p.currency, p.amount from price p join variant v on v.id = p.variant_id
 *                 where {products:v.product_id}"""));
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 */
public final class Rows {

    private final String parentColumn;
    private final String sql;
    private final String key;
    private final Set<String> hidden;
    private final List<Nested> nested;

    private Rows(String parentColumn, String sql, String key, Set<String> hidden, List<Nested> nested) {
        this.parentColumn = parentColumn;
        this.sql = sql;
        this.key = key;
        this.hidden = hidden;
        this.nested = nested;
    }

    /** Rows as a field of their parent. */
    record Nested(String field, Shape shape, String nameColumn, Rows rows) {}

    /**
     * Rows that belong to the parent whose key equals a column.
     *
     * @param parentColumn the label of the column that holds the product's id, or the {@linkplain #key key} of the rows
     *     these are nested in
     * @param sql the query, with <code>{products:column}</code> where the condition on the products goes. It is a prepared
     *     statement: PostgreSQL's operators with a question mark are written with two ({@code ??})
     */
    public static Rows by(String parentColumn, String sql) {
        return new Rows(parentColumn, sql, "id", Set.of(), List.of());
    }

    /** The column by which nested rows belong to these rows; default: {@code id}. Values may repeat. */
    public Rows key(String column) {
        return new Rows(parentColumn, sql, column, hidden, nested);
    }

    /** Columns that are needed to nest or order rows, but do not become fields. */
    public Rows hide(String... columns) {
        Set<String> all = new LinkedHashSet<>(hidden);
        all.addAll(List.of(columns));
        return new Rows(parentColumn, sql, key, all, nested);
    }

    /** Nested rows as a list of objects. */
    public Rows children(String field, Rows rows) {
        return with(new Nested(field, Shape.LIST, "", rows));
    }

    /** A nested row as an object, or null where there is none; two rows make the product unreadable. */
    public Rows child(String field, Rows rows) {
        return with(new Nested(field, Shape.ONE, "", rows));
    }

    /** Nested rows of a single column (besides the parent's) as a list of its values. */
    public Rows values(String field, Rows rows) {
        return with(new Nested(field, Shape.VALUES, "", rows));
    }

    /**
     * Nested rows as an object: {@code {"eur": 12.5, "usd": 14}}.
     *
     * @param nameColumn the column whose text names the entries; the remaining column is the value, several remaining
     *     columns are an object
     */
    public Rows map(String field, String nameColumn, Rows rows) {
        return with(new Nested(field, Shape.MAP, nameColumn, rows));
    }

    private Rows with(Nested one) {
        List<Nested> all = new ArrayList<>(nested);
        all.add(one);
        return new Rows(parentColumn, sql, key, hidden, List.copyOf(all));
    }

    String parentColumn() {
        return parentColumn;
    }

    String sql() {
        return sql;
    }

    String key() {
        return key;
    }

    Set<String> hidden() {
        return hidden;
    }

    List<Nested> nested() {
        return nested;
    }
}
