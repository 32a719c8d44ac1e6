package dev.stocktake;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a document or of an object in it, in their order: a shape and an array of values, as millions of them are
 * made, walked through twice and thrown away. Immutable, in contrast to its {@link Collector}.
 */
final class FieldMap extends AbstractMap<String, @Nullable Object> {

    private final Shape shape;
    private final @Nullable Object[] values;

    /** Known from the start: it is asked of everything that is nested, when the values are no longer at hand. */
    private final int depth;

    private FieldMap(Shape shape, @Nullable Object[] values) {
        this.shape = shape;
        this.values = values;
        int deepest = 0;
        for (Object value : values) {
            deepest = Math.max(deepest, depth(value));
        }
        this.depth = deepest;
    }

    Shape shape() {
        return shape;
    }

    @Nullable
    Object value(int place) {
        return values[place];
    }

    /** How deep its values are nested: 0 if none of them is an object or a list. */
    int depth() {
        return depth;
    }

    private static int depth(@Nullable Object value) {
        if (value instanceof String || value instanceof Long || value == null) {
            // Most are, and the JVM is slow to find that a class is no list.
            return 0;
        }
        if (value instanceof FieldMap map) {
            return 1 + map.depth();
        }
        if (!(value instanceof List<?> list)) {
            return 0;
        }
        int deepest = 0;
        for (int i = 0; i < list.size(); i++) {
            deepest = Math.max(deepest, depth(list.get(i)));
        }
        return 1 + deepest;
    }

    @Override
    public int size() {
        return values.length;
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return name instanceof String text && shape.place(text) >= 0;
    }

    @Override
    public @Nullable Object get(@Nullable Object name) {
        int place = name instanceof String text ? shape.place(text) : -1;
        return place < 0 ? null : values[place];
    }

    @Override
    public void forEach(BiConsumer<? super String, ? super @Nullable Object> action) {
        for (int i = 0; i < values.length; i++) {
            action.accept(shape.name(i), values[i]);
        }
    }

    @Override
    public Set<Map.Entry<String, @Nullable Object>> entrySet() {
        return new AbstractSet<>() {

            @Override
            public int size() {
                return values.length;
            }

            @Override
            public Iterator<Map.Entry<String, @Nullable Object>> iterator() {
                return new Entries();
            }
        };
    }

    private final class Entries implements Iterator<Map.Entry<String, @Nullable Object>> {

        private int next;

        @Override
        public boolean hasNext() {
            return next < values.length;
        }

        @Override
        public Map.Entry<String, @Nullable Object> next() {
            if (next == values.length) {
                throw new NoSuchElementException();
            }
            Map.Entry<String, @Nullable Object> entry = new SimpleImmutableEntry<>(shape.name(next), values[next]);
            next++;
            return entry;
        }
    }

    /**
     * Collects fields; the last value of a name wins and keeps the first one's place. As long as the names are those of a
     * map that was met before, in their order, nothing is kept of them. Not thread-safe.
     */
    static final class Collector {

        private static final String[] NONE = {};

        private final int expected;
        private @Nullable Object[] values;
        private int count;

        /** Whose first names those are that were put so far; null if they are in {@link #names}. */
        private @Nullable Shape like;

        private String[] names = NONE;
        private @Nullable Map<String, Integer> places;

        Collector(int expected) {
            this.expected = expected;
            this.values = new @Nullable Object[expected];
        }

        void put(String name, @Nullable Object value) {
            if (count == 0) {
                like = Shape.beginningWith(name, expected);
            }
            Shape met = like;
            if (met != null) {
                if (count < met.size() && met.name(count).equals(name)) {
                    values[count++] = value;
                    return;
                }
                part(met);
            }
            int place = place(name);
            if (place >= 0) {
                values[place] = value;
            } else {
                append(name, value);
            }
        }

        /** The names are others from here on. */
        private void part(Shape met) {
            like = null;
            names = met.firstNames(count, Math.max(count, expected));
            index();
        }

        private int place(String name) {
            if (places != null) {
                return places.getOrDefault(name, -1);
            }
            for (int i = 0; i < count; i++) {
                if (names[i].equals(name)) {
                    return i;
                }
            }
            return -1;
        }

        private void append(String name, @Nullable Object value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, Math.max(8, count * 2));
            }
            if (count >= names.length) {
                names = Arrays.copyOf(names, Math.max(values.length, count + 1));
            }
            names[count] = name;
            values[count] = value;
            count++;
            if (places != null) {
                places.put(name, count - 1);
            } else {
                index();
            }
        }

        private void index() {
            if (count > Shape.FEW) {
                places = new HashMap<>();
                for (int i = 0; i < count; i++) {
                    places.put(names[i], i);
                }
            }
        }

        /** What was collected; what is put afterwards does not change it. */
        FieldMap build() {
            return new FieldMap(shape(), Arrays.copyOf(values, count));
        }

        /** As {@link #build}, if nothing is put afterwards. */
        FieldMap finish() {
            return count == values.length ? new FieldMap(shape(), values) : build();
        }

        private Shape shape() {
            Shape met = like;
            if (met != null && count == met.size()) {
                return met;
            }
            return Shape.of(met == null ? Arrays.copyOf(names, count) : met.firstNames(count, count));
        }
    }
}
