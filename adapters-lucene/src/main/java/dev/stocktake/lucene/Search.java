package dev.stocktake.lucene;

import dev.stocktake.Document;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to look for in a {@link LuceneIndex}: words, conditions, an order and how many hits.
 *
 * <pre>{@code
 * Search search = Search.of("red wool sca")
 *         .where("in_stock", true)
 *         .between("prices.amount", 10, 50)
 *         .limit(10);
 * }</pre>
 *
 * <p>Every word must occur, in any searchable field; the last one may be the beginning of a word, unless a blank follows it.
 * Upper and lower case and accents make no difference. Conditions compare exactly, and all of them must hold. A field inside
 * objects or lists is named with dots ({@code "variants.sku"}); if it has several values, one that fits is enough.
 *
 * <p>Immutable and thread-safe.
 */
public final class Search {

    /** A condition on a field. */
    sealed interface Condition {
        String field();

        /** One of the field's values is this one: a {@link String}, {@link Boolean}, {@link Long} or {@link BigDecimal}. */
        record Equal(String field, Object value) implements Condition {}

        /** One of the field's numbers lies here, both ends included. */
        record Between(String field, double from, double to) implements Condition {}
    }

    /** One step of the order. */
    record Order(String field, boolean descending) {}

    private static final int DEFAULT_LIMIT = 20;

    private final String text;
    private final List<Condition> conditions;
    private final List<Order> orders;
    private final int limit;

    private Search(String text, List<Condition> conditions, List<Order> orders, int limit) {
        this.text = text;
        this.conditions = List.copyOf(conditions);
        this.orders = List.copyOf(orders);
        this.limit = limit;
    }

    /** Looks for words. A text without words finds everything. */
    public static Search of(String text) {
        return new Search(text, List.of(), List.of(), DEFAULT_LIMIT);
    }

    /** Finds everything. */
    public static Search everything() {
        return of("");
    }

    /**
     * Only products of which the field has this value.
     *
     * @param value a text, number or boolean, or what {@link Document.Builder#put} makes one of
     * @throws IllegalArgumentException if it is none
     */
    public Search where(String field, Object value) {
        Object normal = Document.of(Map.of(field, value)).get(field);
        if (normal instanceof Map || normal instanceof List || normal == null) {
            throw new IllegalArgumentException(
                    "Field '" + field + "' can be compared with a text, a number or a boolean, not" + " with a "
                            + value.getClass().getName());
        }
        return with(new Condition.Equal(field, normal));
    }

    /**
     * Only products of which the field has a number in this range.
     *
     * @param from included; null for no lower end
     * @param to included; null for no upper end
     */
    public Search between(String field, @Nullable Number from, @Nullable Number to) {
        return with(new Condition.Between(
                field,
                from == null ? Double.NEGATIVE_INFINITY : from.doubleValue(),
                to == null ? Double.POSITIVE_INFINITY : to.doubleValue()));
    }

    /** Smallest first by this field, after the orders named before; otherwise the best match is first. */
    public Search ascending(String field) {
        return with(new Order(field, false));
    }

    /** Largest first by this field, after the orders named before. */
    public Search descending(String field) {
        return with(new Order(field, true));
    }

    /**
     * How many hits at most; default: {@value #DEFAULT_LIMIT}.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Search limit(int hits) {
        if (hits < 0) {
            throw new IllegalArgumentException("limit must not be negative, but is " + hits);
        }
        return new Search(text, conditions, orders, hits);
    }

    private Search with(Condition condition) {
        return new Search(text, and(conditions, condition), orders, limit);
    }

    private Search with(Order order) {
        return new Search(text, conditions, and(orders, order), limit);
    }

    private static <T> List<T> and(List<T> some, T another) {
        List<T> all = new ArrayList<>(some);
        all.add(another);
        return all;
    }

    String text() {
        return text;
    }

    List<Condition> conditions() {
        return conditions;
    }

    List<Order> orders() {
        return orders;
    }

    int limit() {
        return limit;
    }
}
