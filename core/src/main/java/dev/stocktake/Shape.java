package dev.stocktake;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The names of a map's fields in their order, and what follows from them. Millions of maps have the same few shapes, so
 * those met last are kept, and maps share them: less to copy, and less to look at again.
 *
 * <p>Immutable and thread-safe.
 */
final class Shape {

    /** Up to here looking through all names is quicker than a hash. */
    static final int FEW = 12;

    /** So many shapes are kept; one that is not is made anew, no harm is done. */
    private static final int KEPT = 256;

    /** Each in one of so many places. */
    private static final int WAYS = 4;

    private static final int LARGEST_KEPT = 64;

    private static final AtomicReferenceArray<@Nullable Shape> MET = new AtomicReferenceArray<>(KEPT);

    private final String[] names;
    private final @Nullable Map<String, Integer> places;

    /** Made when somebody needs it. */
    private volatile @Nullable Spelling spelling;

    private Shape(String[] names) {
        this.names = names;
        this.places = names.length <= FEW ? null : places(names);
    }

    private static Map<String, Integer> places(String[] names) {
        Map<String, Integer> places = new HashMap<>(2 * names.length);
        for (int i = 0; i < names.length; i++) {
            places.put(names[i], i);
        }
        return places;
    }

    /**
     * Of these names.
     *
     * @param names distinct; not to be changed any more
     */
    static Shape of(String[] names) {
        if (names.length == 0 || names.length > LARGEST_KEPT) {
            return new Shape(names);
        }
        int home = home(names[0], names.length);
        int free = home + (names[names.length - 1].hashCode() & (WAYS - 1));
        for (int i = WAYS - 1; i >= 0; i--) {
            Shape met = MET.get(home + i);
            if (met == null) {
                free = home + i;
            } else if (Arrays.equals(met.names, names)) {
                return met;
            }
        }
        Shape made = new Shape(names);
        MET.set(free, made);
        return made;
    }

    /** One that was met, begins with this name and has so many; null if there is none. */
    static @Nullable Shape beginningWith(String name, int count) {
        if (count == 0) {
            return null;
        }
        int home = home(name, count);
        for (int i = 0; i < WAYS; i++) {
            Shape met = MET.get(home + i);
            if (met != null && met.names.length == count && met.names[0].equals(name)) {
                return met;
            }
        }
        return null;
    }

    /** The first of the places where it may be kept. */
    private static int home(String first, int count) {
        int hash = first.hashCode() + 31 * count;
        return ((hash ^ hash >>> 7) & (KEPT / WAYS - 1)) * WAYS;
    }

    int size() {
        return names.length;
    }

    String name(int place) {
        return names[place];
    }

    String[] firstNames(int count, int length) {
        String[] first = new String[length];
        System.arraycopy(names, 0, first, 0, count);
        return first;
    }

    /** Where a name stands; -1 if nowhere. */
    int place(String name) {
        if (places != null) {
            return places.getOrDefault(name, -1);
        }
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    Spelling spelling() {
        Spelling known = spelling;
        if (known == null) {
            known = new Spelling(names);
            spelling = known;
        }
        return known;
    }

    /** The canonical order of the names, and their canonical bytes. */
    static final class Spelling {

        private final int[] order;
        private final byte[][] heads;

        private Spelling(String[] names) {
            Integer[] sorted = new Integer[names.length];
            Arrays.setAll(sorted, i -> i);
            Arrays.sort(sorted, Comparator.comparing(i -> names[i]));
            order = new int[names.length];
            heads = new byte[names.length][];
            for (int i = 0; i < sorted.length; i++) {
                order[i] = sorted[i];
                heads[i] = Canonicalizer.nameHead(names[sorted[i]].getBytes(StandardCharsets.UTF_8));
            }
        }

        int size() {
            return order.length;
        }

        /** Where the field stands in its map that is the n-th in canonical order. */
        int place(int n) {
            return order[n];
        }

        /** What stands before its value: a tag, a length, and the name. Not to be changed. */
        byte[] head(int n) {
            return heads[n];
        }
    }
}
