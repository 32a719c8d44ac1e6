package dev.stocktake;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the index shall hold for one product: an ordered map of JSON-like values.
 *
 * <p>Values are {@code null}, {@link String}, {@link Boolean}, {@link Long}, {@link BigDecimal}, unmodifiable
 * {@link List}s and unmodifiable {@link Map}s of them. {@link Builder#put} accepts the usual Java types and turns them into
 * these: integers into {@code Long} (or {@code BigDecimal} beyond its range), floating point into {@code BigDecimal}, enums
 * and UUIDs into text, dates and instants into ISO 8601 text in UTC. The order of fields is kept, and is no part of
 * {@linkplain #equals equality}.
 *
 * <p>Immutable and thread-safe.
 */
public final class Document {

    private static final int MAX_DEPTH = 50;

    private final FieldMap fields;

    private Document(FieldMap fields) {
        this.fields = fields;
    }

    /** A document with these fields. */
    public static Document of(Map<String, ? extends @Nullable Object> fields) {
        Builder builder = new Builder(fields.size());
        fields.forEach(builder::put);
        return new Document(builder.fields.finish());
    }

    /** An empty builder. */
    public static Builder builder() {
        return new Builder(8);
    }

    /** All fields in their order; unmodifiable. */
    public Map<String, @Nullable Object> fields() {
        return fields;
    }

    FieldMap fieldMap() {
        return fields;
    }

    /** One field; null if it is null or not there. */
    public @Nullable Object get(String field) {
        return fields.get(field);
    }

    /**
     * Whether this document and one that came back from an index hold the same. In contrast to {@linkplain #equals
     * equality}, numbers are compared by value (1 and 1.0 are the same), and a number is the same as what is left of it in an
     * index that keeps numbers as {@code double}s and reads them fast rather than to the last bit; 64-bit integers are always
     * told apart. A field that is null differs from
     * one that is not there.
     */
    public boolean sameContentAs(Document other) {
        return differences(other).isEmpty();
    }

    /**
     * The fields at the top in which {@linkplain #sameContentAs the content} of two documents differs, those that only one of
     * them has included: this document's in their order, then those that only the other has.
     */
    public List<String> differences(Document other) {
        List<String> differences = new ArrayList<>();
        fields.forEach((field, value) -> {
            if (!other.fields.containsKey(field) || !Likeness.of(value, other.fields.get(field))) {
                differences.add(field);
            }
        });
        other.fields.keySet().stream()
                .filter(field -> !fields.containsKey(field))
                .forEach(differences::add);
        return List.copyOf(differences);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Document that && fields.equals(that.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    @Override
    public String toString() {
        return fields.toString();
    }

    /** Builds a {@link Document}. Not thread-safe. */
    public static final class Builder {

        private final FieldMap.Collector fields;

        private Builder(int expected) {
            fields = new FieldMap.Collector(expected);
        }

        /**
         * Adds or replaces a field.
         *
         * @param value see {@link Document}; null is kept as null
         * @throws IllegalArgumentException if the value is of no type that a document can hold, or is NaN or infinite; the
         *     message names the field
         */
        public Builder put(String field, @Nullable Object value) {
            if (field.isEmpty()) {
                throw new IllegalArgumentException("A document's field must have a name");
            }
            try {
                fields.put(field, normal(value, 0));
            } catch (Unfit e) {
                throw new IllegalArgumentException("Field '" + field + e.below + "' " + e.getMessage());
            }
            return this;
        }

        /** The document; what is put afterwards does not change it. */
        public Document build() {
            return new Document(fields.build());
        }
    }

    /** A value that no document can hold; where it is, is told from the inside out, and only then. */
    private static final class Unfit extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private String below = "";

        Unfit(String message) {
            super(message, null, false, false);
        }

        Unfit in(String place) {
            below = place + below;
            return this;
        }
    }

    private static @Nullable Object normal(@Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new Unfit("is nested deeper than " + MAX_DEPTH + " levels");
        }
        if (value == null || isPlain(value)) {
            return value;
        }
        if (value instanceof Number number) {
            return number(number);
        }
        if (value instanceof FieldMap fields && depth + fields.depth() < MAX_DEPTH) {
            // Of another document, and immutable: millions of rows are nested in others.
            return fields;
        }
        if (value instanceof Map<?, ?> map) {
            return object(map, depth);
        }
        if (value instanceof Collection<?> collection) {
            return list(collection, depth);
        }
        if (value instanceof Object[] array) {
            return list(Arrays.asList(array), depth);
        }
        return text(value);
    }

    private static FieldMap object(Map<?, ?> map, int depth) {
        FieldMap.Collector copy = new FieldMap.Collector(map.size());
        map.forEach((key, value) -> {
            String name = String.valueOf(key);
            try {
                copy.put(name, normal(value, depth + 1));
            } catch (Unfit e) {
                throw e.in("." + name);
            }
        });
        return copy.finish();
    }

    private static List<@Nullable Object> list(Collection<?> collection, int depth) {
        List<@Nullable Object> copy = new ArrayList<>(collection.size());
        for (Object value : collection) {
            try {
                copy.add(normal(value, depth + 1));
            } catch (Unfit e) {
                throw e.in("[" + copy.size() + "]");
            }
        }
        return Collections.unmodifiableList(copy);
    }

    private static boolean isPlain(Object value) {
        return value instanceof String
                || value instanceof Long
                || value instanceof BigDecimal
                || value instanceof Boolean;
    }

    private static Object number(Number number) {
        if (number instanceof Integer || number instanceof Short || number instanceof Byte) {
            return number.longValue();
        }
        if (number instanceof BigInteger integer) {
            return integer.bitLength() < 64 ? (Object) integer.longValue() : new BigDecimal(integer);
        }
        double real = number.doubleValue();
        if (Double.isNaN(real) || Double.isInfinite(real)) {
            throw new Unfit("is " + real + ", which no search index can hold; store null or a finite number instead");
        }
        return number instanceof Float ? new BigDecimal(number.toString()) : BigDecimal.valueOf(real);
    }

    private static String text(Object value) {
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        if (value instanceof OffsetDateTime time) {
            return time.withOffsetSameInstant(ZoneOffset.UTC).toString();
        }
        if (value instanceof Instant
                || value instanceof LocalDate
                || value instanceof LocalDateTime
                || value instanceof UUID
                || value instanceof Character) {
            return value.toString();
        }
        throw new Unfit("is a " + value.getClass().getName()
                + ", which a document cannot hold; convert it to text, a number, a boolean, a list or a map");
    }
}
