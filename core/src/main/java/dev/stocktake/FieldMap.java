package dev.stocktake;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a document or of an object in it, in their order: two arrays, as millions of them are made, walked through
 * twice and thrown away. Immutable, in contrast to its {@link Collector}.
 */
final class FieldMap extends AbstractMap<String, @Nullable Object> {

    /** Up to here looking through all names is quicker than a hash. */
    private static final int FEW = 12;

    private final String[] names;
    private final @Nullable Object[] values;
    private final @Nullable Map<String, Integer> places;
    private final int depth;

    private FieldMap(String[] names, @Nullable Object[] values, @Nullable Map<String, Integer> places) {
        this.names = names;
        this.values = values;
        this.places = places;
        this.depth = depth(values);
    }

    /** How deep its values are nested: 0 if none of them is an object or a list. */
    int depth() {
        return depth;
    }

    private static int depth(@Nullable Object[] values) {
        int deepest = 0;
        for (Object value : values) {
            deepest = Math.max(deepest, depth(value));
        }
        return deepest;
    }

    private static int depth(@Nullable Object value) {
        if (value instanceof FieldMap map) {
            return 1 + map.depth;
        }
        if (!(value instanceof List<?> list)) {
            return 0;
        }
        int deepest = 0;
        for (Object element : list) {
            deepest = Math.max(deepest, depth(element));
        }
        return 1 + deepest;
    }

    /** The names in their order; not to be changed. */
    String[] names() {
        return names;
    }

    @Nullable
    Object value(int place) {
        return values[place];
    }

    @Override
    public int size() {
        return names.length;
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return place(name) >= 0;
    }

    @Override
    public @Nullable Object get(@Nullable Object name) {
        int place = place(name);
        return place < 0 ? null : values[place];
    }

    private int place(@Nullable Object name) {
        return name instanceof String text ? place(names, names.length, places, text) : -1;
    }

    private static int place(String[] names, int count, @Nullable Map<String, Integer> places, String name) {
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

    @Override
    public void forEach(BiConsumer<? super String, ? super @Nullable Object> action) {
        for (int i = 0; i < names.length; i++) {
            action.accept(names[i], values[i]);
        }
    }

    @Override
    public Set<Map.Entry<String, @Nullable Object>> entrySet() {
        return new AbstractSet<>() {

            @Override
            public int size() {
                return names.length;
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
            return next < names.length;
        }

        @Override
        public Map.Entry<String, @Nullable Object> next() {
            if (next == names.length) {
                throw new NoSuchElementException();
            }
            Map.Entry<String, @Nullable Object> entry = new SimpleImmutableEntry<>(names[next], values[next]);
            next++;
            return entry;
        }
    }

    /** Collects fields; the last value of a name wins and keeps the first one's place. Not thread-safe. */
    static final class Collector {

        private String[] names;
        private @Nullable Object[] values;
        private @Nullable Map<String, Integer> places;
        private int count;

        Collector(int expected) {
            names = new String[expected];
            values = new @Nullable Object[expected];
        }

        void put(String name, @Nullable Object value) {
            int place = place(names, count, places, name);
            if (place >= 0) {
                values[place] = value;
                return;
            }
            if (count == names.length) {
                grow();
            }
            names[count] = name;
            values[count] = value;
            count++;
            if (places != null) {
                places.put(name, count - 1);
            } else if (count > FEW) {
                places = new LinkedHashMap<>();
                for (int i = 0; i < count; i++) {
                    places.put(names[i], i);
                }
            }
        }

        private void grow() {
            int more = Math.max(8, count * 2);
            names = java.util.Arrays.copyOf(names, more);
            values = java.util.Arrays.copyOf(values, more);
        }

        /** What was collected; what is put afterwards does not change it. */
        FieldMap build() {
            return new FieldMap(
                    java.util.Arrays.copyOf(names, count),
                    java.util.Arrays.copyOf(values, count),
                    places == null ? null : new LinkedHashMap<>(places));
        }

        /** As {@link #build}, if nothing is put afterwards. */
        FieldMap finish() {
            return count == names.length ? new FieldMap(names, values, places) : build();
        }
    }
}
