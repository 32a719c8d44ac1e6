package dev.stocktake;

import java.util.Arrays;
import java.util.List;

/**
 * The product's id in the database, as text.
 *
 * <p>Numeric ids are written in plain decimal digits without leading zeros. Equality is exact; the <em>order</em> of keys
 * belongs to the source ({@link ProductSource#compare}), because only the database knows its own collation.
 *
 * @param value 1 to {@value #MAX_LENGTH} characters, not blank
 */
public record ProductKey(String value) {

    /** The longest key that can be remembered, in {@code char}s. */
    public static final int MAX_LENGTH = 400;

    /** @throws IllegalArgumentException if the value is blank or longer than {@value #MAX_LENGTH} characters */
    public ProductKey {
        if (value.isBlank()) {
            throw new IllegalArgumentException("A product id must not be blank");
        }
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("A product id of " + value.length() + " characters ('"
                    + value.substring(0, 40) + "…') is too long; at most " + MAX_LENGTH + " can be remembered");
        }
    }

    /** The key with this text. */
    public static ProductKey of(String value) {
        return new ProductKey(value);
    }

    /** The key of a numeric id. */
    public static ProductKey of(long value) {
        return new ProductKey(Long.toString(value));
    }

    /** The keys with these texts, in the order given. */
    public static List<ProductKey> all(String... values) {
        return Arrays.stream(values).map(ProductKey::new).toList();
    }

    @Override
    public String toString() {
        return value;
    }
}
