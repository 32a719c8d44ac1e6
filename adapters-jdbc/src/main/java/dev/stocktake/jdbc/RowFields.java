package dev.stocktake.jdbc;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a row gives to its document: its columns, and behind them what is nested in it. An array of values; the names belong
 * to the query, and all of its rows share them. Values are added in the order of the names and may be replaced, nothing is
 * removed.
 *
 * <p>Not thread-safe.
 */
final class RowFields extends AbstractMap<String, @Nullable Object> {

    private final String[] names;
    private final @Nullable Object[] values;
    private int size;

    /** @param names distinct; not to be changed any more */
    RowFields(String[] names) {
        this.names = names;
        this.values = new @Nullable Object[names.length];
    }

    /** Adds the value of the next name. */
    void add(@Nullable Object value) {
        values[size++] = value;
    }

    @Nullable
    Object value(int place) {
        return values[place];
    }

    @Override
    public int size() {
        return size;
    }

    /** {@inheritDoc} Only of a name that the query has. */
    @Override
    public @Nullable Object put(String name, @Nullable Object value) {
        int place = place(name, Math.min(size + 1, names.length));
        if (place < 0) {
            throw new UnsupportedOperationException("A row has no field '" + name + "'");
        }
        if (place == size) {
            add(value);
            return null;
        }
        Object before = values[place];
        values[place] = value;
        return before;
    }

    private int place(@Nullable Object name, int among) {
        for (int i = 0; i < among; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return place(name, size) >= 0;
    }

    @Override
    public @Nullable Object get(@Nullable Object name) {
        int place = place(name, size);
        return place < 0 ? null : values[place];
    }

    @Override
    public void forEach(BiConsumer<? super String, ? super @Nullable Object> action) {
        for (int i = 0; i < size; i++) {
            action.accept(names[i], values[i]);
        }
    }

    @Override
    public Set<Map.Entry<String, @Nullable Object>> entrySet() {
        return new AbstractSet<>() {

            @Override
            public int size() {
                return size;
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
            return next < size;
        }

        @Override
        public Map.Entry<String, @Nullable Object> next() {
            if (next == size) {
                throw new NoSuchElementException();
            }
            Map.Entry<String, @Nullable Object> entry = new SimpleImmutableEntry<>(names[next], values[next]);
            next++;
            return entry;
        }
    }
}
